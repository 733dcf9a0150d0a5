from odoo import api, models
from odoo.fields import Domain


class DisputeTicketBound(models.AbstractModel):
    """Records that an agent may see exactly when he may see their ticket.

    Access follows the ticket's own rules, whatever addon adds to them, instead of
    repeating them here for each model and group. Supervisors see every record of
    their companies, also those whose ticket is gone.
    """

    _name = "dispute.ticket.bound"
    _description = "Record Bound to a Ticket"

    @api.model
    def _get_ticket_domain(self, tickets):
        """Hook: the records that belong to ``tickets``, as a Domain.

        :param tickets: query (or ids) of the tickets that the user may read
        """
        return Domain("ticket_id", "in", tickets)

    @api.model
    def _is_ticket_bound(self):
        user = self.env.user
        return not (
            self.env.su or user.has_group("dispute_guard.group_dispute_supervisor")
        )

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not bypass_access and self._is_ticket_bound():
            tickets = self.env["helpdesk.ticket"]._search(
                Domain.TRUE, active_test=False
            )
            domain = Domain(domain) & self._get_ticket_domain(tickets)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if not any(self._ids) or not self._is_ticket_bound():
            return result
        allowed = self - result[0] if result else self
        tickets = self.env["helpdesk.ticket"]._search(Domain.TRUE, active_test=False)
        # sudo: dispute.ticket.bound - only the link to the ticket is compared, the
        # tickets themselves were searched with the user's own rights
        visible = allowed.sudo().search(
            self._get_ticket_domain(tickets) & Domain("id", "in", allowed.ids)
        )
        forbidden = allowed - visible.sudo(False)
        if not forbidden:
            return result
        if result:
            return result[0] + forbidden, result[1]
        return forbidden, lambda: self.env["ir.rule"]._make_access_error(
            operation, forbidden
        )
