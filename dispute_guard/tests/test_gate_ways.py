"""Every way to write to the other side, taken by everybody, locked and free."""

from odoo import Command
from odoo.tests import tagged

from ..speaking import automatic
from .common_gate import SECRET, GateCommon

COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}


def compose(ticket, mode, **values):
    composer = (
        ticket.env["mail.compose.message"]
        .with_context(
            default_composition_mode=mode,
            default_model=ticket._name,
            default_res_ids=ticket.ids,
        )
        .create({"body": SECRET, "subject": "Answer", **values})
    )
    return composer._action_send_mail()


def create_message(ticket, **values):
    return ticket.env["mail.message"].create(
        {
            "model": ticket._name,
            "res_id": ticket.id,
            "body": SECRET,
            "message_type": "comment",
            **values,
        }
    )


def create_mail(ticket, **values):
    return (
        ticket.env["mail.mail"]
        .sudo()
        .create(
            {
                "model": ticket._name,
                "res_id": ticket.id,
                "subject": "Answer",
                "body_html": SECRET,
                **values,
            }
        )
    )


# name: what to do with the ticket, ``t`` being the test
SAYING = {
    "post: comment": lambda t, x: x.message_post(body=SECRET, **COMMENT),
    "post: notification": lambda t, x: x.message_post(
        body=SECRET, subtype_xmlid="mail.mt_comment"
    ),
    "post: type email": lambda t, x: x.message_post(
        body=SECRET, message_type="email", subtype_xmlid="mail.mt_comment"
    ),
    "post: as the customer": lambda t, x: x.message_post(
        body=SECRET, author_id=t.customer.id, **COMMENT
    ),
    "post: as the lawyer": lambda t, x: x.message_post(
        body=SECRET, author_id=t.counsel.partner_id.id, **COMMENT
    ),
    "post: another open subtype": lambda t, x: x.message_post(
        body=SECRET, message_type="comment", subtype_xmlid=t.subtype
    ),
    "post: note to the customer": lambda t, x: x.message_post(
        body=SECRET, message_type="comment", partner_ids=t.customer.ids
    ),
    "post: note to a stranger": lambda t, x: x.message_post(
        body=SECRET, message_type="comment", partner_ids=t.stranger.ids
    ),
    "post: note to an address": lambda t, x: x.message_post(
        body=SECRET, message_type="comment", outgoing_email_to="stefan@example.org"
    ),
    "post: later": lambda t, x: x.message_post(
        body=SECRET, scheduled_date="2099-01-01 00:00:00", **COMMENT
    ),
    "post: context": lambda t, x: x.with_context(
        mail_notify_force_send=True,
        mail_post_autofollow=True,
        mail_notrack=True,
        tracking_disable=True,
        default_is_internal=False,
        dispute_station=True,
        gate_off=True,
    ).message_post(body=SECRET, **COMMENT),
    "post: template": lambda t, x: x.message_post_with_source(
        t.template, subtype_xmlid="mail.mt_comment"
    ),
    "mail: template": lambda t, x: x.message_mail_with_source(t.template),
    "mail: send_mail": lambda t, x: t.template.with_env(x.env).send_mail(x.id),
    "mail: send_mail now": lambda t, x: t.template.with_env(x.env).send_mail(
        x.id, force_send=True
    ),
    "mail: send_mail elsewhere": lambda t, x: t.template.with_env(x.env).send_mail(
        x.id, email_values={"recipient_ids": [], "email_to": "stefan@example.org"}
    ),
    "mail: create": lambda t, x: create_mail(x, recipient_ids=t.customer.ids),
    "mail: create for an address": lambda t, x: create_mail(
        x, email_to="Paula <paula@example.net>"
    ),
    "mail: create with a copy": lambda t, x: create_mail(
        x, email_to=t.agent_own.email, email_cc="paula@example.net"
    ),
    "mail: of a note": lambda t, x: x.env["mail.mail"]
    .sudo()
    .create(
        {
            "mail_message_id": t.note.id,
            "body_html": SECRET,
            "recipient_ids": t.customer.ids,
        }
    ),
    "composer: comment": lambda t, x: compose(x, "comment", partner_ids=t.customer.ids),
    "composer: mass mail": lambda t, x: compose(
        x, "mass_mail", partner_ids=t.customer.ids
    ),
    "composer: mass mail by default": lambda t, x: compose(x, "mass_mail"),
    "notify": lambda t, x: x.message_notify(body=SECRET, partner_ids=t.customer.ids),
    "notify: shown": lambda t, x: x.message_notify(
        body=SECRET,
        partner_ids=t.customer.ids,
        is_internal=False,
        subtype_xmlid="mail.mt_comment",
    ),
    "notify: from elsewhere": lambda t, x: x.env["mail.thread"].message_notify(
        body=SECRET, partner_ids=t.customer.ids, model=x._name, res_id=x.id
    ),
    "followers: invite": lambda t, x: x.env["mail.followers.edit"]
    .create(
        {
            "res_model": x._name,
            "res_ids": str(x.ids),
            "partner_ids": [Command.set(t.stranger.ids)],
            "message": SECRET,
            "notify": True,
        }
    )
    .edit_followers(),
    "share the link": lambda t, x: x.env["portal.share"]
    .create(
        {
            "res_model": x._name,
            "res_id": x.id,
            "partner_ids": [Command.set(t.stranger.ids)],
            "note": SECRET,
        }
    )
    .action_send_mail(),
    "message: create": lambda t, x: create_message(
        x, subtype_id=t.env.ref("mail.mt_comment").id
    ),
    "case: post to the customer": lambda t, x: t.case.with_env(x.env).message_post(
        body=SECRET, partner_ids=t.customer.ids
    ),
    "case: notify the customer": lambda t, x: t.case.with_env(x.env).message_notify(
        body=SECRET, partner_ids=t.customer.ids
    ),
    "case: mail the customer": lambda t, x: create_mail(
        t.case.with_env(x.env), recipient_ids=t.customer.ids
    ),
    "handoff: post to the customer": lambda t, x: t.handoff.with_env(
        x.env
    ).message_post(body=SECRET, partner_ids=t.customer.ids, **COMMENT),
    "handoff: comment that the customer follows": lambda t, x: t.handoff.with_env(
        x.env
    ).message_post(body=SECRET, **COMMENT),
}
CHANGING = {
    "message: create by default": lambda t, x: create_message(
        x.with_context(default_subtype_id=t.env.ref("mail.mt_comment").id)
    ),
    "message: open a note": lambda t, x: t.note.with_env(x.env).write(
        {"subtype_id": t.env.ref("mail.mt_comment").id, "is_internal": False}
    ),
    "message: open an employees' message": lambda t, x: t.hidden.with_env(x.env).write(
        {"is_internal": False}
    ),
    "message: edit what is shown": lambda t, x: t.shown.with_env(x.env).write(
        {"body": SECRET}
    ),
    "message: edit in the chatter": lambda t, x: x._message_update_content(
        t.shown.with_env(x.env), body=SECRET, strict=False
    ),
    "message: add the customer to a note": lambda t, x: t.note.with_env(x.env).write(
        {"partner_ids": [Command.link(t.customer.id)]}
    ),
    "message: react": lambda t, x: t.shown.with_env(x.env)
    .sudo()
    ._message_reaction("👍", "add", x.env.user.partner_id, x.env["mail.guest"]),
    "message: create for the customer": lambda t, x: create_message(
        x, partner_ids=t.customer.ids, subtype_id=t.env.ref("mail.mt_note").id
    ),
    "ticket: description": lambda t, x: x.write({"description": SECRET}),
    "ticket: title": lambda t, x: x.write({"name": SECRET}),
}
WAYS = SAYING | CHANGING
# What nobody outside is told of or reads by Odoo's own pages.
QUIET = {
    "message: add the customer to a note",
    "message: create for the customer",
    "message: react",
    "ticket: description",
    "ticket: title",
}
# What the system may do, for it tells nobody.
HARMLESS = {"message: create for the customer"}


@tagged("post_install", "-at_install")
class TestGateWays(GateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        agent = cls.ticket.with_user(cls.agent_team)
        cls.note = agent.message_post(body="Careful", message_type="comment").with_env(
            cls.env
        )
        cls.shown = agent.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        ).with_env(cls.env)
        cls.hidden = agent.message_post(
            body="Among us",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            is_internal=True,
        ).with_env(cls.env)
        subtype = cls.env["mail.message.subtype"].create({"name": "News"})
        cls.env["ir.model.data"].create(
            {
                "module": "dispute_guard",
                "name": "test_subtype",
                "model": subtype._name,
                "res_id": subtype.id,
            }
        )
        cls.subtype = "dispute_guard.test_subtype"
        cls.handoff.message_subscribe(cls.customer.ids)
        cls.env["mail.mail"].search([]).unlink()

    def test_refused_to_people(self):
        self.lock()
        for user in (self.agent_team, self.supervisor, self.manager):
            for name, way in WAYS.items():
                with self.subTest(name, who=user.name), self.undone():
                    refusal, seen = self.take(way, user)
                    self.assertFalse(seen)
                    self.assertIn("only Alice Lawyer", str(refusal))

    def test_passed_to_who_speaks(self):
        self.lock()
        for name, way in WAYS.items():
            with self.subTest(name), self.undone():
                refusal, seen = self.take(way, self.counsel)
                self.assertIsNone(refusal)
                self.assertEqual(bool(seen), name not in QUIET)

    def test_free(self):
        for name, way in WAYS.items():
            with self.subTest(name), self.undone():
                refusal, seen = self.take(way, self.supervisor)
                self.assertIsNone(refusal)
                self.assertEqual(bool(seen), name not in QUIET)

    def test_withheld_from_the_system(self):
        self.lock()
        robots = {
            "OdooBot": (self.env.ref("base.user_root"), False),
            "automation of an agent": (self.agent_team, True),
            "automation of who speaks": (self.counsel, True),
        }
        for who, (user, automated) in robots.items():
            for name, way in SAYING.items():
                with self.subTest(name, who=who), self.undone():
                    if automated:
                        with automatic():
                            refusal, seen = self.take(way, user, sudo=True)
                    else:
                        refusal, seen = self.take(way, user)
                    self.assertIsNone(refusal)
                    self.assertFalse(seen)
                    withheld = self.get_withheld()
                    self.assertIn(SECRET, str(withheld.body))
                    self.assertIn("only Alice Lawyer", withheld.reason)
                    self.assertEqual(withheld.state, "waiting")

    def test_changes_by_the_system(self):
        self.lock()
        for name in CHANGING.keys() - HARMLESS:
            with self.subTest(name), self.undone():
                root = self.env.ref("base.user_root")
                refusal, seen = self.take(CHANGING[name], root)
                self.assertFalse(seen)
                self.assertIn("only Alice Lawyer", str(refusal))
