from odoo import api, models
from odoo.tools import SQL

QUEUE = """
BEGIN
    INSERT INTO dispute_ledger_queue (source, record_id, company)
    SELECT TG_TABLE_NAME, id, company_id FROM inserted ORDER BY id;
    RETURN NULL;
END
"""


class DisputeLedgerSource(models.AbstractModel):
    """Tables of which each new row has to come into the log of its company.

    A trigger notes the row in ``dispute.ledger.queue``: that costs the transaction of
    a mail no round trip and lets no row slip by that was put in by SQL. The table has
    a column ``company_id`` that is never empty.
    """

    _name = "dispute.ledger.source"
    _description = "Source of the Ledger"
    _inherit = ["dispute.trigger"]

    @api.model
    def _get_trigger_functions(self):
        return super()._get_trigger_functions() | {"queue": QUEUE}

    @api.model
    def _get_triggers(self):
        return super()._get_triggers() | {
            "queue": (
                SQL("AFTER INSERT"),
                SQL(
                    "REFERENCING NEW TABLE AS inserted "
                    "FOR EACH STATEMENT EXECUTE FUNCTION dispute_guard_queue()"
                ),
            )
        }

    def _get_ledger_sizes(self):
        """Hook: about how many bytes each of these rows is to file, by their ids."""
        if not {"body", "raw_size"} <= self._fields.keys():
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT id, COALESCE(octet_length(body), 0) + COALESCE(raw_size, 0)
                FROM %s WHERE id = ANY(%s)
                """,
                SQL.identifier(self._table),
                self.ids,
            )
        )
        return dict(self.env.cr.fetchall())

    def _prepare_ledger_evidence(self):
        """Hook: the items of evidence for these rows, see ``_record_evidence``.

        Asked for once for many rows, after the transaction that made them.
        """
        return []
