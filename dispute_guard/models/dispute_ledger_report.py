from odoo import api, fields, models

# What verification may find, in the words of ``ledger.verify`` and our own.
FAULTS = [
    ("edited", "Edited"),
    ("missing", "Missing"),
    ("inserted", "Inserted"),
    ("reordered", "Reordered"),
    ("changed", "Edited, Removed or Inserted"),
    ("cut", "Tail Cut Off"),
    ("rewritten", "Rewritten"),
    ("head", "Damaged Head"),
    ("signature", "Bad Signature"),
    ("node", "Damaged Tree"),
    ("token", "Bad Time-Stamp"),
    ("file", "File Missing or Altered"),
]


class DisputeLedgerReport(models.Model):
    """What one verification of a company's log came to."""

    _name = "dispute.ledger.report"
    _description = "Verification of the Ledger"
    _inherit = ["dispute.immutable"]
    _order = "id desc"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    started_at = fields.Datetime(required=True, readonly=True)
    finished_at = fields.Datetime(required=True, readonly=True)
    asked_by = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[
            ("intact", "Intact"),
            ("noted", "Intact, with remarks"),
            ("broken", "Broken"),
        ],
        required=True,
        readonly=True,
    )
    size = fields.Integer(
        string="Intact Up To",
        readonly=True,
        aggregator=None,
        help="So many items, from the first on, are as they were recorded.",
    )
    heads = fields.Integer(string="Heads That Fit", readonly=True, aggregator=None)
    fault = fields.Selection(selection=FAULTS, readonly=True)
    position = fields.Integer(
        string="First Bad Item", readonly=True, aggregator=None, default=-1
    )
    evidence_id = fields.Integer(string="Evidence No.", readonly=True, aggregator=None)
    explanation = fields.Text(readonly=True)
    remarks = fields.Text(readonly=True)
    anchors = fields.Text(
        string="Anchored Outside",
        readonly=True,
        help="Heads that left the database and fit what was found.",
    )
    summary = fields.Text(compute="_compute_summary")

    @api.depends("started_at", "state")
    def _compute_display_name(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for report in self:
            report.display_name = f"{report.started_at}: {labels.get(report.state)}"

    @api.depends("size", "explanation", "anchors")
    def _compute_summary(self):
        for report in self:
            parts = [
                report.explanation,
                self.env._("Intact: the first %(size)s items.", size=report.size),
                report.anchors and report.anchors.splitlines()[0],
            ]
            report.summary = "\n".join(part for part in parts if part)

    def _open(self):
        """The action that shows this report."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Verification"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    @api.model
    def _check_files(self, digests):
        """Hook: which of the files that evidence names are not as they were.

        :param set digests: SHA-256, hexadecimal
        :return: dict from digest to ``missing`` or ``altered``; digests of files that
            were never kept, or were dropped by the rules of retention, are left out
        """
        return {}
