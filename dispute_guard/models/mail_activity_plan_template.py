from odoo import api, fields, models
from odoo.exceptions import ValidationError

RESPONSIBLE = "dispute_responsible"
COUNSEL = "dispute_counsel"


class MailActivityPlanTemplate(models.Model):
    _inherit = "mail.activity.plan.template"

    responsible_type = fields.Selection(
        selection_add=[
            (RESPONSIBLE, "Responsible of the dispute"),
            (COUNSEL, "Counsel"),
        ],
        ondelete={RESPONSIBLE: "cascade", COUNSEL: "cascade"},
    )

    @api.constrains("plan_id", "responsible_type")
    def _check_responsible_dispute(self):
        for template in self:
            if (
                template.responsible_type in (RESPONSIBLE, COUNSEL)
                and template.plan_id.res_model != "dispute.case"
            ):
                raise ValidationError(
                    self.env._("Only plans for disputes know their people.")
                )

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if self.responsible_type not in (RESPONSIBLE, COUNSEL):
            return super()._determine_responsible(
                on_demand_responsible, applied_on_record
            )
        case = applied_on_record
        users = case._get_responsibles()
        if self.responsible_type == COUNSEL:
            users = case._get_counsel() + users
        return {"responsible": users[:1], "error": False, "warning": False}

    def _find_dispute_users(self, cases):
        """To whom the activity falls on each of ``cases``: one who may see it.

        A dispute that is only just opened has no ticket yet, so its people cannot see
        it at that moment; they are taken as they are.

        :return: dict of users to cases
        """
        self.ensure_one()
        candidates = {case: self._get_dispute_candidates(case) for case in cases}
        able = {}
        for user in self.env["res.users"].union(*candidates.values()):
            theirs = cases.filtered(lambda case, user=user: user in candidates[case])
            seen = theirs.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            able[user] = set(seen._filtered_access("read").ids)
            able[user].update(theirs.filtered(lambda case: not case.ticket_ids).ids)
        return cases.grouped(
            lambda case: next(
                (user for user in candidates[case] if case.id in able[user]),
                case.company_id._get_dispute_administrator(),
            )
        )

    def _get_dispute_candidates(self, case):
        users = case._get_responsibles()
        found = self._determine_responsible(users[:1], case)["responsible"]
        return (found or users) + users
