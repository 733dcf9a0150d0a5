from odoo.tests import Form

from .common import DisputeCommon

PHRASE = "inform my insurers"
FOUND = "Tomorrow I will inform my insurers about the broken kitchen."
# Other forms of the words, and words between.
FOUND_TOO = "I have informed both my insurers already."
LEFT_ALONE = "Is insurance part of the price?"


class PhraseCommon(DisputeCommon):
    """A phrase that no shipped rule finds, and what people do with it."""

    def make_rule(self, phrase=PHRASE, user=None, **values):
        return (
            self.env["dispute.screening.rule"]
            .with_user(user or self.manager)
            .create(
                {
                    "phrase": phrase,
                    "kind": "legal_threat",
                    "grade": "announced",
                    "language": "en",
                    **values,
                }
            )
        )

    def make_live_rule(self, state="live", **values):
        """A rule that was tried and put to work in ``state``."""
        rule = self.make_rule(**values)
        rule.action_try()
        action = {"live": "switch_on", "shadow": "shadow", "suggest": "suggest"}[state]
        getattr(rule, f"action_{action}")()
        return rule

    def try_phrase(self, phrase=PHRASE, user=None, language="en", **values):
        """Try a phrase that is not in the book; return the window."""
        trial = (
            self.env["dispute.screening.trial"]
            .with_user(user or self.manager)
            .create({"phrase": phrase, "language": language, **values})
        )
        trial.action_try()
        return trial

    def get_signals(self, rule):
        return self.env["dispute.signal"].search([("rule", "=", rule.rule)])

    def dismiss(self, signals, user=None):
        signals.with_user(user or self.agent_team)._dismiss("They are the neighbour's.")

    def open_trial(self, rule, user):
        """What the button Try It shows: the window as the user gets it."""
        action = rule.with_user(user).action_try()
        trial = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        Form(trial, view="dispute_guard.dispute_screening_trial_view_form")
        return trial
