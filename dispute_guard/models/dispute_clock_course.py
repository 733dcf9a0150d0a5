from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import _format_time_ago

from ..station import at_work
from .dispute_clock import ACTIVITY_TYPES, RUNNING_STATES

# What a clock that runs for both parts of a dispute has in common.
SHARED_FIELDS = (
    "kind",
    "words",
    "is_suspendable",
    "suspended_days",
    "started_at",
    "due_at",
    "warn_at",
    "state",
    "suspended_at",
    "resume_at",
)


class DisputeClock(models.Model):
    """How clocks go on and end, and what follows from them."""

    # one file a concern
    _inherit = "dispute.clock"

    # ------------------------------------------------------------------
    # Going on and ending
    # ------------------------------------------------------------------

    @api.model
    def _meet(self, cases, kind, handoffs=None, reason=None):
        """Note that what clocks of a kind ask for is done; late is noted, too.

        :param str kind: one of CLOCK_KINDS
        :param handoffs: only the clocks of these
        """
        domain = Domain("case_id", "in", cases.ids) & Domain("kind", "=", kind)
        if handoffs is not None:
            domain &= Domain("handoff_id", "in", handoffs.ids)
        # sudo: dispute.clock - met by whoever did what it asks for
        unmet = self.sudo().search(domain & self._get_unmet_domain())
        # of those missed only the last: the ones before were of somebody else
        last = {}
        for clock in unmet.sorted(lambda c: (c.state in RUNNING_STATES, c.id)):
            last[clock._get_key()] = clock
        unmet.browse(clock.id for clock in last.values())._end_met(reason)

    @api.model
    def _get_unmet_domain(self):
        return Domain("state", "in", RUNNING_STATES) | (
            Domain("state", "=", "missed") & Domain("met_at", "=", False)
        )

    def _end_met(self, reason=None, at=None):
        """Note that it is done; a clock that had ended by then stays a missed one.

        :param datetime at: UTC, by default now
        """
        at = at or fields.Datetime.now()
        late = self.filtered(
            lambda clock: clock.state != "suspended" and clock.due_at < at
        )
        for clock in late:
            missed_at = clock.missed_at or clock.due_at
            at_work(clock).write(
                {
                    "state": "missed",
                    "missed_at": missed_at,
                    "met_at": at,
                    "reason": reason,
                }
            )
        at_work(self - late).write({"state": "met", "met_at": at, "reason": reason})
        late._record_steps("met_late", reason)
        (self - late)._record_steps("met", reason)
        self.activity_unlink(ACTIVITY_TYPES)

    @api.model
    def _suspend(self, cases):
        """Let the clocks stand still that do so in mediation."""
        now = fields.Datetime.now()
        # sudo: dispute.clock - follows the stage of the dispute
        clocks = self.sudo()._search_running(
            cases, [("state", "=", "running"), ("is_suspendable", "=", True)]
        )
        for days, some in clocks.grouped("suspended_days").items():
            at_work(some).write(
                {
                    "state": "suspended",
                    "suspended_at": now,
                    "resume_at": now + timedelta(days=days) if days else False,
                }
            )
        clocks._record_steps("suspended")
        clocks.activity_unlink(ACTIVITY_TYPES)

    @api.model
    def _resume(self, cases):
        """Let clocks that stand still go on; they end later by that time."""
        # sudo: dispute.clock - follows the stage of the dispute
        self.sudo()._search_running(cases, [("state", "=", "suspended")])._go_on()

    def _go_on(self):
        now = fields.Datetime.now()
        for clock in self:
            rest = min(now, clock.resume_at or now) - clock.suspended_at
            at_work(clock).write(
                {
                    "state": "running",
                    "suspended_at": False,
                    "resume_at": False,
                    # it stands still once for as long as the law lets it
                    "is_suspendable": not clock.suspended_days,
                    "due_at": clock.due_at + rest,
                    "warn_at": clock.warn_at + rest,
                    "warned_at": False,
                }
            )
        self._record_steps("resumed")

    @api.model
    def _stop(self, cases, kinds=None, reason=None):
        """Stop the running clocks of ``cases``, those of ``kinds`` (None: all)."""
        domain = [("kind", "in", kinds)] if kinds else []
        # sudo: dispute.clock - follows the stage of the dispute
        self.sudo()._search_running(cases, domain)._end_stopped(reason)

    def _end_stopped(self, reason=None):
        at_work(self).write({"state": "stopped", "reason": reason})
        self._record_steps("stopped", reason)
        self.activity_unlink(ACTIVITY_TYPES)

    def _move(self, due_at, reason, started_at=None):
        """Let a running clock end at another time, as agreed or found out.

        :param datetime due_at: UTC
        :param str reason: why
        """
        self.ensure_one()
        started_at = started_at or self.started_at
        before = self.due_at
        at_work(self).write(
            {
                "started_at": started_at,
                "due_at": due_at,
                "warn_at": self._get_warning(self.company_id, started_at, due_at),
                "warned_at": False,
                "reason": reason,
            }
        )
        self._record_steps(
            "moved", reason, {"before": fields.Datetime.to_string(before)}
        )
        self.activity_unlink(ACTIVITY_TYPES)

    @api.model
    def _follow(self, cases, target):
        """Move the clocks of ``cases`` to ``target``, into which they are merged.

        Where both have a running clock of a kind, the one that ends first runs on. None
        stands still for a mediation that ends with the merge.
        """
        if target.rung != "mediation":
            self._resume(cases)
        # sudo: dispute.clock - follows the dispute
        clocks = self.sudo().search([("case_id", "in", (cases | target).ids)])
        running = clocks.filtered(lambda clock: clock.state in RUNNING_STATES)
        groups = running.grouped(lambda clock: (clock.kind, clock.handoff_id))
        for group in groups.values():
            group.sorted("due_at")[1:]._end_stopped(
                self.env._("Another dispute was merged that has this clock, too.")
            )
        coming = clocks.filtered(lambda clock: clock.case_id != target)
        at_work(coming).write({"case_id": target.id})

    @api.model
    def _part(self, case, target, tickets):
        """Give ``target``, which was split off, the clocks of ``tickets``.

        What runs for the whole dispute runs for both parts of it.
        """
        # sudo: dispute.clock - follows the dispute
        clocks = self.sudo().search([("case_id", "=", case.id)])
        coming = clocks.filtered(
            lambda clock: clock.handoff_id.case_id == target
            if clock.handoff_id
            else clock.ticket_id in tickets
        )
        at_work(coming).write({"case_id": target.id})
        shared = (clocks - coming).filtered(
            lambda clock: clock.state in RUNNING_STATES
            and not (clock.handoff_id or clock.ticket_id)
        )
        at_work(self._get_quiet()).create(
            [
                {name: clock[name] for name in SHARED_FIELDS}
                | {"case_id": target.id, "term_id": clock.term_id.id}
                for clock in shared
            ]
        )

    # ------------------------------------------------------------------
    # Showing
    # ------------------------------------------------------------------

    @api.model
    def _get_next(self, cases):
        """The clock of each case that needs attention first, as dict of records.

        What was missed in a dispute that is closed needs none; what started after that
        does.
        """
        clocks = self.search(
            Domain("case_id", "in", cases.ids)
            & Domain("state", "!=", "suspended")
            & self._get_unmet_domain()
            & (Domain("state", "=", "running") | Domain("case_id.rung", "!=", "closed"))
        )
        first = {}
        for clock in clocks:
            first.setdefault(clock.case_id, clock)
        return first

    def _count_down(self):
        """What is due and how long it is till then: ``Mediation: in 3 days``."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        left = fields.Datetime.now() - self.due_at
        clock, when = kinds[self.kind], _format_time_ago(self.env, left)
        if left.total_seconds() > 0:
            return self.env._("%(clock)s: was due %(when)s", clock=clock, when=when)
        return f"{clock}: {when}"
