from odoo import models
from odoo.tools import SQL

# What a ticket says and where it belongs.
WATCHED = (
    "name",
    "description",
    "number",
    "partner_id",
    "partner_name",
    "partner_email",
    "company_id",
    "team_id",
    "active",
    "dispute_case_id",
    "duplicate_id",
)


class HelpdeskTicket(models.Model):
    """Tickets with something captured: what becomes of them is recorded."""

    _inherit = "helpdesk.ticket"

    def write(self, vals):
        names = [name for name in WATCHED if name in vals]
        # sudo: helpdesk.ticket - compared and recorded, not shown
        tickets = self.sudo() if names else self.browse()
        before = tickets._snapshot_all(names)
        result = super().write(vals)
        if tickets:
            tickets._record_edits(before, tickets._snapshot_all(names))
        return result

    def unlink(self):
        """Recorded while the tickets are there, and not at all if they stay."""
        # sudo: helpdesk.ticket - recorded, not shown
        tickets = self.sudo()._filter_captured()
        if not tickets:
            return super().unlink()
        with self.env.cr.savepoint():
            self.env["dispute.evidence"]._record_changes(
                [
                    {
                        "action": "deleted",
                        "content": self.env._("Ticket %s was deleted.", ticket.number),
                        "model": self._name,
                        "id": ticket.id,
                        "ticket": ticket,
                        "before": said,
                        "after": {},
                    }
                    for ticket, said in zip(
                        tickets, tickets._snapshot_all(WATCHED).values(), strict=True
                    )
                ]
            )
            return super().unlink()

    def _snapshot_all(self, names):
        snapshot = self.env["dispute.evidence"]._snapshot
        return {ticket.id: snapshot(ticket, names) for ticket in self}

    def _filter_captured(self):
        """Those of the tickets of which something was captured."""
        if not self.ids:
            return self.browse()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT ticket_id FROM dispute_inbound WHERE ticket_id = ANY(%(ids)s)
                UNION
                SELECT ticket_id FROM dispute_outbound WHERE ticket_id = ANY(%(ids)s)
                """,
                ids=self.ids,
            )
        )
        return self.browse(ticket_id for (ticket_id,) in rows)

    def _record_edits(self, before, after):
        changed = {
            ticket_id: {
                name: value
                for name, value in said.items()
                # that it is put into its first dispute changes nothing of it
                if value != after[ticket_id][name]
                and (value or name != "dispute_case_id")
            }
            for ticket_id, said in before.items()
        }
        tickets = self.browse(key for key, said in changed.items() if said)
        self.env["dispute.evidence"]._record_changes(
            [
                {
                    **ticket._describe_change(changed[ticket.id]),
                    "model": self._name,
                    "id": ticket.id,
                    "ticket": ticket,
                    "before": changed[ticket.id],
                    "after": {
                        name: after[ticket.id][name] for name in changed[ticket.id]
                    },
                }
                for ticket in tickets._filter_captured()
            ]
        )

    def _describe_change(self, before):
        number = self.number
        if "active" in before and not self.active:
            return {
                "action": "archived",
                "content": self.env._("Ticket %s was archived.", number),
            }
        if "active" in before:
            return {
                "action": "restored",
                "content": self.env._("Ticket %s was restored.", number),
            }
        if "duplicate_id" in before:
            return {
                "action": "merged",
                "content": self.env._("Ticket %s was marked as a duplicate.", number),
            }
        if before.keys() & {"company_id", "dispute_case_id"}:
            return {
                "action": "moved",
                "content": self.env._("Ticket %s was moved.", number),
            }
        return {
            "action": "edited",
            "content": self.env._(
                "Ticket %(number)s was edited: %(fields)s.",
                number=number,
                fields=", ".join(before),
            ),
        }
