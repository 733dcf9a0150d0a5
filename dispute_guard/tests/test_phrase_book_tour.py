from odoo.tests import tagged

from .common import ANNOUNCED, CALM
from .common_phrase_book import FOUND, FOUND_TOO, PHRASE, PhraseCommon
from .common_pictures import PictureCommon


@tagged("post_install", "-at_install")
class TestPhraseBookTour(PhraseCommon, PictureCommon):
    browser_size = "1400x900"

    def test_administrator(self):
        """An administrator tries a phrase, puts it to work and retires it."""
        for body in (FOUND, CALM):
            self.write_in(body)
        self.start_tour("/odoo", "dispute_phrase_book_tour", login=self.manager.login)
        rule = self.env["dispute.screening.rule"].search([("phrase", "=", PHRASE)])
        self.assertEqual(rule.state, "retired")
        self.assertEqual((rule.tried_found, rule.tried_read), (1, 2))

    def test_screens(self):
        """Pictures of the book for the documentation."""
        self.manager.name = "Martha Manager"
        self.write_in(f"{FOUND} {ANNOUNCED}")
        rule = self.make_live_rule(least_reviews=2)
        self.make_live_rule("shadow", phrase="wake the carnival club")
        self.make_rule(
            "complain to the harbour master", kind="regulator_complaint", grade=False
        )
        for body in (FOUND_TOO, FOUND, CALM):
            self.write_in(body)
        signals = self.get_signals(rule)
        signals[0].with_user(self.agent_team).action_confirm()
        self.dismiss(signals[1])
        self.env.flush_all()
        screens = {
            "phrase_book": ("dispute-phrases", ".o_list_view .badge"),
            "phrase_rule": (f"dispute-phrases/{rule.id}", ".o_form_view"),
            "phrase_try": (
                f"dispute-phrases/{rule.id}",
                ".modal .o_data_row",
                "button[name=action_try]",
            ),
        }
        self.take_pictures(self.manager, screens)
