from odoo import api, models
from odoo.tools import SQL


class DisputeTimeline(models.Model):
    """That a professional and our side spoke; not what, which is between them."""

    # one file a concern
    _inherit = "dispute.timeline"
    _depends = {"dispute.handoff.exchange": ["handoff_id", "side", "author", "at"]}

    @api.model
    def _get_timeline_parts(self):
        return super()._get_timeline_parts() | {"exchange": self._get_exchanges_sql()}

    @api.model
    def _get_exchanges_sql(self):
        return SQL(
            """
            SELECT exchange.id, handoff.case_id, handoff.ticket_id,
                exchange.at AS occurred_at, 'handoff' AS kind, exchange.author AS who,
                CASE exchange.side WHEN 'ours' THEN %s ELSE %s END AS words,
                'dispute.handoff' AS res_model, handoff.id AS res_id
            FROM dispute_handoff_exchange exchange
            JOIN dispute_handoff handoff ON handoff.id = exchange.handoff_id
            """,
            self.env._("Wrote to the professional"),
            self.env._("The professional wrote to us"),
        )
