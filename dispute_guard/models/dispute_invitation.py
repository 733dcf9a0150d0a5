import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..ledger import sha256_hex
from ..station import at_work

LINK_PATH = "/dispute_guard/link/"
PAGE_PATH = "/dispute_guard/page/"
# What stands for the token in a mail until it is handed to the mail server.
PLACEHOLDER = re.compile(re.escape(LINK_PATH) + r"invitation\.([\w-]{22})(?![\w-])")


class DisputeInvitation(models.Model):
    """The personal page of one professional about one handoff.

    It is opened by links whose tokens are known to nobody but their receiver: each is
    made when a mail is handed to the mail server, and only its digest is stored
    (``dispute.invitation.link``). The first visit from a device asks for a code that is
    sent to the same address (``dispute.invitation.device``).

    An invitation lives as long as its step of the handoff is under way, its
    professional is active and has the address it was sent to, nobody revoked it, and
    the time that the company sets has not run out.
    """

    _name = "dispute.invitation"
    _description = "Invitation of a Professional"
    _inherit = ["dispute.invitation.record"]
    _order = "id desc"
    _rec_name = "email"
    _immutable_columns = ("step_id", "reference", "email")

    step_id = fields.Many2one(
        "dispute.handoff.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    handoff_id = fields.Many2one(related="step_id.handoff_id", store=True, index=True)
    company_id = fields.Many2one(related="handoff_id.company_id", store=True)
    professional_id = fields.Many2one(related="step_id.professional_id")
    reference = fields.Char(
        required=True,
        readonly=True,
        export_string_translation=False,
        help="Names the page in its address. It opens nothing by itself.",
    )
    email = fields.Char(
        required=True, readonly=True, help="The address the links are sent to."
    )
    expires_at = fields.Datetime(string="Valid Until", required=True, readonly=True)
    revoked_at = fields.Datetime(string="Ended", readonly=True)
    revoked_reason = fields.Char(string="Why It Ended", readonly=True)
    state = fields.Selection(
        selection=[
            ("prepared", "Not sent yet"),
            ("sent", "Sent"),
            ("opened", "Opened"),
            ("ended", "Ended"),
        ],
        compute="_compute_state",
    )
    link_ids = fields.One2many(
        "dispute.invitation.link", "invitation_id", string="Links"
    )
    device_ids = fields.One2many(
        "dispute.invitation.device", "invitation_id", string="Devices"
    )
    access_ids = fields.One2many(
        "dispute.invitation.access", "invitation_id", string="Visits"
    )

    _reference_unique = models.UniqueIndex("(reference)")

    @api.depends(
        "revoked_at",
        "expires_at",
        "step_id.state",
        "handoff_id.state",
        "link_ids",
        "device_ids.confirmed_at",
    )
    def _compute_state(self):
        alive = self._filter_open()
        for invitation in self:
            if invitation not in alive:
                invitation.state = "ended"
            elif any(device.confirmed_at for device in invitation.device_ids):
                invitation.state = "opened"
            else:
                invitation.state = "sent" if invitation.link_ids else "prepared"

    # ------------------------------------------------------------------
    # Inviting and revoking
    # ------------------------------------------------------------------

    @api.model
    def _invite(self, steps):
        """Have a personal page for each of ``steps``, for a mail to its professional.

        A page that is open already stays the same, and its time begins anew. The links
        hold a placeholder, for which ``mail.mail`` puts in a token when it hands the
        mail, and this mail alone, to the mail server.

        :param steps: dispute.handoff.step
        :return: dict from each step to the URL to put into the mail
        :raise UserError: when a professional has no address
        """
        # sudo: dispute.invitation - made for whoever's message caused the handoff
        invitations = self.sudo().search(
            [("step_id", "in", steps.ids), ("revoked_at", "=", False)]
        )
        usable = invitations.filtered(
            lambda each: each.email == each._get_address(each.step_id)
        )
        (invitations - usable)._end(self.env._("The address changed."))
        taken = {each.step_id: each for each in usable}
        for company, some in usable.grouped("company_id").items():
            at_work(some).write({"expires_at": self._get_expiry(company)})
        fresh = at_work(self.sudo()).create(
            [
                self._prepare_invitation_values(step)
                for step in steps.sudo()
                if step not in taken
            ]
        )
        taken |= {each.step_id: each for each in fresh}
        return {step: taken[step]._get_url() for step in steps}

    @api.model
    def _prepare_invitation_values(self, step):
        """Hook: the values of a new invitation for ``step``."""
        if not (address := self._get_address(step)):
            raise UserError(self.env._("%(name)s has no mail address.", name=step.name))
        return {
            "step_id": step.id,
            "reference": secrets.token_urlsafe(16),
            "email": address,
            "expires_at": self._get_expiry(step.handoff_id.company_id),
        }

    @api.model
    def _get_address(self, step):
        """The address of the professional of ``step``, as it is now."""
        return step.professional_id.partner_id.email_normalized

    @api.model
    def _get_expiry(self, company):
        return fields.Datetime.now() + timedelta(days=company.dispute_invitation_days)

    @api.model
    def _revoke(self, steps, reason=None):
        """End the pages of ``steps`` at once.

        :param str reason: for people; by default that the step is over
        """
        # sudo: dispute.invitation - the step decides, whoever ends it
        self.sudo().search(
            [("step_id", "in", steps.ids), ("revoked_at", "=", False)]
        )._end(reason or self.env._("The handoff went on or was closed."))

    @api.model
    def _end_of_old_addresses(self, partners):
        """End the pages of ``partners`` that went to another address than it is now."""
        invitations = self.search(
            [
                ("step_id.professional_id.partner_id", "in", partners.ids),
                ("revoked_at", "=", False),
            ]
        )
        old = invitations.filtered(
            lambda each: each.email != each._get_address(each.step_id)
        )
        for handoff in old._filter_under_way().handoff_id:
            handoff.activity_schedule(
                "dispute_guard.mail_activity_type_exchange",
                summary=self.env._("The professional's address changed: send a link"),
                user_id=handoff._get_follower().id,
            )
        old._end(self.env._("The address changed."))

    def _filter_under_way(self):
        """Those of ``self`` whose step is under way."""
        return self.filtered(
            lambda each: each.step_id == each.handoff_id._get_open_step()
        )

    def _end(self, reason):
        if self:
            at_work(self).write(
                {"revoked_at": fields.Datetime.now(), "revoked_reason": reason}
            )

    def _get_url(self):
        """The link as it stands in stored mails; it opens nothing."""
        self.ensure_one()
        base = self.handoff_id.get_base_url()
        return f"{base}{LINK_PATH}invitation.{self.reference}"

    # ------------------------------------------------------------------
    # Which are open
    # ------------------------------------------------------------------

    @api.model
    def _find_by_token(self, token):
        """The open invitation that the token of a link belongs to, or none."""
        return self._find_open(
            SQL(
                """
                JOIN dispute_invitation_link link
                    ON link.invitation_id = invitation.id AND link.token_hash = %s
                """,
                sha256_hex(token.encode()),
            )
        )

    def _filter_open(self):
        """Those of ``self`` that are open."""
        return self & self._find_open(SQL("AND invitation.id = ANY(%s)", self.ids))

    @api.model
    def _find_open(self, which):
        """The open invitations among those that ``which`` (SQL) joins or restricts.

        One statement whatever the reason for which one is not open, so that the time
        of an answer tells nothing about it.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT invitation.id
                FROM dispute_handoff_step step
                JOIN dispute_handoff handoff ON handoff.id = step.handoff_id
                JOIN dispute_professional person ON person.id = step.professional_id
                JOIN res_partner partner ON partner.id = person.partner_id
                JOIN dispute_invitation invitation ON invitation.step_id = step.id
                    AND invitation.revoked_at IS NULL
                    AND invitation.expires_at > %(now)s
                    AND invitation.email = partner.email_normalized
                %(which)s
                WHERE step.state IN ('asked', 'acknowledged', 'accepted')
                    AND handoff.state IN ('to_send', 'sent', 'acknowledged', 'accepted')
                    AND person.active AND partner.active
                """,
                now=fields.Datetime.now(),
                which=which,
            )
        )
        return self.browse(row[0] for row in rows)
