from odoo import api, fields, models

from ..station import is_at_work
from .helpdesk_ticket import AGENTS


class HelpdeskTicket(models.Model):
    """What starts and ends clocks on a ticket, and the one that is due next."""

    # one file a concern
    _inherit = "helpdesk.ticket"

    dispute_clock_text = fields.Char(
        string="Next Clock", compute="_compute_dispute_clock", groups=AGENTS
    )
    dispute_clock_is_late = fields.Boolean(
        compute="_compute_dispute_clock", groups=AGENTS
    )

    @api.depends("dispute_case_id.clock_text", "dispute_case_id.clock_is_late")
    def _compute_dispute_clock(self):
        for ticket in self:
            case = ticket.dispute_case_id
            ticket.dispute_clock_text = case.clock_text
            ticket.dispute_clock_is_late = case.clock_is_late

    def write(self, vals):
        moved = bool(vals.get("dispute_case_id")) and not is_at_work(self)
        result = super().write(vals)
        if moved:
            self.dispute_case_id._start_clocks()
        return result

    def _open_dispute_case(self):
        cases = super()._open_dispute_case()
        if cases:
            cases._start_clocks()
        return cases

    def _message_post_after_hook(self, message, msg_vals):
        """An answer to the customer ends the clock for the first one."""
        result = super()._message_post_after_hook(message, msg_vals)
        if self._is_answer(message):
            # sudo: helpdesk.ticket - the clock follows, whoever answered
            case = self.sudo().dispute_case_id
            if case:
                self.env["dispute.clock"]._meet(case, "first_answer")
        return result

    @api.model
    def _is_answer(self, message):
        """Whether a message of ours reaches the customer."""
        return (
            message.message_type in ("comment", "email")
            and not message.is_internal
            and bool(message.author_id)
            and not message.author_id.partner_share
            # cached, unlike env.ref: every mail comes here
            and message.subtype_id.id
            == self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        )
