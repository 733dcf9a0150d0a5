from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ANNOUNCED, RpcCommon
from .common_capture import PDF, FileCommon, make_mail_with


@tagged("post_install", "-at_install")
class TestReading(FileCommon, RpcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.receive(
            make_mail_with(("<b>o.pdf", "application/pdf", PDF), body=ANNOUNCED)
        )
        cls.evidence = cls.ticket.dispute_signal_ids.evidence_id
        cls.inbound = cls.ticket.dispute_inbound_ids
        cls.supervisor.sudo().group_ids += cls.env.ref("base.group_allow_export")

    def get_readings(self, ticket=None):
        evidence = self.env["dispute.evidence"].search(
            [
                ("kind", "=", "access"),
                ("ticket_id", "=", (ticket or self.ticket).id),
            ],
            order="id",
        )
        return [(each._get_record()["details"], each) for each in evidence]

    def open(self, evidence):
        return self.call(
            "dispute.evidence",
            "web_read",
            evidence.ids,
            specification={"content": {}, "canonical": {}, "intact": {}},
        )

    def test_opening_is_recorded_with_who_and_what(self):
        self.login(self.agent_team)
        self.open(self.evidence)
        [(details, reading)] = self.get_readings()
        self.assertEqual(details["action"], "opened")
        self.assertEqual(details["model"], "dispute.evidence")
        self.assertEqual(details["ids"], self.evidence.ids)
        self.assertEqual(details["names"], self.evidence.mapped("display_name"))
        self.assertEqual(details["account"], self.agent_team.login)
        self.assertTrue(details["address"])
        self.assertEqual(reading.recorded_by, self.agent_team.login)
        self.assertIn(self.evidence.display_name, reading.content)
        self.assertEqual(reading.company_id, self.company)

    def test_every_call_that_brings_the_words_is_recorded(self):
        self.login(self.agent_team)
        domain = [("id", "=", self.evidence.id)]
        for method, args in (
            ("read", [self.evidence.ids, ["content"]]),
            ("read", [self.evidence.ids]),
            ("search_read", [domain, ["canonical"]]),
            ("web_search_read", [domain, {"content": {}}]),
        ):
            with self.subTest(method):
                known = len(self.get_readings())
                self.call("dispute.evidence", method, *args)
                self.assertEqual(len(self.get_readings()), known + 1)

    def test_lists_are_not_recorded(self):
        self.login(self.agent_team)
        self.call(
            "dispute.evidence",
            "web_search_read",
            [],
            specification={"kind": {}, "excerpt": {}, "author": {}, "sha256": {}},
        )
        for view in ("list", "kanban", "search"):
            views = self.call("dispute.evidence", "get_views", [[False, view]])
            arch = views["views"][view]["arch"]
            if view != "search":
                self.assertNotIn('name="content"', arch)
                self.assertNotIn('name="canonical"', arch)
        self.assertFalse(self.get_readings())

    def test_exports_are_recorded(self):
        self.login(self.supervisor)
        self.call("dispute.evidence", "export_data", self.evidence.ids, ["content"])
        signal = self.ticket.dispute_signal_ids
        self.call("dispute.signal", "export_data", signal.ids, ["quote"])
        [(details, _reading)] = self.get_readings()
        self.assertEqual(details["action"], "exported")

    def test_exports_through_other_records_are_recorded(self):
        self.login(self.supervisor)
        signal = self.ticket.dispute_signal_ids
        self.call("dispute.signal", "export_data", signal.ids, ["evidence_id/content"])
        [(details, _reading)] = self.get_readings()
        self.assertEqual(
            (details["action"], details["ids"]), ("exported", self.evidence.ids)
        )

    def test_downloads_of_mails_are_recorded(self):
        self.login(self.agent_team)
        for path in (
            f"/web/content/dispute.inbound/{self.inbound.id}/raw?download=true",
            f"/web/content?model=dispute.inbound&id={self.inbound.id}&field=raw",
        ):
            known = len(self.get_readings())
            answer = self.url_open(path)
            self.assertIn(ANNOUNCED.encode(), answer.content)
            [(details, _reading)] = self.get_readings()[known:]
            self.assertEqual(details["action"], "downloaded")
            self.assertEqual(details["model"], "dispute.inbound")
        known = len(self.get_readings())
        self.call("dispute.inbound", "read", self.inbound.ids, ["raw"])
        self.assertEqual(len(self.get_readings()), known + 1)

    def test_groups_do_not_show_the_words(self):
        evidence = self.env["dispute.evidence"].with_user(self.agent_team)
        for groupby, aggregates in (
            (["content"], ["__count"]),
            (["kind"], ["canonical:array_agg"]),
            ([], ["content:max"]),
        ):
            with self.assertRaises(UserError):
                evidence.formatted_read_group([], groupby, aggregates)
        self.assertTrue(evidence.formatted_read_group([], ["kind"], ["__count"]))

    def test_showing_the_size_of_a_mail_is_no_download(self):
        self.login(self.agent_team)
        self.call(
            "dispute.inbound",
            "web_read",
            self.inbound.ids,
            specification={"raw": {}, "subject": {}},
            context={"bin_size": True},
        )
        self.assertFalse(self.get_readings())

    def test_downloads_of_files_are_recorded(self):
        self.file_now()
        file = self.env["dispute.file"].search([("ticket_id", "=", self.ticket.id)])
        self.login(self.agent_team)
        answer = self.url_open(file.url)
        self.assertEqual(answer.content, PDF)
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertNotIn("<b>", answer.headers["Content-Disposition"])
        [(details, _reading)] = self.get_readings()
        self.assertEqual(details["names"], ["<b>o.pdf"])
        self.login(self.foreigner)
        self.assertEqual(self.url_open(file.url).status_code, 404)
        self.login(self.portal)
        self.assertEqual(self.url_open(file.url).status_code, 404)
        self.assertEqual(len(self.get_readings()), 1)

    def test_who_may_not_read_leaves_no_record(self):
        for user in (self.foreigner, self.portal):
            self.login(user)
            self.assertDenied(
                "AccessError",
                "dispute.evidence",
                "read",
                self.evidence.ids,
                ["content"],
            )
            answer = self.url_open(
                f"/web/content/dispute.inbound/{self.inbound.id}/raw"
            )
            self.assertNotEqual(answer.status_code, 200)
        self.assertFalse(self.get_readings())

    def test_reading_the_record_of_reading_is_not_recorded(self):
        self.login(self.supervisor)
        self.open(self.evidence)
        [(_details, reading)] = self.get_readings()
        self.open(reading)
        self.assertEqual(len(self.get_readings()), 1)

    def test_many_are_recorded_in_one_insert(self):
        other = self.write_in(ANNOUNCED, From="Zoe <zoe@example.org>")
        both = self.evidence | other.dispute_signal_ids.evidence_id
        self.assertEqual(len(both), 2)
        reader = both.with_user(self.supervisor)
        self.env.flush_all()
        self.env.cr.flush()
        inserts = []
        create = type(self.env["dispute.evidence"]).create

        def counted(model, vals_list):
            inserts.append(len(vals_list))
            return create(model, vals_list)

        with patch.object(type(self.env["dispute.evidence"]), "create", counted):
            for each in reader:
                each.read(["content"])
                each.read(["canonical"])
            self.assertEqual(inserts, [])
            self.env.cr.flush()
        self.assertEqual(inserts, [2])
        for ticket in self.ticket | other:
            self.assertEqual(len(self.get_readings(ticket)), 1)
