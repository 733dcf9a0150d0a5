from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class DisputeLapse(models.Model):
    """Where our own side was late: an answer, a promise, a call.

    Counted by the same scheduled means as the behaviour of customers, never entered
    (``dispute.lapse.counter``). A lapse is told to whoever may see the ticket and is
    no part of the customer's conflict level.
    """

    _name = "dispute.lapse"
    _description = "Lapse on Our Side"
    _inherit = ["dispute.ticket.bound"]
    _order = "began_at desc, id desc"

    ticket_id = fields.Many2one("helpdesk.ticket", index=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    kind = fields.Selection(
        selection=[
            ("late_answer", "Late answer"),
            ("broken_promise", "Promise broken"),
            ("missed_call", "Call missed"),
        ],
        required=True,
    )
    state = fields.Selection(
        selection=[
            ("open", "Still open"),
            ("late", "Done late"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="open",
        help="Dropped: the ticket was closed, or the activity taken off, without it.",
    )
    user_id = fields.Many2one("res.users", string="Responsible", ondelete="set null")
    inbound_id = fields.Many2one(
        "dispute.inbound", string="Text", index="btree_not_null", ondelete="set null"
    )
    activity_id = fields.Many2one(
        "mail.activity", index="btree_not_null", ondelete="set null"
    )
    summary = fields.Char(string="What Was Promised")
    began_at = fields.Datetime(string="Asked or Promised", required=True)
    due_at = fields.Datetime(string="Due")
    ended_at = fields.Datetime(string="Answered or Done")
    hours = fields.Float(
        string="Working Hours",
        aggregator="max",
        help="How long the customer waited for the answer; how long after its day a "
        "promise or a call was due. Working hours of the team, so far if still open.",
    )
    days = fields.Float(string="Working Days", digits=(10, 1), aggregator="max")
    statement = fields.Text(string="What Happened", compute="_compute_statement")
    # that it was none
    excuse = fields.Text(string="Why It Was None")
    excused_by = fields.Many2one("res.users", ondelete="set null")

    _one_per_text = models.UniqueIndex("(inbound_id) WHERE inbound_id IS NOT NULL")
    _one_per_activity = models.UniqueIndex(
        "(activity_id) WHERE activity_id IS NOT NULL"
    )
    _open = models.Index("(id) WHERE state = 'open'")

    @api.depends("statement")
    def _compute_display_name(self):
        for lapse in self:
            lapse.display_name = lapse.statement

    @api.depends("kind", "state", "began_at", "due_at", "ended_at", "days", "summary")
    @api.depends_context("lang", "tz")
    def _compute_statement(self):
        for lapse in self:
            describe = (
                lapse._describe_answer
                if lapse.kind == "late_answer"
                else lapse._describe_activity
            )
            lapse.statement = describe()

    def _describe_answer(self):
        words = {
            "asked": self._get_day(self.began_at),
            "days": round(self.days, 1),
        }
        if self.state == "late":
            return self.env._(
                "Asked on %(asked)s, answered after %(days)s working days", **words
            )
        if self.state == "dropped":
            return self.env._(
                "Asked on %(asked)s, closed after %(days)s working days without an "
                "answer",
                **words,
            )
        return self.env._(
            "Asked on %(asked)s, not answered for %(days)s working days", **words
        )

    def _describe_activity(self):
        words = {
            "what": self.summary
            or dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            "due": self._get_day(self.due_at),
            "ended": self._get_day(self.ended_at),
        }
        if self.state == "late":
            return self.env._("%(what)s: due on %(due)s, done on %(ended)s", **words)
        if self.state == "dropped":
            return self.env._("%(what)s: due on %(due)s, never done", **words)
        return self.env._("%(what)s: due on %(due)s, still open", **words)

    def _get_day(self, moment):
        return self.env["dispute.signal"]._get_day(moment)

    # ------------------------------------------------------------------
    # That it was none
    # ------------------------------------------------------------------

    def action_excuse(self):
        """Ask why this was no lapse, then take it out of the count."""
        self._check_excuse_access()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("This was no lapse"),
            "res_model": "dispute.lapse.excuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lapse_ids": self.ids},
        }

    def _excuse(self, reason):
        """Take lapses out of the count; they stay in the list with the reason.

        :raise UserError: without a reason
        :raise AccessError: for anybody but a supervisor
        """
        self._check_excuse_access()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why this was no lapse."))
        # sudo: dispute.lapse - supervisors may judge a lapse but never write one
        self.sudo().write({"excuse": reason.strip(), "excused_by": self.env.uid})

    def _check_excuse_access(self):
        self.check_access("read")
        if not self.env.user.has_group("dispute_guard.group_dispute_supervisor"):
            raise AccessError(
                self.env._("Only a dispute supervisor says what was no lapse.")
            )
