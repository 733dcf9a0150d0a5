"""What was withheld is released or dropped by who may write."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_gate import SECRET, GateCommon


@tagged("post_install", "-at_install")
class TestWithheld(GateCommon):
    def withhold_post(self, **values):
        self.lock()
        self.ticket.message_post(
            body=SECRET,
            subject="News",
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )
        return self.get_withheld()

    def withhold_mail(self):
        self.lock()
        self.template.send_mail(self.ticket.id)
        return self.get_withheld()

    def get_evidence(self, step):
        evidence = self.env["dispute.evidence"].search([("kind", "=", "lock")])
        return [
            each for each in evidence if each._get_record()["details"]["step"] == step
        ]

    def test_release_of_a_post(self):
        withheld = self.withhold_post(attachments=[("new.txt", b"new")])
        with self.outside() as seen:
            withheld.with_user(self.counsel).action_release()
        self.assertTrue([each for each in seen if each.startswith("portal")])
        self.assertTrue([each for each in seen if each.startswith("mail")])
        message = self.ticket.message_ids[:1]
        self.assertIn(SECRET, message.body)
        self.assertEqual(message.author_id, self.counsel.partner_id)
        self.assertEqual(message.attachment_ids.raw, b"new")
        self.assertEqual(withheld.state, "released")
        self.assertEqual(withheld.decided_by, "Alice Lawyer")
        self.assertTrue(self.get_evidence("released"))
        self.assertFalse(
            self.case.activity_search(["dispute_guard.mail_activity_type_withheld"])
        )

    def test_release_of_a_mail(self):
        withheld = self.withhold_mail()
        with self.outside() as seen:
            withheld.with_user(self.counsel).action_release()
            self.env["mail.mail"].process_email_queue()
        self.assertEqual(seen, ["mail: Your ticket"])
        self.assertTrue([mail for mail in self._mails if SECRET in mail["body"]])
        self.assertEqual(self.get_withheld(), withheld)

    def test_drop(self):
        withheld = self.withhold_mail()
        with self.outside() as seen:
            withheld.with_user(self.counsel).action_drop()
            self.env["mail.mail"].process_email_queue()
        self.assertFalse(seen)
        self.assertEqual(withheld.state, "dropped")
        self.assertTrue(self.get_evidence("dropped"))

    def test_decided_once(self):
        withheld = self.withhold_mail().with_user(self.counsel)
        withheld.action_drop()
        for action in (withheld.action_drop, withheld.action_release):
            with self.assertRaisesRegex(UserError, "decided on already"):
                action()

    def test_only_who_may_write(self):
        withheld = self.withhold_post()
        users = {
            self.agent_team: UserError,
            self.supervisor: UserError,
            self.manager: UserError,
            self.agent_own: AccessError,
            self.foreigner: AccessError,
            self.portal: AccessError,
        }
        for user, error in users.items():
            for name in ("action_release", "action_drop"):
                with self.subTest(name, who=user.name), self.outside() as seen:
                    with self.assertRaises(error):
                        getattr(withheld.with_user(user), name)()
                self.assertFalse(seen)
        self.assertEqual(withheld.state, "waiting")
        self.assertFalse(withheld.with_user(self.agent_team).can_release)
        self.assertTrue(withheld.with_user(self.counsel).can_release)

    def test_after_the_lock(self):
        withheld = self.withhold_post()
        self.case._lift_locks(None, "Settled.")
        with self.outside() as seen:
            withheld.with_user(self.agent_team).action_release()
        self.assertTrue(seen)

    def test_several_at_once(self):
        self.withhold_post()
        self.withhold_mail()
        self.get_withheld().with_user(self.counsel).action_drop()
        self.assertEqual(set(self.get_withheld().mapped("state")), {"dropped"})

    def test_ticket_gone(self):
        withheld = self.withhold_post()
        self.assertEqual(withheld._get_record(), self.ticket)
        self.ticket.sudo().unlink()
        self.assertEqual(withheld._get_record(), self.case)

    def test_on_the_ticket(self):
        self.withhold_post()
        ticket = self.ticket.with_user(self.agent_team)
        self.assertEqual(ticket.dispute_withheld_count, 1)
        self.assertEqual(self.case.withheld_count, 1)
        action = ticket.action_view_dispute_withheld()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.get_withheld())
