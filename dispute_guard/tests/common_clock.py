"""What tests of clocks have in common."""

from datetime import datetime

from freezegun import freeze_time

from odoo.tests import new_test_user

from .common import ANNOUNCED, DisputeCommon

MONDAY = "2026-11-16 09:00:00"


def utc(text):
    return datetime.fromisoformat(text)


class ClockCommon(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.company.country_id = False
        cls.make_professional("lawyer", "Alice Lawyer", "en")
        cls.counsel = new_test_user(
            cls.env,
            login="dispute_counsel",
            context={"no_reset_password": True},
            groups="dispute_guard.group_dispute_supervisor,"
            "dispute_guard.group_dispute_counsel",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def open_case(self, body=ANNOUNCED, moment=MONDAY, country=None, **headers):
        """Let ``body`` arrive at ``moment``; return the case."""
        if country:
            self.customer.country_id = self.env.ref(f"base.{country}")
        with freeze_time(moment):
            return self.write_in(body, **headers).dispute_case_id

    def get_clock(self, case, kind):
        return case.clock_ids.filtered(lambda clock: clock.kind == kind)

    def get_steps(self, case):
        """What was recorded of clocks, in order."""
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "clock"), ("company_id", "=", self.company.id)], order="id"
        )
        details = [each._get_record()["details"] for each in evidence]
        return [
            (each["kind"], each["step"])
            for each in details
            if each["case"] == case.name
        ]

    def step(self, case, rung, moment, **values):
        """Take the case to a stage as counsel may."""
        with freeze_time(moment):
            if values:
                case.with_user(self.counsel).write(values)
            case.with_user(self.counsel)._step(rung, "agreed", override=True)

    def answer(self, ticket, moment, **values):
        values = {"subtype_xmlid": "mail.mt_comment", **values}
        with freeze_time(moment):
            ticket.with_user(values.pop("user", self.agent_team)).message_post(
                body="We look into it.", message_type="comment", **values
            )
