from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

COLUMNS = ("case_id", "ticket_id", "kind", "who", "words", "res_model", "res_id")


class DisputeEvent(models.AbstractModel):
    """What happened in disputes, read from where it is kept.

    Each part is a query of its own; the filter on the dispute goes down into all of
    them. A row with a ticket is seen by who sees the ticket, another one by who sees
    the dispute.
    """

    _name = "dispute.event"
    _description = "Event of a Dispute"
    _inherit = ["dispute.ticket.bound"]
    _auto = False
    _order = "occurred_at, sequence, id"
    _rec_name = "words"

    case_id = fields.Many2one("dispute.case", string="Dispute", readonly=True)
    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)
    occurred_at = fields.Datetime(string="When", readonly=True)
    sequence = fields.Integer(
        readonly=True, help="Of one second, what was said comes before what it caused."
    )
    who = fields.Char(readonly=True)
    words = fields.Text(readonly=True)
    res_model = fields.Char(readonly=True, export_string_translation=False)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True, aggregator=None
    )

    @api.model
    def _get_parts(self):
        """Hook: the parts, as {name: SQL}.

        Each selects ``id`` (unique within the part), ``occurred_at`` and the
        ``COLUMNS``, under these names. All users have the same parts, for the ids of
        rows follow from them; who may not see a part gets no rows of it.
        """
        return {}

    @property
    def _table_query(self):
        parts = sorted(self._get_parts().items())
        kinds = [kind for kind, _label in self._fields["kind"].selection]
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT id::bigint * %(step)s + %(place)s AS id, %(names)s,
                    date_trunc('second', occurred_at) AS occurred_at,
                    array_position(%(kinds)s, kind::text) AS sequence
                FROM (%(part)s) part
                """,
                step=len(parts),
                place=place,
                kinds=kinds,
                names=names,
                part=part,
            )
            for place, (_name, part) in enumerate(parts)
        )

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("ticket_id", "in", tickets) | (
            Domain("ticket_id", "=", False)
            & Domain("case_id.ticket_ids", "in", tickets)
        )

    @api.model
    def _get_label(self, column, model, field_name):
        """The words for the codes of a selection in the user's language, as SQL.

        :param SQL column: where the code stands
        """
        labels = self.env[model]._fields[field_name]._description_selection(self.env)
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", code, label) for code, label in labels
        )
        return SQL("CASE %s %s END", column, cases)

    def action_open(self):
        """Open the record that the row tells of."""
        self.ensure_one()
        # a message is read on its ticket
        on_ticket = self.res_model == "mail.message"
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket" if on_ticket else self.res_model,
            "res_id": self.ticket_id.id if on_ticket else self.res_id,
            "view_mode": "form",
        }
