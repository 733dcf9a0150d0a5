from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..station import at_work


class DisputeScreeningRule(models.Model):
    """How often agents agreed with a rule, and what happens when they do not.

    A scheduled action judges, not the agent's click: it needs no right of the agent on
    the rule, nobody waits for a lock on it, and signals that are dismissed together
    are judged together.
    """

    # One concern a file: how it works, how well it does and what it looks for.
    _inherit = "dispute.screening.rule"

    floor = fields.Float(
        string="Precision Floor",
        default=0.7,
        help="Below this precision the rule only suggests.",
    )
    least_reviews = fields.Integer(
        string="Reviews Needed",
        default=10,
        help="So many reviews by agents it takes to judge the rule.",
    )
    judged_from = fields.Datetime(
        string="Reviews Count From",
        readonly=True,
        copy=False,
        help="Reviews count from here on: the rule was switched on again then.",
    )
    signal_count = fields.Integer(string="Signals", compute="_compute_reviews")
    confirmed_count = fields.Integer(string="Confirmed", compute="_compute_reviews")
    dismissed_count = fields.Integer(string="Dismissed", compute="_compute_reviews")
    precision = fields.Float(
        compute="_compute_reviews",
        help="Confirmed signals out of those that agents confirmed or dismissed.",
    )

    _sensible_floor = models.Constraint(
        "CHECK(floor BETWEEN 0 AND 1 AND least_reviews >= 1)",
        "The floor lies between 0 and 100 %, and judging takes at least one review.",
    )

    @api.depends("rule", "judged_from")
    def _compute_reviews(self):
        # sudo: dispute.signal - the reviews of all companies judge a rule; only their
        # number is told
        signals = self.env["dispute.signal"].sudo()
        named = self.filtered("rule")
        totals = dict(
            signals._read_group(
                Domain("rule", "in", named.mapped("rule")), ["rule"], ["__count"]
            )
        )
        judged = Domain.OR(
            Domain("rule", "in", rules.mapped("rule"))
            & (Domain("reviewed_at", ">=", since) if since else Domain.TRUE)
            for since, rules in named.grouped("judged_from").items()
        )
        reviews = {
            (name, state): count
            for name, state, count in signals._read_group(
                judged & Domain("state", "in", ("confirmed", "dismissed")),
                ["rule", "state"],
                ["__count"],
            )
        }
        for rule in self:
            rule.signal_count = totals.get(rule.rule, 0)
            rule.confirmed_count = reviews.get((rule.rule, "confirmed"), 0)
            rule.dismissed_count = reviews.get((rule.rule, "dismissed"), 0)
            judged_count = rule.confirmed_count + rule.dismissed_count
            rule.precision = judged_count and rule.confirmed_count / judged_count

    def action_view_signals(self):
        """Open what the rule found, in all revisions of its wording."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dispute_guard.dispute_signal_action"
        )
        return action | {"domain": [("rule", "in", self._get_past_ids())]}

    def _get_past_ids(self):
        """The ids the rule has or had."""
        self.ensure_one()
        return [self.rule, *(self._make_id(turn) for turn in range(1, self.revision))]

    # ------------------------------------------------------------------
    # Below the floor
    # ------------------------------------------------------------------

    def _is_below_floor(self):
        self.ensure_one()
        reviews = self.confirmed_count + self.dismissed_count
        return reviews >= self.least_reviews and self.precision < self.floor

    @api.model
    def _cron_watch(self):
        """Follow a change of the lexicons; let rules that are often wrong suggest."""
        self._sync_if_changed()
        live = self.search([("state", "=", "live")])
        live.filtered(lambda rule: rule._is_below_floor())._fall_back()

    def _fall_back(self):
        """Only suggest from now on, and tell the owners why."""
        at_work(self).write({"state": "suggest"})
        reasons = {rule.id: rule._describe_fall() for rule in self}
        self._message_log_batch(
            bodies={id_: plaintext2html(reason) for id_, reason in reasons.items()}
        )
        for rule in self:
            rule.activity_schedule(
                "dispute_guard.mail_activity_type_phrase_book",
                note=plaintext2html(reasons[rule.id]),
                user_id=rule._get_keeper().id,
            )

    def _describe_fall(self):
        self.ensure_one()
        return self.env._(
            "Agents confirmed %(confirmed)s of the %(reviews)s signals they reviewed: "
            "%(precision)s %%, and the floor is %(floor)s %%. From now on the rule "
            "only suggests. Look at what they dismissed, then change the rule, retire "
            "it, or switch it on again.",
            confirmed=self.confirmed_count,
            reviews=self.confirmed_count + self.dismissed_count,
            precision=round(self.precision * 100),
            floor=round(self.floor * 100),
        )

    def _get_keeper(self):
        """Who is told of the rule: its owner while he may read it, else an
        administrator."""
        self.ensure_one()
        owner = self.user_id
        if self.origin == "phrase" and owner.active:
            if self.with_user(owner).has_access("read"):
                return owner
        company = self.company_id or self.env.company
        return company._get_dispute_administrator()
