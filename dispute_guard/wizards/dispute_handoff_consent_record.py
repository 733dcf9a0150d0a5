from odoo import api, fields, models

from ..models.dispute_handoff_consent import SIDES


class DisputeHandoffConsentRecord(models.TransientModel):
    _name = "dispute.handoff.consent.record"
    _description = "Record a Consent to a Mediation"

    handoff_id = fields.Many2one("dispute.handoff", required=True)
    price_note = fields.Char(related="handoff_id.price_note")
    professional_id = fields.Many2one(related="handoff_id.professional_id")
    side = fields.Selection(
        selection=SIDES,
        required=True,
        compute="_compute_side",
        store=True,
        readonly=False,
        precompute=True,
    )
    state = fields.Selection(
        selection=[("given", "Agrees"), ("refused", "Refuses")],
        string="Answer",
        required=True,
        default="given",
    )
    words = fields.Text(required=True)
    at = fields.Datetime(string="Said", required=True, default=fields.Datetime.now)

    @api.depends("handoff_id")
    def _compute_side(self):
        """Whoever has not answered yet, we ourselves first."""
        for record in self:
            asked = record.handoff_id.consent_ids.filtered(
                lambda consent: consent.state == "asked"
            )
            record.side = asked.sorted("side")[:1].side or "theirs"

    def action_apply(self):
        """Record what the side said."""
        self.ensure_one()
        self.handoff_id.consent_ids.filtered(
            lambda consent: consent.side == self.side
        )._answer(self.state, self.words, self.at)
        return {"type": "ir.actions.act_window_close"}
