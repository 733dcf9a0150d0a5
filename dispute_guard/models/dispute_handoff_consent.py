from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..station import at_work

SIDES = [("ours", "Our side"), ("theirs", "The other side")]
CONSENT_STATES = [("asked", "Asked"), ("given", "Given"), ("refused", "Refused")]


class DisputeHandoffConsent(models.Model):
    """Whether a side agrees to a mediation, and in which words."""

    _name = "dispute.handoff.consent"
    _description = "Consent to a Mediation"
    _inherit = ["dispute.ticket.bound", "dispute.recorded"]
    _order = "handoff_id, side, id"
    _rec_name = "side"
    _immutable_columns = ("handoff_id", "side")

    handoff_id = fields.Many2one(
        "dispute.handoff", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="handoff_id.company_id", store=True)
    side = fields.Selection(selection=SIDES, required=True, readonly=True)
    state = fields.Selection(
        selection=CONSENT_STATES, required=True, readonly=True, default="asked"
    )
    words = fields.Text(readonly=True, help="How it was said, and where.")
    at = fields.Datetime(string="Said", readonly=True)
    recorded_by = fields.Char(readonly=True)

    _one_per_side = models.UniqueIndex("(handoff_id, side)")

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("handoff_id.ticket_id", "in", tickets)

    def _refuse_deletion(self):
        raise UserError(self.env._("Consents stay recorded."))

    def _refuse_entry(self):
        raise UserError(
            self.env._("Consents are recorded with their button, with the words.")
        )

    @api.model
    def _ask_for(self, handoffs):
        """Ask both sides for each of ``handoffs`` to a mediator."""
        # sudo: dispute.handoff.consent - opened by policy for whoever's message
        at_work(self.sudo()).create(
            [
                {"handoff_id": handoff.id, "side": side}
                for handoff in handoffs.filtered(lambda h: h.role == "mediator")
                for side, _label in SIDES
            ]
        )

    def _answer(self, state, words, at=None):
        """Record what a side said; a refusal calls the mediation off.

        :param str state: given or refused
        :param str words: how it was said, and where
        :param datetime at: when; by default now
        :raise UserError: without words, or when the handoff is closed
        """
        words = (words or "").strip()
        if not words:
            raise UserError(self.env._("Please say how the consent was given."))
        self.handoff_id.check_access("write")
        if any(handoff.closed_at for handoff in self.handoff_id):
            raise UserError(self.env._("The handoff is closed."))
        # sudo: dispute.handoff.consent - who may write the handoff was checked
        for consent in self.sudo():
            at_work(consent).write(
                {
                    "state": state,
                    "words": words,
                    "at": at or fields.Datetime.now(),
                    "recorded_by": self.env.user.name,
                }
            )
            handoff = consent.handoff_id
            handoff._record_event(
                "consent",
                words,
                handoff.step_id,
                {"side": consent.side, "consent": state},
                consent.at,
            )
            if state == "refused":
                handoff._close("cancelled")


class DisputeHandoff(models.Model):
    """Mediation asks both sides."""

    # one file a concern
    _inherit = "dispute.handoff"

    consent_ids = fields.One2many(
        "dispute.handoff.consent", "handoff_id", string="Consents"
    )
    consent_state = fields.Selection(
        selection=CONSENT_STATES, string="Consent", compute="_compute_consent_state"
    )

    @api.depends("consent_ids.state")
    def _compute_consent_state(self):
        """Refused by anybody, given by both, or still asked; nothing where none is."""
        for handoff in self:
            states = set(handoff.consent_ids.mapped("state"))
            handoff.consent_state = next(
                (state for state in ("refused", "asked", "given") if state in states),
                False,
            )

    @api.model_create_multi
    def create(self, vals_list):
        handoffs = super().create(vals_list)
        self.env["dispute.handoff.consent"]._ask_for(handoffs)
        return handoffs

    def action_record_consent(self):
        """Ask which side said what."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Consent to the Mediation"),
            "res_model": "dispute.handoff.consent.record",
            "view_mode": "form",
            "target": "new",
            "context": {"default_handoff_id": self.id},
        }
