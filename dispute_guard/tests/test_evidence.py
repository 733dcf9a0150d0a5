from psycopg2.errors import RestrictViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..ledger import sha256_hex
from ..models.dispute_inbound import DisputeInbound
from ..models.dispute_stray_mail import DisputeStrayMail
from .common import ANNOUNCED, CONDITIONAL, DisputeCommon, make_mail

VALUES = {
    "kind": "quote",
    "content": "I admit everything.",
    "canonical": "{}",
    "sha256": "0" * 64,
    "recorded_at": "2026-01-01 00:00:00",
}


class SqlCommon(DisputeCommon):
    """The database owner at work."""

    def assertRefused(self, query, *args):
        """Assert that a trigger of ours refuses ``query`` with a clear message."""
        with (
            self.assertRaises(RestrictViolation) as refusal,
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(SQL(query, *args))
        self.assertIn("Dispute Guard", str(refusal.exception))
        self.assertIn("kept as evidence", str(refusal.exception))

    def tamper(self, record, trigger, **values):
        """Change ``record`` as an owner who switches the trigger off for a moment."""
        table = SQL.identifier(record._table)
        name = SQL.identifier(trigger)
        self.env.flush_all()
        self.env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER %s", table, name))
        for column, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    table,
                    SQL.identifier(column),
                    value,
                    record.id,
                )
            )
        self.env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER %s", table, name))
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestEvidence(SqlCommon):
    def get_evidence(self):
        """Return fresh evidence of a customer's words."""
        evidence = self.write_in(ANNOUNCED).dispute_signal_ids.evidence_id
        self.env.flush_all()
        return evidence

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def test_content(self):
        raw = make_mail(ANNOUNCED, Message_ID="<proof@example.net>")
        ticket = self.receive(raw)
        evidence = ticket.dispute_signal_ids.evidence_id
        self.assertEqual(evidence.kind, "quote")
        self.assertEqual(evidence.content, ANNOUNCED)
        self.assertEqual(evidence.ticket_number, ticket.number)
        self.assertIn("paula@example.net", evidence.author)
        self.assertEqual(len(evidence.sha256), 64)
        self.assertTrue(evidence.intact)
        for words in (
            ANNOUNCED,
            ticket.number,
            "Nordwind",
            "paula@example.net",
            "<proof@example.net>",
            "legal_threat",
            "announced",
            "gateway",
            ticket.dispute_inbound_ids.raw_sha256,
            ticket.dispute_inbound_ids.lexicon_version,
        ):
            self.assertIn(words, evidence.canonical)
        self.assertEqual(ticket.dispute_evidence_count, 2)  # and the hold
        self.assertEqual(ticket.dispute_case_id.evidence_count, 2)

    def test_words_of_any_script_stay_intact(self):
        ticket = self.write_in("Я подам на вас в суд 🧾 «сегодня».", Subject="Кухня")
        evidence = ticket.dispute_signal_ids.evidence_id
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(evidence)
        self.assertTrue(all(evidence.mapped("intact")))

    # ------------------------------------------------------------------
    # Refused by Odoo
    # ------------------------------------------------------------------

    def test_write_is_refused_even_for_the_superuser(self):
        evidence = self.get_evidence()
        for user in (self.env.user, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user.login):
                with self.assertRaises(UserError) as refusal:
                    evidence.with_user(user).sudo().write({"content": "x"})
                self.assertIn("cannot be changed", str(refusal.exception))
        with self.assertRaises(UserError):
            evidence.content = "x"
        with self.assertRaises(UserError):
            evidence.write({})

    def test_unlink_is_refused_even_for_the_superuser(self):
        evidence = self.get_evidence()
        with self.assertRaises(UserError) as refusal:
            evidence.sudo().unlink()
        self.assertIn("cannot be deleted", str(refusal.exception))
        self.assertTrue(evidence.exists())

    def test_create_is_refused_even_for_the_superuser(self):
        model = self.env["dispute.evidence"].sudo()
        values = {**VALUES, "company_id": self.company.id}
        for forged in (None, True, 1, "RECORDER", object(), {"x": 1}):
            with self.subTest(forged=forged):
                with self.assertRaises(UserError) as refusal:
                    model.with_context(dispute_station=forged).create(values)
                self.assertIn("never entered", str(refusal.exception))

    def test_copy_is_refused(self):
        with self.assertRaises(UserError):
            self.get_evidence().copy({"content": "x"})

    def test_recorded_evidence_does_not_hand_out_the_key(self):
        evidence = self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "quote",
                    "content": "x",
                    "ticket": self.write_in(CONDITIONAL),
                    "company": self.company,
                    "author": "x",
                    "occurred_at": self.env.cr.now(),
                    "details": {},
                }
            ]
        )
        with self.assertRaises(UserError):
            evidence.copy()

    # ------------------------------------------------------------------
    # Refused by the database
    # ------------------------------------------------------------------

    def test_update_is_refused(self):
        evidence = self.get_evidence()
        for column, value in (
            ("content", "x"),
            ("sha256", "x"),
            ("canonical", "x"),
            ("ticket_id", 0),
            ("recorded_at", "2020-01-01"),
        ):
            with self.subTest(column):
                self.assertRefused(
                    "UPDATE dispute_evidence SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    value,
                    evidence.id,
                )

    def test_delete_is_refused(self):
        evidence = self.get_evidence()
        self.assertRefused("DELETE FROM dispute_evidence WHERE id = %s", evidence.id)
        self.env.cr.execute("SELECT count(*) FROM dispute_evidence")
        self.assertTrue(self.env.cr.fetchone()[0])

    def test_truncate_is_refused(self):
        self.get_evidence()
        self.assertRefused("TRUNCATE dispute_evidence CASCADE")

    # ------------------------------------------------------------------
    # Tampering past the trigger is seen
    # ------------------------------------------------------------------

    def test_tampered_columns_are_shown(self):
        for column, value in (
            ("content", "I praise you."),
            ("author", "somebody@else.example"),
            ("ticket_number", "HT99999"),
            ("kind", "agreement"),
            ("sha256", "0" * 64),
            ("canonical", '{"form":"dispute-guard/1","record":{}}'),
            ("canonical", "no JSON at all"),
            ("recorded_at", "2020-01-01 00:00:00"),
            ("occurred_at", "2020-01-01 00:00:00"),
            ("recorded_by", "somebody"),
        ):
            with self.subTest(column):
                evidence = self.get_evidence()
                self.assertTrue(evidence.intact)
                self.tamper(evidence, "dispute_guard_rows", **{column: value})
                self.assertFalse(evidence.intact)

    def test_recomputed_digest_of_a_forged_text_is_still_seen(self):
        """Who forges the canonical text and its digest must forge all columns."""
        evidence = self.get_evidence()
        forged = evidence.canonical.replace("court", "peace")
        self.tamper(
            evidence,
            "dispute_guard_rows",
            canonical=forged,
            sha256=sha256_hex(forged.encode()),
        )
        self.assertFalse(evidence.intact)

    def test_forged_canonical_of_any_form_is_seen(self):
        for forged in ("no JSON", "{}", "[]", '{"record":null}', '{"record":{}}', ""):
            with self.subTest(forged):
                evidence = self.get_evidence()
                self.tamper(
                    evidence,
                    "dispute_guard_rows",
                    canonical=forged,
                    sha256=sha256_hex(forged.encode()),
                )
                self.assertFalse(evidence.intact)

    # ------------------------------------------------------------------
    # It outlives what it came from
    # ------------------------------------------------------------------

    def test_deleted_ticket_leaves_evidence(self):
        ticket = self.write_in(CONDITIONAL)
        number = ticket.number
        evidence = ticket.dispute_signal_ids.evidence_id
        self.assertFalse(ticket.dispute_hold)
        ticket.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(evidence.content, CONDITIONAL)
        self.assertEqual(evidence.ticket_number, number)
        self.assertTrue(evidence.intact)
        inbound = self.env["dispute.inbound"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertIn(CONDITIONAL, inbound.body)
        self.assertTrue(inbound.raw)
        self.assertTrue(evidence.with_user(self.supervisor).content)

    def test_deleted_user_and_partner_leave_evidence(self):
        evidence = self.get_evidence()
        ticket = self.env["helpdesk.ticket"].browse(evidence.ticket_id)
        self.release_hold(ticket.dispute_case_id)
        before = evidence.read()
        self.portal.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(evidence.read(), before)


@tagged("post_install", "-at_install")
class TestKeptMail(SqlCommon):
    """The mail as received and the text as screened do not change either."""

    def test_kept_columns_of_an_inbound_text(self):
        inbound = self.write_in(ANNOUNCED).dispute_inbound_ids
        self.env.flush_all()
        for column in DisputeInbound._immutable_columns:
            with self.subTest(column):
                value = {"received_at": "2020-01-01", "files": '"x"'}.get(column, "x")
                self.assertRefused(
                    "UPDATE dispute_inbound SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    value,
                    inbound.id,
                )
        self.env.cr.execute(
            "UPDATE dispute_inbound SET attempts = 3 WHERE id = %s", [inbound.id]
        )

    def test_kept_columns_of_a_stray_mail(self):
        raw = make_mail(ANNOUNCED)
        self.receive(raw)
        self.receive(raw)
        stray = self.env["dispute.stray.mail"].search([], limit=1)
        self.assertEqual(stray.state, "duplicate")
        for column in DisputeStrayMail._immutable_columns:
            with self.subTest(column):
                value = {"received_at": "2020-01-01", "files": '"x"'}.get(column, "x")
                self.assertRefused(
                    "UPDATE dispute_stray_mail SET %s = %s WHERE id = %s",
                    SQL.identifier(column),
                    value,
                    stray.id,
                )

    def test_guarded_columns_exist(self):
        """A misspelt name in a list of guarded columns would guard nothing."""
        for model_class in (DisputeInbound, DisputeStrayMail):
            model = self.env[model_class._name]
            for column in model_class._immutable_columns:
                with self.subTest(model=model._name, column=column):
                    self.assertIn(column, model._fields)
                    self.assertTrue(model._fields[column].column_type)

    def test_triggers_stand(self):
        self.env.cr.execute(
            """
            SELECT tgrelid::regclass::text, tgname FROM pg_trigger
            WHERE tgname LIKE 'dispute_guard_%%' AND tgenabled = 'O'
            """
        )
        self.assertLessEqual(
            {
                ("dispute_evidence", "dispute_guard_rows"),
                ("dispute_evidence", "dispute_guard_table"),
                ("dispute_inbound", "dispute_guard_columns"),
                ("dispute_stray_mail", "dispute_guard_columns"),
            },
            set(self.env.cr.fetchall()),
        )

    def test_edited_chatter_leaves_the_text_as_it_arrived(self):
        ticket = self.write_in(ANNOUNCED)
        inbound = ticket.dispute_inbound_ids
        before = inbound.read(["body", "raw", "raw_sha256", "author_email"])
        self.release_hold(ticket.dispute_case_id)  # edits are refused before
        inbound.message_id.write({"body": "<p>All is well.</p>", "email_from": "x@y.z"})
        ticket.description = "<p>All is well.</p>"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(
            inbound.read(["body", "raw", "raw_sha256", "author_email"]), before
        )
        self.assertEqual(ticket.dispute_quote, ANNOUNCED)
