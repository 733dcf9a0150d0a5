import email
import re
from email import policy

from odoo.tests.common import Opener

from ..models.dispute_invitation import LINK_PATH, PAGE_PATH
from .common import ANNOUNCED, RpcCommon
from .common_capture import SendingCommon

LINK = re.compile(re.escape(LINK_PATH) + r"([\w.-]+)")
CODE = re.compile(r"\b\d{6}\b")
PROOF = re.compile(r'name="proof" value="(\w{64})"')


class InvitationCommon(SendingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lawyer = cls.make_professional("lawyer", "Alice Lawyer", "en")

    def hand_off(self, body=ANNOUNCED, **headers):
        """Let ``body`` arrive and the handoff be sent to its professional."""
        ticket = self.write_in(body, **headers)
        self.run_cron("ir_cron_handoff")
        return ticket.dispute_handoff_ids

    def send_queue(self, record, **server):
        """Let the mail queue send what waits for ``record``.

        :return: the texts, as they went over the wire
        """
        mails = self.env["mail.mail"].search(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("state", "=", "outgoing"),
            ]
        )
        with self.mail_server(**server) as server:
            mails.send()
        return read_taken(server)

    def get_token(self, handoff):
        """The token that goes out with the mails that wait for ``handoff``."""
        [token] = set(LINK.findall("".join(self.send_queue(handoff))))
        return token

    def get_invitation(self, handoff):
        return self.env["dispute.invitation"].search(
            [("step_id", "=", handoff.step_id.id)]
        )

    def get_actions(self, handoff):
        """What was done on the page of ``handoff``, in order."""
        visits = self.env["dispute.invitation.access"].search(
            [("invitation_id.handoff_id", "=", handoff.id)], order="id"
        )
        return visits.mapped("action")


class PageCommon(RpcCommon, InvitationCommon):
    """What a professional's browser does."""

    def setUp(self):
        super().setUp()
        self.new_device()

    def new_device(self):
        """From now on another browser is used, without cookies."""
        self.opener = Opener(self)

    def get(self, path, **kwargs):
        self.env.flush_all()
        try:
            return self.url_open(path, **kwargs)
        finally:
            self.env.invalidate_all()

    def open_link(self, token, **kwargs):
        return self.get(LINK_PATH + token, **kwargs)

    def get_path(self, handoff):
        return PAGE_PATH + self.get_invitation(handoff).reference

    def act(self, handoff, action, proof=None, files=None, path=None, **post):
        """Post a form of the page; by default with the proof it would show."""
        path = path or self.get_path(handoff)
        if proof is None:
            proof = (PROOF.findall(self.get(path).text) or [""])[0]
        return self.get(f"{path}/{action}", data={"proof": proof, **post}, files=files)

    def ask_code(self, handoff):
        """Have a code sent; return it."""
        with self.mail_server() as server:
            self.act(handoff, "code")
        return CODE.findall("".join(read_taken(server)))[-1]

    def enter(self, handoff, token=None):
        """Open the page with the link in the mail and the code; return it."""
        self.open_link(token or self.get_token(handoff))
        return self.act(handoff, "confirm", code=self.ask_code(handoff))


def read_taken(server):
    """The texts of the mails that the mail server took."""
    return [_get_text(message) for _sender, _to, message in server.taken]


def _get_text(raw):
    raw = raw if isinstance(raw, bytes) else raw.encode()
    message = email.message_from_bytes(raw, policy=policy.default)
    return "\n".join(
        part.get_content()
        for part in message.walk()
        if part.get_content_maintype() == "text"
    )
