import io
import zipfile
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..dossier.verifier import verify
from .common import ANNOUNCED, CALM, DisputeCommon, RpcCommon, make_mail
from .common_pictures import PictureCommon


class DossierCommon(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_professional("lawyer", "Eleanor Lawyer", "en")
        cls.raw = make_mail(
            f"Hello,\n\n{ANNOUNCED}",
            Subject="My kitchen",
            To="care@nordwind.example.com",
        )
        cls.ticket = cls.receive(cls.raw)
        cls.case = cls.ticket.dispute_case_id
        cls.reply(cls.ticket, CALM, Subject="Re: My kitchen")

    def setUp(self):
        super().setUp()
        self.run_cron("ir_cron_handoff")
        self.run_cron("ir_cron_ledger")

    def open_dossier(self, cut="counsel", user=None):
        action = self.case.with_user(user or self.supervisor).action_dossier()
        dossier = self.env["dispute.dossier"].browse(action["res_id"])
        dossier = dossier.with_user(user or self.supervisor)
        if cut != "counsel":
            with Form(dossier) as form:
                form.cut = cut
        return dossier

    def make(self, dossier=None):
        dossier = dossier or self.open_dossier()
        dossier.action_build()
        self.run_cron("ir_cron_dossier")
        dossier.invalidate_recordset()
        return dossier

    def unpack(self, dossier):
        """Unpack the file of ``dossier``; return the bag's folder."""
        folder = Path(self.enterContext(TemporaryDirectory()))
        with zipfile.ZipFile(dossier.sudo()._get_path()) as packed:
            packed.extractall(folder)
        return next(folder.iterdir())

    def read_file(self, bag, path):
        return (bag / "data" / path).read_text(encoding="utf-8")


@tagged("post_install", "-at_install")
class TestDossier(MockEmail, DossierCommon):
    def test_stranger_verifies_it_and_finds_the_mail(self):
        dossier = self.make()
        self.assertEqual(dossier.state, "ready")
        self.assertFalse(dossier.problems)
        bag = self.unpack(dossier)
        self.assertEqual(list(verify(bag)), [])
        originals = [path.read_bytes() for path in bag.rglob("mail.eml")]
        self.assertIn(self.raw, originals)
        page = self.read_file(bag, "chronology.html")
        self.assertIn(f"<mark>{ANNOUNCED}</mark>", page)
        self.assertIn(dossier.head_id.root, self.read_file(bag, "README.txt"))

    def test_same_dossier_made_again_has_the_same_bytes(self):
        dossier = self.make()
        first = dossier.sudo()._get_path().read_bytes()
        # what changes since must not matter
        self.reply(self.ticket, "One more question.")
        self.company.name = "Nordwind AG"
        self.case.title = "Another title"
        self.run_cron("ir_cron_ledger")
        dossier.sudo()._get_path().unlink()
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            self.env["dispute.dossier"]._gc_files()
            self.assertEqual(dossier.state, "dropped")
            self.make(dossier)
        self.assertEqual(dossier.state, "ready")
        self.assertEqual(dossier.sudo()._get_path().read_bytes(), first)

    def test_left_out_exhibit_is_listed_with_its_reason(self):
        dossier = self.open_dossier()
        line = dossier.line_ids.filtered(lambda line: line.kind == "handoff")
        with self.assertRaises(ValidationError):
            line.is_withheld = True
        line.write({"is_withheld": True, "reason": "Not asked for"})
        bag = self.unpack(self.make(dossier))
        self.assertIn("Not asked for", self.read_file(bag, "withheld.csv"))
        self.assertNotIn("Eleanor", self.read_file(bag, "chronology.html"))
        self.assertEqual(list(verify(bag)), [])

    def test_set_for_the_other_side_leaves_out_what_is_privileged(self):
        full, other = self.open_dossier(), self.open_dossier("disclosure")
        self.assertFalse(full.line_ids.filtered("is_withheld"))
        withheld = other.line_ids.filtered("is_withheld")
        self.assertEqual(withheld.mapped("kind"), ["handoff"])
        bags = [self.unpack(self.make(dossier)) for dossier in (full, other)]
        self.assertIn("Eleanor", self.read_file(bags[0], "evidence/records.jsonl"))
        for path in bags[1].rglob("*"):
            if path.is_file() and path.suffix in (".txt", ".html", ".jsonl", ".csv"):
                self.assertNotIn("Eleanor", path.read_text(encoding="utf-8"))
        self.assertIn("Privileged", self.read_file(bags[1], "withheld.csv"))
        # the same exhibit has the same number in both
        numbers = [
            {line.evidence_id: line.number for line in dossier.line_ids}
            for dossier in (full, other)
        ]
        self.assertEqual(*numbers)

    def test_order_of_exhibits_is_the_one_chosen(self):
        dossier = self.open_dossier()
        first, *_others, last = dossier.line_ids
        first.sequence, last.sequence = last.sequence, first.sequence
        dossier.invalidate_recordset()
        self.make(dossier)
        self.assertEqual((last.number, first.number), (1, len(dossier.line_ids)))

    def test_what_is_fixed_stays(self):
        dossier = self.make()
        for values in ({"cut": "disclosure"}, {"lang": "en_US"}):
            with self.assertRaises(UserError):
                dossier.write(values)
        with self.assertRaises(UserError):
            dossier.line_ids[0].write({"is_withheld": True, "reason": "late"})
        for records in (dossier, dossier.line_ids):
            with self.assertRaises(UserError):
                records.sudo().with_context(_force_unlink=True).unlink()
        for values in ({"state": "ready"}, {"sha256": "0" * 64}, {"snapshot": {}}):
            with self.assertRaises(UserError):
                self.open_dossier().sudo().write(values)

    def test_nothing_left_to_show_is_told(self):
        dossier = self.open_dossier()
        dossier.line_ids.write({"is_withheld": True, "reason": "no"})
        with self.assertRaisesRegex(UserError, "no exhibit"):
            dossier.action_build()

    def test_failure_is_told_and_can_be_tried_again(self):
        dossier = self.open_dossier()
        module = "odoo.addons.dispute_guard.models.dispute_dossier_build"
        with (
            patch(f"{module}.write_dossier", side_effect=OSError("disk is full")),
            mute_logger("odoo.addons.dispute_guard.models.dispute_dossier"),
            patch.object(self.env.cr, "rollback"),
        ):
            self.make(dossier)
        self.assertEqual(dossier.state, "failed")
        self.assertIn("disk is full", dossier.problems)
        self.assertFalse(list(dossier._get_folder().glob("tmp*")))
        self.assertEqual(self.make(dossier).state, "ready")

    def test_requester_is_told(self):
        dossier = self.open_dossier()
        with self.mock_mail_gateway():
            self.make(dossier)
        told = self.env["mail.message"].search(
            [
                ("model", "=", "dispute.case"),
                ("res_id", "=", self.case.id),
                ("partner_ids", "in", self.supervisor.partner_id.ids),
            ]
        )
        self.assertIn("dossier is ready", told.body)

    def test_run_that_was_killed_is_made_again(self):
        dossier = self.open_dossier()
        dossier.action_build()
        self.env.cr.execute(
            "UPDATE dispute_dossier SET state = 'building' WHERE id = %s", [dossier.id]
        )
        self.env.invalidate_all()
        self.run_cron("ir_cron_dossier")
        self.assertEqual(dossier.state, "ready")

    def test_queries_do_not_grow_with_the_exhibits(self):
        counts = []
        for _round in range(2):
            dossier = self.open_dossier()
            dossier.action_build()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.run_cron("ir_cron_dossier")
            counts.append(self.env.cr.sql_log_count - before)
            for number in range(10):
                self.reply(self.ticket, f"Question number {number}?")
            self.run_cron("ir_cron_ledger")
        self.assertLessEqual(counts[1], counts[0] + 12)  # the raw mails themselves


@tagged("post_install", "-at_install")
class TestDossierRoute(DossierCommon, RpcCommon):
    def download(self, dossier, user=None):
        self.logout(keep_db=True) if user is None else self.login(user)
        return self.url_open(f"/dispute_guard/dossier/{dossier.id}")

    def test_who_may_download(self):
        dossier = self.make()
        allowed = self.download(dossier, self.supervisor)
        self.assertEqual(allowed.status_code, 200)
        with zipfile.ZipFile(io.BytesIO(allowed.content)) as packed:
            self.assertIsNone(packed.testzip())
        for user in (self.agent_own, self.agent_team, self.foreigner, self.portal):
            with self.subTest(user=user.login):
                self.assertEqual(self.download(dossier, user).status_code, 404)
        missing = self.env["dispute.dossier"].browse(dossier.id + 1000)
        self.assertEqual(self.download(missing, self.supervisor).status_code, 404)

    def test_download_is_recorded(self):
        dossier = self.make()
        before = self.env["dispute.evidence"].search([("kind", "=", "access")])
        self.download(dossier, self.supervisor)
        access = self.env["dispute.evidence"].search([("kind", "=", "access")]) - before
        self.assertEqual(len(access), 1)
        self.assertEqual(access.recorded_by, self.supervisor.login)
        self.assertIn(dossier.display_name, access.canonical)

    def test_rights(self):
        self.open_dossier()
        for user in (self.agent_own, self.agent_team):
            with self.assertRaises(AccessError):
                self.case.with_user(user).action_dossier()
        found = self.env["dispute.dossier"].with_user(self.foreigner).search([])
        self.assertFalse(found.filtered(lambda each: each.case_id == self.case))


@tagged("post_install", "-at_install")
class TestDossierTour(DossierCommon, PictureCommon):
    browser_size = "1400x900"

    def test_supervisor_makes_a_dossier(self):
        self.start_tour(
            f"/odoo/disputes/{self.case.id}",
            "dispute_dossier_tour",
            login=self.supervisor.login,
        )
        self.run_cron("ir_cron_dossier")
        dossier = self.case.dossier_ids
        self.assertEqual(dossier.state, "ready")
        withheld = dossier.line_ids.filtered("is_withheld")
        self.assertEqual(withheld.mapped("kind"), ["handoff"])
        self.assertIn(
            "Not asked for", self.read_file(self.unpack(dossier), "withheld.csv")
        )
        self.take_pictures(
            self.supervisor,
            {
                "dossier": (
                    f"dispute-dossiers/{dossier.id}",
                    "[data-value=ready].o_arrow_button_current",
                ),
                "dossiers": ("dispute-dossiers", ".o_list_view .badge"),
            },
        )
