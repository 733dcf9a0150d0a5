from odoo import api, fields, models
from odoo.exceptions import UserError

from ..provenance import gateway_mail
from ..station import is_at_work
from .helpdesk_ticket import AGENTS

# What the customer reads of his ticket besides its messages.
SHOWN_FIELDS = ("name", "description")


class HelpdeskTicket(models.Model):
    """Who may write to the customer now, for people to see; and the portal's page."""

    # one file a concern
    _inherit = "helpdesk.ticket"

    dispute_lock_note = fields.Char(
        string="Who May Write", compute="_compute_dispute_lock", groups=AGENTS
    )
    dispute_locked = fields.Boolean(compute="_compute_dispute_lock", groups=AGENTS)
    dispute_pausing = fields.Boolean(compute="_compute_dispute_lock", groups=AGENTS)
    dispute_withheld_count = fields.Integer(
        compute="_compute_dispute_withheld_count", groups=AGENTS
    )

    @api.depends("dispute_case_id.lock_ids.state")
    @api.depends_context("uid", "lang", "tz")
    def _compute_dispute_lock(self):
        locks = self.env["dispute.lock"]
        in_force = locks._get_locks(self._origin)
        verdicts = locks._decide(self._origin.browse(in_force), self.env.user)
        for ticket in self:
            lock = in_force.get(ticket._origin.id, locks)[:1]
            verdict = verdicts.get(ticket._origin.id)
            ticket.dispute_lock_note = (
                lock.with_env(self.env).sudo()._describe() if lock else ""
            )
            ticket.dispute_locked = bool(verdict) and not verdict.may
            ticket.dispute_pausing = (
                ticket.dispute_locked and verdict.lock.kind == "cooling_off"
            )

    def _compute_dispute_withheld_count(self):
        counts = self._count_by_ticket("dispute.withheld", [("state", "=", "waiting")])
        for ticket in self:
            ticket.dispute_withheld_count = counts.get(ticket.id, 0)

    def write(self, vals):
        shown = {name: vals[name] for name in SHOWN_FIELDS if name in vals}
        if shown and not gateway_mail():
            self._check_shown(shown)
        if "dispute_case_id" in vals and not is_at_work(self):
            self._check_leaving(vals["dispute_case_id"])
        return super().write(vals)

    def _check_leaving(self, case_id):
        """A ticket does not slip out of a lock by leaving its dispute.

        :raise UserError: saying who may write
        """
        # sudo: helpdesk.ticket - compared, not shown
        leaving = self.sudo().filtered(lambda each: each.dispute_case_id.id != case_id)
        for locks in self.env["dispute.lock"]._get_locks(leaving).values():
            raise UserError(
                self.env._(
                    "%(lock)s Lift the lock first, or split the dispute.",
                    lock=locks[0].with_env(self.env).sudo()._describe(),
                )
            )

    def _check_shown(self, vals):
        """The customer reads title and description in the portal.

        :raise UserError: saying who may write
        """
        user = self.env.user
        if user.share:
            return
        verdicts = self.env["dispute.lock"]._decide(self, user)
        # sudo: helpdesk.ticket - compared, not shown
        for ticket in self.sudo():
            new = ticket.new(vals, origin=ticket)
            verdict = verdicts[ticket.id]
            if not verdict.may and any(ticket[name] != new[name] for name in vals):
                raise UserError(verdict.reason)

    def _get_portal_attachments(self):
        """The files that the portal's page of a ticket offers.

        Of a dispute only those that its customer sent, and those of messages that are
        shown to him; elsewhere all, as the helpdesk has it.
        """
        self.ensure_one()
        if not self._get_dispute_cases():
            return self.attachment_ids
        # sudo: mail.message - the page is rendered for whom it is meant
        shown = self.sudo().message_ids.filtered(
            lambda message: message._is_shown_outside()
        )
        return self.attachment_ids.filtered(
            lambda file: file in shown.attachment_ids or file.create_uid.share
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_bypass_dispute_pause(self):
        """Ask what cannot wait."""
        self.ensure_one()
        return (
            self.sudo()
            .dispute_case_id.sudo(False)
            ._open_lock_window("bypass", self.env._("It Cannot Wait"))
        )

    def action_view_dispute_withheld(self):
        return self._action_view_dispute(
            "dispute.withheld",
            self.env._("Withheld Mails"),
            [("ticket_id", "in", self.ids)],
        )
