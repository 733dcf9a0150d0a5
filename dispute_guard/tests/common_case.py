import json

from odoo.tests import Form

from .common import ANNOUNCED, CALM, HEATED, DisputeCommon


class CaseCommon(DisputeCommon):
    """Disputes, and what people do with them."""

    @classmethod
    def make_case(cls, **values):
        """Return a dispute of the customer with one ticket, without a legal hold."""
        ticket = cls.write_in(HEATED)
        ticket._open_dispute_case()
        if values:
            ticket.dispute_case_id.write(values)
        return ticket.dispute_case_id

    @classmethod
    def make_held_case(cls):
        return cls.write_in(ANNOUNCED).dispute_case_id

    @classmethod
    def add_ticket(cls, case, body=CALM):
        """Let the customer write again and add that to ``case``."""
        ticket = cls.write_in(body)
        ticket.dispute_case_id = case
        return ticket

    def send_far(self, tickets):
        """Give ``tickets`` to a team of which no agent is."""
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Far", "company_id": self.company.id}
        )
        tickets.write({"team_id": team.id, "user_id": False})

    def open_window(self, action, user):
        model = self.env[action["res_model"]].with_user(user)
        return Form(model.with_context(**action["context"]))

    def get_course(self, *cases):
        """What is recorded of the course of ``cases``, as (step, details), in order."""
        names = {case.name for case in cases}
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "case"), ("company_id", "=", self.company.id)], order="id"
        )
        details = [json.loads(each.canonical)["record"]["details"] for each in evidence]
        return [(each["step"], each) for each in details if each.get("case") in names]
