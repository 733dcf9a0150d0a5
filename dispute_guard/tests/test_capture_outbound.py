from unittest.mock import patch

from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ledger import sha256_hex
from ..models import ir_mail_server
from ..models.dispute_outbound import DisputeOutbound
from .common import CUSTOMER, DOMAIN, make_mail
from .common_capture import PDF, SendingCommon
from .test_evidence import SqlCommon

LOG = "odoo.addons.dispute_guard.models.mail_mail"
SENDING = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
class TestOutbound(SendingCommon, SqlCommon):
    # ------------------------------------------------------------------
    # What left
    # ------------------------------------------------------------------

    def test_bytes_are_those_that_the_mail_server_got(self):
        friend = self.env["res.partner"].create(
            {"name": "Jānis Bērziņš", "email": "janis@example.org"}
        )
        ticket = self.make_ticket(self.customer | friend)
        with self.mail_server() as server:
            message = self.answer(
                ticket,
                "Atvainojiet – we are sorry… " * 50,
                attachments=[("order.pdf", PDF)],
            )
        rows = self.get_sent(ticket)
        self.assertEqual(len(server.taken), 2)
        self.assertEqual(len(rows), 2)
        taken = {recipients[0]: data for _from, recipients, data in server.taken}
        for row in rows:
            data = taken[row.recipient]
            self.assertEqual(row.raw_sha256, sha256_hex(data))
            self.assertEqual(self.read_back(row.raw_sha256), data)
            self.assertEqual(row.raw_size, len(data))
            self.assertEqual((row.state, row.reason), ("sent", False))
            self.assertEqual(row.message_id, message)
            self.assertEqual(row.company_id, self.company)
        self.assertEqual(len(set(rows.mapped("raw_sha256"))), 2)

    def test_it_is_filed_as_evidence(self):
        ticket = self.make_ticket()
        with self.mail_server():
            message = self.answer(
                ticket, "We will pay.", attachments=[("order.pdf", PDF)]
            )
        self.file_now()
        row = self.get_sent(ticket)
        [evidence] = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "sent")]
        )
        self.assertIn("We will pay.", evidence.content)
        self.assertNotIn("<p", evidence.content)
        record = evidence._get_record()
        details = record["details"]
        self.assertEqual(details["outbound"], row.id)
        self.assertEqual(details["state"], "sent")
        self.assertEqual(details["recipient"], "paula@example.net")
        self.assertEqual(details["message_id"], message.message_id)
        self.assertEqual(
            [(file["name"], file["sha256"]) for file in record["files"]],
            [(f"sent-{row.id}.eml", row.raw_sha256), ("order.pdf", sha256_hex(PDF))],
        )
        for file in record["files"]:
            self.assertEqual(len(self.read_back(file["sha256"])), file["size"])

    def test_filing_takes_the_same_queries_however_many_mails(self):
        def count(number):
            partners = self.env["res.partner"].create(
                [
                    {"name": f"P {n}", "email": f"p{number}-{n}@example.org"}
                    for n in range(number)
                ]
            )
            ticket = self.make_ticket(partners)
            with self.mail_server():
                self.answer(ticket)
            rows = self.get_sent(ticket)
            self.assertEqual(len(rows), number)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            rows._prepare_ledger_evidence()
            return self.env.cr.sql_log_count - start

        count(1)
        self.assertEqual(count(2), count(12))

    def test_recording_takes_the_same_queries_however_many_recipients(self):
        def count(number):
            partners = self.env["res.partner"].create(
                [
                    {"name": f"P {n}", "email": f"q{number}-{n}@example.org"}
                    for n in range(number)
                ]
            )
            ticket = self.make_ticket(partners)
            message = self.answer(ticket)
            [mail] = self.env["mail.mail"].search(
                [("mail_message_id", "=", message.id)]
            )
            mail.write({"state": "outgoing"})
            self.env.flush_all()
            queries = []
            original = DisputeOutbound._record_attempts

            def measured(model, *args):
                start = self.env.cr.sql_log_count
                result = original(model, *args)
                queries.append(self.env.cr.sql_log_count - start)
                return result

            with (
                self.mail_server(),
                patch.object(DisputeOutbound, "_record_attempts", measured),
            ):
                mail.send()
            self.assertEqual(len(self.get_sent(ticket)), number)
            return queries

        count(1)
        self.assertEqual(count(2), count(12))

    def test_text_has_no_links_that_let_somebody_in(self):
        ticket = self.make_ticket()
        url = "https://nordwind.example.com/my/ticket/1?access_token=secret"
        with self.mail_server():
            self.answer(ticket, Markup('Look <a href="%s">here</a>.') % url)
        self.file_now()
        [evidence] = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "sent")]
        )
        self.assertIn("here", evidence.content)
        self.assertNotIn("access_token", evidence.content)

    def test_text_is_what_a_reader_sees(self):
        ticket = self.make_ticket()
        with self.mail_server():
            self.send_template(ticket, '<div style="display: none">Peek ͏ ͏</div>')
        self.file_now()
        [evidence] = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "sent")]
        )
        self.assertEqual(evidence.content, "Thank you.")

    def test_large_mails_do_not_gather_in_memory(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P {n}", "email": f"l{n}@example.org"} for n in range(4)]
        )
        ticket = self.make_ticket(partners)
        stored = []
        original = DisputeOutbound._record_attempts

        def counted(model, mail, attempts):
            stored.append(len(attempts))
            return original(model, mail, attempts)

        with (
            self.mail_server(),
            patch.object(ir_mail_server, "MOST_HELD", 1),
            patch.object(DisputeOutbound, "_record_attempts", counted),
        ):
            self.answer(ticket)
        self.assertEqual(stored, [1, 1, 1, 1])

    # ------------------------------------------------------------------
    # What did not
    # ------------------------------------------------------------------

    def test_a_refused_recipient_is_recorded_with_the_reason(self):
        ticket = self.make_ticket()
        with (
            self.mail_server(refused=["paula@example.net"]),
            mute_logger(SENDING),
        ):
            self.answer(ticket)
        row = self.get_sent(ticket)
        self.assertEqual(row.state, "failed")
        self.assertIn("no such user", row.reason)
        self.assertTrue(row.raw)
        self.file_now()
        [evidence] = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "sent")]
        )
        self.assertIn("no such user", evidence._get_record()["details"]["reason"])

    def test_an_address_that_is_none_is_recorded(self):
        nobody = self.env["res.partner"].create({"name": "Nobody", "email": "nowhere"})
        ticket = self.make_ticket(nobody)
        with self.mail_server() as server, mute_logger(SENDING):
            self.answer(ticket)
        self.assertFalse(server.taken)
        self.assertEqual(self.get_sent(ticket).mapped("state"), ["failed"])
        self.assertTrue(self.get_sent(ticket).reason)

    def test_a_mail_server_out_of_reach_is_recorded(self):
        ticket = self.make_ticket()
        with self.mail_server(error=OSError("unreachable")):
            self.answer(ticket, "We tried.")
        row = self.get_sent(ticket)
        self.assertEqual(row.state, "failed")
        self.assertIn("unreachable", row.reason)
        self.assertFalse(row.raw)
        self.file_now()
        [evidence] = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "sent")]
        )
        self.assertIn("We tried.", evidence.content)
        self.assertEqual(evidence._get_record()["files"], [])

    def test_a_second_try_is_a_row_of_its_own(self):
        ticket = self.make_ticket()
        with self.mail_server(error=OSError("unreachable")):
            message = self.answer(ticket)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        mail.action_retry()
        with self.mail_server():
            mail.send()
        self.assertEqual(self.get_sent(ticket).mapped("state"), ["failed", "sent"])

    def test_an_error_of_ours_stops_no_mail(self):
        ticket = self.make_ticket()
        with (
            self.mail_server() as server,
            patch.object(DisputeOutbound, "_record_attempts", side_effect=ValueError),
            self.assertLogs(LOG, "ERROR"),
        ):
            message = self.answer(ticket)
        self.assertEqual(len(server.taken), 1)
        self.assertEqual(
            message.notification_ids.mapped("notification_status"), ["sent"]
        )

    def test_an_error_of_ours_in_the_database_stops_no_mail(self):
        ticket = self.make_ticket()

        def broken(model, *_args):
            model.env.cr.execute("SELECT 1/0")

        with (
            self.mail_server() as server,
            patch.object(DisputeOutbound, "_record_attempts", broken),
            self.assertLogs(LOG, "ERROR"),
            mute_logger("odoo.sql_db"),
        ):
            message = self.answer(ticket)
        self.assertEqual(len(server.taken), 1)
        self.assertEqual(
            message.notification_ids.mapped("notification_status"), ["sent"]
        )

    # ------------------------------------------------------------------
    # Coming back
    # ------------------------------------------------------------------

    def bounce(self, message, address="paula@example.net"):
        return self.receive(
            make_mail(
                b"--b\r\nContent-Type: text/plain\r\n\r\nMailbox is full.\r\n"
                b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                b"Reporting-MTA: dns; mx.example.net\r\n\r\n"
                b"Final-Recipient: rfc822; "
                + address.encode()
                + b"\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n"
                b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: "
                + message.message_id.encode()
                + b"\r\nTo: "
                + address.encode()
                + b"\r\nSubject: x\r\n\r\n"
                b"--b--\r\n",
                From="MAILER-DAEMON@example.net",
                To=f"bounce@{DOMAIN}",
                Subject="Undelivered",
                Content_Type="multipart/report; boundary=b; "
                "report-type=delivery-status",
            )
        )

    def test_a_bounce_is_attached_later(self):
        self.alias_domain.bounce_alias = "bounce"
        friend = self.env["res.partner"].create(
            {"name": "Jānis", "email": "janis@example.org"}
        )
        ticket = self.make_ticket(self.customer | friend)
        with self.mail_server():
            message = self.answer(ticket)
        self.file_now()
        self.bounce(message)
        states = {row.recipient: row.state for row in self.get_sent(ticket)}
        self.assertEqual(
            states, {"paula@example.net": "bounced", "janis@example.org": "sent"}
        )
        [evidence] = self.env["dispute.evidence"].search(
            [("ticket_id", "=", ticket.id), ("kind", "=", "change")]
        )
        details = evidence._get_record()["details"]
        self.assertEqual(details["action"], "bounced")
        self.assertIn("Mailbox is full.", details["after"]["reason"])
        self.assertIn("paula@example.net", evidence.content)

    # ------------------------------------------------------------------
    # Ticket mails keep their message, others are none of ours
    # ------------------------------------------------------------------

    def send_template(self, record, before=""):
        template = self.env["mail.template"].create(
            {
                "name": "Received",
                "model_id": self.env["ir.model"]._get_id(record._name),
                "subject": "We have your letter",
                "body_html": f"{before}<p>Thank you.</p>",
                "email_to": CUSTOMER,
                "auto_delete": True,
            }
        )
        with self.mail_server():
            mail = self.env["mail.mail"].browse(template.send_mail(record.id))
            message = mail.mail_message_id
            mail.send()
        return message, mail

    def test_sent_templates_keep_their_message(self):
        ticket = self.make_ticket()
        message, mail = self.send_template(ticket)
        self.assertFalse(mail.exists())
        self.assertTrue(message.exists())
        self.assertEqual(self.get_sent(ticket).message_id, message)

    def test_mails_of_other_models_behave_as_ever(self):
        before = self.env["dispute.outbound"].search_count([])
        message, mail = self.send_template(self.customer)
        self.assertFalse(mail.exists())
        self.assertFalse(message.exists())
        self.assertEqual(self.env["dispute.outbound"].search_count([]), before)

    # ------------------------------------------------------------------
    # Nobody changes it
    # ------------------------------------------------------------------

    def test_rows_are_refused_to_everybody(self):
        ticket = self.make_ticket()
        with self.mail_server():
            self.answer(ticket)
        row = self.get_sent(ticket)
        self.assertTrue(row.with_user(self.agent_team).has_access("read"))
        self.assertFalse(row.with_user(self.foreigner).has_access("read"))
        for change in (
            lambda: row.write({"state": "failed"}),
            row.unlink,
            lambda: row.copy(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        for query in (
            "UPDATE dispute_outbound SET recipient = 'x' WHERE id = %s",
            "UPDATE dispute_outbound SET raw = NULL WHERE id = %s",
            "UPDATE dispute_outbound SET raw = 'x', dropped_by = 1 WHERE id = %s",
            "DELETE FROM dispute_outbound WHERE id = %s",
        ):
            with self.subTest(query):
                self.assertRefused(query, row.id)
