from odoo import fields, models
from odoo.exceptions import UserError


class DisputeExchangeAnswer(models.TransientModel):
    """What our side writes to the professional of a handoff."""

    _name = "dispute.exchange.answer"
    _description = "Answer to a Professional"

    handoff_id = fields.Many2one("dispute.handoff", required=True)
    step_id = fields.Many2one(related="handoff_id.step_id")
    professional_id = fields.Many2one(related="step_id.professional_id")
    body = fields.Text(string="Text")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    def action_send(self):
        """Put it on the professional's page and tell him by mail.

        :raise UserError: when there is nobody to tell, or nothing to say
        """
        self.ensure_one()
        self.handoff_id.check_access("read")
        if not self.handoff_id._get_open_step():
            raise UserError(
                self.env._("Nobody has this handoff at the moment, so nobody reads it.")
            )
        body = (self.body or "").strip()
        if not body and not self.attachment_ids:
            raise UserError(self.env._("Please write something or add a file."))
        self.env["dispute.handoff.exchange"]._say(
            self.step_id,
            "ours",
            self.env.user.name,
            body,
            [
                {"name": file.name, "mimetype": file.mimetype, "data": file.raw or b""}
                for file in self.attachment_ids
            ],
        )
        return {"type": "ir.actions.act_window_close"}
