from .common import ANNOUNCED, DisputeCommon


class HandoffCommon(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.lawyer = cls.make_professional(
            "lawyer", "Alice Lawyer", "en", sequence=20, acknowledge_hours=4
        )

    def hand_off(self, body=ANNOUNCED, **headers):
        """Let ``body`` arrive and the handoff be sent; return the handoff."""
        ticket = self.write_in(body, **headers)
        self.run_cron("ir_cron_handoff")
        return ticket.dispute_handoff_ids

    def sweep(self):
        """Let the scheduled actions run, as they do every few minutes."""
        self.run_cron("ir_cron_handoff_sweep")
        self.run_cron("ir_cron_handoff")

    def get_activities(self, handoff, name):
        return handoff.activity_search([f"dispute_guard.mail_activity_type_{name}"])

    def get_chain(self, handoff):
        """Names and states of the people in the chain, in order."""
        steps = handoff.step_ids.sorted(lambda step: (step.sequence, step.id))
        return [(step.name.split()[0], step.state) for step in steps]

    def get_events(self, handoff):
        """What was recorded of the handoff, in order."""
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("ticket_id", "=", handoff.ticket_id.id)],
            order="id",
        )
        return [each._get_record()["details"].get("action") for each in evidence]

    def get_mails(self, person):
        """The mails to a professional, oldest first."""
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", person.partner_id.ids)], order="id"
        )

    def fail_mail(self, mail, failure_type="mail_smtp"):
        """Let ``mail`` fail as Odoo does when it cannot send it."""
        mail.write({"state": "exception", "failure_reason": "Connection refused"})
        mail._postprocess_sent_message(
            [], [], failure_reason="Connection refused", failure_type=failure_type
        )
