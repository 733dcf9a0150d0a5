from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .dispute_case import RUNGS

RANK = {rung: rank for rank, (rung, _label) in enumerate(RUNGS)}


class DisputeRung(models.Model):
    """A stage of disputes: what it asks for before it is entered, what is done there.

    That of a company goes before the one for all companies.
    """

    _name = "dispute.rung"
    _description = "Stage of Disputes"
    _order = "sequence, company_id, id"
    _rec_name = "code"
    _check_company_auto = True

    code = fields.Selection(selection=RUNGS, string="Stage", required=True)
    sequence = fields.Integer(
        compute="_compute_sequence", store=True, export_string_translation=False
    )
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    guide = fields.Text(
        string="What Is Done Here",
        translate=True,
        help="Shown to whoever takes a dispute to this stage.",
    )
    plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Playbook",
        domain="[('res_model', '=', 'dispute.case')]",
        check_company=True,
        ondelete="set null",
        help="The activities that are planned when a dispute enters this stage.",
    )
    condition_ids = fields.One2many(
        "dispute.rung.condition", "rung_id", string="Conditions", copy=True
    )
    asked = fields.Text(string="Asks For", compute="_compute_asked")

    _once = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "This stage is described for the company already.",
    )

    @api.depends("code")
    def _compute_sequence(self):
        for rung in self:
            rung.sequence = RANK.get(rung.code, 0)

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for rung in self:
            rung.display_name = labels.get(rung.code)

    @api.depends("condition_ids.name")
    @api.depends_context("lang")
    def _compute_asked(self):
        for rung in self:
            rung.asked = "\n".join(rung.condition_ids.mapped("name"))

    @api.constrains("plan_id")
    def _check_plan(self):
        if any(rung.plan_id.res_model not in (False, "dispute.case") for rung in self):
            raise ValidationError(
                self.env._("A playbook is an activity plan for disputes.")
            )

    @api.model
    def _find(self, code, companies):
        """How each of ``companies`` treats the stage ``code``.

        :return: dict of companies to one rung each, empty where there is none
        """
        # sudo: dispute.rung - what a stage asks for binds whoever enters it
        rungs = self.sudo().search(
            [("code", "=", code), ("company_id", "in", [False, *companies.ids])]
        )
        own = rungs.grouped("company_id")
        for_all = own.get(self.env["res.company"], self.sudo().browse())
        return {company: own.get(company, for_all) for company in companies}
