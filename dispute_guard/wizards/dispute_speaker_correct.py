from odoo import api, fields, models

from ..models.dispute_inbound_speaker import SPEAKERS

# What an agent can know of a text better than the system does
CHOICES = [each for each in SPEAKERS if each[0] not in ("list", "reported")]


class DisputeSpeakerCorrect(models.TransientModel):
    _name = "dispute.speaker.correct"
    _description = "Correct Who Speaks"

    inbound_id = fields.Many2one("dispute.inbound", required=True)
    speaker = fields.Selection(selection=CHOICES, required=True)
    reason = fields.Text(required=True)
    partner_id = fields.Many2one("res.partner", compute="_compute_partner_id")
    remember = fields.Boolean(string="The same for all later texts of this contact")

    @api.depends("inbound_id", "speaker")
    def _compute_partner_id(self):
        """The contact that can be remembered: not a colleague, not a robot."""
        lasting = dict(self.env["res.partner"]._fields["dispute_speaker"].selection)
        for wizard in self:
            author = wizard.inbound_id.message_id.author_id
            fits = wizard.speaker in lasting and author.partner_share
            wizard.partner_id = author if fits else False

    @api.constrains("inbound_id")
    def _check_inbound(self):
        """Its name is told to whoever reads this; constraints run as superuser."""
        self.sudo(False).inbound_id.check_access("read")

    def action_apply(self):
        """Correct the speaker, and remember it for the contact when asked to."""
        self.ensure_one()
        self.inbound_id._correct_speaker(self.speaker, self.reason)
        if self.remember and self.partner_id:
            # sudo: res.partner - who may correct a text may say how its sender writes
            self.partner_id.sudo().dispute_speaker = self.speaker
        return {"type": "ir.actions.act_window_close"}
