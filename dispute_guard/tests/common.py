import itertools
from contextlib import contextmanager
from email.header import Header
from unittest.mock import patch

from odoo.tests import HttpCase, JsonRpcException, TransactionCase, new_test_user
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_cron import IrCron

from .. import screening

CALM = "Could you please tell me when my kitchen will be delivered? Thank you."
ANNOUNCED = "I have instructed my solicitor to issue court proceedings against you."
CONDITIONAL = "If you do not refund me by Friday, I will take you to court."
HEATED = "This is a disgrace. I am furious with the way you treat your customers."
SENIOR = "I want to speak to your manager about this delivery."
INSULT = "You are complete idiots and useless morons."
PHYSICAL = "I know where you live and I will break your legs."

DOMAIN = "nordwind.example.com"
INBOX = f"care@{DOMAIN}"
CUSTOMER = "Paula Customer <paula@example.net>"

_numbers = itertools.count(1)


def make_mail(body="", **headers):
    """Return the bytes of a mail to the helpdesk, as they come over the wire.

    :param body: str (sent as UTF-8) or bytes (sent as they are)
    :param headers: header names with ``_`` for ``-`` to their values; None leaves a
        header out, bytes go in as they are
    """
    lines = {
        "Return-Path": "<paula@example.net>",
        "From": CUSTOMER,
        "To": INBOX,
        "Subject": "My order",
        "Message-ID": f"<{next(_numbers)}@mailer.example.net>",
        "Date": "Mon, 19 Oct 2026 10:00:00 +0000",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    lines.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = b"".join(
        name.encode() + b": " + _header_bytes(value) + b"\r\n"
        for name, value in lines.items()
        if value is not None
    )
    return head + b"\r\n" + (body.encode() if isinstance(body, str) else body)


def _header_bytes(value):
    if isinstance(value, bytes):
        return value
    return (value if value.isascii() else Header(value, "utf-8").encode()).encode()


class DisputeCommon(TransactionCase):
    """A company of its own, so that demo data neither helps nor disturbs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create({"name": DOMAIN})
        cls.company = cls.env["res.company"].create(
            {
                "name": "Nordwind",
                "email": f"office@{DOMAIN}",
                "alias_domain_id": cls.alias_domain.id,
            }
        )
        cls.other_company = cls.env["res.company"].create({"name": "Südwind"})
        cls._create_users()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {
                "name": "Care",
                "company_id": cls.company.id,
                "user_ids": [(6, 0, (cls.agent_own | cls.agent_team).ids)],
                "alias_domain_id": cls.alias_domain.id,
                "alias_name": "care",
                "alias_contact": "everyone",
            }
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Paula Customer", "email": "paula@example.net"}
        )
        cls.portal = new_test_user(
            cls.env,
            login="dispute_portal",
            context={"no_reset_password": True},
            groups="base.group_portal",
            partner_id=cls.customer.id,
            name="Paula Customer",
            email="paula@example.net",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    @classmethod
    def _create_users(cls):
        def user(login, name, groups, company=cls.company):
            return new_test_user(
                cls.env,
                login=f"dispute_{login}",
                name=name,
                context={"no_reset_password": True},
                groups=groups,
                company_id=company.id,
                company_ids=[(6, 0, company.ids)],
            )

        cls.agent_own = user(
            "agent_own", "Owen Agent", "helpdesk_mgmt.group_helpdesk_user_own"
        )
        cls.agent_team = user(
            "agent_team", "Tessa Agent", "helpdesk_mgmt.group_helpdesk_user_team"
        )
        cls.supervisor = user(
            "supervisor", "Sven Supervisor", "dispute_guard.group_dispute_supervisor"
        )
        cls.manager = user(
            "manager",
            "Martha Manager",
            "dispute_guard.group_dispute_manager,helpdesk_mgmt.group_helpdesk_manager",
        )
        cls.foreigner = user(
            "foreigner",
            "Frida Foreigner",
            "dispute_guard.group_dispute_manager",
            cls.other_company,
        )

    # ------------------------------------------------------------------
    # Doing what the outside world does
    # ------------------------------------------------------------------

    @classmethod
    def receive(cls, raw, model=None):
        """Hand ``raw`` to the gateway as a mail server does; return the ticket."""
        ticket_id = cls.env["mail.thread"].message_process(model, raw)
        return cls.env["helpdesk.ticket"].browse(ticket_id or [])

    @classmethod
    def write_in(cls, body, **headers):
        """Let the customer write a new mail; return its ticket."""
        return cls.receive(make_mail(body, **headers))

    @classmethod
    def reply(cls, ticket, body, **headers):
        """Let the customer answer to the newest message of ``ticket``."""
        parent = ticket.message_ids.filtered("message_id").sorted("id")[-1]
        headers.setdefault("In_Reply_To", parent.message_id)
        return cls.receive(make_mail(body, **headers))

    def run_cron(self, name):
        """Run the scheduled action ``name`` of this addon once."""
        cron = self.env.ref(f"dispute_guard.{name}")
        with patch.object(IrCron, "_commit_progress", return_value=float("inf")):
            cron.ir_actions_server_id.with_user(cron.user_id).run()

    @contextmanager
    def broken_screener(self, error):
        """Let every screening raise ``error``."""

        def broken():
            raise error

        with patch.object(screening, "default_screener", broken):
            yield

    def release_hold(self, case, reason="settled"):
        """Release the hold on ``case`` as people do: one asks, another confirms."""
        for user, step in (
            (self.supervisor, lambda hold: hold._ask_release(reason)),
            (self.manager, lambda hold: hold.action_confirm_release()),
        ):
            step(case.with_user(user)._get_active_holds())

    def close_dispute(self, case, outcome="settled"):
        """Close a dispute as a supervisor does, saying how it ended."""
        case = case.with_user(self.supervisor)
        case._set_outcome(outcome, "They paid.")
        case.rung = "closed"

    # ------------------------------------------------------------------
    # Making what a company has
    # ------------------------------------------------------------------

    @classmethod
    def make_professional(cls, role, name, languages=False, **values):
        partner = cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.split()[0].lower()}@{DOMAIN}",
                **values.pop("partner", {}),
            }
        )
        return cls.env["dispute.professional"].create(
            {
                "partner_id": partner.id,
                "role": role,
                "language_codes": languages,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def make_agreement(cls, code, content=b"the signed text", partner=None):
        """Return an agreement of the customer and its file."""
        agreement = cls.env["agreement"].create(
            {
                "code": code,
                "name": f"Agreement {code}",
                "partner_id": (partner or cls.customer).id,
                "company_id": cls.company.id,
            }
        )
        file = cls.env["ir.attachment"].create(
            {
                "name": f"{code}.pdf",
                "raw": content,
                "res_model": "agreement",
                "res_id": agreement.id,
            }
        )
        return agreement, file


class RpcCommon(HttpCase, DisputeCommon):
    def login(self, user):
        self.authenticate(user.login, user.login)

    def call(self, model, method, *args, context=None, **kwargs):
        """Call a method of a model as a client of the session's user does."""
        self.env.flush_all()
        try:
            return self.make_jsonrpc_request(
                f"/web/dataset/call_kw/{model}/{method}",
                {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": {**kwargs, "context": context or {}},
                },
            )
        finally:
            self.env.invalidate_all()

    def assertDenied(self, error, model, method, *args, **kwargs):
        """Assert that the call ends in the exception named ``error``."""
        with (
            self.assertRaises(JsonRpcException) as refusal,
            mute_logger("odoo.http", "odoo.sql_db"),
        ):
            self.call(model, method, *args, **kwargs)
        self.assertIn(error, str(refusal.exception))

    def post(self, ticket, body, token=None, **post_data):
        """Post on ``ticket`` as the web and portal clients do."""
        self.env.flush_all()
        try:
            return self.make_jsonrpc_request(
                "/mail/message/post",
                {
                    "thread_model": "helpdesk.ticket",
                    "thread_id": ticket.id,
                    "post_data": {"body": body, "message_type": "comment", **post_data},
                    **({"token": token} if token else {}),
                },
            )
        finally:
            self.env.invalidate_all()
