from odoo import api, models
from odoo.tools import SQL

# What a hold is after each step that evidence tells of.
STATE_AFTER = {
    "placed": "active",
    "release_asked": "asked",
    "release_refused": "active",
    "released": "released",
}


class DisputeLedger(models.Model):
    """What verification finds wrong beside the log: guards and holds."""

    # one file a concern
    _inherit = "dispute.ledger"

    def _find_alarms(self, is_intact):
        """Hook: sentences on what somebody did who went around Odoo.

        :param bool is_intact: whether the log is, so that its evidence can be believed
        """
        alarms = self._find_broken_guards()
        return alarms + self._find_forged_holds() if is_intact else alarms

    @api.model
    def _find_broken_guards(self):
        broken = self.env["dispute.trigger"]._find_broken_triggers()
        if not broken:
            return []
        return [
            self.env._(
                "Guards of the database are gone, switched off or changed: %s. Update "
                "the addon to set them up again, and find out who did that.",
                ", ".join(broken),
            )
        ]

    def _find_forged_holds(self):
        """Holds that are not as the last step of theirs in the evidence left them."""
        self.env.cr.execute(
            SQL(
                """
                WITH step AS (
                    SELECT id AS evidence, substring(
                        canonical::jsonb #>> '{record,details,hold}' FROM '[0-9]+$'
                    )::integer AS id,
                        canonical::jsonb #>> '{record,details,step}' AS step
                    FROM dispute_evidence
                    WHERE company_id = %(company)s AND kind = 'hold'
                ), last AS (
                    SELECT DISTINCT ON (id) id, step, evidence FROM step
                    WHERE step = ANY(%(steps)s) ORDER BY id, evidence DESC
                ), hold AS (
                    SELECT id, state FROM dispute_hold WHERE company_id = %(company)s
                )
                SELECT id, last.step, last.evidence, hold.state
                FROM last FULL JOIN hold USING (id) ORDER BY id
                """,
                company=self.company_id.id,
                steps=list(STATE_AFTER),
            )
        )
        return [
            self._describe_forged_hold(hold, evidence, state)
            for hold, step, evidence, state in self.env.cr.fetchall()
            if STATE_AFTER.get(step) != state
        ]

    def _describe_forged_hold(self, hold, evidence, state):
        if not state:
            return self.env._(
                "A legal hold was deleted although evidence %s tells of it.", evidence
            )
        # sudo: dispute.hold - whoever may verify is told of all of it
        name = self.env["dispute.hold"].sudo().browse(hold).name
        if not evidence:
            return self.env._("Legal hold %s: no evidence tells who placed it.", name)
        states = dict(self.env["dispute.hold"]._fields["state"].selection)
        return self.env._(
            "Legal hold %(hold)s is not as its last step left it (evidence "
            "%(evidence)s): it was set to “%(state)s” past its buttons.",
            hold=name,
            evidence=evidence,
            state=states.get(state, state),
        )
