from odoo import api, fields, models

from ..models.dispute_case import RUNGS
from ..models.dispute_case_outcome import OUTCOMES
from ..models.dispute_case_rung import COUNSEL
from ..models.dispute_rung import RANK


class DisputeCaseStepTake(models.TransientModel):
    """Go to another stage: what it asks for, why, and how it ended."""

    _name = "dispute.case.step.take"
    _description = "Go to Another Stage"

    case_id = fields.Many2one("dispute.case", required=True)
    rung = fields.Selection(
        selection=RUNGS,
        string="Stage",
        required=True,
        compute="_compute_rung",
        store=True,
        readonly=False,
    )
    guide = fields.Text(compute="_compute_asked")
    missing = fields.Text(string="Still Missing", compute="_compute_asked")
    can_override = fields.Boolean(compute="_compute_asked")
    counsel = fields.Char(string="Who Can Override", compute="_compute_asked")
    override = fields.Boolean(string="Go On Without It")
    reason = fields.Text()
    # when it closes
    currency_id = fields.Many2one(related="case_id.currency_id")
    outcome = fields.Selection(selection=OUTCOMES)
    outcome_note = fields.Text(string="How It Ended")
    outcome_amount = fields.Monetary(string="Paid in the End")

    @api.constrains("case_id")
    def _check_case(self):
        """Its state is told to whoever reads this; constraints run as superuser."""
        self.sudo(False).case_id.check_access("read")

    @api.depends("case_id")
    def _compute_rung(self):
        """The next one above; of a closed dispute the one it was closed from."""
        for window in self:
            case = window.case_id
            rank = RANK[case.rung] + 1 if case else 0
            is_closed = rank == len(RUNGS)
            window.rung = case._get_reached_rung() if is_closed else RUNGS[rank][0]

    @api.depends("case_id", "rung", "outcome")
    @api.depends_context("lang", "uid")
    def _compute_asked(self):
        is_counsel = self.env.user.has_group(COUNSEL)
        for window in self:
            case, rung = window.case_id, window.rung
            missing = window._find_missing() if case and rung else []
            window.missing = "\n".join(f"• {each}" for each in missing)
            window.can_override = bool(missing) and is_counsel
            window.counsel = case and case._name_counsel()
            settings = self.env["dispute.rung"]._find(rung, case.company_id)
            window.guide = settings[case.company_id].guide if case else False

    def _find_missing(self):
        """What is missing, but for what this window itself asks."""
        case = self.case_id
        if self.rung == case.rung:
            return []
        missing = case._find_missing(self.rung)
        if self.rung == "closed" and self.outcome:
            asked = self.env["dispute.rung.condition"]._describe_outcome_known()
            missing = [each for each in missing if each != asked]
        return missing

    def action_apply(self):
        """Take the step."""
        self.ensure_one()
        case = self.case_id
        case.check_access("write")
        if self.rung == "closed" and self.outcome:
            case._set_outcome(self.outcome, self.outcome_note, self.outcome_amount)
        case._step(self.rung, self.reason, override=self.override)
        return {"type": "ir.actions.act_window_close"}
