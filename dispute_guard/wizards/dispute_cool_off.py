from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class DisputeCoolOff(models.TransientModel):
    """A break: nothing goes to the customer for hours, or a colleague takes over."""

    _name = "dispute.cool.off"
    _description = "Take a Break"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True)
    way = fields.Selection(
        selection=[
            ("pause", "Pause: nothing goes to the customer for a while"),
            ("colleague", "Give it to a colleague, with a summary"),
        ],
        required=True,
        default="pause",
    )
    reason = fields.Text(required=True)
    hours = fields.Integer(
        compute="_compute_hours",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    colleague_id = fields.Many2one(
        "res.users", domain="[('share', '=', False), ('id', '!=', uid)]"
    )
    plan_call = fields.Boolean(string="Plan a Call", default=True)
    # precomputed: later the user may be another one
    call_on = fields.Date(
        compute="_compute_call_on", store=True, precompute=True, readonly=False
    )
    call_user_id = fields.Many2one(
        "res.users",
        string="Who Calls",
        compute="_compute_call_user_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('share', '=', False)]",
    )

    _hours = models.Constraint(
        "CHECK(hours BETWEEN 1 AND 720)",
        "A pause lasts one hour at least and 30 days at most.",
    )

    @api.depends("ticket_id")
    def _compute_hours(self):
        for window in self:
            # sudo: res.company - a number that every agent of it may know
            company = window.ticket_id.sudo().company_id or self.env.company
            window.hours = company.dispute_cool_off_hours

    @api.depends("way", "hours")
    def _compute_call_on(self):
        for window in self:
            hours = window.hours if window.way == "pause" else 24
            end = fields.Datetime.now() + timedelta(hours=hours)
            window.call_on = fields.Datetime.context_timestamp(window, end).date()

    @api.depends("way", "colleague_id")
    def _compute_call_user_id(self):
        for window in self:
            taker = window.colleague_id if window.way == "colleague" else None
            window.call_user_id = taker or self.env.user

    @api.constrains("ticket_id")
    def _check_ticket(self):
        """Its name is told to whoever reads this; constraints run as superuser."""
        self.sudo(False).ticket_id.check_access("read")

    def action_apply(self):
        """Pause or hand over, and plan the call."""
        self.ensure_one()
        ticket = self.ticket_id
        ticket.check_access("write")
        if not (self.reason or "").strip():
            raise UserError(self.env._("Please say why a break is needed."))
        ticket._open_dispute_case()
        if self.way == "pause":
            ticket.dispute_case_id._cool_off(self.hours, self.reason)
        else:
            ticket._hand_to_colleague(self.colleague_id, self.reason)
        if self.plan_call:
            # sudo: helpdesk.ticket - who gave it away plans the call for its new agent
            ticket.sudo()._plan_dispute_call(self.call_user_id, self.call_on)
        if not ticket.has_access("read"):
            return self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_mgmt.helpdesk_ticket_action"
            )
        return {"type": "ir.actions.act_window_close"}
