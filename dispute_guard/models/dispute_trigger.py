import re

from odoo import api, models
from odoo.tools import SQL

PREFIX = "dispute_guard_"


class DisputeTrigger(models.AbstractModel):
    """Tables that triggers of the database guard, and whether they still stand.

    Triggers bind SQL, superuser and database owner alike. Who owns the database can
    drop or change them; that he did, verification of the ledger tells.
    """

    _name = "dispute.trigger"
    _description = "Table Guarded by Triggers"

    @api.model
    def _get_trigger_functions(self):
        """Hook: the functions in PL/pgSQL that the triggers run, {name: body}."""
        return {}

    @api.model
    def _get_triggers(self):
        """Hook: the triggers of this table, as {name: (when, rest)}.

        :return: names are without prefix; ``when`` is SQL that stands before ``ON``
            the table, such as ``BEFORE DELETE``, ``rest`` what follows
        """
        return {}

    def init(self):
        super().init()
        if self._abstract:
            return
        for name, body in self._get_trigger_functions().items():
            self.env.cr.execute(
                SQL(
                    "CREATE OR REPLACE FUNCTION %s() RETURNS trigger "
                    "LANGUAGE plpgsql AS %s",
                    SQL.identifier(PREFIX + name),
                    body,
                )
            )
        self._create_triggers(self._table)

    @api.model
    def _create_triggers(self, table):
        for name, (when, rest) in self._get_triggers().items():
            self.env.cr.execute(
                SQL(
                    "CREATE OR REPLACE TRIGGER %s %s ON %s %s",
                    SQL.identifier(PREFIX + name),
                    when,
                    SQL.identifier(table),
                    rest,
                )
            )

    # ------------------------------------------------------------------
    # Do they still stand
    # ------------------------------------------------------------------

    @api.model
    def _find_broken_triggers(self):
        """The guards of all tables that are gone, switched off or not as they were.

        :return: sorted list of names, ``table.trigger`` and ``function()``
        """
        guarded = [
            model
            for model in self.env.values()
            if isinstance(model, self.env.registry[self._name]) and not model._abstract
        ]
        broken = set()
        functions = {}
        for model in guarded:
            functions.update(model._get_trigger_functions())
            there = model._read_triggers(model._table)
            for name, definition in model._read_expected_triggers().items():
                if there.get(name) != definition:
                    broken.add(f"{model._table}.{name}")
        bodies = self._read_functions(functions)
        broken |= {
            f"{PREFIX}{name}()"
            for name, body in functions.items()
            if bodies.get(PREFIX + name) != body
        }
        return sorted(broken)

    @api.model
    def _read_expected_triggers(self):
        """As ``_read_triggers`` would be, told by the database from an empty twin."""
        twin = f"{PREFIX}twin"
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s (LIKE %s)",
                SQL.identifier(twin),
                SQL.identifier(self._table),
            )
        )
        self._create_triggers(twin)
        expected = self._read_triggers(twin)
        self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(twin)))
        return expected

    @api.model
    def _read_triggers(self, table):
        """Our triggers on ``table`` that are switched on, {name: definition}."""
        self.env.cr.execute(
            SQL(
                """
                SELECT tgname, pg_get_triggerdef(oid, true) FROM pg_trigger
                WHERE tgrelid = %s::regclass AND tgname LIKE %s
                    AND tgenabled IN ('O', 'A')
                """,
                table,
                f"{PREFIX}%",
            )
        )
        return {
            name: re.sub(r" ON \S+", " ON it", definition, count=1)
            for name, definition in self.env.cr.fetchall()
        }

    @api.model
    def _read_functions(self, names):
        self.env.cr.execute(
            SQL(
                """
                SELECT proname, prosrc FROM pg_proc
                WHERE proname = ANY(%s) AND pronamespace = current_schema::regnamespace
                """,
                [PREFIX + name for name in names],
            )
        )
        return dict(self.env.cr.fetchall())
