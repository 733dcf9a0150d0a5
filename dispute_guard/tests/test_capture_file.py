from odoo.exceptions import UserError
from odoo.http import Request
from odoo.tests import tagged

from ..ledger import sha256_hex
from ..models import dispute_file
from .common import CALM, RpcCommon, make_mail
from .common_capture import PDF, FileCommon, make_mail_with, make_picture


@tagged("post_install", "-at_install")
class TestFilesOfMails(FileCommon):
    def test_files_of_a_mail_are_named_and_kept(self):
        picture = make_picture()
        ticket = self.receive(
            make_mail_with(
                ("order.pdf", "application/pdf", PDF),
                ("photo.jpg", "image/jpeg", picture),
            )
        )
        self.file_now()
        self.assertEqual(
            self.get_files(ticket),
            [
                {
                    "name": name,
                    "mimetype": kind,
                    "size": len(data),
                    "sha256": sha256_hex(data),
                }
                for name, kind, data in (
                    ("order.pdf", "application/pdf", PDF),
                    ("photo.jpg", "image/jpeg", picture),
                )
            ],
        )
        for data in (PDF, picture):
            self.assertEqual(self.read_back(sha256_hex(data)), data)

    def test_pictures_on_tickets_are_not_recompressed(self):
        picture = make_picture()
        ticket = self.receive(make_mail_with(("photo.jpg", "image/jpeg", picture)))
        self.assertEqual(ticket.message_ids.attachment_ids.raw, picture)
        elsewhere = self.env["ir.attachment"].create(
            {"name": "photo.jpg", "raw": picture, "res_model": "res.partner"}
        )
        self.assertLess(len(elsewhere.raw), len(picture))

    def test_attached_texts_are_kept_in_their_encoding(self):
        note = "Rēķins nav samaksāts".encode("cp1257")
        raw = make_mail(
            b"--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
            b'--x\r\nContent-Type: text/plain; charset="cp1257"\r\n'
            b'Content-Disposition: attachment; filename="note.txt"\r\n\r\n'
            + note
            + b"\r\n--x--\r\n",
            Content_Type='multipart/mixed; boundary="x"',
        )
        ticket = self.receive(raw)
        self.file_now()
        [file] = self.get_files(ticket)
        self.assertEqual(self.read_back(file["sha256"]), note)

    def test_a_file_attached_to_many_mails_is_kept_once(self):
        tickets = [
            self.receive(
                make_mail_with(
                    ("order.pdf", "application/pdf", PDF),
                    **{"Message-ID": f"<{n}@many.example.net>"},
                )
            )
            for n in range(3)
        ]
        self.file_now()
        self.assertEqual({len(self.get_files(ticket)) for ticket in tickets}, {1})
        self.assertEqual(
            self.env["dispute.content"].search_count(
                [("sha256", "=", sha256_hex(PDF))]
            ),
            1,
        )
        self.assertEqual(
            self.env["dispute.file"].search_count([("sha256", "=", sha256_hex(PDF))]), 3
        )

    def test_deleting_the_attachment_leaves_the_copy(self):
        ticket = self.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        ticket.message_ids.attachment_ids.unlink()
        self.file_now()
        self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertEqual(self.read_back(self.get_files(ticket)[0]["sha256"]), PDF)

    def test_hostile_names_are_kept_as_written(self):
        names = [
            "../../etc/passwd",
            "CON",
            "=cmd()|x.csv",
            "a" * 300 + ".pdf",
            "x\u202egpj.exe",
        ]
        ticket = self.receive(
            make_mail_with(*((name, "application/pdf", PDF) for name in names))
        )
        self.file_now()
        self.assertEqual([file["name"] for file in self.get_files(ticket)], names)

    def test_a_mail_in_a_mail_is_a_file(self):
        inner = make_mail("I was promised a refund.")
        raw = make_mail(
            b"--x\r\nContent-Type: text/plain\r\n\r\nSee below\r\n"
            b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--x--\r\n",
            Content_Type='multipart/mixed; boundary="x"',
        )
        ticket = self.receive(raw)
        self.file_now()
        [file] = [
            file
            for each in self.env["dispute.evidence"].search(
                [("ticket_id", "=", ticket.id), ("kind", "=", "message")]
            )
            for file in each._get_record()["files"]
            if file["name"] == "mail.eml"
        ]
        self.assertIn(b"I was promised a refund.", self.read_back(file["sha256"]))

    def test_mails_in_mails_in_mails_do_not_grow(self):
        inner = b"Content-Type: application/pdf\r\n\r\n" + PDF * 1000
        head = b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
        raw = b"From: paula@example.net\r\nTo: care@nordwind.example.com\r\n"
        raw += b"Subject: Nested\r\nMessage-ID: <nested@x>\r\n" + head * 50 + inner
        files, _text, _html = dispute_file._open_mail(raw)
        self.assertEqual(len(files), 1)
        self.assertLess(len(files[0]["data"]), len(raw))

    def test_mails_that_cannot_be_taken_apart_are_filed_whole(self):
        broken = [
            make_mail(b"--x\r\n" * 50, Content_Type="multipart/mixed; boundary=x"),
            make_mail(b"\xff\xfe\x00", Content_Type="application/pdf; name*=x''%zz"),
            make_mail(
                b"--x\r\nContent-Disposition: attachment; filename*0*=bad''%\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--",
                Content_Type="multipart/mixed; boundary=x",
            ),
        ]
        for raw in broken:
            ticket = self.receive(raw)
            self.file_now()
            with self.subTest(raw[-60:]):
                self.assertFalse(
                    self.env["dispute.ledger.queue"].search_count(
                        [("problem", "!=", False), ("company", "=", self.company.id)]
                    )
                )
                self.assertTrue(
                    self.env["dispute.evidence"].search(
                        [("ticket_id", "=", ticket.id), ("kind", "=", "message")]
                    )
                )

    def test_filing_takes_the_same_queries_however_many_files(self):
        def count(number):
            ticket = self.receive(
                make_mail_with(
                    *(
                        (f"{n}.pdf", "application/pdf", b"%d of %d" % (n, number))
                        for n in range(number)
                    )
                )
            )
            self.env.flush_all()
            rows = ticket.dispute_inbound_ids
            start = self.env.cr.sql_log_count
            rows._prepare_ledger_evidence()
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        count(1)
        self.assertEqual(count(2), count(40))

    def test_users_see_files_of_their_tickets_only(self):
        ticket = self.receive(make_mail_with(("o.pdf", "application/pdf", PDF)))
        self.file_now()
        file = self.env["dispute.file"].search([("ticket_id", "=", ticket.id)])
        self.assertEqual(len(file), 1)
        for user, sees in (
            (self.agent_team, True),
            (self.supervisor, True),
            (self.foreigner, False),
            (self.portal, False),
        ):
            with self.subTest(user.login):
                self.assertEqual(file.with_user(user).has_access("read"), sees)
                self.assertFalse(file.with_user(user).has_access("write"))
        content = self.env["dispute.content"].search([], limit=1)
        for user in (self.agent_team, self.manager, self.env.ref("base.user_admin")):
            self.assertFalse(content.with_user(user).has_access("read"))
        with self.assertRaises(UserError):
            file.write({"name": "x"})
        with self.assertRaises(UserError):
            file.unlink()


@tagged("post_install", "-at_install")
class TestFilesPosted(FileCommon, RpcCommon):
    def upload(self, ticket, name, data, **params):
        answer = self.url_open(
            "/mail/attachment/upload",
            data={
                "csrf_token": Request.csrf_token(self),
                "thread_id": ticket.id,
                "thread_model": "helpdesk.ticket",
                "is_pending": "true",
                **params,
            },
            files={"ufile": (name, data)},
        )
        self.assertEqual(answer.status_code, 200)
        data = answer.json()["data"]
        [stored] = data["store_data"]["ir.attachment"]
        return {
            "attachment_ids": [data["attachment_id"]],
            "attachment_tokens": [stored["ownership_token"]],
        }

    def make_own_ticket(self):
        ticket = self.write_in(CALM)
        ticket.message_subscribe(self.customer.ids)
        self.file_now()
        return ticket

    def test_what_the_customer_uploads_is_kept_at_once(self):
        ticket, picture = self.make_own_ticket(), make_picture()
        self.login(self.portal)
        uploaded = self.upload(ticket, "photo.jpg", picture)
        self.post(ticket, "Look at this.", **uploaded)
        attachment = self.env["ir.attachment"].browse(uploaded["attachment_ids"])
        self.assertEqual(attachment.raw, picture)
        attachment.write({"raw": b"something else"})
        self.file_now()
        [file] = self.get_files(ticket)
        self.assertEqual(file["name"], "photo.jpg")
        self.assertEqual(self.read_back(file["sha256"]), picture)

    def test_a_file_without_a_word_is_a_message(self):
        ticket = self.make_own_ticket()
        self.login(self.portal)
        self.post(ticket, "", **self.upload(ticket, "o.pdf", PDF))
        self.file_now()
        self.assertEqual([file["name"] for file in self.get_files(ticket)], ["o.pdf"])
        [row] = ticket.dispute_inbound_ids.filtered("files")
        self.assertEqual((row.state, row.unread_reason), ("not_screened", "empty"))

    def test_files_of_the_web_form_are_kept(self):
        self.login(self.portal)
        self.url_open(
            "/submitted/ticket",
            data={
                "csrf_token": Request.csrf_token(self),
                "subject": "Broken door",
                "description": "It fell off.",
            },
            files={"attachment": ("door.pdf", PDF)},
        )
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "Broken door")])
        self.assertEqual(len(ticket), 1)
        self.file_now()
        self.assertEqual(
            [file["name"] for file in self.get_files(ticket)], ["door.pdf"]
        )
        self.assertEqual(self.read_back(sha256_hex(PDF)), PDF)

    def test_what_staff_uploads_is_not_taken_for_the_customers(self):
        ticket = self.make_own_ticket()
        self.login(self.agent_team)
        self.post(ticket, "Done", **self.upload(ticket, "o.pdf", PDF))
        self.file_now()
        self.assertFalse(self.get_files(ticket))
