import logging
from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import SQL

from ..provenance import describe_error
from .dispute_handoff import OPEN_STATES, TAKEN_STATES
from .dispute_handoff_notice import NO_ANSWER

_logger = logging.getLogger(__name__)

DISPATCH_LIMIT = 50
SWEEP_LIMIT = 200
RETRY_MINUTES = 15
# What a transaction meets that began before another one's end.
OVERTAKEN = errors.SerializationFailure


class DisputeHandoff(models.Model):
    """The scheduled actions: sending, and going on where nobody answers.

    Each handoff is a transaction of its own, so that one that fails holds up no other
    and a restart loses nothing. Whichever of two runs locks a handoff first moves it.
    """

    # one file a concern
    _inherit = "dispute.handoff"

    @api.model
    def _cron_dispatch(self):
        """Send the handoffs that wait, each on its own; one that fails stays."""
        # Oldest first, those that have found nobody so far last.
        waiting = self.search(
            [("state", "=", "to_send")],
            order="attempted_at ASC NULLS FIRST, id",
            limit=DISPATCH_LIMIT,
        )
        idle = waiting._filter_idle()
        idle._move({"attempted_at": fields.Datetime.now()})
        waiting -= idle
        self._work_through(waiting, len(waiting), "_attempt")

    def _filter_idle(self):
        """Those for whom there is still nobody, and an administrator knows it."""
        idle = self.filtered(
            lambda handoff: not handoff.professional_id and not handoff._is_alarm_due()
        )
        roles = self.env["dispute.professional"]._read_group(
            [("role", "in", idle.mapped("role"))], ["role", "company_id"]
        )
        return idle.filtered(
            lambda handoff: (
                (handoff.role, handoff.company_id) not in roles
                and (handoff.role, handoff.company_id.browse()) not in roles
            )
        )

    @api.model
    def _cron_sweep(self):
        """Go on with the handoffs whose time has come."""
        domain = [
            ("due_at", "<=", fields.Datetime.now()),
            ("state", "in", OPEN_STATES),
        ]
        due = self.search(domain, order="due_at, id", limit=SWEEP_LIMIT)
        full = len(due) == SWEEP_LIMIT
        number = self.search_count(domain) if full else len(due)
        self._work_through(due, number, "_pass_time")

    def _work_through(self, handoffs, number, method):
        """Call ``method`` of each of ``handoffs`` in a transaction of its own.

        :param int number: how many there are to do, more than these maybe
        """
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=number)
        for handoff in handoffs:
            try:
                # another run may have it, or have moved it meanwhile
                if handoff._try_lock():
                    with self.env.cr.savepoint():
                        getattr(handoff, method)()
            except OVERTAKEN:
                self.env.cr.rollback()
            except Exception as error:
                _logger.exception("Handoff %s does not go on", handoff.id)
                handoff._postpone(describe_error(error))
            if not commit(1):
                break

    def _try_lock(self):
        """Whether this transaction may move the handoff; no wait, nothing logged.

        :raise SerializationFailure: when it was moved since this transaction began
        """
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM dispute_handoff WHERE id = %s FOR UPDATE SKIP LOCKED",
                self.id,
            ),
            log_exceptions=False,
        )
        return bool(self.env.cr.fetchone())

    def _postpone(self, problem):
        """Let the others go first after something went wrong."""
        now = fields.Datetime.now()
        later = now + timedelta(minutes=RETRY_MINUTES)
        self._move({"attempted_at": now, "due_at": self.due_at and later})
        self.company_id._tell_dispute_administrator(self, problem)

    def _attempt(self):
        self._move({"attempted_at": fields.Datetime.now()})
        self._dispatch()

    # ------------------------------------------------------------------
    # What time brings
    # ------------------------------------------------------------------

    def _pass_time(self):
        """Do what follows when nothing happened until ``due_at``."""
        now = fields.Datetime.now()
        if not self.due_at or self.due_at > now:
            return
        if self.state in TAKEN_STATES:
            self._remind(self._get_deadline(now, self.step_id.idle_hours))
        elif self.state == "sent" and self._has_successor():
            self._go_on(
                self.step_id, "lapsed", self.env._("No acknowledgement in time.")
            )
        elif self.state == "sent":
            self._remind(now + self._get_alarm_span())

    def _has_successor(self):
        return any(step.state == "waiting" for step in self.step_ids)

    def _remind(self, again_at):
        """Write to the professional once more, and tell our side that he is silent.

        :param datetime again_at: when to do so the next time
        """
        step = self.step_id
        self._move({"due_at": again_at})
        step._move({"reminders": step.reminders + 1})
        self._record_event("reminded", "", step, {"reminders": step.reminders})
        self.activity_unlink([NO_ANSWER])
        self._plan_activity(NO_ANSWER, self._get_watcher())
        self._send_mail("dispute_guard.mail_template_handoff_reminder", step)

    def _get_watcher(self):
        """Hook: the user who is told that a professional is silent: not himself."""
        users = self.case_id.user_id - self.step_id.professional_id.partner_id.user_ids
        return users[:1] or self.company_id._get_dispute_administrator()
