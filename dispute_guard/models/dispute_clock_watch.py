import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..station import at_work
from .dispute_clock import ACTIVITY_TYPES

_logger = logging.getLogger(__name__)

WARN, MISS = ACTIVITY_TYPES
CHUNK = 200
SUPERVISORS = "dispute_guard.group_dispute_supervisor"


class DisputeClock(models.Model):
    """How clocks warn ahead and tell a supervisor when they are missed."""

    # one file a concern
    _inherit = "dispute.clock"

    @api.model
    def _cron_watch(self):
        """Look after the clocks that are due; those that are not cost nothing."""
        now = fields.Datetime.now()
        self._watch([("state", "=", "suspended"), ("resume_at", "<=", now)], "_go_on")
        running = [("state", "=", "running")]
        self._watch([*running, ("due_at", "<", now)], "_miss")
        self._watch(
            [*running, ("warned_at", "=", False), ("warn_at", "<=", now)], "_warn"
        )

    @api.model
    def _watch(self, domain, step):
        """Take a step with the clocks found, chunk by chunk.

        What another run holds just now is left to it. A clock that fails does not
        stop the others.
        """
        last = 0
        cron = self.env["ir.cron"]
        while clocks := self.search(
            [*domain, ("id", ">", last)], order="id", limit=CHUNK
        ):
            last = clocks[-1].id
            if not clocks._try(step):
                for clock in clocks:
                    clock._try(step)
            if not cron._commit_progress(len(clocks)):
                break  # no time left

    def _try(self, step):
        """Take a step with those that no other run holds; return whether that went."""
        try:
            with self.env.cr.savepoint():
                getattr(self.try_lock_for_update(), step)()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            return False  # another run was quicker; the next one sees what is left
        except Exception:
            _logger.exception("Clocks %s: %s failed", self.ids, step)
            return False
        return True

    def _warn(self):
        waiting = self._settle_answered()
        at_work(waiting).write({"warned_at": fields.Datetime.now()})
        waiting._record_steps("warned")
        waiting._plan(WARN, {clock: clock._get_responsible() for clock in waiting})

    def _miss(self):
        waiting = self._settle_answered()
        at_work(waiting).write({"state": "missed", "missed_at": fields.Datetime.now()})
        waiting._record_steps("missed")
        waiting.activity_unlink([WARN])
        supervisors = waiting._get_supervisors()
        waiting._plan(
            MISS,
            {clock: clock._get_responsible() | supervisors[clock] for clock in waiting},
        )

    def _settle_answered(self):
        """End the clocks for a first answer where one was given by another way.

        A call is an answer, and so is that a lawyer acknowledged the matter; a ticket
        that was closed needs none.

        :return: the clocks that still wait
        """
        asking = self.filtered(
            lambda clock: clock.kind == "first_answer" and clock.ticket_id
        )
        settled = self.browse()
        if asking:
            counter = self.env["dispute.lapse.counter"]
            answers = counter._get_answers(
                asking.ticket_id, min(asking.mapped("started_at")), "acknowledged_at"
            )
            for clock in asking:
                ended, how = counter._get_end(
                    clock.ticket_id, clock.started_at, answers
                )
                if not ended:
                    continue
                settled |= clock
                if how == "dropped":
                    clock._end_stopped(self.env._("The ticket was closed."))
                else:
                    clock._end_met(at=ended)
        return self - settled

    # ------------------------------------------------------------------
    # Who is told
    # ------------------------------------------------------------------

    def _get_responsible(self):
        """Hook: who sees to it that it is done."""
        user = self.user_id
        if user.active and not user.share:
            return user
        return self.company_id._get_dispute_administrator()

    def _get_supervisors(self):
        """Hook: the supervisor who hears that a clock was missed, by clock.

        The leader of the ticket's team where he is one, else the first of the company.
        """
        # sudo: res.users - the scheduled action tells them
        users = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", self.env.ref(SUPERVISORS).ids),
                    ("company_ids", "in", self.company_id.ids),
                    ("share", "=", False),
                ],
                order="id",
            )
        )
        by_company = defaultdict(self.env["res.users"].browse)
        for user in users:
            for company in user.company_ids & self.company_id:
                by_company[company] |= user
        chosen = {}
        for clock in self:
            candidates = by_company[clock.company_id]
            leader = clock.ticket_id.team_id.user_id & candidates
            chosen[clock] = leader or candidates[:1]
        return chosen

    def _plan(self, activity_type, people):
        """Plan activities for ``people`` (users by clock) in one go.

        The acknowledgement of a handoff goes on by itself to the next in its chain:
        nobody needs to be told here.
        """
        self.env["mail.activity"].create(
            [
                clock._prepare_activity_values(activity_type, user)
                for clock in self
                if not clock.handoff_id
                for user in people[clock]
            ]
        )

    def _prepare_activity_values(self, activity_type, user):
        clock = self.with_context(lang=user.lang, tz=user.tz or "UTC")
        return {
            "activity_type_id": self.env.ref(activity_type).id,
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": user.id,
            "date_deadline": fields.Datetime.context_timestamp(
                clock, self.due_at
            ).date(),
            "summary": clock.display_name,
            "automated": True,
        }
