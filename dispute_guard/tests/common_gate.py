from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tests.common import MailCase

from .common import CONDITIONAL, DisputeCommon

SECRET = "We owe you nothing"


@tagged("post_install", "-at_install")
class GateCommon(MailCase, DisputeCommon):
    """A dispute whose customer follows the ticket, locked so that the lawyer speaks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.counsel = new_test_user(
            cls.env,
            login="dispute_counsel",
            name="Alice Lawyer",
            email="alice@nordwind.example.com",
            context={"no_reset_password": True},
            groups="dispute_guard.group_dispute_supervisor",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.professional = cls.env["dispute.professional"].create(
            {
                "partner_id": cls.counsel.partner_id.id,
                "role": "lawyer",
                "company_id": cls.company.id,
            }
        )
        sharing = cls.env.ref("base.group_partner_manager")
        sharing.user_ids |= cls.agent_team | cls.supervisor | cls.manager | cls.counsel
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Stefan Stranger", "email": "stefan@example.org"}
        )
        cls.ticket = cls.make_disputed_ticket()
        cls.case = cls.ticket.dispute_case_id
        cls.calm = cls.make_calm_ticket()
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Closing",
                "model_id": cls.env["ir.model"]._get_id("helpdesk.ticket"),
                "subject": "Your ticket",
                "body_html": f"<p>{SECRET}</p>",
                "email_from": "care@nordwind.example.com",
                "partner_to": "{{ object.partner_id.id }}",
                "auto_delete": True,
            }
        )
        cls.stage = cls.env["helpdesk.ticket.stage"].create(
            {
                "name": "Closed by us",
                "mail_template_id": cls.template.id,
                "company_id": cls.company.id,
            }
        )
        cls.handoff = cls.env["dispute.handoff"]._open_handoffs(
            [(cls.ticket, "lawyer", cls.ticket.dispute_signal_ids[:1])]
        )
        cls.handoff.action_dispatch()
        cls.handoff.action_acknowledge()

    @classmethod
    def make_disputed_ticket(cls):
        ticket = cls.write_in(CONDITIONAL)
        ticket.write({"partner_id": cls.customer.id, "user_id": cls.agent_team.id})
        ticket.message_subscribe(cls.customer.ids)
        return ticket

    @classmethod
    def make_calm_ticket(cls):
        ticket = cls.write_in("When do you deliver?")
        ticket.write({"partner_id": cls.customer.id, "user_id": cls.agent_team.id})
        ticket.message_subscribe(cls.customer.ids)
        return ticket

    def lock(self, **values):
        return self.case._place_lock("counsel", "A formal letter came.", **values)

    # ------------------------------------------------------------------
    # What the other side gets
    # ------------------------------------------------------------------

    @contextmanager
    def outside(self):
        """List what reaches or shows the other side inside the block."""
        seen = []
        before = self.get_shown()
        with self.mock_mail_gateway():
            yield seen
            self.flush_tracking()
        for mail in self._mails:
            if self.is_outside(*(mail["email_to"] or ()), *(mail["email_cc"] or ())):
                seen.append(f"mail: {mail['subject']}")
        for mail in self._new_mails.exists():
            to = mail.recipient_ids.mapped("email_formatted")
            if mail.state == "outgoing" and self.is_outside(
                *to, mail.email_to or "", mail.email_cc or ""
            ):
                seen.append(f"waiting: {mail.subject}")
        seen += [f"portal: {body}" for body in self.get_shown() - before]

    def is_outside(self, *written):
        return any(
            address in each
            for each in written
            for address in ("paula@example.net", "stefan@example.org")
        )

    def get_shown(self):
        """The messages that the customer reads in the portal."""
        self.env.flush_all()
        messages = self.env["mail.message"].with_user(self.portal)
        domain = [("model", "=", "helpdesk.ticket"), ("res_id", "in", self.ticket.ids)]
        return {f"{each.id} {each.body}" for each in messages.search(domain)}

    def get_withheld(self):
        return self.env["dispute.withheld"].search([("case_id", "=", self.case.id)])

    @contextmanager
    def undone(self):
        """Undo what happens inside the block."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            self.env.cr.precommit.clear()
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
            self.env.clear()

    def take(self, way, user, sudo=False):
        """Take ``way`` as ``user``; return the refusal or None, and what got out."""
        ticket = self.ticket.with_user(user).sudo(sudo)
        ticket = ticket.with_context(allowed_company_ids=user.company_ids.ids)
        refusal = None
        with self.outside() as seen:
            try:
                with self.env.cr.savepoint():
                    way(self, ticket)
                    self.env.flush_all()
            except UserError as error:
                refusal = error
        return refusal, seen
