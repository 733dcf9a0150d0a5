import base64
from types import SimpleNamespace

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ANNOUNCED, CONDITIONAL, DisputeCommon, make_mail

SCAN = base64.b64encode(b"%PDF-1.4 a letter").decode()
WITH_FILE = (
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n"
    "--b\r\nContent-Type: application/pdf; name=letter.pdf\r\n"
    "Content-Disposition: attachment; filename=letter.pdf\r\n"
    f"Content-Transfer-Encoding: base64\r\n\r\n{SCAN}\r\n--b--\r\n"
)


def write_with_file(receive, body, **headers):
    """Let the customer write a mail with a file; return its ticket."""
    return receive(
        make_mail(
            WITH_FILE.format(body),
            Content_Type='multipart/mixed; boundary="b"',
            Content_Transfer_Encoding=None,
            **headers,
        )
    )


def merge(dispute, source, target):
    wizard = dispute.ticket.env["base.partner.merge.automatic.wizard"]
    wizard._merge((source | target).ids, target)


@tagged("post_install", "-at_install")
class HoldCommon(DisputeCommon):
    """A dispute under hold and one without, each with everything that belongs to it."""

    @classmethod
    def make_dispute(cls, body, name, portal):
        """Return the records of a dispute about a mail of ``portal``'s."""
        customer = portal.partner_id
        sender = f"{customer.name} <{customer.email}>"
        ticket = write_with_file(cls.receive, body, From=sender)
        cls.assertTrue(cls(), ticket.dispute_case_id)
        ticket.partner_id = customer
        ticket.user_id = cls.agent_team
        answer = ticket.with_user(cls.agent_team).message_post(
            body="Sorry, we shall pay.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=customer.ids,
        )
        ticket.priority = "3"
        agreement, file = cls.make_agreement(f"K-{name}", partner=customer)
        link = cls.env["dispute.agreement.link"].create(
            {"ticket_id": ticket.id, "agreement_id": agreement.id}
        )
        case = ticket.dispute_case_id
        case.partner_id = customer
        done, planned = (
            ticket.activity_schedule(
                "mail.mail_activity_data_call",
                summary="Call her",
                user_id=cls.agent_team.id,
            )
            for _turn in range(2)
        )
        done.action_feedback(feedback="She wants her money.")
        inbound = ticket.dispute_inbound_ids[:1]
        sent = cls.env["mail.mail"].create(
            {
                "mail_message_id": answer.id,
                "body_html": "<p>Sorry, we shall pay.</p>",
                "email_to": customer.email,
                "state": "sent",
            }
        )
        notice = cls.env["mail.notification"].create(
            {
                "mail_message_id": inbound.message_id.id,
                "res_partner_id": cls.agent_own.partner_id.id,
                "notification_type": "inbox",
                "notification_status": "sent",
                "is_read": True,
            }
        )
        notice.read_date = "2020-01-01 00:00:00"
        return SimpleNamespace(
            ticket=ticket,
            case=case,
            hold=case.hold_ids,
            message=inbound.message_id,
            answer=answer.with_env(cls.env),
            notice=notice,
            file=inbound.message_id.attachment_ids,
            inbound=inbound,
            signal=ticket.dispute_signal_ids[:1],
            agreement=agreement,
            agreement_file=file,
            link=link,
            done=done,
            planned=planned,
            sent=sent,
            customer=customer,
            portal=portal,
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.env["res.partner"].create(
            {"name": "Oskar Other", "email": "oskar@example.net"}
        )
        cls.other_portal = cls.portal.copy(
            {
                "login": "dispute_other_portal",
                "partner_id": other.id,
                "name": other.name,
                "email": other.email,
            }
        )
        cls.held = cls.make_dispute(ANNOUNCED, "held", cls.portal)
        cls.free = cls.make_dispute(CONDITIONAL, "free", cls.other_portal)
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Stefan Stranger", "email": "stefan@example.org"}
        )
        cls.calm_ticket = cls.write_in("Where is my order?", From="x@example.org")
        cls.env.flush_all()

    def seen_by(self, dispute, user, sudo=False):
        """The records of ``dispute`` as ``user`` has them in his hands."""
        company = {"allowed_company_ids": user.company_ids.ids}
        return SimpleNamespace(
            **{
                name: records.with_user(user).sudo(sudo).with_context(**company)
                for name, records in vars(dispute).items()
            }
        )

    def take(self, way, dispute):
        """Take ``way`` and undo it; return the refusal or None."""
        savepoint = self.env.cr.savepoint()
        try:
            way(self, dispute)
            self.env.flush_all()
            return None
        except (UserError, psycopg2.Error) as refusal:
            return refusal
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.clear()

    def assertNamesHold(self, refusal, dispute):
        """Assert that a refusal names hold, case and who can release it."""
        text = str(refusal)
        self.assertIn("legal hold", text)
        self.assertIn(dispute.case.name, text)
        self.assertIn(dispute.hold.name, text)
        self.assertIn(self.supervisor.name, text)
        self.assertIn("together", text)
