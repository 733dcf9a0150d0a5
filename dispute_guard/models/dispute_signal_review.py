from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.mail.tools.discuss import Store

from .. import screening
from .dispute_signal import BEHAVIOUR_KINDS, LIVE_STATES


class DisputeSignal(models.Model):
    """What people make of signals: they confirm, dismiss, or note one of their own."""

    # one file a concern
    _inherit = "dispute.signal"

    def action_confirm(self):
        """Say that the signals are right."""
        self._check_review_access()
        # Policy has seen what was open; context and dismissed words are new to it.
        fresh = self.filtered(lambda signal: signal.state not in LIVE_STATES)
        self._review("confirmed")
        # sudo: dispute.signal - access was checked, the stations write as the system
        fresh.sudo()._pass_on()

    def action_dismiss(self):
        """Ask for the reason, then dismiss."""
        self._check_review_access()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss signal"),
            "res_model": "dispute.signal.dismiss",
            "view_mode": "form",
            "target": "new",
            "context": {"default_signal_ids": self.ids},
        }

    def _dismiss(self, reason):
        """Say that the signals are wrong.

        :raise UserError: without a reason
        """
        self._check_review_access()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why this is no sign of a dispute."))
        self._review("dismissed", reason.strip())

    @api.model
    def _note(self, ticket, kind, note, grade=False, quote=False):
        """Raise a signal by hand, for what the system cannot see or has missed.

        :param str kind: any but those that are counted
        :param str note: what the agent saw or heard
        :param str grade: of a legal threat
        :param str quote: the customer's words, if they are known
        :raise UserError: without a note
        """
        self.check_access("read")
        ticket.check_access("write")
        if kind in dict(BEHAVIOUR_KINDS):
            raise UserError(self.env._("Counted facts are not entered by hand."))
        if not (note or "").strip():
            raise UserError(self.env._("Please say what happened."))
        # sudo: dispute.signal - access was checked, agents may add but never write one
        signal = self.sudo().create(
            {
                "source": "manual",
                "kind": kind,
                "grade": grade,
                "level": self._get_level_of(kind, grade),
                "ticket_id": ticket.id,
                "company_id": ticket.company_id.id,
                "occurred_at": fields.Datetime.now(),
                "quote": (quote or "").strip(),
                "note": note.strip(),
            }
        )
        signal._pass_on()
        return signal.sudo(False)

    @api.model
    def _get_level_of(self, kind, grade):
        """The level that a signal of ``kind`` means, by the rule of screening."""
        finding = screening.Finding(
            kind, grade or "", "", 0, 0, "new", "", "", confidence=1.0, weight=0
        )
        return screening.level_of([finding], "")

    def _check_review_access(self):
        self.check_access("read")
        self.ticket_id.check_access("write")
        if "shadow" in self.mapped("state"):
            raise UserError(
                self.env._("The rule is on trial: what it finds is not reviewed yet.")
            )

    def _review(self, state, reason=False):
        # sudo: dispute.signal - agents may judge a signal but never write one
        self.sudo().write(
            {
                "state": state,
                "dismiss_reason": reason,
                "reviewed_by": self.env.uid,
                "reviewed_at": fields.Datetime.now(),
            }
        )
        # sudo: helpdesk.ticket - the level follows, whoever caused the change
        self.sudo().ticket_id._update_dispute_level()
        # so that the marks in the chatter follow at once
        Store(bus_channel=self.env.user).add(
            self.message_id, ["dispute_quotes"]
        ).bus_send()

    def action_view_texts(self):
        """Show the texts in which the facts were counted."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Counted Texts"),
            "res_model": "dispute.inbound",
            "view_mode": "list,form",
            "domain": [("id", "in", (self.facts or {}).get("texts", []))],
        }

    def action_open_source(self):
        """Open the text in which the words stand."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dispute.inbound",
            "res_id": self.inbound_id.id,
            "view_mode": "form",
        }
