from odoo import api, fields, models
from odoo.fields import Domain

from .dispute_case import RUNGS

TRIED_RUNGS = [(rung, label) for rung, label in RUNGS if rung != "closed"]


class DisputeRungCondition(models.Model):
    """One thing that must be there before a dispute enters a stage.

    A kind ``x`` is judged by ``_is_met_x`` and put into words by ``_describe_x``. Which
    earlier stages must have been tried is judged together with the agreement's clause:
    ``dispute.case._find_untried``.
    """

    _name = "dispute.rung.condition"
    _description = "Condition of a Stage"
    _order = "sequence, id"

    rung_id = fields.Many2one(
        "dispute.rung", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rung_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="What Must Be There", compute="_compute_name")
    kind = fields.Selection(
        selection=[
            ("rung_tried", "An earlier stage was tried"),
            ("efforts", "Efforts for peace were made"),
            ("clock_ended", "A clock has run out"),
            ("agreement_linked", "An agreement is linked"),
            ("sum_known", "The sum in dispute is known"),
            ("both_consents", "Both sides consent to mediation"),
            ("counsel_acknowledged", "A lawyer has taken it over"),
            ("outcome_known", "The outcome is noted"),
        ],
        required=True,
    )
    tried_rung = fields.Selection(selection=TRIED_RUNGS, string="Which Stage")
    days = fields.Integer(string="For Days")
    effort_count = fields.Integer(string="Number of Efforts", default=1)
    effort_kind = fields.Selection(
        selection="_selection_effort_kind",
        string="Which Efforts",
        help="Empty: of any kind.",
    )
    clock_kind = fields.Selection(
        selection="_selection_clock_kind", string="Which Clock"
    )

    _complete = models.Constraint(
        """CHECK(
            (kind != 'rung_tried' OR tried_rung IS NOT NULL)
            AND (kind != 'clock_ended' OR clock_kind IS NOT NULL)
            AND (kind != 'efforts' OR effort_count >= 1)
            AND COALESCE(days, 0) >= 0)""",
        "Please say which stage, which clock or how many efforts are asked for.",
    )

    @api.model
    def _selection_effort_kind(self):
        return (
            self.env["dispute.effort"]._fields["kind"]._description_selection(self.env)
        )

    @api.model
    def _selection_clock_kind(self):
        return (
            self.env["dispute.clock"]._fields["kind"]._description_selection(self.env)
        )

    @api.depends("kind", "tried_rung", "days", "effort_count", "effort_kind")
    @api.depends("clock_kind")
    @api.depends_context("lang")
    def _compute_name(self):
        for condition in self:
            describe = getattr(condition, f"_describe_{condition.kind}", None)
            condition.name = describe() if describe else False

    def _get_label(self, field):
        return dict(self._fields[field]._description_selection(self.env)).get(
            self[field]
        )

    # ------------------------------------------------------------------
    # Judging
    # ------------------------------------------------------------------

    def _find_missing(self, case):
        """Those of the conditions that ``case`` does not meet."""
        return self.filtered(
            lambda condition: not getattr(condition, f"_is_met_{condition.kind}")(case)
        )

    def _describe_rung_tried(self):
        return self._describe_tried(self.tried_rung, self.days)

    @api.model
    def _describe_tried(self, rung, days):
        """Hook: that the stage ``rung`` must have been tried for ``days``."""
        values = {"stage": dict(self._get_rung_labels())[rung], "days": days}
        if rung == "mediation":
            if days:
                return self.env._(
                    "Mediation was tried for %(days)s days, or the customer refused it",
                    **values,
                )
            return self.env._("Mediation was tried, or the customer refused it")
        if days:
            return self.env._(
                "“%(stage)s” was tried for at least %(days)s days", **values
            )
        return self.env._("“%(stage)s” was tried", **values)

    @api.model
    def _get_rung_labels(self):
        return self.env["dispute.case"]._fields["rung"]._description_selection(self.env)

    def _is_met_efforts(self, case):
        domain = Domain("case_id", "=", case.id)
        if self.effort_kind:
            domain &= Domain("kind", "=", self.effort_kind)
        found = self.env["dispute.effort"].search_count(domain, self.effort_count)
        return found >= self.effort_count

    def _describe_efforts(self):
        if self.effort_kind:
            return self.env._(
                "Efforts for peace of the kind “%(kind)s” are on record, at least "
                "%(number)s",
                kind=self._get_label("effort_kind"),
                number=self.effort_count,
            )
        return self.env._(
            "Efforts for peace are on record (answers, calls, offers …), at least "
            "%(number)s",
            number=self.effort_count,
        )

    def _is_met_clock_ended(self, case):
        now = fields.Datetime.now()
        return any(
            clock.kind == self.clock_kind
            and (clock.state in ("met", "missed") or clock.due_at <= now)
            for clock in case.clock_ids
            if clock.state != "stopped"
        )

    def _describe_clock_ended(self):
        return self.env._(
            "The clock “%(clock)s” has run out", clock=self._get_label("clock_kind")
        )

    def _is_met_agreement_linked(self, case):
        return any(link.state == "linked" for link in case.agreement_link_ids)

    def _describe_agreement_linked(self):
        return self.env._("An agreement is linked, so that its clauses are known")

    def _is_met_sum_known(self, case):
        return case.amount_disputed > 0

    def _describe_sum_known(self):
        return self.env._("The sum in dispute is known")

    def _is_met_both_consents(self, case):
        return case._has_mediation_consents()

    def _describe_both_consents(self):
        return self.env._("We and the customer consent to mediation")

    def _is_met_counsel_acknowledged(self, case):
        return any(
            handoff.role == "lawyer"
            and handoff.state in ("acknowledged", "accepted", "done")
            for handoff in case.handoff_ids
        )

    def _describe_counsel_acknowledged(self):
        return self.env._("A lawyer has acknowledged or taken over the matter")

    def _is_met_outcome_known(self, case):
        return bool(case.outcome)

    def _describe_outcome_known(self):
        return self.env._("The outcome is noted")
