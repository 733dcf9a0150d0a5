"""Trying a phrase on the texts received so far."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..wizards import dispute_screening_trial
from .common import ANNOUNCED, CALM
from .common_phrase_book import FOUND, FOUND_TOO, LEFT_ALONE, PHRASE, PhraseCommon


@tagged("post_install", "-at_install")
class TestPhraseBookTrial(PhraseCommon):
    def setUp(self):
        super().setUp()
        self.env["mail.gateway.allowed"].create({"email": "paula@example.net"})

    def receive_many(self, number, body=CALM):
        ticket = self.write_in(body)
        vals = ticket.dispute_inbound_ids.copy_data()[0]
        # what the gateway stores, without a mail for each
        return ticket.dispute_inbound_ids | self.env["dispute.inbound"].create(
            [vals | {"message_id": False} for _turn in range(number - 1)]
        )

    def test_counts_quotes_and_links(self):
        tickets = [self.write_in(body) for body in (FOUND, CALM, FOUND_TOO, LEFT_ALONE)]
        trial = self.try_phrase()
        self.assertEqual((trial.read_count, trial.found_count), (4, 2))
        self.assertEqual(trial.line_ids.mapped("quote"), [FOUND_TOO, FOUND])
        self.assertEqual(trial.line_ids.ticket_id, tickets[0] | tickets[2])
        self.assertIn("2 of 4", trial.outcome)
        self.assertIn("insurer", trial.covered_forms)
        action = trial.line_ids[1].action_open()
        self.assertEqual(
            self.env[action["res_model"]].browse(action["res_id"]),
            tickets[0].dispute_inbound_ids,
        )
        self.assertFalse(trial.problem)

    def test_tells_what_has_a_signal_already(self):
        self.write_in(FOUND)
        both = f"{FOUND} {ANNOUNCED}"
        self.write_in(both)
        self.dismiss(self.write_in(both).dispute_signal_ids)
        trial = self.try_phrase(kind="legal_threat")
        self.assertEqual(trial.line_ids.mapped("known"), ["dismissed", "open", False])
        self.assertEqual((trial.found_count, trial.known_count), (3, 1))
        other_kind = self.try_phrase(kind="pressure")
        self.assertEqual(set(other_kind.line_ids.mapped("known")), {False})

    def test_leaves_no_trace(self):
        ticket = self.write_in(FOUND)
        models = ("dispute.signal", "dispute.evidence", "dispute.case", "mail.message")
        before = [self.env[model].search_count([]) for model in models]
        inbound = ticket.dispute_inbound_ids.read()
        self.try_phrase()
        self.env.invalidate_all()
        self.assertEqual([self.env[m].search_count([]) for m in models], before)
        self.assertEqual(ticket.dispute_inbound_ids.read(), inbound)
        self.assertEqual(ticket.dispute_level, "calm")
        book = self.env["dispute.screening.rule"]
        self.assertFalse(book.search([("origin", "=", "phrase")]))

    def test_a_draft_remembers_its_try(self):
        for body in (FOUND, CALM):
            self.write_in(body)
        rule = self.make_rule()
        trial = self.open_trial(rule, self.manager)
        self.assertEqual(trial.found_count, 1)
        self.assertEqual((rule.tried_found, rule.tried_read), (1, 2))
        self.assertTrue(rule.tried_at)
        self.assertEqual(rule.state, "draft")

    def test_a_phrase_goes_into_the_book_after_its_try(self):
        self.write_in(FOUND)
        form = Form(self.env["dispute.screening.trial"].with_user(self.manager))
        form.phrase, form.language = PHRASE, "en"
        form.kind, form.grade = "legal_threat", "announced"
        trial = form.save()
        trial.action_try()
        action = trial.action_add()
        rule = self.env["dispute.screening.rule"].browse(action["res_id"])
        self.assertEqual((rule.phrase, rule.state), (PHRASE, "draft"))
        self.assertEqual((rule.tried_found, rule.tried_read), (1, 1))
        rule.with_user(self.manager).action_switch_on()
        self.assertEqual(self.write_in(FOUND).dispute_level, "legal")

    def test_a_phrase_that_cannot_be_used_says_why(self):
        for phrase, reason in (("it is", "every text"), ("a", "letter")):
            trial = self.try_phrase(phrase)
            self.assertIn(reason, trial.problem)
            self.assertFalse(trial.is_done)
            self.assertFalse(trial.line_ids)
        with self.assertRaises(UserError):
            self.try_phrase("   ", language=False)

    def test_a_phrase_that_fires_on_too_many_is_refused(self):
        self.receive_many(40)
        self.receive_many(11, FOUND)
        rule = self.make_rule()
        trial = self.open_trial(rule, self.manager)
        self.assertIn("11 of 51", trial.problem)
        with self.assertRaisesRegex(UserError, "11 of 51"):
            rule.action_switch_on()
        self.receive_many(10)
        self.assertFalse(self.open_trial(rule, self.manager).problem)
        rule.action_switch_on()
        self.assertEqual(rule.state, "live")

    def test_few_texts_judge_nothing(self):
        self.receive_many(10, FOUND)
        rule = self.make_rule()
        trial = self.open_trial(rule, self.manager)
        self.assertFalse(trial.problem)
        self.assertIn("too few texts", trial.outcome)
        rule.action_switch_on()

    def test_another_try_in_the_same_window(self):
        self.write_in(FOUND)
        trial = self.try_phrase()
        self.assertEqual(trial.found_count, 1)
        trial.phrase = "wake the carnival club"
        trial.action_try()
        self.assertEqual((trial.read_count, trial.found_count), (1, 0))
        self.assertFalse(trial.line_ids)
        trial.phrase = PHRASE
        trial.action_try()
        self.assertEqual(len(trial.line_ids), 1)

    def test_nothing_to_read(self):
        trial = self.try_phrase()
        self.assertEqual((trial.read_count, trial.found_count), (0, 0))
        self.assertIn("no text", trial.outcome)

    def test_reads_texts_in_its_language_only(self):
        self.write_in(FOUND)
        self.write_in("Lūdzu, pasakiet, kad tiks piegādāta mana virtuve. Paldies jums!")
        self.assertEqual(self.try_phrase().read_count, 1)
        latvian = self.try_phrase("ziņošu apdrošinātājam", language="lv")
        self.assertEqual(latvian.read_count, 1)

    def test_old_words_do_not_count(self):
        self.write_in(f"Thank you.\n\nOn Monday, Paula wrote:\n> {FOUND}\n")
        trial = self.try_phrase()
        self.assertEqual((trial.read_count, trial.found_count), (1, 0))

    def test_texts_of_others_than_customers_are_not_read(self):
        ticket = self.write_in(CALM)
        ticket.with_user(self.agent_team).message_post(
            body=FOUND, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.reply(ticket, FOUND, Auto_Submitted="auto-replied")
        self.assertIn("skipped", ticket.dispute_inbound_ids.mapped("state"))
        trial = self.try_phrase()
        self.assertEqual((trial.read_count, trial.found_count), (1, 0))

    def test_reads_the_newest_when_there_are_many(self):
        self.write_in(FOUND_TOO)
        self.receive_many(3)
        self.write_in(FOUND)
        with patch.object(dispute_screening_trial, "MOST_READ", 4):
            trial = self.try_phrase()
        self.assertEqual((trial.read_count, trial.found_count), (4, 1))
        self.assertIn("Older texts were not read", trial.outcome)

    def test_shows_some_and_counts_all(self):
        self.receive_many(5, FOUND)
        with patch.object(dispute_screening_trial, "MOST_SHOWN", 3):
            trial = self.try_phrase()
        self.assertEqual((trial.found_count, len(trial.line_ids)), (5, 3))
        self.assertIn("newest 3", trial.outcome)

    def test_stops_when_the_time_is_over(self):
        self.receive_many(5, FOUND)
        with patch.object(dispute_screening_trial, "MOST_SECONDS", 0):
            trial = self.try_phrase()
        self.assertLess(trial.read_count, 5)

    def test_other_companies_texts_are_not_read(self):
        self.write_in(FOUND)
        trial = self.try_phrase(user=self.foreigner)
        self.assertEqual(trial.read_count, 0)
        rule = self.make_rule(company_id=self.other_company.id, user=self.foreigner)
        self.assertEqual(self.open_trial(rule, self.foreigner).read_count, 0)

    def test_others_do_not_see_my_tries(self):
        self.write_in(FOUND)
        trial = self.try_phrase()
        other = trial.with_user(self.supervisor)
        self.assertFalse(other.search([("id", "=", trial.id)]))
        self.assertFalse(other.line_ids.search([("id", "in", trial.line_ids.ids)]))

    def test_a_made_up_line_tells_nothing(self):
        inbound = self.write_in(FOUND).dispute_inbound_ids
        trial = self.try_phrase(user=self.foreigner)
        with self.assertRaises(AccessError):
            trial.line_ids.create({"trial_id": trial.id, "inbound_id": inbound.id})
