from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class DisputeLockPass(models.Model):
    """That somebody wrote during a pause because it could not wait."""

    _name = "dispute.lock.pass"
    _description = "Bypass of a Pause"
    _inherit = ["dispute.ticket.bound", "dispute.recorded"]
    _order = "id desc"
    _immutable_columns = ("lock_id", "user_id", "reason", "placed_at", "until")

    lock_id = fields.Many2one(
        "dispute.lock", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="lock_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="restrict"
    )
    reason = fields.Text(required=True, readonly=True)
    placed_at = fields.Datetime(
        string="Since", required=True, readonly=True, default=fields.Datetime.now
    )
    until = fields.Datetime(required=True, readonly=True)

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("lock_id.case_id.ticket_ids", "in", tickets)

    def _refuse_deletion(self):
        raise UserError(self.env._("Bypasses stay as the history of their lock."))

    def _refuse_entry(self):
        raise UserError(self.env._("A pause is bypassed by its button, with a reason."))
