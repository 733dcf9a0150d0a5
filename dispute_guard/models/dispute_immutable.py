from odoo import models
from odoo.tools import SQL


class DisputeImmutable(models.AbstractModel):
    """Tables whose content the database itself refuses to change.

    The refusal stands in triggers, so it binds SQL, superuser and database owner
    alike (an owner can drop a trigger; that he cannot do unnoticed is the work of
    the digests).
    """

    _name = "dispute.immutable"
    _description = "Record that Never Changes"

    # Columns that never change; empty: rows are neither changed nor deleted.
    _immutable_columns = ()
    # Whether rows stay for good although columns of theirs may change.
    _never_deleted = False

    def init(self):
        super().init()
        if self._abstract:
            return
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION dispute_guard_refuse() RETURNS trigger
                LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION USING
                        ERRCODE = 'restrict_violation',
                        MESSAGE = 'Dispute Guard: ' || TG_OP || ' of ' || TG_TABLE_NAME
                            || ' refused, its content is kept as evidence';
                END $$
                """
            )
        )
        if not self._immutable_columns:
            self._protect("rows", SQL("UPDATE OR DELETE"), SQL("FOR EACH ROW"))
            self._protect("table", SQL("TRUNCATE"), SQL("FOR EACH STATEMENT"))
            return
        changed = SQL(" OR ").join(
            SQL(
                "OLD.%s IS DISTINCT FROM NEW.%s",
                SQL.identifier(column),
                SQL.identifier(column),
            )
            for column in self._immutable_columns
        )
        self._protect("columns", SQL("UPDATE"), SQL("FOR EACH ROW WHEN (%s)", changed))
        if self._never_deleted:
            self._protect("rows", SQL("DELETE"), SQL("FOR EACH ROW"))
            self._protect("table", SQL("TRUNCATE"), SQL("FOR EACH STATEMENT"))

    def _protect(self, suffix, event, scope):
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE TRIGGER %s BEFORE %s ON %s
                %s EXECUTE FUNCTION dispute_guard_refuse()
                """,
                SQL.identifier(f"dispute_guard_{suffix}"),
                event,
                SQL.identifier(self._table),
                scope,
            )
        )
