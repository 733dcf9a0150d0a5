from odoo import api, fields, models
from odoo.tools import format_date

CLOCK_KINDS = [
    ("first_answer", "First answer"),
    ("complaint_answer", "Answer to the complaint"),
    ("counsel_reply", "Reply to counsel"),
    ("acknowledgement", "Acknowledgement of a handoff"),
    ("mediation", "Mediation"),
    ("insurer_notice", "Notice to the insurer"),
    ("limitation", "Limitation"),
]
UNITS = [
    ("working_hours", "Working hours"),
    ("working_days", "Working days"),
    ("days", "Days"),
    ("months", "Months"),
    ("years", "Years"),
]
WORKING_UNITS = ("working_hours", "working_days")


class DisputeJurisdictionTerm(models.Model):
    """How long something may take by the law, and where that is written."""

    _name = "dispute.jurisdiction.term"
    _description = "Term of a Jurisdiction"
    _order = "jurisdiction_id, id"

    jurisdiction_id = fields.Many2one(
        "dispute.jurisdiction", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(selection=CLOCK_KINDS, required=True)
    amount = fields.Integer(required=True)
    unit = fields.Selection(selection=UNITS, required=True, default="days")
    suspended_in_mediation = fields.Boolean(
        string="Stands Still in Mediation",
        help="Time spent in mediation is not counted.",
    )
    suspended_days = fields.Integer(
        string="At Most (days)", help="0: as long as the mediation goes on."
    )
    source = fields.Char(
        required=True, help="The law and its article, so that anybody can look it up."
    )
    source_url = fields.Char(string="Address of the Source")
    source_date = fields.Date(
        string="Text Of", required=True, help="The day of the text that was read."
    )
    note = fields.Text(
        translate=True, help="For whom it holds, and what it leaves out."
    )

    _one_per_kind = models.Constraint(
        "UNIQUE(jurisdiction_id, kind)",
        "A jurisdiction has one term of a kind. Name exceptions in its note.",
    )
    _positive = models.Constraint(
        "CHECK(amount BETWEEN 1 AND 1000 AND COALESCE(suspended_days, 0) >= 0)",
        "A term is from 1 to 1000, and no time is less than nothing.",
    )

    @api.depends("kind", "amount", "unit", "source")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for term in self:
            term.display_name = term._describe()

    def _describe(self):
        """The term in words: kind, length and source."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(kind)s: %(length)s, %(law)s",
            kind=kinds.get(self.kind, ""),
            length=self._describe_length(self.amount, self.unit),
            law=self.source or "",
        )

    def _describe_source(self):
        """Where it is written, of when, and what to mind."""
        self.ensure_one()
        return self.env._(
            "%(law)s, text of %(date)s. %(note)s",
            law=self.source,
            date=format_date(self.env, self.source_date),
            note=self.note or "",
        ).strip()

    @api.model
    def _describe_length(self, amount, unit):
        """A length of time in words, such as ``15 working days``."""
        if unit == "working_hours":
            return self.env._("%s working hours", amount)
        if unit == "working_days":
            return self.env._("%s working days", amount)
        if unit == "months":
            return self.env._("%s months", amount)
        if unit == "years":
            return self.env._("%s years", amount)
        return self.env._("%s days", amount)
