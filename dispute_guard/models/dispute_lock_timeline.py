from odoo import api, models
from odoo.tools import SQL


class DisputeTimeline(models.Model):
    # one file a concern
    _inherit = "dispute.timeline"
    _depends = {
        "dispute.lock": ["case_id", "since", "reason", "lifted_at", "lift_reason"],
        "dispute.lock.pass": ["lock_id", "user_id", "placed_at", "reason"],
        "dispute.withheld": ["case_id", "ticket_id", "withheld_at", "subject"],
    }

    @api.model
    def _get_timeline_parts(self):
        """When few might write, what was withheld, and who wrote all the same."""
        return super()._get_timeline_parts() | {
            "lock": self._get_locks_sql(
                SQL("since"), SQL("placed_by"), SQL("reason"), SQL("'active'")
            ),
            "lock_lifted": self._get_locks_sql(
                SQL("lifted_at"), SQL("lifted_by"), SQL("lift_reason"), SQL("'lifted'")
            ),
            "lock_bypass": self._get_passes_sql(),
            "withheld": self._get_withheld_sql(),
        }

    @api.model
    def _get_locks_sql(self, moment, who, words, state):
        return SQL(
            """
            SELECT id, case_id, NULL::integer AS ticket_id,
                %(moment)s AS occurred_at, 'lock' AS kind, %(who)s AS who,
                concat_ws(' · ', %(kind)s, %(state)s, %(words)s) AS words,
                'dispute.lock' AS res_model, id AS res_id
            FROM dispute_lock
            WHERE %(moment)s IS NOT NULL
            """,
            moment=moment,
            who=who,
            words=words,
            kind=self._get_label(SQL("kind"), "dispute.lock", "kind"),
            state=self._get_label(state, "dispute.lock", "state"),
        )

    @api.model
    def _get_passes_sql(self):
        return SQL(
            """
            SELECT pass.id, lock.case_id, NULL::integer AS ticket_id,
                pass.placed_at AS occurred_at, 'lock' AS kind, partner.name AS who,
                concat(%(said)s::text, ' ', pass.reason) AS words,
                'dispute.lock' AS res_model, lock.id AS res_id
            FROM dispute_lock_pass pass
            JOIN dispute_lock lock ON lock.id = pass.lock_id
            JOIN res_users users ON users.id = pass.user_id
            JOIN res_partner partner ON partner.id = users.partner_id
            """,
            said=self.env._("Wrote during the pause:"),
        )

    @api.model
    def _get_withheld_sql(self):
        return SQL(
            """
            SELECT id, case_id, ticket_id, withheld_at AS occurred_at,
                'lock' AS kind, author AS who,
                concat(%(said)s::text, ' ', subject) AS words,
                'dispute.withheld' AS res_model, id AS res_id
            FROM dispute_withheld
            """,
            said=self.env._("Withheld:"),
        )
