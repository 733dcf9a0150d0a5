from odoo import api, models

from .dispute_signal import GRADE_RANK


class DisputePolicyRule(models.Model):
    # one file a concern
    _inherit = "dispute.policy.rule"

    @api.model
    def _apply_policies(self, signals):
        """A formal letter starts the clock for the reply, once there is a case."""
        firings = super()._apply_policies(signals)
        letters = signals.filtered(
            lambda signal: signal.kind == "legal_threat"
            and GRADE_RANK.get(signal.grade, 0) >= GRADE_RANK["formal"]
            and signal.ticket_id.sudo().dispute_case_id
        )
        if letters:
            self.env["dispute.clock"]._start(
                [
                    {
                        # sudo: helpdesk.ticket - whoever's message is screened
                        "case": signal.ticket_id.sudo().dispute_case_id,
                        "kind": "counsel_reply",
                        "ticket": signal.ticket_id,
                        "started_at": signal.occurred_at,
                    }
                    for signal in letters.sorted("occurred_at")
                ]
            )
        return firings
