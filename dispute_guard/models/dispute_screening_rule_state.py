from odoo import api, fields, models
from odoo.exceptions import UserError

from ..screening import default_screener
from ..station import at_work

# A phrase that fires on more of the texts than this says nothing about a text; from
# fewer texts nobody can tell.
MOST_SHARE = 0.2
LEAST_READ = 50


class DisputeScreeningRule(models.Model):
    """How a rule comes to work, and how it stops."""

    # One concern a file: how it works, how well it does and what it looks for.
    _inherit = "dispute.screening.rule"

    # how it did when it was tried last
    tried_at = fields.Datetime(string="Last Tried", readonly=True, copy=False)
    tried_read = fields.Integer(string="Texts Read", readonly=True, copy=False)
    tried_found = fields.Integer(
        string="Would Have Fired On", readonly=True, copy=False
    )

    def action_try(self):
        """Show on which of the texts received so far the phrase would have fired."""
        self.ensure_one()
        trial = self.env["dispute.screening.trial"].create({"rule_id": self.id})
        return trial.action_try()

    def action_export(self):
        """Download these own phrases, or all, as lexicon files."""
        return self.env["dispute.screening.transfer"].action_export(self)

    def action_shadow(self):
        self._set_state("shadow")

    def action_suggest(self):
        self._set_state("suggest")

    def action_switch_on(self):
        fallen = self.filtered(lambda rule: rule._is_below_floor())
        self._set_state("live")
        # else the reviews that made it fall would make it fall again
        at_work(fallen).write({"judged_from": fields.Datetime.now()})

    def action_retire(self):
        self._set_state("retired")

    def action_draft(self):
        """Begin a new revision, whose words can be changed."""
        self.check_access("write")
        if self.filtered(lambda rule: rule.origin == "lexicon"):
            raise UserError(self.env._("A shipped rule is changed in the lexicon."))
        for rule in self.filtered(lambda rule: rule.state != "draft"):
            at_work(rule).write(
                {
                    "state": "draft",
                    "revision": rule.revision + 1,
                    "judged_from": False,
                }
            )

    def _set_state(self, state):
        """Let the rules work in another way from now on; what was found stays.

        :raise UserError: when a phrase was not tried, or fires too often
        """
        self.check_access("write")
        if state != "retired":
            for rule in self.filtered(lambda rule: rule.origin == "phrase"):
                if problem := rule._find_obstacle():
                    raise UserError(
                        self.env._(
                            "%(rule)s: %(problem)s", rule=rule.name, problem=problem
                        )
                    )
        at_work(self.filtered(lambda rule: rule.state != state)).write({"state": state})

    def _find_obstacle(self):
        """Why an own phrase must not work yet; None if it may."""
        self.ensure_one()
        if self.state == "retired":
            return self.env._("It is retired. Set it back to draft and try it again.")
        if not self.tried_at:
            return self.env._("Try it first, with the words as they are now.")
        return (
            self._find_excess(self.tried_found, self.tried_read)
            or self._find_failed_example()
        )

    @api.model
    def _find_excess(self, found, read):
        """Why a phrase fires too often to mean anything; None if it does not.

        :param int found: texts it would have fired on
        :param int read: texts that were read
        """
        if read < LEAST_READ or found <= MOST_SHARE * read:
            return None
        return self.env._(
            "It fires on %(found)s of %(read)s texts, which is more than %(share)s %%. "
            "Add words that only such a text would have.",
            found=found,
            read=read,
            share=round(MOST_SHARE * 100),
        )

    def _make_own_screener(self):
        """A Screener with nothing but this phrase."""
        return default_screener().extended([self._make_rule()], alone=True)

    def _find_failed_example(self):
        """The first example sentence that the phrase gets wrong; None if there is
        none."""
        self.ensure_one()
        screener = self._make_own_screener()
        for line in self._get_lines("should_find"):
            if not screener.screen(line, lang=self.language).findings:
                return self.env._("It does not find: %(line)s", line=line)
        for line in self._get_lines("should_leave"):
            if screener.screen(line, lang=self.language).findings:
                return self.env._("It does not leave alone: %(line)s", line=line)
        return None

    def _note_trial(self, found, read):
        """Remember how the present wording did.

        :param int found: texts it would have fired on
        :param int read: texts that were read
        """
        # sudo: dispute.screening.rule - a supervisor may try a rule, not change it
        at_work(self.sudo()).write(
            {
                "tried_at": fields.Datetime.now(),
                "tried_found": found,
                "tried_read": read,
            }
        )
