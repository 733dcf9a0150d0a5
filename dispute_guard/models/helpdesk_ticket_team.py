from odoo import fields, models


class HelpdeskTicketTeam(models.Model):
    _inherit = "helpdesk.ticket.team"

    dispute_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        prefetch="dispute_guard",  # receiving a mail reads teams and needs it not
        domain="[('company_id', 'in', (company_id, False))]",
        help="When this team answers. Late answers and messages outside working hours "
        "are counted by it. Empty: the hours of the company.",
    )
