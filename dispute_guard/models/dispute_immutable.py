from odoo import api, models
from odoo.tools import SQL

REFUSE = """
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = 'Dispute Guard: ' || TG_OP || ' of ' || TG_TABLE_NAME
            || ' refused, its content is kept as evidence';
END
"""


def refusing(event, scope):
    """A trigger that refuses ``event``, see ``dispute.trigger._get_triggers``."""
    return (
        SQL("BEFORE %s", event),
        SQL("%s EXECUTE FUNCTION dispute_guard_refuse()", scope),
    )


class DisputeImmutable(models.AbstractModel):
    """Tables whose content the database itself refuses to change.

    An owner of the database can drop a trigger; that he cannot do unnoticed is the work
    of the digests.
    """

    _name = "dispute.immutable"
    _description = "Record that Never Changes"
    _inherit = ["dispute.trigger"]

    # Columns that never change; empty: rows are neither changed nor deleted.
    _immutable_columns = ()
    # Whether rows stay for good although columns of theirs may change.
    _never_deleted = False

    @api.model
    def _get_trigger_functions(self):
        return super()._get_trigger_functions() | {"refuse": REFUSE}

    @api.model
    def _get_triggers(self):
        guards = super()._get_triggers()
        if not self._immutable_columns:
            return guards | {
                "rows": refusing(SQL("UPDATE OR DELETE"), SQL("FOR EACH ROW")),
                "table": refusing(SQL("TRUNCATE"), SQL("FOR EACH STATEMENT")),
            }
        changed = SQL(" OR ").join(
            SQL(
                "OLD.%s IS DISTINCT FROM NEW.%s",
                SQL.identifier(column),
                SQL.identifier(column),
            )
            for column in self._immutable_columns
        )
        guards["columns"] = refusing(
            SQL("UPDATE"), SQL("FOR EACH ROW WHEN (%s)", changed)
        )
        if self._never_deleted:
            guards["rows"] = refusing(SQL("DELETE"), SQL("FOR EACH ROW"))
            guards["table"] = refusing(SQL("TRUNCATE"), SQL("FOR EACH STATEMENT"))
        return guards
