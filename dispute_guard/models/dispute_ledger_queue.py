from odoo import fields, models

GONE = "gone"  # the problem of a row that was deleted before its turn came


class DisputeLedgerQueue(models.Model):
    """Rows that wait to be put into the log of their company.

    Written by a trigger, see ``dispute.ledger.source``, and emptied by the sequencer.
    Numbers instead of relations, so that a mail locks nothing that others need.
    """

    _name = "dispute.ledger.queue"
    _description = "Waiting for the Ledger"
    _order = "id"
    _log_access = False

    source = fields.Char(required=True, readonly=True, help="Table of the row.")
    record_id = fields.Integer(required=True, readonly=True)
    company = fields.Integer(required=True, readonly=True)
    problem = fields.Char(readonly=True, help="Why it could not be put into the log.")

    _next = models.Index("(company, id) WHERE problem IS NULL")
    _record = models.Index("(source, record_id)")
