"""Other ways round a lock: addresses, contacts and files that pass for others."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_gate import SECRET, GateCommon

COMMENT = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
ADDRESS = "paula@example.net"


@tagged("post_install", "-at_install")
class TestGateDisguise(GateCommon):
    def assertStays(self, way, user=None):
        """Assert that ``way``, taken by ``user``, tells the other side nothing."""
        _refusal, seen = self.take(way, user or self.agent_team)
        self.assertFalse(seen)

    def make_firm(self):
        firm = self.env["res.partner"].create(
            {"name": "Lawyers Ltd", "is_company": True, "email": "firm@example.com"}
        )
        self.env["dispute.professional"].create(
            {"partner_id": firm.id, "role": "lawyer", "company_id": self.company.id}
        )
        return firm

    # ------------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------------

    def test_own_address(self):
        """Everybody may change his own address; the customer's is not his."""
        self.lock()
        self.agent_own.notification_type = "email"
        self.agent_own.with_user(self.agent_own).email = ADDRESS
        partner = self.agent_own.partner_id
        ways = {
            "named": lambda t, x: x.message_post(
                body=SECRET, message_type="comment", partner_ids=partner.ids
            ),
            "notified": lambda t, x: x.message_notify(
                body=SECRET, partner_ids=partner.ids
            ),
            "address": lambda t, x: x.message_post(
                body=SECRET, message_type="comment", outgoing_email_to=ADDRESS
            ),
        }
        for name, way in ways.items():
            with self.subTest(name), self.undone():
                self.assertStays(way)
        self.ticket.message_subscribe(
            partner.ids, subtype_ids=self.env.ref("mail.mt_note").ids
        )
        self.assertStays(
            lambda t, x: x.message_post(body=SECRET, message_type="comment")
        )

    def test_address_of_the_lawyer(self):
        outside = self.make_professional("lawyer", "Otto Outside", "en")
        self.lock()
        outside.partner_id.with_user(self.agent_team).email = ADDRESS
        self.assertStays(
            lambda t, x: x.message_post(
                body=SECRET,
                message_type="comment",
                partner_ids=outside.partner_id.ids,
            )
        )

    def test_contact_of_the_firm_with_the_address(self):
        firm = self.make_firm()
        self.lock()
        self.env["res.partner"].with_user(self.agent_team).create(
            {"name": "Clerk", "parent_id": firm.id, "email": ADDRESS}
        )
        self.assertStays(
            lambda t, x: x.message_post(
                body=SECRET, message_type="comment", outgoing_email_to=ADDRESS
            )
        )

    def test_customer_moved_to_the_firm(self):
        firm = self.make_firm()
        self.lock()
        self.customer.with_user(self.agent_team).parent_id = firm
        for name, way in {
            "shown": lambda t, x: x.message_post(body=SECRET, **COMMENT),
            "named": lambda t, x: x.message_post(
                body=SECRET, message_type="comment", partner_ids=t.customer.ids
            ),
        }.items():
            with self.subTest(name), self.undone():
                self.assertStays(way)

    def test_customer_as_mediator(self):
        """Nobody becomes one of ours by being made a professional."""
        self.env["dispute.professional"].create(
            {
                "partner_id": self.customer.id,
                "role": "mediator",
                "company_id": self.company.id,
                "case_id": self.case.id,
            }
        )
        self.lock()
        self.assertStays(lambda t, x: x.message_post(body=SECRET, **COMMENT))

    def test_colleague_with_a_second_contact(self):
        """A colleague stays one although an old contact has his address."""
        self.lock()
        self.env["res.partner"].create(
            {"name": "Old", "email": self.agent_own.partner_id.email}
        )
        note = {"message_type": "comment", "partner_ids": self.agent_own.partner_id.ids}
        with self.mock_mail_gateway():
            self.ticket.with_user(self.agent_team).message_post(body="Look", **note)

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    def test_lawyer_merged_into_the_agent(self):
        """Nobody gets the word by merging who has it into himself."""
        outside = self.make_professional("lawyer", "Otto Outside", "en")
        partner = self.agent_team.partner_id
        # Odoo lets people merge contacts that have one address
        outside.partner_id.email = partner.email
        merge = self.env["base.partner.merge.automatic.wizard"]
        with self.assertRaisesRegex(UserError, "ask an administrator of disputes"):
            merge.with_user(self.agent_team)._merge(
                (outside.partner_id | partner).ids, partner
            )

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def test_file_that_the_customer_sees(self):
        message = self.ticket.with_user(self.agent_team).message_post(
            body="The plan",
            attachments=[("plan.txt", b"The plan")],
            **COMMENT,
        )
        self.lock()
        file = message.attachment_ids.with_user(self.agent_team)
        for vals in ({"name": f"{SECRET}.txt"}, {"raw": SECRET.encode()}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "only Alice"):
                file.write(vals)
        message.attachment_ids.with_user(self.counsel).write({"name": "plan2.txt"})
        note = self.ticket.with_user(self.agent_team).message_post(
            body="Careful",
            message_type="comment",
            attachments=[("note.txt", b"Note")],
        )
        note.attachment_ids.with_user(self.agent_team).write({"name": "note2.txt"})

    # ------------------------------------------------------------------
    # Words of who may speak
    # ------------------------------------------------------------------

    def test_scheduled_message_of_the_lawyer(self):
        """Nobody puts words into a message that the lawyer has planned."""
        planned = (
            self.env["mail.scheduled.message"]
            .with_user(self.counsel)
            .create(
                {
                    "model": self.ticket._name,
                    "res_id": self.ticket.id,
                    "author_id": self.counsel.partner_id.id,
                    "body": "Good day",
                    "partner_ids": self.customer.ids,
                    "scheduled_date": "2099-01-01 00:00:00",
                }
            )
        )
        self.lock()
        for user in (self.agent_team, self.supervisor, self.manager):
            with self.subTest(user.name), self.undone(), self.assertRaises(UserError):
                planned.with_user(user).write({"body": SECRET})
            with self.subTest(user.name), self.undone(), self.assertRaises(UserError):
                planned.with_user(user).post_message()
