from odoo import api, fields, models
from odoo.exceptions import UserError


class DisputeClockDecide(models.TransientModel):
    """Asks why a clock is done, stopped, or ends at another time."""

    _name = "dispute.clock.decide"
    _description = "Decision on a Clock"

    clock_id = fields.Many2one("dispute.clock", required=True, readonly=True)
    decision = fields.Selection(
        selection=[("meet", "Done"), ("move", "Change the date"), ("stop", "Stop")],
        required=True,
        readonly=True,
    )
    due_at = fields.Datetime(
        string="New Date",
        compute="_compute_due_at",
        store=True,
        readonly=False,
    )
    reason = fields.Char(required=True)

    @api.depends("clock_id")
    def _compute_due_at(self):
        for wizard in self:
            wizard.due_at = wizard.clock_id.due_at

    def action_confirm(self):
        self.ensure_one()
        self.clock_id._decide(self.decision, self.reason, self.due_at)


class DisputeClockAdd(models.TransientModel):
    """Asks which clock a dispute gets and when it ends."""

    _name = "dispute.clock.add"
    _description = "New Clock"

    case_id = fields.Many2one("dispute.case", required=True, readonly=True)
    kind = fields.Selection(selection="_selection_kind", required=True)
    started_at = fields.Datetime(
        string="Counts From", required=True, default=fields.Datetime.now
    )
    due_at = fields.Datetime(
        string="Due",
        help="Empty: as law and our own rules say, counted from the beginning.",
    )
    reason = fields.Char(required=True)

    @api.model
    def _selection_kind(self):
        """Acknowledgements belong to handoffs, which start their clocks themselves."""
        kinds = (
            self.env["dispute.clock"]._fields["kind"]._description_selection(self.env)
        )
        return [kind for kind in kinds if kind[0] != "acknowledgement"]

    def action_confirm(self):
        self.ensure_one()
        clock = self.case_id._add_clock(
            self.kind, self.started_at, self.due_at, self.reason
        )
        if not clock:
            raise UserError(
                self.env._(
                    "Such a clock is running already, or neither law nor a rule of "
                    "ours says how long it runs: then enter when it is due."
                )
            )
