from odoo import api, fields, models

from .dispute_rung import RANK


class DisputeCase(models.Model):
    """What the agreement that governs a dispute says on how it is settled."""

    # one file a concern
    _inherit = "dispute.case"

    # as text, for who works on a dispute need not see agreements
    clause_summary = fields.Text(
        string="Dispute Clause", compute="_compute_clause", compute_sudo=True
    )
    clause_words = fields.Text(
        string="Words of the Clause", compute="_compute_clause", compute_sudo=True
    )

    @api.depends(
        "agreement_link_ids.state",
        "agreement_link_ids.relation",
        "agreement_link_ids.agreement_id",
    )
    @api.depends_context("lang")
    def _compute_clause(self):
        for case in self:
            agreement = case._get_clause_agreement()
            case.clause_words = agreement.dispute_clause
            case.clause_summary = (
                agreement._describe_dispute_clause() if agreement else False
            )

    def _get_clause_agreement(self):
        """The agreement whose dispute clause governs; empty if there is none.

        Of several the one that was linked first.
        """
        self.ensure_one()
        # sudo: agreement - its clause binds whoever works on the dispute
        links = self.sudo().agreement_link_ids.filtered(
            lambda link: link.state == "linked" and link.relation == "governs"
        )
        agreements = links.sorted("id").agreement_id
        return agreements.filtered(lambda each: each._has_dispute_clause())[:1]

    def _find_untried(self, rung, company_stages):
        """The stages to be tried before ``rung`` that were not, as sentences.

        The clause of the agreement goes before what the company asks for.

        :param dict company_stages: stages the company asks for, to days
        """
        self.ensure_one()
        stages = dict(company_stages)
        agreement = self._get_clause_agreement()
        by_clause = set()
        for code, (rule, days) in (
            agreement._get_dispute_rules().items() if agreement else ()
        ):
            if rule == "skipped":
                stages.pop(code, None)
            elif RANK[code] < RANK[rung] < RANK["closed"] and rung != "cooling_off":
                stages[code] = days
                by_clause.add(code)
        describe = self.env["dispute.rung.condition"]._describe_tried
        return [
            self.env._(
                "%(condition)s (%(clause)s)",
                condition=describe(code, days),
                clause=agreement._name_dispute_clause(),
            )
            if code in by_clause
            else describe(code, days)
            for code, days in sorted(stages.items(), key=lambda item: RANK[item[0]])
            if not self._has_tried(code, days)
        ]
