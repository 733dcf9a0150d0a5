from odoo import models
from odoo.tools import SQL


class MergePartnerAutomatic(models.TransientModel):
    """Odoo merges contacts by SQL, past every ``write``."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        concerned = self._find_concerned_tickets(src_partners)
        before = {"contacts": [self._name_contact(each) for each in src_partners]}
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # sudo: helpdesk.ticket - recorded whoever merges
        tickets = self.env["helpdesk.ticket"].sudo().browse(concerned)
        self.env["dispute.evidence"]._record_changes(
            [
                {
                    "action": "merged",
                    "content": self.env._(
                        "Contacts of ticket %(number)s were merged into %(contact)s.",
                        number=ticket.number,
                        contact=dst_partner.name,
                    ),
                    "model": "res.partner",
                    "id": dst_partner.id,
                    "ticket": ticket,
                    "before": before,
                    "after": {"contacts": [self._name_contact(dst_partner)]},
                }
                for ticket in tickets
            ]
        )
        return result

    def _name_contact(self, partner):
        return f"{partner.email_formatted or partner.name or ''} ({partner.id})"

    def _find_concerned_tickets(self, partners):
        """Captured tickets of ``partners``, or with words of theirs: list of ids."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ticket.id FROM dispute_inbound inbound
                JOIN helpdesk_ticket ticket ON ticket.id = inbound.ticket_id
                LEFT JOIN mail_message message ON message.id = inbound.message_id
                WHERE ticket.partner_id = ANY(%(ids)s)
                    OR ticket.commercial_partner_id = ANY(%(ids)s)
                    OR message.author_id = ANY(%(ids)s)
                ORDER BY 1
                """,
                ids=partners.ids,
            )
        )
        return [ticket_id for (ticket_id,) in rows]
