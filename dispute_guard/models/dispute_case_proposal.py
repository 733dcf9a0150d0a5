from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..station import at_work, is_at_work, own_defaults
from .helpdesk_ticket import AGENTS


class DisputeCase(models.Model):
    """Tickets of the customer that may belong to his dispute, and his other disputes.

    Proposals are read when they are looked at: a mail pays nothing for them, and they
    follow when contacts are merged.
    """

    # one file a concern
    _inherit = "dispute.case"

    proposed_count = fields.Integer(compute="_compute_proposals")
    other_case_ids = fields.Many2many(
        "dispute.case",
        string="Other Open Disputes",
        compute="_compute_proposals",
        help="Other open disputes of the same customer.",
    )

    @api.depends_context("uid")
    def _compute_proposals(self):
        proposals = self._find_proposals(cases=self)
        tickets = self.env["helpdesk.ticket"].browse(
            {ticket for ticket, _case in proposals}
        )
        visible = set(tickets._filtered_access("read").ids)
        others = self._find_others()
        for case in self:
            case.proposed_count = sum(
                case_id == case.id and ticket in visible
                for ticket, case_id in proposals
            )
            case.other_case_ids = others.get(case.id, [])

    @api.model
    def _find_proposals(self, tickets=None, cases=None):
        """Which tickets may belong to which open disputes of the same customer.

        Those that stand in no dispute, and are open or came after the dispute was
        opened; not those of which a person said that they are another matter.

        :param tickets: only these; None: of any
        :param cases: only these; None: of any
        :return: pairs of ids (ticket, dispute), the newest dispute of a ticket first
        """
        for model in ("dispute.case", "helpdesk.ticket", "res.partner"):
            self.env[model].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT ticket.id, dispute.id
                FROM dispute_case dispute
                JOIN res_partner customer ON customer.id = dispute.partner_id
                JOIN helpdesk_ticket ticket
                    ON ticket.commercial_partner_id = customer.commercial_partner_id
                    AND ticket.company_id = dispute.company_id
                LEFT JOIN helpdesk_ticket_stage stage ON stage.id = ticket.stage_id
                WHERE dispute.rung != 'closed' AND %s
                    AND ticket.dispute_case_id IS NULL AND ticket.active
                    AND (
                        stage.closed IS NOT TRUE
                        OR ticket.create_date >= dispute.opened_at
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_case_declined_ticket_rel declined
                        WHERE declined.ticket_id = ticket.id
                            AND declined.case_id = dispute.id
                    )
                ORDER BY ticket.id, dispute.id DESC
                """,
                SQL(" AND ").join(
                    SQL("%s = ANY(%s)", column, records.ids)
                    for column, records in (
                        (SQL("ticket.id"), tickets),
                        (SQL("dispute.id"), cases),
                    )
                    if records is not None
                ),
            )
        )

    def _find_others(self):
        """Other open disputes of the same customers, as {id: ids}."""
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.flush_model(["partner_id", "company_id", "rung"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dispute.id, array_agg(other.id ORDER BY other.id)
                FROM dispute_case dispute
                JOIN res_partner customer ON customer.id = dispute.partner_id
                JOIN res_partner contact
                    ON contact.commercial_partner_id = customer.commercial_partner_id
                JOIN dispute_case other
                    ON other.partner_id = contact.id AND other.id != dispute.id
                    AND other.company_id = dispute.company_id
                WHERE dispute.id = ANY(%s) AND other.rung != 'closed'
                    AND dispute.rung != 'closed'
                GROUP BY dispute.id
                """,
                self.ids,
            )
        )
        every = self.browse({other for _case, others in rows for other in others})
        visible = set(every._filtered_access("read").ids)
        return {
            case: [other for other in others if other in visible]
            for case, others in rows
        }

    def action_view_proposed(self):
        """Show the tickets that may belong to the dispute, to add them or not."""
        self.ensure_one()
        pairs = self._find_proposals(cases=self)
        view = self.env.ref("dispute_guard.helpdesk_ticket_view_proposed")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do They Belong to %s?", self.name),
            "res_model": "helpdesk.ticket",
            "view_mode": "list,form",
            "views": [(view.id, "list"), (False, "form")],
            "domain": [("id", "in", [ticket for ticket, _case in pairs])],
            "context": {"dispute_case_id": self.id, "create": False},
        }


class HelpdeskTicket(models.Model):
    """Tickets of customers with an open dispute."""

    # one file a concern
    _inherit = "helpdesk.ticket"

    dispute_declined_case_ids = fields.Many2many(
        "dispute.case",
        "dispute_case_declined_ticket_rel",
        "ticket_id",
        "case_id",
        string="Not of These Disputes",
        readonly=True,
        copy=False,
        groups=AGENTS,
    )
    dispute_proposed_name = fields.Char(
        string="Open Dispute of the Customer",
        compute="_compute_dispute_proposal",
        groups=AGENTS,
    )
    dispute_can_join = fields.Boolean(
        compute="_compute_dispute_proposal", groups=AGENTS
    )

    @api.depends("dispute_case_id", "dispute_declined_case_ids", "partner_id")
    @api.depends_context("uid")
    def _compute_dispute_proposal(self):
        """Its number is told to whoever works for the customer, no more."""
        proposed = self._get_proposed_cases()
        cases = self.env["dispute.case"].union(*proposed.values())
        readable = cases._filtered_access("read")
        for ticket in self:
            case = proposed.get(ticket.id)
            ticket.dispute_proposed_name = case and case.sudo().name
            ticket.dispute_can_join = case in readable if case else False

    def _get_proposed_cases(self):
        """The newest open dispute to which each may belong, by ticket id."""
        free = self.filtered(
            lambda ticket: ticket.id
            and not ticket.dispute_case_id
            and ticket.commercial_partner_id
        )
        cases = self.env["dispute.case"]
        pairs = cases._find_proposals(tickets=free) if free else ()
        # the newest stands first
        return {ticket: cases.browse(case) for ticket, case in reversed(list(pairs))}

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        return own_defaults(self, defaults, {"dispute_declined_case_ids"})

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_declined_write(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_declined_write(vals)
        return super().write(vals)

    def _check_declined_write(self, vals):
        if "dispute_declined_case_ids" in vals and not is_at_work(self):
            raise UserError(
                self.env._("Use the button to say that it is another matter.")
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_join_dispute(self):
        """Add the tickets to the open dispute that is proposed for them.

        :raise AccessError: for who may not see the dispute, which he would after this
        """
        for case, tickets in self._group_by_proposal().items():
            if not case.has_access("read"):
                raise AccessError(
                    self.env._(
                        "Ask a supervisor to add the ticket to dispute %s.",
                        case.sudo().name,
                    )
                )
            # sudo: helpdesk.ticket - who may was checked, the level follows
            joining = tickets.sudo()
            at_work(joining).write({"dispute_case_id": case.id})
            joining._update_dispute_level()
            tickets._record_proposal(case, "joined")

    def action_decline_dispute(self):
        """Say that the tickets are another matter than the dispute proposed."""
        for case, tickets in self._group_by_proposal().items():
            # sudo: helpdesk.ticket - who may was checked, only this method writes it
            at_work(tickets.sudo()).write(
                {"dispute_declined_case_ids": [fields.Command.link(case.id)]}
            )
            tickets._record_proposal(case, "declined")

    def _group_by_proposal(self):
        """The tickets by the dispute that is meant.

        The list that a dispute opens names itself; anything else means the newest.
        """
        self.check_access("write")
        meant = self.env.context.get("dispute_case_id")
        cases = self.env["dispute.case"]
        pairs = cases._find_proposals(tickets=self)
        grouped = {}
        for ticket in self:
            proposed = [case for each, case in pairs if each == ticket.id]
            if not proposed:
                continue
            case = cases.browse(meant if meant in proposed else proposed[0])
            grouped[case] = grouped.get(case, self.browse()) | ticket
        return grouped

    def _record_proposal(self, case, step):
        numbers = ", ".join(self.mapped("number"))
        words = {
            "joined": self.env._("Added to the dispute: ticket %s", numbers),
            "declined": self.env._("Another matter: ticket %s", numbers),
        }
        case._record_course(step, words[step], {"tickets": self.mapped("number")})
