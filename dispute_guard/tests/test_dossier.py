import io
import os
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

    def test_it_is_written_in_the_language_chosen(self):
        self.env["res.lang"]._activate_lang("lv_LV")
        dossier = self.open_dossier()
        with Form(dossier) as form:
            form.lang = "lv_LV"
        bag = self.unpack(self.make(dossier))
        page = self.read_file(bag, "chronology.html")
        self.assertIn('<html lang="lv">', page)
        self.assertIn("Pielikums 1.", page)
        self.assertNotIn("Contents", page)
        self.assertNotIn("Start with", self.read_file(bag, "README.txt"))

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

    def test_client_brings_no_defaults(self):
        """Or he could have any ZIP file of the server sent to him."""
        outside = Path(self.enterContext(TemporaryDirectory())) / "backup"
        dossier = (
            self.env["dispute.dossier"]
            .with_user(self.supervisor)
            .with_context(
                default_state="ready",
                default_sha256=str(outside),
                default_is_withheld=True,
                default_reason="no",
            )
            .create({"case_id": self.case.id})
        )
        self.assertEqual(dossier.state, "draft")
        self.assertFalse(dossier.sha256)
        self.assertFalse(dossier.line_ids.filtered("is_withheld"))

    def test_what_a_person_left_out_stays_out(self):
        dossier = self.open_dossier()
        line = dossier.line_ids.filtered(lambda line: line.kind == "sent")[:1]
        line = line or dossier.line_ids.filtered(lambda line: not line.is_privileged)
        line[:1].write({"is_withheld": True, "reason": "Of somebody else"})
        for cut in ("disclosure", "counsel"):
            dossier.cut = cut
            self.assertEqual(line[:1].reason, "Of somebody else")

    def test_why_a_hold_was_placed_is_not_told_to_the_other_side(self):
        self.env["dispute.hold"]._place(self.case, "Counsel fears a trial", by="Sven")
        self.run_cron("ir_cron_ledger")
        for cut, number in (("counsel", 1), ("disclosure", 0)):
            bag = self.unpack(self.make(self.open_dossier(cut)))
            custody = self.read_file(bag, "custody.csv")
            self.assertEqual(custody.count("Counsel fears"), number)
            self.assertTrue(self.holds_kept(custody))

    def holds_kept(self, custody):
        return "Legal hold" in custody or "Counsel fears" in custody

    def test_change_of_privileged_words_is_privileged(self):
        """The record of a change repeats the words."""
        own = self.reply(
            self.ticket,
            "Settle at once, you will lose.",
            From="eleanor@nordwind.example.com",
        )
        self.env.cr.execute("UPDATE dispute_hold SET state = 'released'")
        self.env.invalidate_all()
        message = own.message_ids.sorted("id")[-1]
        plain = self.reply(self.ticket, CALM).message_ids.sorted("id")[-1]
        message.body = "Never mind."
        plain.body = "Never mind this either."
        dossier = self.open_dossier("disclosure")
        changes = {
            line.evidence_id._get_record()["details"]["id"]: line.is_withheld
            for line in dossier.line_ids.sudo()
            if line.kind == "change"
        }
        self.assertEqual((changes[message.id], changes[plain.id]), (True, False))
        message.sudo().unlink()
        dossier = self.open_dossier("disclosure")
        changes = dossier.line_ids.filtered(lambda line: line.kind == "change").sudo()
        for line in changes:
            if "Settle at once" in line.evidence_id.canonical:
                self.assertTrue(line.is_withheld, line.title)

    def test_damaged_record_is_told_and_stops_nothing(self):
        dossier = self.open_dossier()
        evidence = dossier.line_ids[0].evidence_id
        self.env.cr.execute("ALTER TABLE dispute_evidence DISABLE TRIGGER USER")
        self.env.cr.execute(
            "UPDATE dispute_evidence SET canonical = '{' WHERE id = %s", [evidence.id]
        )
        self.env.cr.execute("ALTER TABLE dispute_evidence ENABLE TRIGGER USER")
        self.env.invalidate_all()
        for made in (self.make(dossier), self.make()):
            self.assertEqual(made.state, "ready", made.problems)
            self.assertIn(f"Evidence {evidence.id} is not what", made.problems)
            told = list(verify(self.unpack(made)))
            self.assertIn("is no record of evidence", told[0])

    def test_tickets_that_join_later_change_no_byte(self):
        other = self.write_in(CALM, Subject="Another")
        self.env["dispute.evidence"]._record_reading(
            other.dispute_inbound_ids, "opened"
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        dossier = self.make()
        first = dossier.sudo()._get_path().read_bytes()
        head = dossier.head_id
        other.with_user(self.supervisor).dispute_case_id = self.case
        self.env.cr.execute(
            "UPDATE dispute_dossier SET state = 'dropped' WHERE id = %s", [dossier.id]
        )
        self.env.invalidate_all()
        self.make(dossier)
        self.assertEqual(dossier.head_id, head)
        self.assertEqual(dossier.sudo()._get_path().read_bytes(), first)

    def test_one_that_stops_the_server_stops_no_other(self):
        bad, good = self.open_dossier(), self.open_dossier()
        order = []
        build = type(bad)._build

        def follow(dossier):
            order.append(dossier.id)
            return build(dossier)

        for attempts, found in ((1, [good.id, bad.id]), (2, [good.id])):
            (bad | good).sudo().flush_recordset()
            self.env.cr.execute(
                "UPDATE dispute_dossier SET state = 'draft' WHERE id = ANY(%s)",
                [[bad.id, good.id]],
            )
            self.env.invalidate_all()
            (bad | good).action_build()
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE dispute_dossier SET state = 'building', attempts = %s "
                "WHERE id = %s",
                [attempts, bad.id],
            )
            self.env.invalidate_all()
            order.clear()
            with patch.object(type(bad), "_build", follow):
                self.run_cron("ir_cron_dossier")
            self.assertEqual(order, found)
        self.assertEqual((bad.state, good.state), ("failed", "ready"))
        self.assertIn("The server stopped", bad.problems)

    def test_requester_who_cannot_be_told_stops_nothing(self):
        dossier = self.open_dossier()
        with (
            patch.object(
                type(dossier), "_notify_requester", side_effect=ValueError("no")
            ),
            mute_logger("odoo.addons.dispute_guard.models.dispute_dossier"),
        ):
            self.make(dossier)
        self.assertEqual(dossier.state, "ready")

    def test_what_a_killed_run_left_is_cleared_away(self):
        folder = self.env["dispute.dossier"]._get_folder()
        old, new = folder / "tmpold", folder / "tmpnew"
        for path in (old, new):
            path.write_bytes(b"half")
            self.addCleanup(path.unlink, missing_ok=True)
        os.utime(old, (0, 0))
        self.env["dispute.dossier"]._gc_files()
        self.assertEqual((old.exists(), new.exists()), (False, True))

    def test_log_that_is_just_being_written(self):
        self.reply(self.ticket, CALM)
        self.run_cron("ir_cron_ledger")
        dossier = self.open_dossier()
        evidence = dossier.line_ids[-1].evidence_id
        self.env["dispute.ledger.queue"].create(
            {
                "source": "dispute_evidence",
                "record_id": evidence.id,
                "company": self.company.id,
            }
        )
        sequencer = type(self.env["dispute.ledger.sequencer"])
        with (
            patch.object(sequencer, "_lock", lambda self, company: False),
            mute_logger("odoo.addons.dispute_guard.models.dispute_dossier"),
            patch.object(self.env.cr, "rollback"),
        ):
            self.make(dossier)
        self.assertEqual(dossier.state, "failed")
        self.assertIn("just being written", dossier.problems)
        self.assertFalse(dossier.head_id)

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
