from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import plaintext2html


class DisputeCallLog(models.TransientModel):
    """A telephone call, noted by who had it."""

    _name = "dispute.call.log"
    _description = "Log a Call"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True)
    direction = fields.Selection(
        selection=[("in", "The customer called"), ("out", "We called")],
        required=True,
        default="in",
    )
    spoken_with = fields.Char(required=True)
    phone = fields.Char(string="Number")
    occurred_at = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now
    )
    minutes = fields.Integer(string="Length (minutes)")
    content = fields.Text(string="What Was Said", required=True)

    @api.constrains("ticket_id")
    def _check_ticket(self):
        """Its name is told to whoever reads this; constraints run as superuser."""
        self.sudo(False).ticket_id.check_access("read")

    @api.constrains("occurred_at")
    def _check_occurred_at(self):
        if any(call.occurred_at > fields.Datetime.now() for call in self):
            raise ValidationError(self.env._("This call has not taken place yet."))

    def action_apply(self):
        """Note the call on the ticket and record it."""
        self.ensure_one()
        self.ticket_id.check_access("write")
        self.ticket_id.message_post(
            body=Markup("<p><b>%s</b></p>%s")
            % (self._get_headline(), plaintext2html(self.content)),
            subtype_xmlid="mail.mt_note",
        )
        # sudo: helpdesk.ticket - checked above; its company is read
        ticket = self.ticket_id.sudo()
        self.env["dispute.evidence"]._record_calls(
            [
                {
                    "ticket": ticket,
                    "content": self.content,
                    "author": self.env.user.name,
                    "occurred_at": self.occurred_at,
                    "occurred_source": "typed",
                    "details": {
                        "direction": self.direction,
                        "spoken_with": self.spoken_with,
                        "phone": self.phone or "",
                        "minutes": self.minutes,
                    },
                }
            ],
            self.env["ir.attachment"],
        )
        return {"type": "ir.actions.act_window_close"}

    def _get_headline(self):
        labels = dict(self._fields["direction"]._description_selection(self.env))
        return f"{labels[self.direction]}: {self.spoken_with}"
