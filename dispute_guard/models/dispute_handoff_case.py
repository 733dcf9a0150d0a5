from odoo import models
from odoo.tools import SQL

from .dispute_handoff import TAKEN_STATES


class DisputeCase(models.Model):
    """Handoffs end with their dispute, and can be opened by hand."""

    # one file a concern
    _inherit = "dispute.case"

    def _after_step(self, steps):
        result = super()._after_step(steps)
        closed = steps.filtered(lambda step: step.rung == "closed").case_id
        # sudo: dispute.handoff - who may close a dispute ends its handoffs
        handoffs = closed.sudo().handoff_ids
        taken = handoffs.filtered(lambda handoff: handoff.state in TAKEN_STATES)
        taken._close("done")
        (handoffs - taken)._close("cancelled")
        return result

    def action_hand_off(self):
        """Ask to whom the dispute is handed, and why."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Off"),
            "res_model": "dispute.handoff.open",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }


class DisputeTimeline(models.Model):
    """What became of each person who was asked."""

    _inherit = "dispute.timeline"
    _depends = {
        "dispute.handoff": ["case_id", "role"],
        "dispute.handoff.step": [
            "handoff_id",
            "name",
            "state",
            "asked_at",
            "answered_at",
            "answer",
        ],
    }

    def _get_timeline_parts(self):
        return super()._get_timeline_parts() | {
            "handoff": self._get_asked_sql(),
            "handoff_answer": self._get_answered_sql(),
        }

    def _get_asked_sql(self):
        return SQL(
            """
            SELECT step.id, handoff.case_id, handoff.ticket_id,
                step.asked_at AS occurred_at, 'handoff' AS kind, step.name AS who,
                concat(%s::text, ' ', %s) AS words,
                'dispute.handoff' AS res_model, handoff.id AS res_id
            FROM dispute_handoff handoff
            JOIN dispute_handoff_step step ON step.handoff_id = handoff.id
            WHERE step.asked_at IS NOT NULL
            """,
            self.env._("Asked:"),
            self._get_label(SQL("handoff.role"), "dispute.handoff", "role"),
        )

    def _get_answered_sql(self):
        return SQL(
            """
            SELECT step.id, handoff.case_id, handoff.ticket_id,
                step.answered_at AS occurred_at, 'handoff' AS kind, step.name AS who,
                concat_ws(': ', %s, step.answer) AS words,
                'dispute.handoff' AS res_model, handoff.id AS res_id
            FROM dispute_handoff handoff
            JOIN dispute_handoff_step step ON step.handoff_id = handoff.id
            WHERE step.answered_at IS NOT NULL
            """,
            self._get_label(SQL("step.state"), "dispute.handoff.step", "state"),
        )
