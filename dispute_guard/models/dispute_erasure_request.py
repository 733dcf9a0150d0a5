from odoo import api, fields, models
from odoo.exceptions import UserError

from ..station import at_work, is_at_work, off_work, own_defaults

OPEN_FIELDS = {"partner_id", "person", "asked_at", "wish", "basis_id", "company_id"}
ACTIVITY = "dispute_guard.mail_activity_type_erasure"


class DisputeErasureRequest(models.Model):
    """A person's wish to be erased: refused while a hold keeps his data, then offered.

    Nothing is erased here by itself; the request says whether it may be, and by what
    law not.
    """

    _name = "dispute.erasure.request"
    _description = "Erasure Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "person"

    partner_id = fields.Many2one(
        "res.partner", string="Person", index=True, ondelete="set null"
    )
    person = fields.Char(
        string="Name", compute="_compute_person", store=True, readonly=False
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    asked_at = fields.Date(
        string="Asked On", required=True, default=fields.Date.context_today
    )
    wish = fields.Text(string="What Was Asked")
    state = fields.Selection(
        selection=[
            ("open", "Can be carried out"),
            ("refused", "Refused while held"),
            ("done", "Carried out"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="open",
        readonly=True,
        tracking=True,
    )
    basis_id = fields.Many2one(
        "dispute.erasure.basis",
        string="Legal Basis",
        default=lambda self: self.env["dispute.erasure.basis"].search([], limit=1),
        ondelete="restrict",
    )
    refused_at = fields.Datetime(readonly=True)
    offered_at = fields.Datetime(
        string="Offered Again", readonly=True, help="When the hold had been released."
    )
    done_at = fields.Datetime(readonly=True)
    hold_id = fields.Many2one(
        "dispute.hold", string="Held By", readonly=True, ondelete="restrict"
    )

    _open = models.Index("(id) WHERE state IN ('open', 'refused')")

    @api.depends("partner_id")
    def _compute_person(self):
        for request in self.filtered("partner_id"):
            request.person = request.partner_id.display_name

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        guarded = self._fields.keys() - OPEN_FIELDS
        return own_defaults(self, super().default_get(fields), guarded)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_write(vals)
        requests = super().create(vals_list)
        requests._refuse_held()
        return requests

    def write(self, vals):
        self._check_write(vals)
        if (
            "partner_id" in vals
            and not is_at_work(self)
            and any(request.refused_at for request in self)
        ):
            raise UserError(self.env._("Enter another request for another person."))
        return super(DisputeErasureRequest, off_work(self)).write(vals)

    def _check_write(self, vals):
        ours = {name for name in vals if not name.startswith(("message_", "activity_"))}
        if ours - OPEN_FIELDS and not is_at_work(self):
            raise UserError(
                self.env._("Whether a person can be erased follows from the holds.")
            )

    # ------------------------------------------------------------------
    # Refused and offered again
    # ------------------------------------------------------------------

    def _get_holding(self):
        """The hold that keeps each request's person, as a dict of requests to holds."""
        # sudo: dispute.erasure.request - of all companies
        people = self.sudo().partner_id
        held = self.env["dispute.hold"]._get_holding(people)
        return {
            request: held[request.partner_id.id]
            for request in self
            if request.sudo().partner_id.id in held
        }

    def _refuse_held(self):
        """Refuse those (all open ones if none are given) whose person is held now."""
        # sudo: dispute.erasure.request - whoever enters them, holds decide
        self = self.sudo() or self.sudo().search([("state", "=", "open")])
        waiting = self.filtered(lambda request: request.state == "open")
        for request, hold in waiting._get_holding().items():
            at_work(request).write(
                {
                    "state": "refused",
                    "refused_at": fields.Datetime.now(),
                    "hold_id": hold.id,
                }
            )
            hold.with_env(self.env)._record_steps(
                "erasure_refused",
                request.wish,
                {
                    "person": request.person or "",
                    "basis": request.basis_id.name or "",
                    "words": request.basis_id.text or "",
                },
            )

    @api.model
    def _offer_again(self):
        """Offer the refused ones again of which the person is held no longer."""
        # sudo: dispute.erasure.request - whoever releases a hold, all are offered
        refused = self.sudo().search([("state", "=", "refused")])
        held = refused._get_holding()
        for request in refused.filtered(lambda each: each not in held):
            at_work(request).write(
                {"state": "open", "offered_at": fields.Datetime.now(), "hold_id": False}
            )
            request.activity_schedule(ACTIVITY, user_id=request._get_responsible().id)

    def _get_responsible(self):
        """Hook: the user who carries a request out."""
        user = self.create_uid
        return (
            user
            if user.active and not user.share and not user._is_superuser()
            else self.company_id._get_dispute_administrator()
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_answer(self):
        """Write the refusal to the person, from its template."""
        self.ensure_one()
        template = self.env.ref("dispute_guard.mail_template_erasure_refusal")
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "force_email": True,
            },
        }

    def action_look_up(self):
        """Open Odoo's own tool that finds and erases what is stored of a person."""
        self.ensure_one()
        self._check_free()
        if "privacy.lookup.wizard" in self.env:
            return self.partner_id.action_privacy_lookup()
        return self.partner_id.get_formview_action()

    def action_done(self):
        """Note that the person was erased; his name goes from here, too."""
        self.check_access("write")
        self._check_free()
        # sudo: dispute.erasure.request - only these steps change it
        at_work(self.sudo()).write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "person": False,
                "wish": False,
                "partner_id": False,
            }
        )
        self.activity_feedback([ACTIVITY])

    def action_withdraw(self):
        """Note that the person does not want it any more."""
        self.check_access("write")
        # sudo: dispute.erasure.request - only these steps change it
        at_work(self.sudo()).state = "withdrawn"
        self.activity_unlink([ACTIVITY])

    def _check_free(self):
        """:raise UserError: naming the hold that keeps the person's data"""
        self.env["dispute.hold"]._check(self.sudo().partner_id)
