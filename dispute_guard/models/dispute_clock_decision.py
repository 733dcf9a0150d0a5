from odoo import models
from odoo.exceptions import AccessError, UserError

from .dispute_clock import RUNNING_STATES

SUPERVISORS = "dispute_guard.group_dispute_supervisor"


class DisputeClock(models.Model):
    """What people decide on clocks, with a reason.

    Who may see a clock may say that it is done; the date is changed, and a clock is
    stopped, by supervisors.
    """

    # one file a concern
    _inherit = "dispute.clock"

    def action_meet(self):
        return self._ask("meet", self.env._("Done"))

    def action_move(self):
        return self._ask("move", self.env._("Change Date"))

    def action_stop(self):
        return self._ask("stop", self.env._("Stop Clock"))

    def _ask(self, decision, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "dispute.clock.decide",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_clock_id": self.id,
                "default_decision": decision,
            },
        }

    def _decide(self, decision, reason, due_at=None):
        """Let the clock be done, end at another time, or stop.

        :param str decision: meet, move or stop
        :param str reason: why
        :param datetime due_at: UTC, for ``move``
        :raise UserError: without a reason, or when the clock has ended
        :raise AccessError: for agents, unless it is done
        """
        self.ensure_one()
        self.check_access("read")
        if decision != "meet":
            self.env["dispute.case"]._check_clock_keeper()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why."))
        if self.handoff_id:
            raise UserError(
                self.env._("This clock ends when the handoff is acknowledged.")
            )
        # sudo: dispute.clock - only these steps change a clock, and who takes them was
        # checked
        clock = self.sudo()
        if decision == "meet" and clock.filtered_domain(clock._get_unmet_domain()):
            clock._end_met(reason)
        elif decision == "stop" and clock.state in RUNNING_STATES:
            clock._end_stopped(reason)
        elif decision == "move" and clock.state == "running" and due_at:
            self.case_id._check_clock_dates(clock.started_at, due_at)
            clock._move(due_at, reason)
        else:
            raise UserError(self.env._("This clock has ended, or stands still."))


class DisputeCase(models.Model):
    _inherit = "dispute.case"

    def action_add_clock(self):
        """Ask for the kind and the dates of a further clock."""
        self.ensure_one()
        self._check_clock_keeper()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Clock"),
            "res_model": "dispute.clock.add",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def _add_clock(self, kind, started_at, due_at, reason):
        """Start a clock by hand.

        :return: the clock; empty where one runs or nothing says how long it runs
        :raise UserError: without a reason, or when it would end before it began
        """
        self.ensure_one()
        self.check_access("read")
        self._check_clock_keeper()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why."))
        if due_at:
            self._check_clock_dates(started_at, due_at)
        clock = self.env["dispute.clock"]._start(
            [
                {
                    "case": self,
                    "kind": kind,
                    "started_at": started_at,
                    "due_at": due_at,
                    "words": reason,
                }
            ]
        )
        clock._record_steps("started", reason)
        return clock

    def _check_clock_dates(self, started_at, due_at):
        """:raise UserError: when a clock would end before it began"""
        if due_at <= started_at:
            raise UserError(self.env._("A clock ends after it has begun."))

    def _check_clock_keeper(self):
        """:raise AccessError: for anybody but a supervisor"""
        if not self.env.user.has_group(SUPERVISORS):
            raise AccessError(
                self.env._("Only a dispute supervisor sets the clocks of a dispute.")
            )
