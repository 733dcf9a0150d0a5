from odoo import api, fields, models
from odoo.exceptions import UserError

from ..station import at_work
from .dispute_handoff import OPEN_STATES, TAKEN_STATES
from .dispute_handoff_notice import HANDOFF, NO_ANSWER, NOBODY, TROUBLE


class DisputeHandoff(models.Model):
    """The chain: what follows from an answer, and how a handoff ends."""

    # one file a concern
    _inherit = "dispute.handoff"

    # ------------------------------------------------------------------
    # Moving along
    # ------------------------------------------------------------------

    def _take(self, state, step):
        """Note that ``step`` was acknowledged or accepted."""
        now = fields.Datetime.now()
        self._move(
            {
                "state": state,
                "acknowledged_at": self.acknowledged_at or now,
                **({"accepted_at": now} if state == "accepted" else {}),
            }
        )
        self._note_activity()
        self._record_event(state, "", step)
        self.activity_feedback([HANDOFF])
        self.activity_unlink([NO_ANSWER, TROUBLE])
        self.env["dispute.clock"]._meet(self.case_id, "acknowledgement", handoffs=self)
        if self.role == "lawyer":
            self.case_id._engage_locks()

    def _note_activity(self):
        """Note a sign of life of the professional, so that he is not reminded soon.

        Handoffs that nobody has taken over wait on as they did.
        """
        now = fields.Datetime.now()
        for handoff in self.filtered(lambda h: h.state in TAKEN_STATES):
            hours = handoff.step_id.idle_hours
            handoff._move(
                {
                    "active_at": now,
                    "due_at": hours and handoff._get_deadline(now, hours),
                }
            )
        self.activity_unlink([NO_ANSWER])

    def _go_on(self, step, state, words):
        """End ``step`` without result; the next person is asked after commit.

        :param str state: declined, lapsed or withdrawn
        :param str words: why
        """
        step._move(
            {"state": state, "answer": words, "answered_at": fields.Datetime.now()}
        )
        self._record_event(state, words, step)
        self.env["dispute.invitation"]._revoke(step)
        if state == "lapsed":
            self._send_withdrawal(step)
        self._move(
            {
                "state": "to_send",
                "step_id": False,
                "deadline": False,
                "due_at": False,
                "attempted_at": False,
                "acknowledged_at": False,
                "accepted_at": False,
            }
        )
        self.activity_unlink([HANDOFF, NO_ANSWER])
        # sudo: ir.cron - woken by whoever ends a step, the professional, too
        self.env.ref("dispute_guard.ir_cron_handoff").sudo()._trigger()

    def _reassign(self, person, reason, renew_brief=False):
        """Hand it to somebody else than the chain says, now.

        :param person: dispute.professional
        :param str reason: in words, recorded
        :param bool renew_brief: whether the brief is written anew
        :raise UserError: without a reason, or when the handoff is closed
        """
        self.ensure_one()
        self.check_access("write")
        self, person = self.sudo(), person.sudo()
        self.lock_for_update()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why."))
        if self.state not in OPEN_STATES:
            raise UserError(self.env._("The handoff is closed."))
        if self.step_id.professional_id == person:
            raise UserError(self.env._("This is who has it now."))
        if step := self.step_id:
            self._go_on(step, "withdrawn", reason)
            self._send_withdrawal(step)
        self._move({"professional_id": person.id})
        if self.brief_sha256:
            self._insert_step(person, reason)
            if renew_brief:
                self._write_brief()
                self._freeze_brief()
        self._dispatch()

    def _insert_step(self, person, reason):
        """Put ``person`` before all who still wait, once."""
        waiting = self.step_ids.filtered(lambda step: step.state == "waiting")
        twice = waiting.filtered(lambda step: step.professional_id == person)
        twice._move({"state": "withdrawn", "answer": reason})
        places = (waiting - twice).mapped("sequence")
        place = min(places) - 1 if places else max(self.step_ids.mapped("sequence")) + 1
        step = at_work(self.env["dispute.handoff.step"]).create(
            {
                "handoff_id": self.id,
                "sequence": place,
                **person._prepare_step(
                    self.env._(
                        "Named by %(user)s: %(reason)s",
                        user=self.env.user.name,
                        reason=reason,
                    )
                ),
            }
        )
        self._record_event("reassigned", reason, step)

    def _close(self, state):
        """End the handoffs that are open.

        :param str state: done or cancelled
        """
        closing = self.filtered(lambda handoff: handoff.state in OPEN_STATES).sudo()
        closing.lock_for_update()
        now = fields.Datetime.now()
        for handoff in closing:
            step = handoff.step_id
            handoff._record_event(
                state, handoff.outcome or "", step, handoff._prepare_outcome_details()
            )
            if step and (state == "cancelled" or step.state == "asked"):
                handoff._send_withdrawal(step)
                step._move({"state": "withdrawn", "answered_at": now})
        closing.step_ids.filtered(lambda step: step.state == "waiting")._move(
            {"state": "withdrawn"}
        )
        self.env["dispute.invitation"]._revoke(closing.step_ids)
        closing._move({"state": state, "closed_at": now, "due_at": False})
        # so that another one for the same role can be opened
        closing.flush_recordset(["state"])
        closing.activity_unlink([HANDOFF, NOBODY, NO_ANSWER, TROUBLE])
        for handoff in closing.filtered(lambda handoff: not handoff.acknowledged_at):
            self.env["dispute.clock"]._meet(
                handoff.case_id,
                "acknowledgement",
                handoffs=handoff,
                reason=self.env._("The handoff was closed."),
            )

    def _prepare_outcome_details(self):
        """Hook: what evidence says of the outcome besides its words."""
        invoiced = self.invoice_amount and self.invoice_currency_id
        return {
            "outcome": self.outcome_kind or "",
            "invoice": f"{self.invoice_amount:.2f} {invoiced.name}" if invoiced else "",
        }

    @api.model
    def _check_outcome(self, outcome, words, amount):
        """:raise UserError: when what is said about the outcome says nothing"""
        if outcome not in dict(self._fields["outcome_kind"].selection):
            raise UserError(self.env._("Please choose what came of it."))
        if not (words or "").strip():
            raise UserError(self.env._("Please say in words what came of it."))
        if amount and amount < 0:
            raise UserError(self.env._("An invoice is not less than nothing."))
