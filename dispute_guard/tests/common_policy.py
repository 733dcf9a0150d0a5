from contextlib import contextmanager

from psycopg2.errors import CheckViolation

from odoo.tools import mute_logger

from .common import DisputeCommon


class PolicyCommon(DisputeCommon):
    """A company without the shipped rules, and makers of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rules = cls.env["dispute.policy.rule"].search([])
        cls.threats = cls.env.ref("dispute_guard.dispute_policy_rule_conditional")
        (rules - cls.threats).active = False

    @classmethod
    def make_rule(cls, **values):
        """A rule of our own that acts on any sign unless ``values`` say otherwise."""
        return cls.env["dispute.policy.rule"].create(
            {"name": "Ours", "company_id": cls.company.id, **values}
        )

    @classmethod
    def make_team(cls, name):
        return cls.env["helpdesk.ticket.team"].create(
            {"name": name, "company_id": cls.company.id}
        )

    @classmethod
    def make_server_action(cls, code, model="helpdesk.ticket"):
        return cls.env["ir.actions.server"].create(
            {
                "name": "Ours",
                "model_id": cls.env["ir.model"]._get_id(model),
                "state": "code",
                "code": code,
            }
        )

    @classmethod
    def get_kind(cls, code):
        return cls.env["dispute.policy.kind"].search([("code", "=", code)])

    @classmethod
    def get_firings(cls, ticket):
        """The firings of our own rules on ``ticket``."""
        return cls.env["dispute.policy.firing"].search(
            [("ticket_id", "=", ticket.id), ("rule_id", "!=", cls.threats.id)]
        )

    @classmethod
    def fires(cls, body, ticket=None, **headers):
        """Let the customer write; return the firings of our own rules that follow."""
        firings = cls.env["dispute.policy.firing"]
        before = firings.search([], order="id desc", limit=1).id or 0
        if ticket:
            cls.reply(ticket, body, **headers)
        else:
            ticket = cls.write_in(body, **headers)
        return cls.get_firings(ticket).filtered(lambda firing: firing.id > before)

    @contextmanager
    def assertInvalid(self):
        """Assert that the database refuses what is written."""
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            yield
            self.env.flush_all()
