from odoo import api, fields, models
from odoo.exceptions import UserError


class DisputeHandoffReassign(models.TransientModel):
    """Hands a dispute to somebody else than the chain says.

    For a mediation that may be anybody on whom both sides agree.
    """

    _name = "dispute.handoff.reassign"
    _description = "Hand a Dispute to Somebody Else"

    handoff_id = fields.Many2one("dispute.handoff", required=True)
    role = fields.Selection(related="handoff_id.role")
    company_id = fields.Many2one(related="handoff_id.company_id")
    professional_id = fields.Many2one(
        "dispute.professional",
        domain="[('role', '=', role), ('company_id', 'in', [False, company_id])]",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Somebody Else",
        help="A person on whom both sides agree.",
    )
    our_words = fields.Text(string="Our Side Agrees")
    their_words = fields.Text(string="The Other Side Agrees")
    reason = fields.Text(required=True)
    renew_brief = fields.Boolean(
        string="Write the Brief Anew",
        help="With what has happened since. The earlier brief stays in evidence.",
    )

    @api.onchange("professional_id")
    def _onchange_professional_id(self):
        if self.professional_id:
            self.partner_id = False

    def action_apply(self):
        """Hand it to the person chosen.

        :raise UserError: when that person cannot take it, or a side has not agreed
        """
        self.ensure_one()
        handoff = self.handoff_id
        handoff.check_access("write")
        person = self.professional_id or self._agree_on_person()
        if not person or person.role != handoff.role:
            raise UserError(self.env._("Please choose a person for this role."))
        # sudo: dispute.handoff - all open disputes count, whoever may see them
        obstacles = person.sudo()._find_obstacles(handoff.sudo())
        for each in obstacles:
            words = f"{each.display_name}: {obstacles[each]}"
            raise UserError(words)
        handoff._reassign(person, self.reason, self.renew_brief)
        return {"type": "ir.actions.act_window_close"}

    def _agree_on_person(self):
        """The person on whom both sides agreed, as a mediator of this dispute alone.

        :raise UserError: when a side has not agreed, or it is no mediation
        """
        handoff, partner = self.handoff_id, self.partner_id
        if not partner:
            return self.env["dispute.professional"]
        if handoff.role != "mediator":
            raise UserError(
                self.env._("Only a mediator can be anybody on whom both sides agree.")
            )
        if handoff.consent_state == "refused" or not (
            self.our_words and self.their_words
        ):
            raise UserError(
                self.env._("Please say in which words each of both sides agreed.")
            )
        for consent in handoff.consent_ids:
            consent._answer(
                "given",
                self.our_words if consent.side == "ours" else self.their_words,
            )
        # sudo: dispute.professional - made for this dispute alone, not for the list
        return (
            self.env["dispute.professional"]
            .sudo()
            .create(
                {
                    "partner_id": partner.id,
                    "role": handoff.role,
                    "company_id": handoff.company_id.id,
                    "case_id": handoff.case_id.id,
                }
            )
            .sudo(False)
        )
