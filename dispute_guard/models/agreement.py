from odoo import api, fields, models
from odoo.exceptions import AccessError

from .dispute_case_rung import COUNSEL
from .dispute_hold_guard import changed
from .dispute_hold_ticket import Agreement as HeldAgreement

RULES = [
    ("company", "As the company does"),
    ("required", "Required"),
    ("skipped", "Skipped"),
]
# The stages on which a clause may speak, and its fields for them.
CLAUSE_RUNGS = ("discuss", "cooling_off", "mediation", "formal_claim")
CLAUSE_FIELDS = {
    *(f"dispute_{rung}" for rung in CLAUSE_RUNGS),
    *(f"dispute_{rung}_days" for rung in CLAUSE_RUNGS),
    "dispute_clause",
    "dispute_clause_number",
    "dispute_forum",
}


def _rule(label):
    return fields.Selection(
        selection=RULES,
        string=label,
        required=True,
        default="company",
        tracking=True,
    )


def _days(label):
    return fields.Integer(
        label,
        tracking=True,
        help="For how many days at least, before the next stage may begin.",
    )


class Agreement(models.Model):
    """What an agreement says on how its disputes are settled."""

    _inherit = "agreement"
    _held_fields = HeldAgreement._held_fields | dict.fromkeys(CLAUSE_FIELDS, changed)

    dispute_clause_number = fields.Char("Dispute Clause", tracking=True)
    dispute_clause = fields.Text("Words of the Dispute Clause", tracking=True)
    dispute_discuss = _rule("Negotiation")
    dispute_discuss_days = _days("Days of Negotiation")
    dispute_cooling_off = _rule("Cooling-off")
    dispute_cooling_off_days = _days("Days of Cooling-off")
    dispute_mediation = _rule("Mediation")
    dispute_mediation_days = _days("Days of Mediation")
    dispute_formal_claim = _rule("Formal Claim")
    dispute_formal_claim_days = _days("Days After a Formal Claim")
    dispute_forum = fields.Char(
        "Court or Arbitration",
        tracking=True,
        help="Where the matter is decided in the end, such as a court or arbitrators.",
    )

    _dispute_days = models.Constraint(
        """CHECK(LEAST(dispute_discuss_days, dispute_cooling_off_days,
            dispute_mediation_days, dispute_formal_claim_days) >= 0)""",
        "Days of a dispute clause cannot be negative.",
    )

    def write(self, vals):
        if vals.keys() & CLAUSE_FIELDS:
            self._check_clause_write()
        return super().write(vals)

    def _check_clause_write(self):
        """Keep those whom a clause binds from changing it.

        :raise AccessError: while it governs an open dispute, unless counsel changes it
        """
        if self.env.user.has_group(COUNSEL):
            return
        # sudo: dispute.agreement.link - binds also users who may not see the dispute
        links = self.env["dispute.agreement.link"].sudo()
        governing = links.search(
            [
                ("agreement_id", "in", self.ids),
                ("state", "=", "linked"),
                ("relation", "=", "governs"),
                ("case_id.rung", "!=", "closed"),
                ("case_id", "!=", False),
            ],
            limit=1,
        )
        if governing:
            raise AccessError(
                self.env._(
                    "%(agreement)s governs an open dispute (%(case)s): only counsel "
                    "changes its dispute clause.",
                    agreement=governing.agreement_id.display_name,
                    case=governing.case_id.name,
                )
            )

    def _has_dispute_clause(self):
        self.ensure_one()
        return bool(
            self.dispute_clause
            or self.dispute_clause_number
            or self.dispute_forum
            or self._get_dispute_rules()
        )

    def _get_dispute_rules(self):
        """What the clause sets otherwise than the company, as {rung: (rule, days)}."""
        self.ensure_one()
        return {
            rung: (self[f"dispute_{rung}"], self[f"dispute_{rung}_days"])
            for rung in CLAUSE_RUNGS
            if self[f"dispute_{rung}"] != "company"
        }

    @api.model
    def _describe_dispute_rule(self, rung, rule, days):
        """What a clause says on one stage, such as “Mediation: required, 30 days”."""
        stages = dict(
            self.env["dispute.case"]._fields["rung"]._description_selection(self.env)
        )
        values = {"stage": stages[rung], "days": days}
        if rule == "skipped":
            return self.env._("%(stage)s: not needed", **values)
        if days:
            return self.env._("%(stage)s: required, %(days)s days", **values)
        return self.env._("%(stage)s: required", **values)

    def _describe_dispute_clause(self):
        """The clause in short: where it stands and what it sets."""
        self.ensure_one()
        parts = [
            self._describe_dispute_rule(rung, rule, days)
            for rung, (rule, days) in self._get_dispute_rules().items()
        ]
        if self.dispute_forum:
            parts.append(
                self.env._("Court or arbitration: %(forum)s", forum=self.dispute_forum)
            )
        return "\n".join([self._name_dispute_clause(), *parts])

    def _name_dispute_clause(self):
        self.ensure_one()
        if self.dispute_clause_number:
            return self.env._(
                "%(agreement)s, clause %(number)s",
                agreement=self.display_name,
                number=self.dispute_clause_number,
            )
        return self.display_name
