from odoo import fields, models

from ..models.dispute_lock import KINDS


class DisputeLockStep(models.TransientModel):
    """Place, change, lift or bypass a lock, with a reason."""

    _name = "dispute.lock.step"
    _description = "Step of a Lock"

    step = fields.Selection(
        selection=[
            ("place", "Place"),
            ("speakers", "Say who may write"),
            ("lift", "Lift"),
            ("bypass", "Bypass"),
        ],
        required=True,
        readonly=True,
    )
    case_id = fields.Many2one("dispute.case", string="Dispute", readonly=True)
    lock_id = fields.Many2one("dispute.lock", string="Lock", readonly=True)
    kind = fields.Selection(selection=KINDS, default="counsel")
    until = fields.Datetime(help="Empty: until somebody lifts it.")
    user_ids = fields.Many2many(
        "res.users",
        string="Who May Write",
        domain="[('share', '=', False)]",
        help="Empty while counsel is engaged: the lawyer who has the dispute.",
    )
    reason = fields.Text(required=True)

    def action_apply(self):
        """Take the step with the reason given."""
        self.ensure_one()
        getattr(self, f"_apply_{self.step}")()
        return {"type": "ir.actions.act_window_close"}

    def _apply_place(self):
        self.env["dispute.lock"]._check_supervisor()
        self.case_id.check_access("write")
        self.case_id._place_lock(
            self.kind,
            self.reason,
            until=self.until,
            speakers=self.user_ids,
            by=self.env.user.name,
        )

    def _apply_speakers(self):
        self.lock_id._check_supervisor()
        self.lock_id.check_access("read")
        self.lock_id._name_speakers(self.user_ids, self.reason)

    def _apply_lift(self):
        self.lock_id._check_supervisor()
        self.lock_id.check_access("read")
        self.lock_id._lift(self.reason)

    def _apply_bypass(self):
        self.case_id._bypass(self.reason)
