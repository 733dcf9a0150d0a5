from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..station import at_work

BYPASS_MINUTES = 30


class DisputeCase(models.Model):
    """Locks of a dispute: what policy, ladder and handoffs ask for."""

    # one file a concern
    _inherit = "dispute.case"

    lock_ids = fields.One2many("dispute.lock", "case_id", string="Locks")
    lock_note = fields.Char(string="Who May Write", compute="_compute_lock_note")
    pausing = fields.Boolean(compute="_compute_lock_note")
    withheld_count = fields.Integer(compute="_compute_withheld_count")

    @api.depends("lock_ids.state", "lock_ids.until", "lock_ids.speaker_ids")
    @api.depends_context("uid", "lang", "tz")
    def _compute_lock_note(self):
        locks = self.env["dispute.lock"]
        in_force = locks._get_locks(self._origin)
        verdicts = locks._decide(self._origin, self.env.user)
        for case in self:
            lock = in_force.get(case._origin.id, locks)[:1]
            verdict = verdicts.get(case._origin.id)
            case.lock_note = lock.with_env(self.env).sudo()._describe() if lock else ""
            case.pausing = bool(
                verdict and not verdict.may and verdict.lock.kind == "cooling_off"
            )

    def _compute_withheld_count(self):
        rows = self.env["dispute.withheld"]._read_group(
            [("case_id", "in", self.ids), ("state", "=", "waiting")],
            ["case_id"],
            ["__count"],
        )
        counts = {case.id: count for case, count in rows}
        for case in self:
            case.withheld_count = counts.get(case.id, 0)

    def _place_lock(self, kind, reason, until=None, when="now", speakers=None, by=None):
        """Let nobody but who is named write to the other side.

        :param str kind: ``counsel`` or ``cooling_off``
        :param datetime until: when it ends by itself; None: when it is lifted
        :param str when: ``now``, or ``acknowledged``: when a lawyer has acknowledged
        :param speakers: users who may write all the same
        :param str by: name of the person who does so; None: policy
        :return: the locks of that kind, those that were there before included
        :raise UserError: without a reason
        """
        return self.env["dispute.lock"]._place(
            self, kind, reason, until=until, when=when, speakers=speakers, by=by
        )

    def _engage_locks(self):
        """Let the locks that wait for a lawyer take effect: one has acknowledged."""
        # sudo: dispute.lock - follows whoever acknowledged
        locks = self.env["dispute.lock"].sudo()
        locks._find_open(self).filtered(lambda lock: lock.state == "pending")._engage()

    def _lift_locks(self, kind, reason):
        """End the locks of ``kind`` (None: all).

        :raise UserError: without a reason
        """
        # sudo: dispute.lock - who may do so is the caller's to check
        self.env["dispute.lock"].sudo()._find_open(self, kind)._lift(reason)

    def _bypass(self, reason):
        """Let the user write for a short time although the dispute pauses.

        :raise UserError: without a reason, or where nothing pauses
        """
        user = self.env.user
        if user.share or user._is_superuser():
            raise AccessError(self.env._("Only people of ours can bypass a pause."))
        self.check_access("read")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say what cannot wait."))
        # sudo: dispute.lock - any agent of the dispute may bypass a pause, on record
        locks = self.env["dispute.lock"].sudo()
        pauses = locks._find_open(self, "cooling_off")
        if not pauses:
            raise UserError(self.env._("Nothing pauses here."))
        until = fields.Datetime.now() + timedelta(minutes=BYPASS_MINUTES)
        at_work(self.env["dispute.lock.pass"].sudo()).create(
            [
                {
                    "lock_id": lock.id,
                    "user_id": user.id,
                    "reason": reason,
                    "until": until,
                }
                for lock in pauses
            ]
        )
        pauses._record("bypassed", reason, author=user.name)

    def _has_acknowledged_counsel(self):
        """Whether a lawyer has taken the dispute over."""
        return any(
            handoff.role == "lawyer" and handoff.state in ("acknowledged", "accepted")
            for handoff in self.handoff_ids
        )

    def _after_step(self, steps):
        """A dispute that is closed is over: anybody may write again."""
        result = super()._after_step(steps)
        closed = steps.filtered(lambda step: step.rung == "closed").case_id
        closed._lift_locks(None, self.env._("The dispute was closed."))
        return result

    def _hand_over(self, target, tickets=None):
        """Locks go along with a whole dispute; a part of one stays under its own.

        What was withheld on a ticket goes where the ticket goes.
        """
        result = super()._hand_over(target, tickets)
        # sudo: dispute.lock - who may merge and split was checked
        locks = self.sudo().lock_ids
        withheld = (
            self.env["dispute.withheld"].sudo().search([("case_id", "in", self.ids)])
        )
        if tickets is None:
            at_work(locks).write({"case_id": target.id})
        else:
            withheld = withheld.filtered(lambda row: row.ticket_id in tickets)
            for lock in locks.filtered(lambda lock: lock.state != "lifted"):
                lock._copy_to(target)
        at_work(withheld).write({"case_id": target.id})
        return result

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_place_lock(self):
        """Ask who alone may write to the other side, and why."""
        return self._open_lock_window("place", self.env._("Lock Writing"))

    def action_bypass_pause(self):
        """Ask what cannot wait."""
        return self._open_lock_window("bypass", self.env._("It Cannot Wait"))

    def action_view_withheld(self):
        """Show what was withheld from the other side."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Withheld Mails"),
            "res_model": "dispute.withheld",
            "view_mode": "list,form",
            "domain": [("case_id", "=", self.id)],
        }

    def _open_lock_window(self, step, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "dispute.lock.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id, "default_step": step},
        }
