from odoo import api, models

from ..station import at_work


class HelpdeskTicket(models.Model):
    """What the stations ask of a ticket: its case, and the agreements that matter."""

    # one file a concern
    _inherit = "helpdesk.ticket"

    def _open_dispute_case(self):
        """Open a case for each ticket that has none.

        :return: the new cases
        """
        tickets = self.filtered(lambda ticket: not ticket.dispute_case_id)
        # sudo: dispute.case - opened by policy for whoever's message caused it
        cases = (
            self.env["dispute.case"]
            .sudo()
            .with_context(
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                tracking_disable=True,
            )
            .create([ticket._prepare_dispute_case_values() for ticket in tickets])
        )
        for ticket, case in zip(tickets, cases, strict=True):
            at_work(ticket).write({"dispute_case_id": case.id})
        return cases

    def _prepare_dispute_case_values(self):
        """Hook: the values of the case for this ticket."""
        return {
            # on one line, for it becomes the subject of mails
            "title": " ".join((self.name or "").split()),
            "partner_id": self.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self._get_dispute_responsible().id,
            "level": self.dispute_level,
        }

    def _get_dispute_responsible(self):
        """Hook: the user who answers for the case.

        Never the author of a mail, whom the helpdesk may assign to his own ticket, nor
        the system's own user.
        """
        users = self.user_id | self.team_id.user_id
        return users.filtered(lambda user: user.active and not user.share)[:1]

    def _propose_agreements(self):
        """Propose the customer's agreements for tickets under a legal threat."""
        tickets = self.filtered(
            lambda ticket: ticket.dispute_level == "legal"
            and ticket.commercial_partner_id
            and not ticket.dispute_agreement_link_ids
        )
        if not tickets:
            return
        # sudo: agreement - proposed for whoever's message caused it
        agreements = (
            self.env["agreement"]
            .sudo()
            .search(
                [
                    (
                        "commercial_partner_id",
                        "in",
                        tickets.commercial_partner_id.ids,
                    ),
                    ("company_id", "in", [False, *tickets.company_id.ids]),
                ]
            )
            .grouped("commercial_partner_id")
        )
        files = self._find_only_files(self.env["agreement"].union(*agreements.values()))
        self.env["dispute.agreement.link"].sudo().create(
            [
                {
                    "ticket_id": ticket.id,
                    "agreement_id": agreement.id,
                    "attachment_id": files.get(agreement.id),
                    "state": "proposed",
                }
                for ticket in tickets
                for agreement in agreements.get(ticket.commercial_partner_id, ())
                if agreement.company_id in (ticket.company_id, self.env["res.company"])
            ]
        )

    @api.model
    def _find_only_files(self, agreements):
        """The file of each agreement that has exactly one, as {id: attachment id}."""
        # sudo: ir.attachment - proposed for whoever's message caused it
        rows = (
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [("res_model", "=", "agreement"), ("res_id", "in", agreements.ids)],
                ["res_id"],
                ["id:array_agg"],
            )
        )
        return {agreement: ids[0] for agreement, ids in rows if len(ids) == 1}
