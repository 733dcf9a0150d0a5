from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..station import at_work
from .dispute_professional import PRICE_UNITS

STEP_STATES = [
    ("waiting", "Waiting"),
    ("asked", "Asked"),
    ("acknowledged", "Acknowledged"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("lapsed", "No answer in time"),
    ("withdrawn", "Not asked or withdrawn"),
]
LIVE_STEPS = ("asked", "acknowledged", "accepted")


class DisputeHandoffStep(models.Model):
    """One person in the chain of a handoff: asked in his turn, and what he answered.

    The chain is fixed when the handoff is sent for the first time. The methods here
    are what the professional (on his page) or a supervisor for him can do; each
    checks the state, moves the handoff along and records it.
    """

    _name = "dispute.handoff.step"
    _description = "Person Asked in a Handoff"
    _inherit = ["dispute.ticket.bound", "dispute.recorded"]
    _order = "handoff_id, sequence, id"
    _immutable_columns = (
        "handoff_id",
        "sequence",
        "professional_id",
        "name",
        "hours",
        "idle_hours",
        "reasons",
        "is_fallback",
    )

    handoff_id = fields.Many2one(
        "dispute.handoff", required=True, readonly=True, index=True, ondelete="restrict"
    )
    case_id = fields.Many2one(related="handoff_id.case_id")
    company_id = fields.Many2one(related="handoff_id.company_id", store=True)
    role = fields.Selection(related="handoff_id.role")
    sequence = fields.Integer(readonly=True)
    professional_id = fields.Many2one(
        "dispute.professional",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    name = fields.Char(required=True, readonly=True)
    email = fields.Char(readonly=True, help="The address the brief was sent to.")
    hours = fields.Float(string="Acknowledge Within (h)", readonly=True)
    idle_hours = fields.Float(string="Reminded After (h)", readonly=True)
    price = fields.Monetary(readonly=True, currency_field="price_currency_id")
    price_currency_id = fields.Many2one("res.currency", readonly=True)
    price_unit = fields.Selection(selection=PRICE_UNITS, readonly=True)
    price_note = fields.Char(string="Price in Words", compute="_compute_price_note")
    reasons = fields.Text(string="Why This Person", readonly=True)
    is_fallback = fields.Boolean(string="Fallback", readonly=True)
    state = fields.Selection(
        selection=STEP_STATES, required=True, readonly=True, default="waiting"
    )
    attempts = fields.Integer(
        readonly=True, help="How often the brief was handed to the mail server."
    )
    reminders = fields.Integer(readonly=True)
    asked_at = fields.Datetime(readonly=True)
    deadline = fields.Datetime(string="Acknowledge By", readonly=True)
    answered_at = fields.Datetime(readonly=True)
    answer = fields.Text(readonly=True)
    mail_id = fields.Many2one(
        "mail.mail",
        string="Outgoing Mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_system",
    )

    _one_at_a_time = models.UniqueIndex(
        "(handoff_id) WHERE state IN ('asked', 'acknowledged', 'accepted')",
        "Somebody else is asked already.",
    )

    @api.depends("price", "price_currency_id", "price_unit")
    @api.depends_context("lang")
    def _compute_price_note(self):
        describe = self.env["dispute.professional"]._describe_price
        for step in self:
            step.price_note = describe(
                step.price_unit, step.price, step.price_currency_id
            )

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("handoff_id.ticket_id", "in", tickets)

    def _refuse_deletion(self):
        raise UserError(self.env._("Whom a dispute was handed to stays recorded."))

    def _refuse_entry(self):
        raise UserError(self.env._("The chain of a handoff is fixed when it is sent."))

    def _move(self, vals):
        # sudo: dispute.handoff.step - only the methods here and those of the handoff
        # move a step, and who takes them was checked
        at_work(self.sudo()).write(vals)

    def _begin(self, *states):
        """Take hold of the handoff, so that two answers do not cross.

        :raise UserError: when the step is in none of ``states``, or just being moved
        """
        self.ensure_one()
        handoff = self.handoff_id.sudo()
        handoff.lock_for_update()
        if handoff.closed_at:
            raise UserError(self.env._("The handoff is closed."))
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "This is not possible any more. %(name)s: %(state)s.",
                    name=self.name,
                    state=labels[self.state],
                )
            )
        return handoff

    # ------------------------------------------------------------------
    # What the professional can do
    # ------------------------------------------------------------------

    def _acknowledge(self):
        """Note that the professional has got it and takes care of it.

        :raise UserError: when this is not his turn
        """
        handoff = self._begin("asked")
        self._move({"state": "acknowledged", "answered_at": fields.Datetime.now()})
        handoff._take("acknowledged", self)

    def _accept(self):
        """Note that the professional acts in the matter; he has got it, too.

        :raise UserError: when this is not his turn
        """
        handoff = self._begin("asked", "acknowledged")
        self._move({"state": "accepted", "answered_at": fields.Datetime.now()})
        handoff._take("accepted", self)

    def _decline(self, reason):
        """Note that the professional does not take it; the next one is asked.

        :param str reason: in words
        :raise UserError: when this is not his turn, or without a reason
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why."))
        handoff = self._begin(*LIVE_STEPS)
        handoff._go_on(self, "declined", reason)

    def _report_outcome(self, outcome, words, amount=0.0, currency=None):
        """Close the handoff with what came of it.

        :param str outcome: one of ``OUTCOMES``
        :param str words: what came of it
        :param float amount: what is invoiced for it
        :param currency: res.currency of the amount; by default the company's
        :raise UserError: when this is not his turn, or the outcome says nothing
        """
        handoff = self._begin("acknowledged", "accepted")
        handoff._check_outcome(outcome, words, amount)
        handoff._move(
            {
                "outcome_kind": outcome,
                "outcome": words.strip(),
                "invoice_amount": amount or 0.0,
                "invoice_currency_id": (currency or handoff.company_id.currency_id).id,
            }
        )
        handoff._close("done")
