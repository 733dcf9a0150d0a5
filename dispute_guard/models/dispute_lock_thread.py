from odoo import models


class DisputeCase(models.Model):
    """Which records lead to a dispute: what is written there is of its concern."""

    _inherit = "dispute.case"

    def _get_dispute_cases(self):
        return {case.id: case for case in self.sudo()}


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    _dispute_lead = "dispute_case_id"


class DisputeHandoff(models.Model):
    _inherit = "dispute.handoff"

    _dispute_lead = "case_id"


class DisputeHold(models.Model):
    _inherit = "dispute.hold"

    _dispute_lead = "case_id"
