from odoo import api, fields, models
from odoo.fields import Domain

from .dispute_hold_guard import changed

SUMS = [
    ("claimed_by_them", "Claimed by the customer"),
    ("claimed_by_us", "Claimed by us"),
    ("offered", "Offered"),
    ("paid", "Paid"),
    ("cost", "Cost of the dispute"),
]
# What each kind adds to the sum in dispute.
DISPUTED = {"claimed_by_them": 1, "claimed_by_us": 1, "paid": -1}


class DisputeCaseSum(models.Model):
    """A sum of money in a dispute, in the currency in which it was named."""

    _name = "dispute.case.sum"
    _description = "Sum of a Dispute"
    _inherit = ["dispute.ticket.bound", "dispute.hold.guard"]
    _order = "case_id, date, id"
    _rec_name = "kind"
    _held_fields = {
        "kind": changed,
        "amount": changed,
        "currency_id": changed,
        "date": changed,
    }

    case_id = fields.Many2one(
        "dispute.case", string="Dispute", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    kind = fields.Selection(selection=SUMS, required=True, default="claimed_by_them")
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    note = fields.Char()
    case_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the Dispute",
        compute="_compute_case_currency_id",
    )
    amount_converted = fields.Monetary(
        string="In the Dispute's Currency",
        compute="_compute_converted",
        store=True,
        currency_field="case_currency_id",
        help="Converted at the rate of the date.",
    )

    _positive = models.Constraint(
        "CHECK(amount >= 0)", "A sum is not negative: choose another kind instead."
    )

    @api.depends("case_id")
    def _compute_currency_id(self):
        for line in self:
            line.currency_id = line.currency_id or line.case_id._get_currency()

    @api.depends("case_id.currency_id")
    def _compute_case_currency_id(self):
        for line in self:
            line.case_currency_id = line.case_id._get_currency()

    @api.depends("amount", "currency_id", "date", "case_id.currency_id")
    def _compute_converted(self):
        for line in self:
            line.amount_converted = line.case_id._convert(
                line.amount, line.currency_id, line.date
            )

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)


class DisputeCase(models.Model):
    """The money in a dispute."""

    # one file a concern
    _inherit = "dispute.case"

    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="Sums in other currencies are converted at the rate of their date. "
        "Empty: that of the company.",
    )
    sum_ids = fields.One2many("dispute.case.sum", "case_id", string="Sums")
    amount_disputed = fields.Monetary(
        string="Exposure",
        compute="_compute_amount_disputed",
        store=True,
        readonly=False,
        tracking=True,
        help="The sum that the dispute is about: what both sides claim, less what was "
        "paid. Without sums, as typed.",
    )
    cost_total = fields.Monetary(
        string="Cost",
        compute="_compute_cost_total",
        store=True,
        help="What the dispute cost us, fees of professionals included.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for case in self:
            case.currency_id = (case.company_id or self.env.company).currency_id

    @api.depends("sum_ids.kind", "sum_ids.amount_converted")
    def _compute_amount_disputed(self):
        for case in self:
            lines = case.sum_ids.filtered(lambda line: line.kind in DISPUTED)
            if lines:
                total = sum(
                    DISPUTED[line.kind] * line.amount_converted for line in lines
                )
                case.amount_disputed = max(0.0, total)

    @api.depends(
        "sum_ids.kind",
        "sum_ids.amount_converted",
        "handoff_ids.invoice_amount",
        "handoff_ids.invoice_currency_id",
    )
    def _compute_cost_total(self):
        for case in self:
            costs = case.sum_ids.filtered(lambda line: line.kind == "cost")
            case.cost_total = sum(costs.mapped("amount_converted")) + sum(
                case._convert(
                    handoff.invoice_amount,
                    handoff.invoice_currency_id,
                    handoff.closed_at or handoff.sent_at,
                )
                for handoff in case.handoff_ids
            )

    def _get_currency(self):
        """The dispute's currency; where it has none, that of the company."""
        return self.currency_id or (self.company_id or self.env.company).currency_id

    def _convert(self, amount, currency, date):
        """``amount`` in the dispute's currency at the rate of ``date``.

        A sum whose currency nobody named is taken for one in the dispute's.
        """
        target = self._get_currency()
        if not currency or currency == target:
            return amount
        company = self.company_id or self.env.company
        return currency._convert(amount, target, company, date or fields.Date.today())
