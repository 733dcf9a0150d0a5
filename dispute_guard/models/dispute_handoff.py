import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..provenance import describe_error
from .dispute_professional import ROLES
from .dispute_signal import LIVE_STATES

_logger = logging.getLogger(__name__)

OPEN_STATES = ("to_send", "sent", "acknowledged")
WAITING_STATES = ("to_send", "sent")
DISPATCH_LIMIT = 50


class DisputeHandoff(models.Model):
    """A dispute given to a professional, from the threat until it is dealt with.

    It opens in the transaction that saw the threat. Brief, mail and activity follow
    right after commit in ``_cron_dispatch``, so that a mail server that is down
    delays the handoff, never the customer's mail.
    """

    _name = "dispute.handoff"
    _description = "Handoff"
    _inherit = ["dispute.ticket.bound", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    case_id = fields.Many2one(
        "dispute.case", required=True, index=True, ondelete="restrict"
    )
    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    signal_id = fields.Many2one("dispute.signal", string="Cause", ondelete="set null")
    quote = fields.Text(related="signal_id.quote")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    role = fields.Selection(selection=ROLES, required=True)
    language = fields.Selection(selection="_selection_language")
    professional_id = fields.Many2one(
        "dispute.professional", tracking=True, ondelete="restrict"
    )
    state = fields.Selection(
        selection=[
            ("to_send", "To send"),
            ("sent", "Sent"),
            ("acknowledged", "Acknowledged"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="to_send",
        tracking=True,
    )
    brief = fields.Html(sanitize=True)
    mail_id = fields.Many2one(
        "mail.mail",
        string="Outgoing Mail",
        readonly=True,
        ondelete="set null",
        groups="base.group_system",
    )
    mail_state = fields.Selection(related="mail_id.state", string="Mail")
    outcome = fields.Text()
    # clocks
    threat_at = fields.Datetime(readonly=True)
    attempted_at = fields.Datetime(readonly=True, export_string_translation=False)
    sent_at = fields.Datetime(readonly=True)
    deadline = fields.Datetime(string="Acknowledge By", readonly=True)
    acknowledged_at = fields.Datetime(readonly=True)
    hours_to_send = fields.Float(
        string="Hours to Handoff",
        compute="_compute_hours",
        store=True,
        aggregator="avg",
        readonly=True,
    )
    hours_to_acknowledge = fields.Float(
        string="Hours to Acknowledgement",
        compute="_compute_hours",
        store=True,
        aggregator="avg",
        readonly=True,
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _one_open_per_role = models.UniqueIndex(
        "(case_id, role) WHERE state IN ('to_send', 'sent', 'acknowledged')",
        "This case has been handed to this role already.",
    )
    _to_send = models.Index("(id) WHERE state = 'to_send'")

    @api.model
    def _selection_language(self):
        return self.env["dispute.signal"]._selection_language()

    @api.depends("case_id.name", "role")
    def _compute_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for handoff in self:
            handoff.name = f"{handoff.case_id.name} · {roles.get(handoff.role, '')}"

    @api.depends("threat_at", "sent_at", "acknowledged_at")
    def _compute_hours(self):
        def hours(start, end):
            return (end - start).total_seconds() / 3600 if start and end else 0.0

        for handoff in self:
            handoff.hours_to_send = hours(handoff.threat_at, handoff.sent_at)
            handoff.hours_to_acknowledge = hours(
                handoff.sent_at, handoff.acknowledged_at
            )

    @api.depends("deadline", "state")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for handoff in self:
            handoff.is_overdue = bool(
                handoff.state in WAITING_STATES
                and handoff.deadline
                and handoff.deadline < now
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [("state", "in", WAITING_STATES), ("deadline", "<", "now")]

    # ------------------------------------------------------------------
    # Station 6: opening and sending
    # ------------------------------------------------------------------

    @api.model
    def _open_handoffs(self, wanted):
        """Open the handoffs that are not open yet and have them sent after commit.

        :param list wanted: (ticket, role, signal) for each
        :return: the new handoffs
        """
        # sudo: dispute.handoff - opened by policy for whoever's message caused it
        self = self.sudo()
        cases = self.env["dispute.case"].union(
            *(ticket.dispute_case_id for ticket, _role, _signal in wanted)
        )
        taken = {
            (handoff.case_id, handoff.role)
            for handoff in self.search(
                [("case_id", "in", cases.ids), ("state", "in", OPEN_STATES)]
            )
        }
        vals_list = []
        for ticket, role, signal in wanted:
            key = (ticket.dispute_case_id, role)
            if key not in taken:
                taken.add(key)
                vals_list.append(self._prepare_handoff_values(ticket, role, signal))
        handoffs = self.with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        ).create(vals_list)
        if handoffs:
            self.env.ref("dispute_guard.ir_cron_handoff")._trigger()
        return handoffs.with_context(tracking_disable=False)

    @api.model
    def _prepare_handoff_values(self, ticket, role, signal):
        """Hook: the values of a handoff opened because of ``signal``."""
        return {
            "case_id": ticket.dispute_case_id.id,
            "ticket_id": ticket.id,
            "signal_id": signal.id,
            "role": role,
            "language": signal.language,
            "threat_at": signal.occurred_at,
        }

    @api.model
    def _cron_dispatch(self):
        """Send the handoffs that wait, each on its own; one that fails stays."""
        cron = self.env["ir.cron"]
        # Oldest first, those that have found nobody so far last.
        waiting = self.search(
            [("state", "=", "to_send")],
            order="attempted_at ASC NULLS FIRST, id",
            limit=DISPATCH_LIMIT,
        )
        cron._commit_progress(remaining=len(waiting))
        for handoff in waiting:
            handoff.attempted_at = fields.Datetime.now()
            try:
                with self.env.cr.savepoint():
                    handoff._dispatch()
            except Exception as error:
                _logger.exception("Handoff %s could not be sent", handoff.id)
                handoff.company_id._tell_dispute_administrator(
                    handoff, describe_error(error)
                )
            if not cron._commit_progress(1):
                break

    def _dispatch(self):
        """Choose the professional, write the brief, mail it, plan the follow-up."""
        self.ensure_one()
        if not self.professional_id.email:
            self.professional_id = self.env["dispute.professional"]._choose(
                self.role, self.company_id, self.language, self.partner_id
            )
        if not self.professional_id:
            self._plan_activity(
                "dispute_guard.mail_activity_type_no_professional",
                self.company_id._get_dispute_administrator(),
            )
            return
        now = fields.Datetime.now()
        self.deadline = self._get_deadline(now)
        self.brief = self.brief or self._make_brief()
        template = self.env.ref("dispute_guard.mail_template_handoff")
        mail_id = template.send_mail(self.id, force_send=False)
        # sudo: mail.mail - who may send a handoff need not see other mails
        self.sudo().mail_id = mail_id
        self.write({"state": "sent", "sent_at": now})
        self._record_handoff()
        self.activity_unlink(["dispute_guard.mail_activity_type_no_professional"])
        self._plan_activity(
            "dispute_guard.mail_activity_type_handoff", self._get_follower()
        )

    def _get_deadline(self, start):
        hours = self.professional_id.acknowledge_hours
        calendar = self.company_id.resource_calendar_id
        planned = calendar and calendar.plan_hours(hours, start, compute_leaves=True)
        return planned or start + timedelta(hours=hours)

    def _make_brief(self):
        """Hook: the brief as HTML, in the professional's language."""
        partner = self.professional_id.partner_id
        handoff = self.with_context(
            lang=partner.lang or self.env.user.lang,
            tz=partner.tz or self.company_id.partner_id.tz or "UTC",
        )
        return handoff.env["ir.qweb"]._render(
            "dispute_guard.handoff_brief", handoff._prepare_brief_values()
        )

    def _prepare_brief_values(self):
        """Hook: what the brief's template may show."""
        case = self.case_id
        live = case.signal_ids.filtered(
            lambda signal: signal.state in LIVE_STATES
        ).sorted("occurred_at")
        words = live.filtered("quote")
        return {
            "handoff": self,
            "time_zone": self.env.context.get("tz"),
            "case": case,
            "tickets": case.ticket_ids,
            "signals": words,
            "noted": live - words,
            "lapses": case.ticket_ids.dispute_lapse_ids.filtered(
                lambda lapse: not lapse.excuse
            ).sorted("began_at"),
            "links": case.agreement_link_ids.filtered(
                lambda link: link.state != "rejected"
            ),
        }

    def _get_follower(self):
        """Hook: the user of our own who sees to it that the handoff moves on."""
        users = self.professional_id.partner_id.user_ids | self.case_id.user_id
        return (
            users.filtered(lambda user: user.active and not user.share)[:1]
            or self.company_id._get_dispute_administrator()
        )

    def _plan_activity(self, activity_type, user):
        if self.activity_search([activity_type]):
            return
        self.activity_schedule(
            activity_type,
            date_deadline=(self.deadline or fields.Datetime.now()).date(),
            user_id=user.id,
        )

    def _record_handoff(self):
        partner = self.professional_id.partner_id
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "handoff",
                    "content": html2plaintext(self.brief),
                    "ticket": self.ticket_id,
                    "company": self.company_id,
                    "author": self.env.user.name,
                    "occurred_at": self.sent_at,
                    "details": {
                        "case": self.case_id.name,
                        "role": self.role,
                        "professional": partner.name or "",
                        "address": partner.email or "",
                    },
                }
            ]
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_dispatch(self):
        """Send now instead of with the next run of the scheduled action."""
        for handoff in self.filtered(lambda handoff: handoff.state == "to_send"):
            handoff._dispatch()

    def action_acknowledge(self):
        """Note that the professional has taken the matter over."""
        waiting = self.filtered(lambda handoff: handoff.state == "sent")
        waiting.write(
            {"state": "acknowledged", "acknowledged_at": fields.Datetime.now()}
        )
        waiting.activity_feedback(["dispute_guard.mail_activity_type_handoff"])

    def action_done(self):
        self.write({"state": "done"})

    def action_cancel(self):
        self.write({"state": "cancelled"})
        self.activity_unlink(["dispute_guard.mail_activity_type_handoff"])
