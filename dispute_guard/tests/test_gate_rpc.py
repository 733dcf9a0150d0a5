"""The gate as clients of the web, the portal and other programs meet it."""

from contextlib import suppress

from odoo import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import RpcCommon
from .common_gate import SECRET, GateCommon

TRICKS = {
    "none": {},
    "mail": {
        "mail_notify_force_send": True,
        "mail_notify_author": True,
        "mail_post_autofollow": True,
        "mail_create_nolog": True,
        "mail_notrack": True,
        "mail_activity_quick_update": True,
        "tracking_disable": True,
        "install_mode": True,
        "import_file": True,
    },
    "defaults": {
        "default_is_internal": False,
        "default_message_type": "email",
        "default_author_id": 3,
        "default_dispute_case_id": False,
    },
    "ours": {
        "dispute_station": True,
        "dispute_hold_collecting": True,
        "automatic": True,
        "uid": 1,
        "su": True,
    },
}


@tagged("post_install", "-at_install")
class TestGateRpc(RpcCommon, GateCommon):
    def setUp(self):
        super().setUp()
        self.shown = self.ticket.with_user(self.agent_team).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.lock()
        self.note = self.ticket.with_user(self.agent_team).message_post(
            body="Careful", message_type="comment"
        )

    def assertGate(self, way):
        """Assert that a call is refused, and shows and mails nothing."""
        before = self.get_shown()
        with (
            self.assertRaises(JsonRpcException) as refusal,
            mute_logger("odoo.http", "odoo.sql_db"),
        ):
            way()
        self.assertIn("UserError", str(refusal.exception))
        self.assertEqual(self.get_shown(), before)
        self.assertFalse(
            self.env["mail.mail"].search_count(
                [("body_html", "ilike", SECRET), ("state", "=", "outgoing")]
            )
        )

    def route(self, path, **params):
        self.env.flush_all()
        try:
            return self.make_jsonrpc_request(path, params)
        finally:
            self.env.invalidate_all()

    def test_chatter(self):
        for user in (self.agent_team, self.supervisor, self.manager):
            self.login(user)
            with self.subTest(user.name):
                self.assertGate(
                    lambda: self.post(
                        self.ticket, SECRET, subtype_xmlid="mail.mt_comment"
                    )
                )
                self.assertGate(
                    lambda: self.post(
                        self.ticket,
                        SECRET,
                        subtype_xmlid="mail.mt_comment",
                        message_type="email",
                    )
                )
                self.assertGate(
                    lambda: self.post(
                        self.ticket,
                        SECRET,
                        subtype_xmlid="mail.mt_note",
                        partner_ids=self.customer.ids,
                    )
                )
                self.post(self.ticket, "Careful", subtype_xmlid="mail.mt_note")

    def test_words_of_the_refusal(self):
        """The web client shows the text in a window."""
        self.login(self.agent_team)
        self.env.flush_all()
        with mute_logger("odoo.http"):
            answer = self.url_open(
                "/mail/message/post",
                json={
                    "params": {
                        "thread_model": "helpdesk.ticket",
                        "thread_id": self.ticket.id,
                        "post_data": {
                            "body": SECRET,
                            "subtype_xmlid": "mail.mt_comment",
                        },
                    }
                },
            ).json()
        words = answer["error"]["data"]["message"]
        for said in ("only Alice Lawyer may write", self.case.name, "Internal notes"):
            self.assertIn(said, words)

    def test_staff_in_the_portal(self):
        """With the link of the customer an employee is still an employee."""
        self.login(self.agent_team)
        token = self.ticket._portal_ensure_token()
        self.assertGate(
            lambda: self.post(
                self.ticket, SECRET, token=token, subtype_xmlid="mail.mt_comment"
            )
        )

    def test_calls(self):
        comment = {"body": SECRET, "subtype_xmlid": "mail.mt_comment"}
        to_customer = {"body": SECRET, "partner_ids": self.customer.ids}
        calls = {
            "post": ("helpdesk.ticket", "message_post", [self.ticket.id], comment),
            "post a note": (
                "helpdesk.ticket",
                "message_post",
                [self.ticket.id],
                to_customer,
            ),
            "notify": (
                "helpdesk.ticket",
                "message_notify",
                [self.ticket.id],
                to_customer,
            ),
            "open a note": (
                "mail.message",
                "write",
                [self.note.ids, {"is_internal": False, "subtype_id": 1}],
                {},
            ),
            "address a note": (
                "mail.message",
                "write",
                [self.note.ids, {"partner_ids": [Command.link(self.customer.id)]}],
                {},
            ),
            "make a message": (
                "mail.message",
                "create",
                [
                    {
                        "model": "helpdesk.ticket",
                        "res_id": self.ticket.id,
                        "body": SECRET,
                        "subtype_id": self.env.ref("mail.mt_comment").id,
                        "message_type": "comment",
                    }
                ],
                {},
            ),
            "template": (
                "mail.template",
                "send_mail",
                [self.template.id, self.ticket.id],
                {},
            ),
        }
        calls["open a note"][2][1]["subtype_id"] = self.env.ref("mail.mt_comment").id
        for user in (self.agent_team, self.manager):
            self.login(user)
            for name, (model, method, args, kwargs) in calls.items():
                for trick, context in TRICKS.items():
                    with self.subTest(name, who=user.name, context=trick):
                        self.assertGate(
                            lambda m=model, f=method, a=args, k=kwargs, c=context: (
                                self.call(m, f, *a, context=c, **k)
                            )
                        )

    def test_composer(self):
        self.login(self.agent_team)
        for mode in ("comment", "mass_mail"):
            composer = self.call(
                "mail.compose.message",
                "create",
                [
                    {
                        "body": SECRET,
                        "subject": "Answer",
                        "partner_ids": [Command.set(self.customer.ids)],
                    }
                ],
                context={
                    "default_composition_mode": mode,
                    "default_model": "helpdesk.ticket",
                    "default_res_ids": self.ticket.ids,
                },
            )
            with self.subTest(mode):
                self.assertGate(
                    lambda ids=composer: self.call(
                        "mail.compose.message", "action_send_mail", ids
                    )
                )

    def test_edit_and_open_by_routes(self):
        hidden = self.ticket.with_user(self.counsel).message_post(
            body="Among us",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            is_internal=True,
        )
        self.login(self.agent_team)
        self.assertGate(
            lambda: self.route(
                "/mail/update_is_internal", message_id=hidden.id, is_internal=False
            )
        )
        self.assertGate(
            lambda: self.route(
                "/mail/message/update_content",
                message_id=self.shown.id,
                update_data={"body": SECRET},
            )
        )
        self.assertGate(
            lambda: self.route(
                "/mail/message/reaction",
                message_id=self.shown.id,
                content="👍",
                action="add",
            )
        )

    def test_gateway_by_a_call(self):
        """An employee does not become the lawyer by handing in a mail of hers."""
        shown = self.ticket.message_ids.filtered(
            lambda message: not message.subtype_id.internal
        )
        mail = (
            "From: Alice Lawyer <alice@nordwind.example.com>\r\n"
            "To: care@nordwind.example.com\r\nSubject: Re: My order\r\n"
            f"Message-ID: <forged@nordwind.example.com>\r\n"
            f"In-Reply-To: {shown.sorted('id')[-1].message_id}\r\n\r\n{SECRET}\r\n"
        )
        self.login(self.agent_team)
        before = self.get_shown()
        # who may not deliver mail at all hears that
        with suppress(JsonRpcException), mute_logger("odoo.http", "odoo.sql_db"):
            self.call("mail.thread", "message_process", False, mail)
        self.assertEqual(self.get_shown(), before)

    def test_customer_in_the_portal(self):
        self.login(self.portal)
        before = self.get_shown()
        self.post(self.ticket, "When will you answer?", subtype_xmlid="mail.mt_comment")
        new = self.get_shown() - before
        self.assertEqual(len(new), 1)
        self.assertFalse(self.get_withheld())

    def test_customer_by_link(self):
        self.authenticate(None, None)
        token = self.ticket._portal_ensure_token()
        before = self.get_shown()
        self.post(
            self.ticket,
            "When will you answer?",
            token=token,
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(len(self.get_shown() - before), 1)

    def test_portal_shows_nothing_withheld(self):
        self.ticket.message_post(
            body=SECRET,
            subject="Secret subject",
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("secret.txt", b"secret")],
        )
        self.ticket.with_user(self.agent_team).message_post(
            body="Careful",
            message_type="comment",
            attachments=[("among_us.txt", b"among us")],
        )
        token = self.ticket._portal_ensure_token()
        self.login(self.portal)
        page = self.url_open(f"/my/ticket/{self.ticket.id}?access_token={token}").text
        self.assertTrue(self.ticket.name in page)
        fetched = str(
            self.route(
                "/mail/chatter_fetch",
                thread_model="helpdesk.ticket",
                thread_id=self.ticket.id,
            )
        )
        for said in (
            SECRET,
            "Secret subject",
            "secret.txt",
            "among_us.txt",
            "Withheld",
        ):
            with self.subTest(said):
                self.assertFalse(said in page)
                self.assertFalse(said in fetched)
        for message in self.ticket.message_ids.filtered("is_internal"):
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self.call("mail.message", "read", message.ids, ["body"])

    def test_portal_of_a_calm_ticket(self):
        self.calm.with_user(self.agent_team).message_post(
            body="Look",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("plan.txt", b"plan")],
        )
        self.login(self.portal)
        token = self.calm._portal_ensure_token()
        page = self.url_open(f"/my/ticket/{self.calm.id}?access_token={token}").text
        self.assertTrue("plan.txt" in page)
