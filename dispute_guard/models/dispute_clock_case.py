from odoo import api, fields, models

from .dispute_signal import LIVE_STATES


class DisputeCase(models.Model):
    """The clocks of a dispute, and the law by which they run."""

    # one file a concern
    _inherit = "dispute.case"

    jurisdiction_id = fields.Many2one(
        "dispute.jurisdiction",
        tracking=True,
        ondelete="restrict",
        help="Whose law sets the clocks. Empty: that of the customer's country.",
    )
    jurisdiction_hint = fields.Char(
        compute="_compute_jurisdiction_hint", export_string_translation=False
    )
    clock_ids = fields.One2many("dispute.clock", "case_id", string="Clocks")
    clock_text = fields.Char(string="Next Clock", compute="_compute_clock")
    clock_due_at = fields.Datetime(string="Next Due", compute="_compute_clock")
    clock_is_late = fields.Boolean(compute="_compute_clock")

    @api.depends("rung", "clock_ids.state", "clock_ids.due_at", "clock_ids.met_at")
    @api.depends_context("lang")
    def _compute_clock(self):
        following = self.env["dispute.clock"]._get_next(self)
        now = fields.Datetime.now()
        for case in self:
            clock = following.get(case)
            case.clock_text = clock._count_down() if clock else False
            case.clock_due_at = clock.due_at if clock else False
            case.clock_is_late = bool(clock and clock.due_at < now)

    # ------------------------------------------------------------------
    # Jurisdiction
    # ------------------------------------------------------------------

    @api.depends("jurisdiction_id", "partner_id.country_id")
    @api.depends_context("lang")
    def _compute_jurisdiction_hint(self):
        """Which law counts where none is chosen."""
        found = self._get_jurisdictions()
        for case in self:
            case.jurisdiction_hint = found[case].name or False

    def _get_jurisdiction(self):
        """By whose law the dispute is counted.

        The one chosen on it, else that of the customer's country, else the company's,
        else that of the company's country; empty if there is none.
        """
        self.ensure_one()
        return self._get_jurisdictions()[self]

    def _get_jurisdictions(self):
        """As ``_get_jurisdiction``, for all in a few queries: dict by case."""
        by_country = self.env["dispute.jurisdiction"]._get_by_country()
        none = self.env["dispute.jurisdiction"]
        return {
            case: case.jurisdiction_id
            or by_country.get(case.partner_id.country_id, none)
            or case.company_id.dispute_jurisdiction_id
            or by_country.get(case.company_id.country_id, none)
            for case in self
        }

    # ------------------------------------------------------------------
    # Clocks that start and end with the dispute
    # ------------------------------------------------------------------

    def _after_step(self, steps):
        """Let the clocks follow the stage."""
        result = super()._after_step(steps)
        moved = steps.filtered(lambda step: step.from_rung != step.rung)
        came_from = {
            rung: some.case_id for rung, some in moved.grouped("from_rung").items()
        }
        came_to = {rung: some.case_id for rung, some in moved.grouped("rung").items()}
        clocks = self.env["dispute.clock"]
        if mediated := came_from.get("mediation"):
            clocks._meet(mediated, "mediation")
            clocks._resume(mediated)
        if closed := came_to.get("closed"):
            clocks._stop(closed, reason=self.env._("The dispute was closed."))
        if reopened := came_from.get("closed"):
            reopened._start_clocks(fields.Datetime.now())
        if mediating := came_to.get("mediation"):
            clocks._start([{"case": case, "kind": "mediation"} for case in mediating])
            clocks._suspend(mediating)
        return result

    def _hand_over(self, target, tickets=None):
        """Clocks go along with a whole dispute; a part of one takes its own along."""
        result = super()._hand_over(target, tickets)
        clocks = self.env["dispute.clock"]
        if tickets is None:
            clocks._follow(self, target)
        else:
            clocks._part(self, target, tickets)
        return result

    def _start_clocks(self, complained_at=None):
        """Start what runs from the beginning of a dispute, once for each case.

        Answers are due from the first sign of the dispute that still counts. Limitation
        is counted from the first text of the matter: that is when we surely knew.

        :param datetime complained_at: UTC, instead of the first sign
        """
        # sudo: dispute.case - the system counts for whoever opened the case
        cases = self.sudo()
        signs = cases._get_first_signs(cases.ticket_ids)
        known = cases._get_clock_kinds()
        self.env["dispute.clock"]._start(
            [
                each
                for each in [
                    *cases._list_matter_clocks(signs, complained_at),
                    *cases._list_answer_clocks(signs),
                ]
                if each["kind"] not in known[each["case"]]
            ]
        )

    def _list_matter_clocks(self, signs, complained_at):
        """What runs for a dispute as a whole, as ``dispute.clock._start`` takes it."""
        groups = self.env["dispute.inbound"]._read_group(
            [("ticket_id", "in", self.ticket_ids.ids)],
            ["ticket_id"],
            ["received_at:min"],
        )
        texts = dict(groups)
        clocks = []
        for case in self:
            asked = [signs[each] for each in case.ticket_ids if each in signs]
            began = [texts.get(each, each.create_date) for each in case.ticket_ids]
            starts = {
                "complaint_answer": complained_at or min(asked, default=case.opened_at),
                "limitation": min(began, default=case.opened_at),
            }
            clocks += [
                {"case": case, "kind": kind, "started_at": started_at}
                for kind, started_at in starts.items()
            ]
        return clocks

    def _list_answer_clocks(self, signs):
        """The clock for the first answer to each ticket that has none yet."""
        tickets = self.ticket_ids.filtered(lambda ticket: ticket in signs)
        answers = self.env["dispute.behaviour"]._get_answers(
            tickets, min(signs.values(), default=fields.Datetime.now())
        )
        return [
            {
                "case": ticket.dispute_case_id,
                "kind": "first_answer",
                "ticket": ticket,
                "started_at": signs[ticket],
            }
            for ticket in tickets
            if not any(moment > signs[ticket] for moment in answers.get(ticket.id, ()))
        ]

    def _get_first_signs(self, tickets):
        """When the first sign of a dispute came that still counts, by ticket."""
        groups = self.env["dispute.signal"]._read_group(
            [
                ("ticket_id", "in", tickets.ids),
                ("state", "in", LIVE_STATES),
                "|",
                ("counts_until", "=", False),
                ("counts_until", ">", fields.Datetime.now()),
            ],
            ["ticket_id"],
            ["occurred_at:min"],
        )
        return dict(groups)

    def _get_clock_kinds(self):
        """The kinds of clocks that each case had already, but those stopped."""
        kinds = {case: set() for case in self}
        for clock in self.env["dispute.clock"].search(
            [("case_id", "in", self.ids), ("state", "!=", "stopped")]
        ):
            kinds[clock.case_id].add(clock.kind)
        return kinds
