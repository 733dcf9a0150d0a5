from odoo import api, fields, models

from .helpdesk_ticket import AGENTS


class HelpdeskTicket(models.Model):
    """Where our own side was late with a ticket, and the hours that say so."""

    # one file a concern
    _inherit = "helpdesk.ticket"

    dispute_lapse_ids = fields.One2many(
        "dispute.lapse",
        "ticket_id",
        string="Lapses on Our Side",
        groups=AGENTS,
    )
    dispute_own_side = fields.Char(
        string="Our Side",
        compute="_compute_dispute_own_side",
        groups=AGENTS,
    )

    @api.depends("dispute_lapse_ids.days", "dispute_lapse_ids.excuse")
    @api.depends_context("lang")
    def _compute_dispute_own_side(self):
        """What our own side has to answer for, in one sentence."""
        groups = self.env["dispute.lapse"]._read_group(
            [("ticket_id", "in", self.ids), ("excuse", "=", False)],
            ["ticket_id", "kind"],
            ["__count", "days:max"],
        )
        parts = {}
        for ticket, kind, count, days in groups:
            parts.setdefault(ticket.id, {})[kind] = self._describe_lapses(
                kind, count, days
            )
        kinds = dict(self.env["dispute.lapse"]._fields["kind"].selection)
        for ticket in self:
            told = parts.get(ticket.id, {})
            ticket.dispute_own_side = "; ".join(
                told[kind] for kind in kinds if kind in told
            )

    def _describe_lapses(self, kind, count, days):
        words = {"count": count, "days": round(days, 1)}
        if kind == "late_answer":
            return self.env._(
                "late answers: %(count)s, the longest %(days)s working days", **words
            )
        if kind == "broken_promise":
            return self.env._("promises broken: %(count)s", **words)
        return self.env._("calls missed: %(count)s", **words)

    def _get_dispute_calendar(self):
        """Hook: the working hours by which our side is counted, and the customer's."""
        return self.team_id.dispute_calendar_id or self.company_id.resource_calendar_id

    def action_view_dispute_lapses(self):
        return self._action_view_dispute(
            "dispute.lapse", self.env._("Our Side"), [("ticket_id", "in", self.ids)]
        )
