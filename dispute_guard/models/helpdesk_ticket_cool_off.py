from odoo import models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .dispute_signal import LIVE_STATES

SHOWN = 5  # so many words, efforts and tasks are told to a colleague
LONGEST_TEXT = 1500


class HelpdeskTicket(models.Model):
    """A break from a heated ticket: a call is planned, or a colleague takes over."""

    # one file a concern
    _inherit = "helpdesk.ticket"

    def action_dispute_cool_off(self):
        """Ask how long to pause, or who takes over."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take a Break"),
            "res_model": "dispute.cool.off",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }

    def _plan_dispute_call(self, user, day):
        """Let ``user`` call the customer on ``day``, with a guide for the talk.

        :raise UserError: when that is nobody of ours, or nobody who sees the ticket
        """
        self.ensure_one()
        if not self._is_seen_by(user):
            raise UserError(
                self.env._("Please name one of us who sees this ticket for the call.")
            )
        local = self.with_context(lang=user.lang)
        return local.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=day,
            summary=local.env._("Call the customer"),
            note=local.env["ir.qweb"]._render("dispute_guard.call_guide", {}),
            user_id=user.id,
        )

    def _is_seen_by(self, user):
        """Whether ``user`` is one of ours and may read the ticket, in any company."""
        if not user or user.share or not user.active:
            return False
        theirs = self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )
        return theirs.has_access("read")

    # ------------------------------------------------------------------
    # To a colleague
    # ------------------------------------------------------------------

    def _hand_to_colleague(self, colleague, reason):
        """Give the ticket to ``colleague`` with a summary, as an internal note.

        :raise UserError: when that is nobody, oneself, or no one who sees tickets
        """
        self.ensure_one()
        me = self.env.user
        if not colleague or colleague == me or colleague.share:
            raise UserError(self.env._("Please name the colleague who takes over."))
        if not colleague.has_group("helpdesk_mgmt.group_helpdesk_user_own"):
            raise UserError(self.env._("%s does not work on tickets.", colleague.name))
        self.message_post(
            body=self._summarise_dispute(colleague, reason),
            subtype_xmlid="mail.mt_note",
            partner_ids=colleague.partner_id.ids,
        )
        # sudo: dispute.case - whoever gives the ticket away gives its dispute away
        case = self.sudo().dispute_case_id
        case._record_course(
            "colleague",
            reason,
            {"ticket": self.number, "from": me.name, "to": colleague.name},
        )
        if case.user_id == me:
            case.user_id = colleague
        self.user_id = colleague
        # sudo: helpdesk.ticket - who gave it away need not see it any more
        if not self.sudo()._is_seen_by(colleague):
            raise UserError(self.env._("%s does not see this ticket.", colleague.name))

    def _summarise_dispute(self, reader, reason):
        """What a colleague has to know, as HTML in his language."""
        ticket = self.with_context(lang=reader.lang, tz=reader.tz)
        return ticket.env["ir.qweb"]._render(
            "dispute_guard.ticket_summary", ticket._prepare_summary_values(reason)
        )

    def _prepare_summary_values(self, reason):
        """Hook: what the summary for a colleague may show."""
        live = self.dispute_signal_ids.filtered(
            lambda signal: signal.state in LIVE_STATES
        )
        received = self.env["dispute.inbound"].search(
            [("ticket_id", "=", self.id), ("speaker", "=", "customer")], limit=1
        )
        text = html2plaintext(received.body or "", include_references=False).strip()
        case = self.dispute_case_id
        return {
            "ticket": self,
            "case": case,
            "reason": reason,
            "author": self.env.user,
            "signals": live[:SHOWN],
            "received": received,
            "text": text[:LONGEST_TEXT] + ("…" if len(text) > LONGEST_TEXT else ""),
            "efforts": self.env["dispute.effort"].search(
                [("case_id", "=", case.id)], order="occurred_at desc", limit=SHOWN
            ),
            "activities": self.activity_ids.sorted("date_deadline")[:SHOWN],
            "handoffs": case.handoff_ids.filtered(
                lambda handoff: handoff.state not in ("done", "cancelled")
            ),
        }
