from freezegun import freeze_time

from .common import CALM, DisputeCommon


class BehaviourCommon(DisputeCommon):
    """A customer who writes at known times to a team that works 8 to 17, UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.write({"tz": "UTC"})
        cls.customer.tz = "UTC"
        cls.env = cls.env(context={**cls.env.context, "tz": "UTC"})
        # Many mails of one customer are no loop here.
        cls.env["mail.gateway.allowed"].create(
            [{"email": "paula@example.net"}, {"email": "otto@example.net"}]
        )
        stages = cls.env["helpdesk.ticket.stage"]
        cls.stage_open = stages.create({"name": "Working on it", "company_id": False})
        cls.stage_closed = stages.create(
            {"name": "All done", "closed": True, "company_id": False}
        )

    def say(self, moment, body=CALM, ticket=None, **headers):
        """Let the customer write at ``moment``; return the ticket."""
        self.last = moment
        with freeze_time(moment):
            if ticket:
                return self.reply(ticket, body, **headers)
            return self.write_in(body, **headers)

    def answer(self, moment, ticket, user=None, **values):
        """Let an agent answer at ``moment``."""
        values.setdefault("subtype_xmlid", "mail.mt_comment")
        with freeze_time(moment):
            ticket.with_user(user or self.agent_team).message_post(
                body="We look into it.", message_type="comment", **values
            )

    def close(self, moment, ticket):
        with freeze_time(moment):
            ticket.with_user(self.agent_team).stage_id = self.stage_closed

    def observe(self, kind=None):
        """Count after the last text, as the scheduled action does.

        :return: the signals that were counted so far, those of ``kind``
        """
        with freeze_time(self.last):
            self.run_cron("ir_cron_behaviour")
        domain = [
            ("source", "=", "behaviour"),
            ("company_id", "=", self.company.id),
        ]
        if kind:
            domain.append(("kind", "=", kind))
        return self.env["dispute.signal"].search(domain)
