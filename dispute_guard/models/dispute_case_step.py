from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..station import at_work
from .dispute_case import RUNGS


class DisputeCaseStep(models.Model):
    """That a dispute went from one stage to another: who, when, why, what was missing.

    Rows name people by text alone: a user who is deleted would otherwise rewrite them.
    """

    _name = "dispute.case.step"
    _description = "Step of a Dispute"
    _inherit = ["dispute.ticket.bound", "dispute.recorded"]
    _order = "taken_at desc, id desc"
    _log_access = False

    case_id = fields.Many2one(
        "dispute.case",
        string="Dispute",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    from_rung = fields.Selection(
        selection=RUNGS, string="From", required=True, readonly=True
    )
    rung = fields.Selection(selection=RUNGS, string="To", required=True, readonly=True)
    taken_at = fields.Datetime(string="When", required=True, readonly=True)
    taken_by = fields.Char(string="Who", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    missing = fields.Text(
        string="What Was Missing",
        readonly=True,
        help="One condition in each line. Counsel went on in spite of them.",
    )
    overridden = fields.Boolean(
        string="Overridden by Counsel", compute="_compute_overridden"
    )

    @api.depends("missing")
    def _compute_overridden(self):
        for step in self:
            step.overridden = bool(step.missing)

    @api.depends("from_rung", "rung")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["rung"]._description_selection(self.env))
        for step in self:
            step.display_name = (
                f"{labels.get(step.from_rung, '')} → {labels.get(step.rung, '')}"
            )

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)

    def _refuse_entry(self):
        raise UserError(self.env._("Steps of a dispute are recorded by the system."))

    def _refuse_deletion(self):
        raise UserError(self.env._("Steps stay as the history of their dispute."))

    @api.model
    def _record_steps(self, cases, rung, reason, missing):
        """Record that ``cases`` go to ``rung``, as steps and as evidence.

        :param str reason: why, or None
        :param dict missing: cases to lists of sentences
        """
        now = fields.Datetime.now()
        # sudo: dispute.case.step - only this method records steps
        steps = at_work(self.sudo()).create(
            [
                {
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "from_rung": case.rung,
                    "rung": rung,
                    "taken_at": now,
                    "taken_by": self.env.user.name,
                    "reason": reason,
                    "missing": "\n".join(missing[case]) or False,
                }
                for case in cases
            ]
        )
        self.env["dispute.evidence"]._record_evidence(
            [step._prepare_evidence_item() for step in steps]
        )
        return steps

    def _prepare_evidence_item(self):
        """Hook: the item of evidence for this step."""
        self.ensure_one()
        case = self.case_id
        return {
            "kind": "case",
            "content": "\n".join(filter(None, [self.display_name, self.reason])),
            "ticket": case._get_first_ticket(),
            "company": self.company_id,
            "author": self.taken_by,
            "occurred_at": self.taken_at,
            "details": {
                "step": "rung",
                "case": case.name,
                "from": self.from_rung,
                "to": self.rung,
                "reason": self.reason or "",
                "missing": (self.missing or "").splitlines(),
                "clause": case.clause_summary or "",
                "tickets": case.ticket_ids.mapped("number"),
            },
        }
