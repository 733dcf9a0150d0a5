from odoo import api, fields, models
from odoo.exceptions import UserError

from ..station import at_work, is_at_work, own_defaults
from .dispute_case_sum import DISPUTED
from .dispute_handoff import OPEN_STATES

ORIGIN_FIELDS = {
    "merged_ids",
    "merged_into_id",
    "merged_at",
    "merged_by",
    "merge_reason",
    "split_from_id",
    "split_by",
    "split_reason",
}


class DisputeCase(models.Model):
    """Disputes that turn out to be one, and one that turns out to be two.

    Nothing is deleted: a merged dispute stays, closed, and says into which. A legal
    hold goes along before anything moves.
    """

    # one file a concern
    _inherit = "dispute.case"

    merged_into_id = fields.Many2one(
        "dispute.case",
        string="Merged Into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    merged_ids = fields.One2many("dispute.case", "merged_into_id", string="Merged Ones")
    merged_at = fields.Datetime(readonly=True, copy=False)
    merged_by = fields.Char(readonly=True, copy=False)
    merge_reason = fields.Text(readonly=True, copy=False)
    split_from_id = fields.Many2one(
        "dispute.case",
        string="Split From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    split_by = fields.Char(readonly=True, copy=False)
    split_reason = fields.Text(readonly=True, copy=False)

    @api.model
    def default_get(self, fields):
        return own_defaults(self, super().default_get(fields), ORIGIN_FIELDS)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_origin_write(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_origin_write(vals)
        return super().write(vals)

    def _check_origin_write(self, vals):
        if vals.keys() & ORIGIN_FIELDS and not is_at_work(self):
            raise UserError(
                self.env._("Disputes are merged and split by their windows.")
            )

    # ------------------------------------------------------------------
    # Merging
    # ------------------------------------------------------------------

    def _merge_into(self, target, reason):
        """Put what belongs to these disputes into ``target`` and close them.

        :raise UserError: without a reason, or where they cannot be merged
        """
        self._check_moving(target, reason)
        if target in self:
            raise UserError(self.env._("A dispute cannot be merged into itself."))
        if (self | target).company_id != target.company_id:
            raise UserError(self.env._("These disputes are of different companies."))
        self._check_handoffs(target)
        self._take_hold_along(target, reason)
        at_work(self).write(
            {
                "merged_into_id": target.id,
                "merged_at": fields.Datetime.now(),
                "merged_by": self.env.user.name,
                "merge_reason": reason,
            }
        )
        for case in self:
            words = self.env._(
                "%(case)s merged into %(target)s: %(reason)s",
                case=case.name,
                target=target.name,
                reason=reason,
            )
            tickets = case.with_context(active_test=False).ticket_ids
            details = {"target": target.name, "tickets": tickets.mapped("number")}
            case._record_course("merged", words, details)
            case._move_tickets(target, tickets)
            case._hand_over(target)
            (case | target)._message_log_batch(
                bodies=dict.fromkeys((case | target).ids, words)
            )
        at_work(self).write({"rung": "closed"})

    # ------------------------------------------------------------------
    # Splitting
    # ------------------------------------------------------------------

    def _split(self, tickets, title, reason):
        """Open a dispute of its own for some of the tickets.

        :return: the new dispute
        :raise UserError: without a reason, or when no ticket would go or stay
        """
        self.ensure_one()
        self._check_moving(self, reason)
        every = self.with_context(active_test=False).ticket_ids
        if not tickets or tickets - every or tickets == every:
            raise UserError(
                self.env._("Choose some of the tickets of %s, not all.", self.name)
            )
        new = at_work(self.env["dispute.case"]).create(
            self._prepare_split_values(tickets, title, reason)
        )
        new = self.browse(new.id)
        self._take_hold_along(new, reason)
        words = self.env._(
            "%(new)s split from %(case)s: %(reason)s",
            new=new.name,
            case=self.name,
            reason=reason,
        )
        details = {"target": new.name, "tickets": tickets.mapped("number")}
        self._record_course("split", words, details)
        self._move_tickets(new, tickets)
        self._hand_over(new, tickets)
        cases = self | new
        cases._message_log_batch(bodies=dict.fromkeys(cases.ids, words))
        return new

    def _prepare_split_values(self, tickets, title, reason):
        """Hook: the values of the dispute that is split off; it stands where we do."""
        customers = tickets.commercial_partner_id
        return {
            "title": title,
            "partner_id": (customers if len(customers) == 1 else self.partner_id).id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "currency_id": self.currency_id.id,
            "rung": self.rung,
            "split_from_id": self.id,
            "split_by": self.env.user.name,
            "split_reason": reason,
        }

    # ------------------------------------------------------------------
    # What goes along
    # ------------------------------------------------------------------

    def _check_moving(self, target, reason):
        (self | target).check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why."))
        closed = (self | target).filtered(lambda case: case.rung == "closed")
        closed._refuse_change()
        # two who merge the same at once would lose one another's work
        (self | target).lock_for_update()

    def _refuse_change(self):
        """:raise UserError: if there are any disputes"""
        for case in self:
            raise UserError(
                self.env._("Dispute %s is closed and stays as it ended.", case.name)
            )

    def _check_handoffs(self, target):
        """:raise UserError: where two open handoffs to one role would meet"""
        handoffs = (self | target).handoff_ids.filtered(
            lambda handoff: handoff.state in OPEN_STATES
        )
        for role, same in handoffs.grouped("role").items():
            if len(same) > 1:
                roles = dict(same._fields["role"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(role)s works on %(cases)s. End all but one of these "
                        "handoffs first.",
                        role=roles[role],
                        cases=", ".join(same.case_id.mapped("name")),
                    )
                )

    def _take_hold_along(self, target, reason):
        """Put ``target`` under hold where one of these is, so that nothing gets free.

        The holds of these stay, too, until two people release them.
        """
        # sudo: dispute.hold - who merges may, whoever the custodians are
        holds = self.sudo()._get_active_holds()
        if holds and not target.hold:
            self.env["dispute.hold"]._place(
                target,
                "\n".join([*holds.mapped("reason"), reason]),
                by=self.env.user.name,
                custodians=holds.custodian_ids.user_id,
            )

    def _move_tickets(self, target, tickets):
        # the database itself looks whether held tickets may go there
        (self | target).flush_recordset()
        # sudo: helpdesk.ticket - supervisors merge; the level follows
        moving = tickets.sudo()
        at_work(moving).write({"dispute_case_id": target.id})
        moving._update_dispute_level()
        (self | target).sudo()._update_level()

    def _hand_over(self, target, tickets=None):
        """Hook: give to ``target`` what belongs to this dispute besides its tickets.

        What has a ``case_id`` of its own has to follow here.

        :param tickets: only what belongs to these, for the rest stays; None: all
        """
        self.ensure_one()
        # sudo: dispute.case - who merges and splits was checked; all goes along
        case = self.sudo()
        entries = self.env["dispute.effort.entry"].sudo()
        entries = entries.search([("case_id", "=", case.id)])
        handoffs = case.handoff_ids
        if tickets is not None:
            entries = entries.filtered(lambda entry: entry.ticket_id in tickets)
            handoffs = handoffs.filtered(lambda handoff: handoff.ticket_id in tickets)
        at_work(handoffs).write({"case_id": target.id})
        entries._follow(target)
        case._copy_parties(target)
        target.message_subscribe(case.message_partner_ids.ids)
        if tickets is None:
            (case | target.sudo())._itemise_amount()
            case.sum_ids.write({"case_id": target.id})

    def _copy_parties(self, target):
        known = {
            (party.role, party.partner_id, party.name) for party in target.party_ids
        }
        for party in self.party_ids:
            if (party.role, party.partner_id, party.name) not in known:
                party.copy({"case_id": target.id})

    def _itemise_amount(self):
        """Make a line of sums that were typed, so that they add up."""
        self.env["dispute.case.sum"].create(
            [
                {
                    "case_id": case.id,
                    "kind": "claimed_by_them",
                    "amount": case.amount_disputed,
                    "currency_id": case._get_currency().id,
                    "date": case.opened_at,
                    "note": case.name,
                }
                for case in self
                if case.amount_disputed
                and not any(line.kind in DISPUTED for line in case.sum_ids)
            ]
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_merge(self):
        """Ask into which dispute, and why."""
        self.check_access("write")
        cases = self if len(self) > 1 else self | self.other_case_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Disputes"),
            "res_model": "dispute.case.merge",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_case_ids": cases.ids,
                "default_target_id": min(cases.ids),
            },
        }

    def action_split(self):
        """Ask which tickets are another matter, and why."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Split the Dispute"),
            "res_model": "dispute.case.split",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }
