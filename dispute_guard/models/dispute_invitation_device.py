import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, consteq

from ..invitation_mail import CODE_PLACEHOLDER, carrying
from ..ledger import sha256_hex
from ..station import at_work

CODE_DIGITS = 6
CODE_MINUTES = 15
CODE_TRIES = 5
CODES_AN_HOUR = 5
CODES_A_DAY = 15


class DisputeInvitationDevice(models.Model):
    """A device on which a professional's page was, or is to be, opened.

    It is known by a secret in a cookie, of which only the digest is stored. Before a
    page shows anything, the device is confirmed with a code that is mailed to the
    professional. The code's digest takes the secret in, so that nobody can find out
    the code by trying all numbers against the database.
    """

    _name = "dispute.invitation.device"
    _description = "Device of a Professional"
    _inherit = ["dispute.invitation.record"]
    _order = "id desc"
    _log_access = False
    _rec_name = "agent"
    _immutable_columns = ("invitation_id", "asked_at", "code_expires_at")

    invitation_id = fields.Many2one(
        "dispute.invitation",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="invitation_id.company_id")
    secret_hash = fields.Char(
        required=True, readonly=True, export_string_translation=False
    )
    code_hash = fields.Char(readonly=True, export_string_translation=False)
    code_expires_at = fields.Datetime(required=True, readonly=True)
    tries = fields.Integer(string="Codes Tried", readonly=True, aggregator=None)
    asked_at = fields.Datetime(string="Code Asked For", required=True, readonly=True)
    confirmed_at = fields.Datetime(string="Confirmed", readonly=True)
    left_at = fields.Datetime(string="Signed Out", readonly=True)
    address = fields.Char(string="Network Address", readonly=True)
    agent = fields.Char(string="Browser", readonly=True)

    _secret_unique = models.UniqueIndex("(secret_hash)")

    # ------------------------------------------------------------------
    # Which device is it
    # ------------------------------------------------------------------

    @api.model
    def _find_by_secret(self, secret, reference):
        """The device with ``secret`` if the page ``reference`` is open to it, or none.

        It may not be confirmed yet.
        """
        invitation = self.env["dispute.invitation"]._find_open(
            SQL(
                """
                AND invitation.reference = %s
                JOIN dispute_invitation_device device
                    ON device.invitation_id = invitation.id
                    AND device.secret_hash = %s AND device.left_at IS NULL
                """,
                reference,
                sha256_hex(secret.encode()),
            )
        )
        return invitation.device_ids.filtered(
            lambda device: device.secret_hash == sha256_hex(secret.encode())
        )

    def _prepare_door_values(self, invitation):
        """Hook: what is shown before the device is confirmed."""
        name, _at, domain = invitation.email.partition("@")
        return {
            "company": invitation.company_id,
            "address": f"{name[:1]}•••@{domain}",
            "minutes": CODE_MINUTES,
            "digits": CODE_DIGITS,
            "tries_left": CODE_TRIES - self.tries,
            "waits_for_code": bool(
                self
                and self.tries < CODE_TRIES
                and self.code_expires_at > fields.Datetime.now()
            ),
        }

    # ------------------------------------------------------------------
    # The code
    # ------------------------------------------------------------------

    @api.model
    def _may_ask(self, invitation):
        """Whether another code may be sent for ``invitation``."""
        now = fields.Datetime.now()
        hour, day = now - timedelta(hours=1), now - timedelta(days=1)
        asked = [
            device.asked_at for device in invitation.device_ids if device.asked_at > day
        ]
        return (
            len(asked) < CODES_A_DAY
            and len([at for at in asked if at > hour]) < CODES_AN_HOUR
        )

    @api.model
    def _ask_code(self, invitation, visitor):
        """Mail a code for a new device.

        :param dict visitor: ``address`` and ``agent`` of who asks
        :return: the secret for the device's cookie, and whether the mail was sent
        """
        secret = secrets.token_urlsafe(32)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        now = fields.Datetime.now()
        device = at_work(self).create(
            {
                "invitation_id": invitation.id,
                "secret_hash": sha256_hex(secret.encode()),
                "code_hash": self._hash_code(secret, code),
                "code_expires_at": now + timedelta(minutes=CODE_MINUTES),
                "asked_at": now,
                **visitor,
            }
        )
        # what could collide with another request does so before the mail leaves
        self.env.flush_all()
        return secret, device._mail_code(code)

    def _mail_code(self, code):
        self.ensure_one()
        template = self.env.ref("dispute_guard.mail_template_invitation_code")
        mail = self.env["mail.mail"].browse(
            template.send_mail(self.id, force_send=False)
        )
        with carrying(CODE_PLACEHOLDER, code):
            mail.send()
        if not mail.exists() or mail.state == "sent":
            return True
        # later it would leave without the code
        mail.unlink()
        return False

    def _confirm(self, secret, code):
        """Confirm the device with the code from the mail.

        Each try counts, also one that comes at the same time: the row is written
        first, and the database lets only one of two writers pass.

        :return: the new secret for the cookie, or None if the code is not right
        """
        self.ensure_one()
        at_work(self).write({"tries": self.tries + 1})
        self.env.flush_all()
        if (
            self.confirmed_at
            or self.tries > CODE_TRIES
            or self.code_expires_at <= fields.Datetime.now()
            or not consteq(self.code_hash or "", self._hash_code(secret, code))
        ):
            return None
        fresh = secrets.token_urlsafe(32)
        at_work(self).write(
            {
                "secret_hash": sha256_hex(fresh.encode()),
                "code_hash": False,
                "confirmed_at": fields.Datetime.now(),
            }
        )
        return fresh

    @api.model
    def _hash_code(self, secret, code):
        return sha256_hex(f"{secret} {code}".encode())

    def _leave(self):
        """Forget the device; the next visit from it asks for a code again."""
        at_work(self).write({"left_at": fields.Datetime.now()})
