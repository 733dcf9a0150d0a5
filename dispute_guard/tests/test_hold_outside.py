"""What comes over HTTP: the portal's routes, tokens of files, RPC with any context."""

from odoo import Command
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .common import ANNOUNCED, CONDITIONAL, RpcCommon
from .common_hold import write_with_file


@tagged("post_install", "-at_install")
class TestHoldOutside(MockEmail, RpcCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = write_with_file(cls.receive, ANNOUNCED)
        cls.case = cls.held.dispute_case_id
        cls.message = cls.held.dispute_inbound_ids[:1].message_id
        cls.stage = cls.env["helpdesk.ticket.stage"].create(
            {
                "name": "Closed by the customer",
                "closed": True,
                "close_from_portal": True,
                "company_id": cls.company.id,
            }
        )
        cls.open_stage = cls.env["helpdesk.ticket.stage"].create(
            {"name": "Open again", "company_id": cls.company.id}
        )

    def close(self, ticket):
        """Open the portal's address for closing; return what the page says."""
        self.env.flush_all()
        with mute_logger("odoo.http"):
            response = self.url_open(
                f"/ticket/close?ticket_id={ticket.id}&stage_id={self.stage.id}"
            )
        self.env.invalidate_all()
        return response.text

    def assertRefused(self, route, params):
        with (
            self.assertRaises(JsonRpcException) as refusal,
            self.assertLogs("odoo.http", "WARNING") as log,
        ):
            self.make_jsonrpc_request(route, params)
        self.assertIn("UserError", str(refusal.exception))
        self.assertIn(self.case.name, log.output[0])

    def test_a_stranger_does_not_close_a_held_ticket(self):
        self.login(self.portal)
        before = self.held.stage_id
        text = self.close(self.held)
        self.assertEqual(self.held.stage_id, before)
        self.assertIn(self.case.name, text)
        # outsiders hear neither why nor that it is a legal matter
        self.assertNotIn("legal hold", text)
        self.assertNotIn(self.case.hold_reason, text)

    def test_a_disputed_ticket_is_not_closed_from_the_portal(self):
        ticket = self.write_in(CONDITIONAL)
        self.login(self.portal)
        before = ticket.stage_id
        self.assertIn(ticket.dispute_case_id.name, self.close(ticket))
        self.assertEqual(ticket.stage_id, before)
        self.close_dispute(ticket.dispute_case_id)
        self.close(ticket)
        self.assertEqual(ticket.stage_id, self.stage)

    def test_a_ticket_without_dispute_is_closed_as_ever(self):
        ticket = self.write_in("Where is my order?")
        self.login(self.portal)
        self.close(ticket)
        self.assertEqual(ticket.stage_id, self.stage)

    def test_staff_close_a_held_ticket(self):
        self.held.with_user(self.agent_team).stage_id = self.stage
        self.assertEqual(self.held.stage_id, self.stage)

    def test_a_customers_answer_may_open_a_ticket_again(self):
        """Whatever does so then, in his name."""
        self.held.stage_id = self.stage
        self.held.with_user(self.portal).sudo().stage_id = self.open_stage
        self.assertEqual(self.held.stage_id, self.open_stage)

    def test_a_token_of_ownership_does_not_delete_a_held_file(self):
        file = self.message.attachment_ids
        token = file._get_ownership_token()
        self.env.flush_all()
        for user in (self.portal, self.agent_team):
            self.login(user)
            with self.subTest(user.login):
                self.assertRefused(
                    "/mail/attachment/delete",
                    {"attachment_id": file.id, "access_token": token},
                )
        self.assertTrue(file.exists())

    def test_a_token_of_ownership_deletes_a_free_file(self):
        ticket = write_with_file(self.receive, "Where is it?", From="x@example.org")
        file = ticket.message_ids.attachment_ids
        self.assertTrue(file)
        self.env.flush_all()
        self.login(self.portal)
        self.make_jsonrpc_request(
            "/mail/attachment/delete",
            {"attachment_id": file.id, "access_token": file._get_ownership_token()},
        )
        self.assertFalse(file.exists())

    def test_the_chatter_does_not_empty_a_held_message(self):
        mine = self.held.with_user(self.agent_team).message_post(
            body="Sorry", message_type="comment"
        )
        self.env.flush_all()
        self.login(self.agent_team)
        for body in ("", "No"):
            self.assertRefused(
                "/mail/message/update_content",
                {
                    "message_id": mine.id,
                    "update_data": {"body": body, "attachment_ids": []},
                },
            )
        self.env.invalidate_all()
        self.assertIn("Sorry", mine.body)

    def test_no_call_with_any_context_gets_past(self):
        self.login(self.manager)
        tricks = {
            "_force_unlink": True,
            "dispute_station": {"x": 1},
            "dispute_hold_collecting": {"x": 1},
            "force_delete": True,
            "install_mode": True,
            "active_test": False,
        }
        ticket, message = self.held, self.message
        for model, method, *args in (
            ("helpdesk.ticket", "unlink", ticket.ids),
            ("helpdesk.ticket", "write", ticket.ids, {"active": False}),
            ("helpdesk.ticket", "action_archive", ticket.ids),
            ("helpdesk.ticket", "write", ticket.ids, {"dispute_case_id": False}),
            ("mail.message", "unlink", message.ids),
            ("mail.message", "write", message.ids, {"body": "x"}),
            ("ir.attachment", "unlink", message.attachment_ids.ids),
            ("ir.attachment", "write", message.attachment_ids.ids, {"raw": "x"}),
            ("dispute.case", "write", self.case.ids, {"hold": False}),
            ("dispute.hold", "write", self.case.hold_ids.ids, {"state": "released"}),
            ("dispute.hold", "unlink", self.case.hold_ids.ids),
            (
                "helpdesk.ticket",
                "write",
                ticket.ids,
                {"message_ids": [Command.delete(message.id)]},
            ),
        ):
            with self.subTest(model=model, method=method, args=args):
                self.assertDenied("Error", model, method, *args, context=tricks)
        self.assertTrue(message.exists().attachment_ids)
        self.assertTrue(ticket.active)
        self.assertTrue(self.case.hold)
