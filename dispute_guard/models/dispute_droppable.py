from odoo import api, fields, models
from odoo.tools import SQL

from ..station import off_work
from .dispute_immutable import refusing


class DisputeDroppable(models.AbstractModel):
    """Rows with the bytes of a mail, which never change but may be dropped.

    The database lets ``raw`` go only together with a note of the evidence that tells
    why (see ``dispute.retention``), and never come back.
    """

    _name = "dispute.droppable"
    _description = "Mail that May Be Dropped"

    dropped_by = fields.Integer(
        string="Dropped, Evidence No.",
        readonly=True,
        copy=False,
        aggregator=None,
        help="The evidence that tells why the bytes are no longer kept.",
    )

    def write(self, vals):
        return super(DisputeDroppable, off_work(self)).write(vals)

    @api.model
    def _get_triggers(self):
        return super()._get_triggers() | {
            "raw": refusing(
                SQL("UPDATE"),
                SQL(
                    """
                    FOR EACH ROW WHEN (
                        (
                            OLD.raw IS DISTINCT FROM NEW.raw
                            OR OLD.dropped_by IS DISTINCT FROM NEW.dropped_by
                        ) AND NOT (
                            OLD.dropped_by IS NULL
                            AND NEW.dropped_by IS NOT NULL
                            AND NEW.raw IS NULL
                        )
                    )
                    """
                ),
            )
        }

    def init(self):
        super().init()
        if self._abstract:
            return
        # Base64 of a mail is hardly compressible, and is read in pieces.
        self.env.cr.execute(
            SQL(
                "ALTER TABLE %s ALTER COLUMN raw SET STORAGE EXTERNAL",
                SQL.identifier(self._table),
            )
        )
