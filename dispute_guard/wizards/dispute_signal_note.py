from odoo import api, fields, models

from ..models.dispute_signal import GRADES, MANUAL_KINDS, TEXT_KINDS


class DisputeSignalNote(models.TransientModel):
    _name = "dispute.signal.note"
    _description = "Note a Signal"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True)
    kind = fields.Selection(
        selection=MANUAL_KINDS + TEXT_KINDS, required=True, default="disruption"
    )
    grade = fields.Selection(selection=GRADES, default="announced")
    quote = fields.Text(string="Words")
    note = fields.Text(string="Reason", required=True)

    @api.constrains("ticket_id")
    def _check_ticket(self):
        """Its name is told to whoever reads this; constraints run as superuser."""
        self.sudo(False).ticket_id.check_access("read")

    def action_apply(self):
        """Note the signal on the ticket."""
        self.ensure_one()
        self.env["dispute.signal"]._note(
            self.ticket_id,
            self.kind,
            self.note,
            grade=self.kind == "legal_threat" and self.grade,
            quote=self.quote,
        )
        return {"type": "ir.actions.act_window_close"}
