from odoo import api, models
from odoo.tools import SQL


class DisputeTimeline(models.Model):
    # one file a concern
    _inherit = "dispute.timeline"
    _depends = {
        "dispute.clock": [
            "case_id",
            "kind",
            "handoff_id",
            "started_at",
            "missed_at",
            "met_at",
        ],
    }

    @api.model
    def _get_timeline_parts(self):
        """When a clock started, was missed, and when it was done.

        Of the acknowledgement of a handoff tells the handoff itself.
        """
        return super()._get_timeline_parts() | {
            "clock_start": self._get_clocks_sql(
                # a row's date of creation is the beginning of its transaction
                SQL("GREATEST(create_date, started_at)"),
                self.env._("Clock started:"),
            ),
            "clock_missed": self._get_clocks_sql(
                SQL("missed_at"), self.env._("Clock missed:")
            ),
            "clock_met": self._get_clocks_sql(
                SQL("met_at"), self.env._("Done, as the clock asked:")
            ),
        }

    @api.model
    def _get_clocks_sql(self, moment, words):
        return SQL(
            """
            SELECT id, case_id, NULL::integer AS ticket_id,
                %(moment)s AS occurred_at, 'clock' AS kind, NULL AS who,
                concat(%(words)s::text, ' ', %(label)s) AS words,
                'dispute.clock' AS res_model, id AS res_id
            FROM dispute_clock
            WHERE %(moment)s IS NOT NULL AND handoff_id IS NULL
            """,
            moment=moment,
            words=words,
            label=self._get_label(SQL("kind"), "dispute.clock", "kind"),
        )
