"""Attacks over the network: what a client says about a text does not count."""

import contextlib
from datetime import timedelta

from odoo import fields
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ANNOUNCED, CALM, CONDITIONAL, RpcCommon, make_mail

KEPT_MODELS = (
    "dispute.inbound",
    "dispute.signal",
    "dispute.evidence",
    "dispute.policy.firing",
    "dispute.stray.mail",
)


@tagged("post_install", "-at_install")
class TestOrigin(RpcCommon):
    def newest(self, ticket):
        return ticket.dispute_inbound_ids.sorted("id")[-1:]

    # ------------------------------------------------------------------
    # Staff with a client of their own
    # ------------------------------------------------------------------

    def test_faked_context_does_not_make_a_mail(self):
        ticket = self.write_in(CALM)
        gateway = ticket.dispute_inbound_ids
        self.login(self.agent_team)
        for faked in ("mail", 1, True, {"raw": "x", "message_id": "<x@y>"}, ["x"]):
            with self.subTest(faked=faked):
                self.call(
                    "mail.message",
                    "create",
                    {
                        "model": "helpdesk.ticket",
                        "res_id": ticket.id,
                        "body": f"<p>{ANNOUNCED}</p>",
                        "message_type": "email",
                        "author_id": self.customer.id,
                    },
                    context={"dispute_inbound_mail": faked},
                )
                inbound = self.newest(ticket)
                self.assertNotEqual(inbound, gateway)
                self.assertEqual(inbound.origin, "rpc")
                self.assertFalse(inbound.raw)
                self.assertFalse(inbound.raw_sha256)

    def test_invented_mail_of_a_customer(self):
        """Staff can invent a customer's mail of last year; we say who did."""
        ticket = self.write_in(CALM)
        before = fields.Datetime.now()
        self.login(self.agent_team)
        message_id = self.call(
            "mail.message",
            "create",
            {
                "model": "helpdesk.ticket",
                "res_id": ticket.id,
                "body": f"<p>{ANNOUNCED}</p>",
                "subject": "My order",
                "message_type": "email",
                "message_id": "<invented@example.net>",
                "date": "2020-01-01 00:00:00",
                "author_id": self.customer.id,
                "email_from": "paula@example.net",
            },
        )
        inbound = self.newest(ticket)
        self.assertEqual(inbound.message_id.id, message_id)
        self.assertRecordValues(
            inbound,
            [
                {
                    "origin": "rpc",
                    "recorded_by": "dispute_agent_team",
                    "remote_address": "127.0.0.1",
                    "speaker": "customer",
                    "raw": False,
                    "raw_size": 0,
                    "state": "screened",
                }
            ],
        )
        self.assertLessEqual(before - timedelta(seconds=1), inbound.received_at)
        evidence = ticket.dispute_signal_ids.evidence_id
        for words in ('"rpc"', '"dispute_agent_team"', '"127.0.0.1"'):
            self.assertIn(words, evidence.canonical)
        self.assertEqual(evidence.occurred_at, inbound.received_at)

    def test_mail_handed_in_by_staff_names_them(self):
        """``message_process`` is open to every employee (mail gates call it so)."""
        self.write_in(CALM)  # the alias has worked, nothing is to be written on it
        self.login(self.agent_team)
        raw = make_mail(ANNOUNCED).decode()
        ticket_id = self.call("mail.thread", "message_process", None, raw)
        inbound = self.env["helpdesk.ticket"].browse(ticket_id).dispute_inbound_ids
        self.assertEqual(inbound.recorded_by, "dispute_agent_team")
        self.assertEqual(inbound.remote_address, "127.0.0.1")

    def test_delivering_later_does_not_launder_a_mail_handed_in(self):
        """Odoo refuses it to the employee; nothing may deliver it in his place."""
        self.team.alias_id.alias_status = "not_tested"
        self.login(self.agent_team)
        raw = make_mail(ANNOUNCED, Subject="Handed in").decode()
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "AccessError"),
        ):
            self.call("mail.thread", "message_process", None, raw)
        self.run_cron("ir_cron_stray_mail")
        self.assertFalse(
            self.env["helpdesk.ticket"].search([("name", "=", "Handed in")])
        )
        self.assertFalse(
            self.env["dispute.stray.mail"].search([("subject", "=", "Handed in")])
        )

    def test_words_edited_in_later_are_read(self):
        """Post "Hello", then edit it into a threat."""
        ticket = self.write_in(CALM)
        self.login(self.portal)
        self.post(ticket, "<p>Hello</p>")
        message = self.newest(ticket).message_id
        message.with_user(self.portal).sudo().write({"body": f"<p>{ANNOUNCED}</p>"})
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(len(ticket.dispute_inbound_ids), 3)

    def test_ticket_written_by_staff(self):
        self.login(self.agent_team)
        ticket_id = self.call(
            "helpdesk.ticket",
            "create",
            {
                "name": "Call",
                "description": f"<p>{ANNOUNCED}</p>",
                "team_id": self.team.id,
                "partner_id": self.customer.id,
            },
        )
        inbound = self.env["helpdesk.ticket"].browse(ticket_id).dispute_inbound_ids
        self.assertEqual((inbound.origin, inbound.speaker), ("rpc", "reported"))
        self.assertEqual(inbound.recorded_by, "dispute_agent_team")

    # ------------------------------------------------------------------
    # Customers in the portal
    # ------------------------------------------------------------------

    def test_portal_post(self):
        ticket = self.write_in(CALM)
        self.login(self.portal)
        self.post(ticket, f"<p>{ANNOUNCED}</p>")
        self.assertRecordValues(
            self.newest(ticket),
            [
                {
                    "origin": "portal",
                    "recorded_by": "dispute_portal",
                    "remote_address": "127.0.0.1",
                    "speaker": "customer",
                    "state": "screened",
                    "raw": False,
                }
            ],
        )
        self.assertEqual(ticket.dispute_level, "legal")
        self.assertEqual(ticket.dispute_quote, ANNOUNCED)
        self.assertTrue(ticket.dispute_hold)

    def test_portal_calls_his_message_something_else(self):
        self.login(self.portal)
        for claim in (
            {"message_type": "notification"},
            {"message_type": "email"},
            {"message_type": "auto_comment"},
            {"message_type": "user_notification"},
            {"message_type": "email_outgoing"},
            {"message_type": "out_of_office"},
            {"subtype_xmlid": "mail.mt_note"},
            {"message_type": "notification", "subtype_xmlid": "mail.mt_note"},
        ):
            with self.subTest(**claim):
                ticket = self.write_in(CALM)
                posted = len(ticket.message_ids)
                try:
                    with mute_logger("odoo.http"):
                        self.post(ticket, f"<p>{ANNOUNCED}</p>", **claim)
                except JsonRpcException:
                    self.assertEqual(len(ticket.message_ids), posted)
                    continue
                self.assertEqual(self.newest(ticket).origin, "portal")
                self.assertEqual(ticket.dispute_level, "legal")

    def test_link_of_the_ticket_in_strange_hands(self):
        """Who has the link writes as the customer; we note that nobody logged in."""
        ticket = self.write_in(CALM)
        token = ticket._portal_ensure_token()
        self.authenticate(None, None)
        self.post(ticket, f"<p>{ANNOUNCED}</p>", token=token)
        inbound = self.newest(ticket)
        self.assertEqual((inbound.origin, inbound.recorded_by), ("portal", "public"))
        self.assertEqual(inbound.remote_address, "127.0.0.1")
        self.assertEqual(ticket.dispute_level, "legal")

    def test_staff_in_the_web_client(self):
        ticket = self.write_in(CALM)
        self.login(self.agent_team)
        self.post(ticket, f"<p>{ANNOUNCED}</p>")
        self.assertEqual(len(ticket.dispute_inbound_ids), 1)
        self.assertEqual(ticket.dispute_level, "calm")


@tagged("post_install", "-at_install")
class TestForgery(RpcCommon):
    def test_kept_records_are_closed_to_everybody(self):
        raw = make_mail(ANNOUNCED)
        self.receive(raw)
        self.receive(raw)
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        self.env.flush_all()
        for user in (self.agent_team, self.supervisor, self.manager, admin):
            self.authenticate(user.login, user.login)
            for model in KEPT_MODELS:
                record = self.env[model].search(
                    [("company_id", "=", self.company.id)], limit=1
                )
                self.assertTrue(record, model)
                with self.subTest(user=user.login, model=model):
                    context = {
                        "dispute_station": True,
                        "allowed_company_ids": [self.company.id],
                    }
                    self.assertDenied(
                        "Error",
                        model,
                        "create",
                        {"company_id": self.company.id},
                        context=context,
                    )
                    self.assertDenied(
                        "Error",
                        model,
                        "write",
                        record.ids,
                        {"company_id": 1},
                        context=context,
                    )
                    self.assertDenied(
                        "Error", model, "unlink", record.ids, context=context
                    )
                self.assertTrue(record.exists())

    def test_private_ways_are_closed(self):
        signal = self.write_in(ANNOUNCED).dispute_signal_ids
        self.login(self.manager)
        for model, method, *args in (
            ("dispute.evidence", "_record_evidence", []),
            ("dispute.inbound", "_capture", []),
            ("dispute.inbound", "_pass_on", signal.inbound_id.ids, []),
            ("dispute.signal", "_raise_signals", []),
            ("dispute.signal", "_dismiss", signal.ids, "x"),
            ("dispute.policy.rule", "_apply_policies", signal.ids),
            ("dispute.handoff", "_cron_dispatch"),
        ):
            with self.subTest(method):
                self.assertDenied("AccessError", model, method, *args)
        self.assertEqual(signal.state, "open")

    def test_portal_and_public_reach_nothing(self):
        ticket = self.write_in(ANNOUNCED)
        self.login(self.portal)
        for model in (*KEPT_MODELS, "dispute.case", "dispute.handoff"):
            with self.subTest(model):
                self.assertDenied("AccessError", model, "search_read", [], ["id"])
        with mute_logger("odoo.http"):
            values = self.call("helpdesk.ticket", "read", ticket.ids, ["name"])
        self.assertEqual(values[0]["name"], "My order")
        for field in ("dispute_level", "dispute_quote", "dispute_case_id"):
            with self.subTest(field):
                self.assertDenied(
                    "AccessError", "helpdesk.ticket", "read", ticket.ids, [field]
                )

    def test_edited_message(self):
        ticket = self.write_in(CONDITIONAL)
        inbound = ticket.dispute_inbound_ids
        evidence = ticket.dispute_signal_ids.evidence_id
        kept = inbound.read(["body", "raw", "raw_sha256", "subject", "author_email"])
        self.login(self.agent_team)
        self.call(
            "mail.message",
            "write",
            inbound.message_id.ids,
            {"body": "<p>Thank you!</p>", "subject": "Thanks", "email_from": "x@y.z"},
        )
        self.assertNotIn(CONDITIONAL, inbound.message_id.body)
        now = inbound.read(["body", "raw", "raw_sha256", "subject", "author_email"])
        self.assertEqual(now, kept)
        self.assertTrue(evidence.intact)
        self.assertEqual(ticket.dispute_quote, CONDITIONAL)
        self.assertEqual(ticket.dispute_level, "legal")

    def test_deleted_message(self):
        ticket = self.write_in(CONDITIONAL)
        inbound = ticket.dispute_inbound_ids
        evidence = ticket.dispute_signal_ids.evidence_id
        self.login(self.agent_team)
        self.call("mail.message", "unlink", inbound.message_id.ids)
        self.assertFalse(inbound.message_id)
        self.assertIn(CONDITIONAL, inbound.body)
        self.assertTrue(inbound.raw)
        self.assertEqual(evidence.content, CONDITIONAL)
        self.assertTrue(evidence.intact)
        self.assertEqual(ticket.dispute_quote, CONDITIONAL)

    def test_level_is_not_written_by_hand(self):
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        self.login(self.agent_team)
        for values in (
            {"dispute_level": "calm", "dispute_signal_id": False},
            {"dispute_level": "calm"},
            {"dispute_signal_id": False},
            {"dispute_case_id": False},
        ):
            for forged in (True, "STATION", {"x": 1}):
                with self.subTest(values=values, forged=forged):
                    self.try_to_write(ticket, values, {"dispute_station": forged})
                    self.assertEqual(ticket.dispute_level, "legal")
                    self.assertEqual(ticket.dispute_quote, ANNOUNCED)
                    self.assertEqual(ticket.dispute_case_id, case)

    def try_to_write(self, records, values, context=None):
        """Write as the session's user; whether he is refused is not asked here."""
        with contextlib.suppress(JsonRpcException), mute_logger("odoo.http"):
            self.call(
                records._name, "write", records.ids, values, context=context or {}
            )

    def test_digest_of_an_agreement_is_not_written_by_hand(self):
        agreement, file = self.make_agreement("AH-1")
        link = self.env["dispute.agreement.link"].create(
            {
                "ticket_id": self.write_in(CALM).id,
                "agreement_id": agreement.id,
                "attachment_id": file.id,
            }
        )
        digest = link.file_sha256
        self.assertTrue(digest)
        self.login(self.agent_team)
        self.try_to_write(link, {"file_sha256": "0" * 64})
        self.assertEqual(link.file_sha256, digest)
        with contextlib.suppress(JsonRpcException), mute_logger("odoo.http"):
            self.call(
                link._name,
                "create",
                {
                    "ticket_id": link.ticket_id.id,
                    "agreement_id": agreement.id,
                    "attachment_id": file.id,
                    "clause_number": "9",
                    "file_sha256": "0" * 64,
                },
            )
        links = link.ticket_id.dispute_agreement_link_ids
        self.assertEqual(set(links.mapped("file_sha256")), {digest})
