from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..station import own_defaults

OUTCOMES = [
    ("settled", "Settled between us"),
    ("mediated", "Settled in mediation"),
    ("withdrawn", "Withdrawn by the customer"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("lapsed", "Lapsed"),
    ("other", "Something else"),
]
OUTCOME_FIELDS = {"outcome", "outcome_note", "outcome_amount"}


class DisputeCase(models.Model):
    """How a dispute ended, and at what cost."""

    # one file a concern
    _inherit = "dispute.case"

    outcome = fields.Selection(selection=OUTCOMES, copy=False, tracking=True)
    outcome_note = fields.Text(string="How It Ended", copy=False)
    outcome_amount = fields.Monetary(
        string="Paid in the End",
        copy=False,
        help="What was paid to settle it, whichever side paid.",
    )
    outcome_at = fields.Datetime(string="Outcome Noted", readonly=True, copy=False)

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        return own_defaults(self, defaults, OUTCOME_FIELDS | {"outcome_at"})

    @api.constrains("outcome", "outcome_note")
    def _check_outcome_note(self):
        for case in self:
            if case.outcome == "other" and not (case.outcome_note or "").strip():
                raise ValidationError(
                    self.env._("Please say in words how the dispute ended.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_outcome_write(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_outcome_write(vals)
        if not vals.keys() & OUTCOME_FIELDS:
            return super().write(vals)
        result = super().write(vals | {"outcome_at": fields.Datetime.now()})
        self._record_outcome()
        return result

    def _check_outcome_write(self, vals):
        if "outcome_at" in vals:
            raise UserError(
                self.env._("When an outcome was noted is written by the system.")
            )

    def _set_outcome(self, outcome, note, amount=0.0):
        """Say how the disputes ended.

        :param str outcome: one of ``OUTCOMES``
        :param str note: in words
        :param float amount: what was paid in the end, in the dispute's currency
        :raise UserError: without an outcome
        """
        if not outcome:
            raise UserError(self.env._("Please say how the dispute ended."))
        self.write(
            {
                "outcome": outcome,
                "outcome_note": (note or "").strip(),
                "outcome_amount": amount,
            }
        )

    def _record_outcome(self):
        """Record the outcomes as evidence, each time that one is said anew."""
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for case in self:
            label = labels.get(case.outcome, self.env._("No outcome"))
            case._record_course(
                "outcome",
                f"{label}. {case.outcome_note or ''}".strip(),
                {
                    "outcome": case.outcome or "",
                    "amount": str(case.outcome_amount),
                    "currency": case._get_currency().name or "",
                },
            )
