from odoo import api, models
from odoo.tools import SQL


class DisputeTimeline(models.Model):
    """Steps from stage to stage in the timeline of a dispute."""

    # one file a concern
    _inherit = "dispute.timeline"
    _depends = {
        "dispute.case.step": [
            "case_id",
            "from_rung",
            "rung",
            "taken_at",
            "taken_by",
            "reason",
            "missing",
        ]
    }

    @api.model
    def _get_timeline_parts(self):
        return super()._get_timeline_parts() | {"rung": self._get_steps_sql()}

    @api.model
    def _get_steps_sql(self):
        return SQL(
            """
            SELECT step.id, step.case_id, NULL::integer AS ticket_id,
                step.taken_at AS occurred_at, 'rung' AS kind, step.taken_by AS who,
                concat_ws(E'\\n', %(origin)s || ' → ' || %(target)s, step.reason,
                    %(missing)s || step.missing) AS words,
                'dispute.case.step' AS res_model, step.id AS res_id
            FROM dispute_case_step step
            """,
            origin=self._get_label(SQL("step.from_rung"), "dispute.case.step", "rung"),
            target=self._get_label(SQL("step.rung"), "dispute.case.step", "rung"),
            missing=self.env._("Overridden by counsel. Missing:") + "\n",
        )
