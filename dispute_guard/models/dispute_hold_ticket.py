from odoo import models
from odoo.exceptions import UserError

from ..provenance import gateway_mail
from .dispute_hold_guard import changed, rehoused, replaced


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "dispute.hold.guard"]

    # Stage, team, agent, tags and the like go on: people work on a held ticket.
    _held_fields = {
        "number": changed,
        "name": changed,
        "description": changed,
        "partner_id": replaced,
        "commercial_partner_id": replaced,
        "partner_name": replaced,
        "partner_email": replaced,
        "company_id": changed,
        "active": replaced,
        "dispute_case_id": rehoused,
        "duplicate_id": changed,
    }

    def write(self, vals):
        if vals.get("stage_id"):
            self._check_outsider_stage(vals["stage_id"])
        result = super().write(vals)
        if vals.get("user_id"):
            self._add_hold_custodians()
        return result

    def _add_hold_custodians(self):
        """Let whoever gets the tickets acknowledge the holds on them, too."""
        # sudo: dispute.hold - whoever assigns them need not see the dispute
        cases = self.sudo().filtered("dispute_case_id.hold").dispute_case_id
        for case in cases:
            users = (self.sudo() & case.ticket_ids).user_id
            case._get_active_holds()._add_custodians_later(
                users.filtered(lambda user: user.active and not user.share)
            )

    def _check_outsider_stage(self, stage_id):
        """Keep customers from closing a ticket in dispute by themselves.

        The portal's address for it takes the number of any ticket.

        :raise UserError: naming the dispute
        """
        if not self.env.user.share or gateway_mail():
            return
        # sudo: helpdesk.ticket - compared, not shown
        tickets = self.sudo().filtered(lambda ticket: ticket.stage_id.id != stage_id)
        stage = self.env["helpdesk.ticket.stage"].sudo().browse(stage_id)
        if stage.closed or stage.close_from_portal:
            self.env["dispute.hold"]._check(tickets)
            for case in tickets.dispute_case_id.filtered(
                lambda case: case.rung != "closed"
            ):
                raise UserError(
                    self.env._(
                        "This belongs to a matter (%(case)s) that is not settled yet. "
                        "Please write to us when you want it closed.",
                        case=case.name,
                    )
                )


class DisputeHandoff(models.Model):
    _name = "dispute.handoff"
    _inherit = ["dispute.handoff", "dispute.hold.guard"]

    _held_fields = {"case_id": rehoused, "ticket_id": replaced}


class DisputeSignal(models.Model):
    _name = "dispute.signal"
    _inherit = ["dispute.signal", "dispute.hold.guard"]

    _held_fields = {"ticket_id": changed}


class DisputeAgreementLink(models.Model):
    _name = "dispute.agreement.link"
    _inherit = ["dispute.agreement.link", "dispute.hold.guard"]

    _held_fields = {"ticket_id": changed}


class Agreement(models.Model):
    _name = "agreement"
    _inherit = ["agreement", "dispute.hold.guard"]

    _held_fields = {
        "code": changed,
        "name": changed,
        "partner_id": replaced,
        "company_id": replaced,
        "signature_date": replaced,
        "start_date": replaced,
        "end_date": replaced,
        "active": replaced,
    }
