from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ANNOUNCED, CALM, HEATED, SENIOR, DisputeCommon


@tagged("post_install", "-at_install")
class TestSignal(DisputeCommon):
    def dismiss(self, signals, reason):
        """Dismiss as an agent does: by the window that asks for the reason."""
        action = signals.action_dismiss()
        wizard = Form(
            signals.env[action["res_model"]].with_context(**action["context"])
        )
        wizard.reason = reason
        return wizard.save().action_apply()

    # ------------------------------------------------------------------
    # What a signal says
    # ------------------------------------------------------------------

    def test_quote_stands_where_the_offsets_say(self):
        text = f"Dear all,\n\n{HEATED}\n\n{ANNOUNCED}\n\nPaula"
        ticket = self.write_in(text)
        signals = ticket.dispute_signal_ids
        self.assertGreaterEqual(len(signals), 3)
        for signal in signals:
            self.assertIn(signal.quote, text)
            self.assertEqual(len(signal.quote), signal.quote_end - signal.quote_start)
            self.assertTrue(signal.rule)
            self.assertTrue(0 < signal.confidence <= 1)
            self.assertEqual(
                signal.lexicon_version, ticket.dispute_inbound_ids.lexicon_version
            )

    def test_signal_carries_its_own_level_and_time(self):
        ticket = self.write_in(f"{SENIOR} {HEATED} {ANNOUNCED}")
        levels = {signal.kind: signal.level for signal in ticket.dispute_signal_ids}
        self.assertEqual(
            levels,
            {
                "superior_demanded": "tense",
                "hostile_tone": "hostile",
                "legal_threat": "legal",
            },
        )
        self.assertEqual(
            set(ticket.dispute_signal_ids.mapped("occurred_at")),
            set(ticket.dispute_inbound_ids.mapped("received_at")),
        )

    # ------------------------------------------------------------------
    # Review
    # ------------------------------------------------------------------

    def test_confirm(self):
        signal = self.write_in(ANNOUNCED).dispute_signal_ids
        signal.with_user(self.agent_team).action_confirm()
        self.assertEqual(signal.state, "confirmed")
        self.assertEqual(signal.reviewed_by, self.agent_team)
        self.assertTrue(signal.reviewed_at)
        self.assertEqual(signal.ticket_id.dispute_level, "legal")

    def test_dismiss_with_reason(self):
        ticket = self.write_in(ANNOUNCED)
        signal = ticket.dispute_signal_ids
        self.dismiss(signal.with_user(self.agent_team), "  he quotes a film ")
        self.assertEqual(signal.state, "dismissed")
        self.assertEqual(signal.dismiss_reason, "he quotes a film")
        self.assertEqual(signal.reviewed_by, self.agent_team)
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(ticket.dispute_signal_id)
        self.assertFalse(ticket.dispute_quote)
        self.assertEqual(ticket.dispute_signal_count, 0)
        self.assertEqual(ticket.dispute_case_id.level, "calm")

    def test_dismissed_words_are_not_marked_in_the_chatter(self):
        ticket = self.write_in(ANNOUNCED)
        message = ticket.dispute_signal_ids.message_id
        self.assertEqual(message.dispute_quotes, [ANNOUNCED])
        self.dismiss(ticket.dispute_signal_ids, "a film")
        message.invalidate_recordset()
        self.assertFalse(message.dispute_quotes)

    def test_dismissing_leaves_evidence(self):
        signal = self.write_in(ANNOUNCED).dispute_signal_ids
        self.dismiss(signal, "a film")
        self.assertEqual(signal.evidence_id.content, ANNOUNCED)
        self.assertTrue(signal.evidence_id.intact)

    def test_dismiss_without_reason_is_refused(self):
        signal = self.write_in(ANNOUNCED).dispute_signal_ids
        for reason in ("", "   ", False):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                signal.with_user(self.agent_team)._dismiss(reason)
        with self.assertRaises(UserError):
            self.dismiss(signal, " \n ")
        with self.assertRaises(AssertionError):  # the form asks for it itself
            self.dismiss(signal, False)
        self.assertEqual(signal.state, "open")

    def test_level_follows_the_gravest_that_is_left(self):
        ticket = self.write_in(f"{SENIOR} {HEATED} {ANNOUNCED}")
        for kind, level in (
            ("legal_threat", "hostile"),
            ("hostile_tone", "tense"),
            ("superior_demanded", "calm"),
        ):
            self.dismiss(
                ticket.dispute_signal_ids.filtered(lambda s, kind=kind: s.kind == kind),
                "mistake",
            )
            self.assertEqual(ticket.dispute_level, level)
            self.assertEqual(ticket.dispute_case_id.level, level)

    def test_changing_ones_mind(self):
        ticket = self.write_in(ANNOUNCED)
        signal = ticket.dispute_signal_ids
        self.dismiss(signal, "mistake")
        signal.action_confirm()
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertFalse(signal.dismiss_reason)
        evidence = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "quote")]
        )
        self.assertEqual(len(evidence), 1)

    def test_level_does_not_sink_with_a_calm_answer(self):
        ticket = self.write_in(ANNOUNCED)
        self.reply(ticket, CALM)
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(ticket.dispute_quote, ANNOUNCED)

    def test_newest_of_equally_grave_words_counts(self):
        ticket = self.write_in(ANNOUNCED)
        second = "My lawyer is preparing the claim."
        self.reply(ticket, second)
        self.assertEqual(ticket.dispute_quote, second)

    # ------------------------------------------------------------------
    # Words that are only context
    # ------------------------------------------------------------------

    def make_context(self):
        ticket = self.write_in(
            f"<p>{CALM}</p><blockquote>{ANNOUNCED}</blockquote>",
            Content_Type="text/html; charset=utf-8",
        )
        signal = ticket.dispute_inbound_ids.signal_ids
        self.assertEqual((signal.state, signal.segment), ("context", "quoted"))
        return ticket, signal

    def test_context_moves_nothing(self):
        ticket, signal = self.make_context()
        self.assertEqual(ticket.dispute_level, "calm")
        self.assertFalse(ticket.dispute_case_id)
        self.assertFalse(signal.evidence_id)
        self.assertFalse(signal.message_id.dispute_quotes)
        self.assertEqual(ticket.dispute_signal_count, 0)

    def test_confirmed_context_counts_like_new_words(self):
        ticket, signal = self.make_context()
        signal.with_user(self.agent_team).action_confirm()
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(signal.evidence_id.content, ANNOUNCED)
        self.assertTrue(ticket.dispute_case_id.hold)
        self.assertEqual(ticket.dispute_handoff_ids.role, "lawyer")
        self.assertEqual(signal.message_id.dispute_quotes, [ANNOUNCED])

    # ------------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------------

    def test_agent_reviews_only_on_tickets_he_may_work_on(self):
        ticket = self.write_in(ANNOUNCED)
        ticket.user_id = self.agent_team
        signal = ticket.dispute_signal_ids
        for user in (self.agent_own, self.foreigner, self.portal):
            with self.subTest(user.login):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    signal.with_user(user).action_confirm()
                with self.assertRaises(AccessError):
                    signal.with_user(user)._dismiss("not mine")
        self.assertEqual(signal.state, "open")

    def test_signal_is_never_written_by_people(self):
        signal = self.write_in(ANNOUNCED).dispute_signal_ids
        for user in (self.agent_team, self.supervisor, self.manager):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    signal.with_user(user).write({"quote": "nothing"})
                with self.assertRaises(AccessError):
                    signal.with_user(user).unlink()

    def test_advice_changes_with_the_matter(self):
        ticket = self.write_in(CALM)
        self.assertFalse(ticket.dispute_advice)
        self.reply(ticket, HEATED)
        self.assertIn("Listen", ticket.dispute_advice)
        self.reply(ticket, ANNOUNCED)
        self.assertIn("do not negotiate", ticket.dispute_advice)
