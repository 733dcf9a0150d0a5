from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ..counting import add_hours, worked_hours
from .dispute_behaviour_history import to_utc

CHUNK = 500
# Promises and calls that were due longer ago are not looked for any more.
LOOK_BACK = timedelta(days=60)
# Where the calendar does not say how long a working day is.
HOURS_PER_DAY = 8


class DisputeLapseCounter(models.AbstractModel):
    """Counts where our own side was late.

    An answer is late when a customer's text has waited longer than the company's time
    for an answer, in working hours of the team; texts that wait together, several
    before one answer, are one lapse from the first on. Promises and calls are
    activities on tickets: of the type "Promise to the customer", and of any type whose
    action is a phone call.
    """

    _name = "dispute.lapse.counter"
    _description = "Counting of Lapses"

    @api.model
    def _cron_count(self):
        """End what was made up for, and count what has become late."""
        now = fields.Datetime.now()
        for lapses in self._chunks("dispute.lapse", [("state", "=", "open")]):
            self._follow(lapses, now)
        for texts in self._chunks("dispute.inbound", [("watch", "=", "waiting")]):
            self._count_answers(texts, now)
        last = 0
        while activities := self._get_late_activities(now, last):
            last = activities[-1].id
            self._count_activities(activities, now)
            self.env["ir.cron"]._commit_progress(len(activities))

    @api.model
    def _chunks(self, model, domain):
        """The records found, chunk by chunk; each is committed before the next."""
        last = 0
        while records := self.env[model].search(
            [*domain, ("id", ">", last)], order="id", limit=CHUNK
        ):
            last = records[-1].id
            yield records
            self.env["ir.cron"]._commit_progress(len(records))

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    @api.model
    def _count_answers(self, texts, now):
        """Settle those of the waiting ``texts`` of which can be said how it went."""
        tickets = texts.ticket_id
        since = min(texts.mapped("received_at"))
        answers = self._get_answers(tickets, since)
        hours = self.env["dispute.behaviour"]._get_hours(tickets, since, now)
        known = self._get_spans(tickets, since, now)
        vals_list = []
        for text in texts.sorted("received_at"):
            ticket, asked = text.ticket_id, text.received_at
            calendar = ticket._get_dispute_calendar()
            aim = text.company_id.dispute_answer_hours if calendar else 0
            if any(began <= asked <= ended for began, ended in known[ticket]):
                text.watch = "done"  # it waited with one that is counted
                continue
            ended, state = self._get_end(ticket, asked, answers)
            taken = worked_hours(hours.get(calendar.id, ()), asked, ended or now)
            if aim and taken > aim:
                known[ticket].append((asked, ended or now))
                vals_list.append(
                    {
                        "kind": "late_answer",
                        "ticket_id": ticket.id,
                        "company_id": text.company_id.id,
                        "user_id": ticket.user_id.id,
                        "inbound_id": text.id,
                        "began_at": asked,
                        "due_at": add_hours(hours[calendar.id], asked, aim),
                        **self._prepare_end_values(calendar, taken, ended, state),
                    }
                )
                text.watch = "done"
            elif ended or not aim:
                text.watch = "done"
        self.env["dispute.lapse"].create(vals_list)

    @api.model
    def _get_answers(self, tickets, since, handed="sent_at"):
        """When our side spoke, and from when on others speak for it, by ticket id.

        Where the matter was handed to a lawyer or security, agents are told to be
        silent: that is the answer to all that follows.

        :param str handed: the time of the handoff that counts; ``acknowledged_at``:
            only when somebody took it over
        """
        answers = self.env["dispute.behaviour"]._get_answers(tickets, since)
        handoffs = self.env["dispute.handoff"].search(
            [
                ("ticket_id", "in", tickets.ids),
                ("role", "in", ("lawyer", "security")),
                ("state", "!=", "cancelled"),
                (handed, "!=", False),
            ]
        )
        taken_over = {}
        for handoff in handoffs:
            ticket, at = handoff.ticket_id, handoff[handed]
            taken_over[ticket] = min(at, taken_over.get(ticket, at))
        return answers, taken_over

    @api.model
    def _get_spans(self, tickets, since, now):
        """From when to when the customer is known to have waited, by ticket."""
        spans = defaultdict(list)
        for lapse in self.env["dispute.lapse"].search(
            [
                ("ticket_id", "in", tickets.ids),
                ("kind", "=", "late_answer"),
                "|",
                ("ended_at", "=", False),
                ("ended_at", ">=", since),
            ]
        ):
            spans[lapse.ticket_id].append((lapse.began_at, lapse.ended_at or now))
        return spans

    @api.model
    def _get_end(self, ticket, asked, answers):
        """When and how the waiting since ``asked`` ended; (None, "open") if not yet."""
        given, taken_over = answers
        spoken = given.get(ticket.id, ())
        ends = [
            (moment, "late") for moment in spoken[bisect_right(spoken, asked) :][:1]
        ]
        if ticket in taken_over:
            ends.append((max(asked, taken_over[ticket]), "late"))
        if ticket.closed and ticket.closed_date and ticket.closed_date > asked:
            ends.append((ticket.closed_date, "dropped"))
        return min(ends, default=(None, "open"))

    @api.model
    def _prepare_end_values(self, calendar, taken, ended, state):
        """Hook: how long it took (working hours) and how it ended."""
        per_day = calendar.hours_per_day or HOURS_PER_DAY
        return {
            "hours": round(taken, 1),
            "days": round(taken / per_day, 1),
            "ended_at": ended,
            "state": state,
        }

    # ------------------------------------------------------------------
    # Promises and calls
    # ------------------------------------------------------------------

    @api.model
    def _get_late_activities(self, now, last):
        """Promises and calls that seem overdue by UTC days and are not counted yet.

        :param int last: only activities with a higher id
        """
        promise = self.env.ref("dispute_guard.mail_activity_type_promise")
        self.env["mail.activity"].flush_model()
        self.env["dispute.lapse"].flush_model(["activity_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT activity.id FROM mail_activity activity
                JOIN mail_activity_type type ON type.id = activity.activity_type_id
                JOIN helpdesk_ticket ticket ON ticket.id = activity.res_id
                WHERE activity.res_model = 'helpdesk.ticket'
                    AND activity.id > %(last)s
                    AND (type.id = %(promise)s OR type.category = 'phonecall')
                    AND activity.date_deadline >= %(since)s
                    AND activity.date_deadline < COALESCE(activity.date_done, %(today)s)
                    AND NOT EXISTS (
                        SELECT FROM dispute_lapse lapse
                        WHERE lapse.activity_id = activity.id
                    )
                ORDER BY activity.id
                LIMIT %(limit)s
                """,
                last=last,
                promise=promise.id,
                since=now.date() - LOOK_BACK,
                today=now.date(),
                limit=CHUNK,
            )
        )
        return self.env["mail.activity"].browse([activity for (activity,) in rows])

    @api.model
    def _count_activities(self, activities, now):
        """Make a lapse of each of the overdue ``activities``."""
        tickets = self.env["helpdesk.ticket"].browse(activities.mapped("res_id"))
        late = [
            (activity, ticket, due)
            for activity, ticket in zip(activities, tickets, strict=True)
            if self._is_late(activity, due := self._get_due(activity, ticket), now)
        ]
        if not late:
            return
        since = min(due for _activity, _ticket, due in late)
        hours = self.env["dispute.behaviour"]._get_hours(tickets, since, now)
        self.env["dispute.lapse"].create(
            [self._prepare_activity_values(*each, hours, now) for each in late]
        )

    @api.model
    def _is_late(self, activity, due, now):
        """Whether an activity surely was not done by ``due``.

        Of one that is done Odoo knows the day, in UTC, and not the time.
        """
        done = activity.date_done
        return due < (datetime.combine(done, time.min) if done else now)

    @api.model
    def _prepare_activity_values(self, activity, ticket, due, hours, now):
        """Hook: the lapse for an activity that was ``due`` and not done by then."""
        is_call = activity.activity_type_id.category == "phonecall"
        return {
            "kind": "missed_call" if is_call else "broken_promise",
            "ticket_id": ticket.id,
            "company_id": ticket.company_id.id,
            "user_id": activity.user_id.id,
            "activity_id": activity.id,
            "summary": activity.summary or activity.activity_type_id.name,
            "began_at": activity.create_date,
            "due_at": due,
            **self._prepare_activity_end(ticket, activity, due, hours, now),
        }

    @api.model
    def _prepare_activity_end(self, ticket, activity, due, hours, now):
        """How long after ``due`` the activity was done, or that it was taken off."""
        calendar = ticket._get_dispute_calendar()
        ended, state = None, "open"
        if not activity:
            ended, state = now, "dropped"
        elif activity.date_done:
            ended = self._get_moment(ticket, activity.date_done, time(12))
            state = "late"
        taken = worked_hours(hours.get(calendar.id, ()), due, ended or now)
        return self._prepare_end_values(calendar, taken, ended, state)

    @api.model
    def _get_due(self, activity, ticket):
        """The end of the day on which the activity was due, UTC."""
        return self._get_moment(ticket, activity.date_deadline, time(23, 59, 59))

    @api.model
    def _get_moment(self, ticket, day, clock):
        zone = pytz.timezone(ticket._get_dispute_calendar().tz or "UTC")
        return to_utc(zone.localize(datetime.combine(day, clock)))

    # ------------------------------------------------------------------
    # What is still open
    # ------------------------------------------------------------------

    @api.model
    def _follow(self, lapses, now):
        """End the open ``lapses`` that were made up for; let the others grow."""
        tickets = lapses.ticket_id
        since = min(lapses.mapped("began_at"))
        answers = self._get_answers(tickets, since)
        hours = self.env["dispute.behaviour"]._get_hours(tickets, since, now)
        for lapse in lapses:
            ticket = lapse.ticket_id
            if lapse.kind == "late_answer":
                calendar = ticket._get_dispute_calendar()
                ended, state = self._get_end(ticket, lapse.began_at, answers)
                taken = worked_hours(
                    hours.get(calendar.id, ()), lapse.began_at, ended or now
                )
                values = self._prepare_end_values(calendar, taken, ended, state)
            else:
                values = self._prepare_activity_end(
                    ticket, lapse.activity_id, lapse.due_at, hours, now
                )
            if values["state"] != "open" or values["days"] != lapse.days:
                lapse.write(values)
