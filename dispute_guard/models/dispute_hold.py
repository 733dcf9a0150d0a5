from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..station import at_work

SUPERVISORS = "dispute_guard.group_dispute_supervisor"
NAMED = 3  # so many of those who can release a hold are named


class DisputeHold(models.Model):
    """A legal hold on a dispute: why, since when, and who ended it.

    Policy places it, or a supervisor with a reason. Two people end it: one asks with a
    reason, another one confirms. Holds stay as the history of their dispute.
    """

    _name = "dispute.hold"
    _description = "Legal Hold"
    _inherit = [
        "dispute.ticket.bound",
        "dispute.recorded",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _free_prefixes = ("message_", "activity_")
    _immutable_columns = ("case_id", "reason", "placed_by", "placed_at")

    name = fields.Char(string="Number", compute="_compute_name")
    case_id = fields.Many2one(
        "dispute.case",
        string="Dispute",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    reason = fields.Text(required=True, readonly=True)
    placed_by = fields.Char(
        string="Person Who Placed It",
        readonly=True,
        help="Empty when policy did so by itself.",
    )
    placer = fields.Char(string="Placed By", compute="_compute_placer")
    placed_at = fields.Datetime(
        string="Since", required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        selection=[
            ("active", "Active"),
            ("asked", "Release asked for"),
            ("released", "Released"),
        ],
        required=True,
        default="active",
        readonly=True,
        tracking=True,
    )
    asked_by_id = fields.Many2one(
        "res.users", string="Release Asked By", readonly=True, ondelete="restrict"
    )
    asked_at = fields.Datetime(readonly=True)
    release_reason = fields.Text(readonly=True)
    released_by_id = fields.Many2one(
        "res.users", string="Released By", readonly=True, ondelete="restrict"
    )
    released_at = fields.Datetime(readonly=True)
    custodian_ids = fields.One2many(
        "dispute.hold.custodian", "hold_id", string="Custodians"
    )
    can_confirm = fields.Boolean(compute="_compute_can_confirm")

    _active = models.Index("(case_id) WHERE state != 'released'")

    @api.depends("case_id.name")
    def _compute_name(self):
        for hold in self:
            hold.name = f"{hold.case_id.name}-H{hold.id or ''}"

    @api.depends("placed_by")
    @api.depends_context("lang")
    def _compute_placer(self):
        for hold in self:
            hold.placer = hold.placed_by or self.env._("Policy")

    @api.depends("state", "asked_by_id")
    @api.depends_context("uid")
    def _compute_can_confirm(self):
        """Whether the user may be the second person."""
        for hold in self:
            hold.can_confirm = hold.state == "asked" and (
                hold.asked_by_id != self.env.user
            )

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)

    # ------------------------------------------------------------------
    # What people are told who write it themselves
    # ------------------------------------------------------------------

    def _refuse_entry(self):
        raise UserError(
            self.env._("A hold is changed by its buttons alone, with a reason.")
        )

    def _refuse_deletion(self):
        raise UserError(self.env._("Holds stay as the history of their dispute."))

    # ------------------------------------------------------------------
    # Placing
    # ------------------------------------------------------------------

    @api.model
    def _place(self, cases, reason, by=None, custodians=None):
        """Put ``cases`` under hold.

        :param str reason: why
        :param str by: name of the person who does so; None: policy
        :param custodians: users who have to acknowledge it; None: those who work on it
        :return: the new holds
        :raise UserError: without a reason
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why the hold is placed."))
        # sudo: dispute.hold - placed by policy for whoever's message caused it
        quiet = self.sudo().with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True
        )
        holds = at_work(quiet).create(
            [{"case_id": case.id, "reason": reason, "placed_by": by} for case in cases]
        )
        for hold in holds:
            hold._add_custodians(
                hold._get_custodians() if custodians is None else custodians
            )
        holds._record_steps("placed", reason)
        self.env.ref("dispute_guard.ir_cron_hold")._trigger()
        return holds.with_context(tracking_disable=False)

    def _get_custodians(self):
        """Hook: the users of our own who have to know of the hold."""
        self.ensure_one()
        tickets = self.case_id.ticket_ids
        users = self.case_id.user_id | tickets.user_id | tickets.team_id.user_id
        return users.filtered(lambda user: user.active and not user.share)

    def _add_custodians(self, users):
        """Let ``users`` acknowledge the hold, too; those who do already stay."""
        self.ensure_one()
        new = users - self.custodian_ids.user_id
        self.env["dispute.hold.custodian"].create(
            [{"hold_id": self.id, "user_id": user.id} for user in new]
        )

    def _add_custodians_later(self, users):
        """Let ``users``, who came to the matter since, acknowledge the holds, too."""
        for hold in self:
            if new := users - hold.custodian_ids.user_id:
                hold._add_custodians(new)
                hold._record_steps("custodian_added", ", ".join(new.mapped("name")))
                self.env.ref("dispute_guard.ir_cron_hold")._trigger()

    # ------------------------------------------------------------------
    # Release, by two people
    # ------------------------------------------------------------------

    def _check_person(self):
        """:raise AccessError: unless a supervisor acts himself, whatever the rights"""
        user = self.env.user
        self.sudo(False).check_access("write")
        if user._is_superuser() or not user.has_group(SUPERVISORS):
            raise AccessError(
                self.env._("Only dispute supervisors decide on the release of a hold.")
            )

    def _ask_release(self, reason):
        """Ask for the release; the hold goes on until another person confirms.

        :raise UserError: without a reason, or when that was done already
        """
        self._check_person()
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why the hold is to be released."))
        self._check_state("active")
        self._step(
            {
                "state": "asked",
                "asked_by_id": self.env.uid,
                "asked_at": fields.Datetime.now(),
                "release_reason": reason,
            }
        )
        self._record_steps("release_asked", reason)
        for hold in self:
            hold.activity_schedule(
                "dispute_guard.mail_activity_type_hold_release",
                user_id=hold._get_second_person().id,
                note=reason,
            )

    def action_confirm_release(self):
        """Release the hold as the second person.

        :raise UserError: when the same person asked for it
        """
        self._check_person()
        self._check_state("asked")
        for hold in self:
            if hold.asked_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "%(user)s asked for the release of hold %(hold)s: another "
                        "dispute supervisor has to confirm it (%(others)s).",
                        user=self.env.user.name,
                        hold=hold.name,
                        others=hold._name_supervisors(self.env.user),
                    )
                )
        self._step(
            {
                "state": "released",
                "released_by_id": self.env.uid,
                "released_at": fields.Datetime.now(),
            }
        )
        for hold in self:
            hold._record_steps("released", hold.release_reason)
            hold.case_id.message_post(
                body=self.env._(
                    "Legal hold %(hold)s released: %(reason)s (asked by %(first)s, "
                    "confirmed by %(second)s)",
                    hold=hold.name,
                    reason=hold.release_reason,
                    first=hold.asked_by_id.name,
                    second=self.env.user.name,
                )
            )
        self._end_activities()
        # sudo: dispute.hold.custodian - all who were told hear that it is over
        self.sudo().custodian_ids._end()
        self.env["dispute.erasure.request"]._offer_again()

    def action_refuse_release(self):
        """Let the hold go on although its release was asked for."""
        self._check_person()
        self._check_state("asked")
        for hold in self:
            hold._record_steps("release_refused", hold.release_reason)
            hold.message_post(
                body=self.env._(
                    "The hold goes on. %(user)s had asked for its release: %(reason)s",
                    user=hold.asked_by_id.name,
                    reason=hold.release_reason,
                )
            )
        self._step(
            {
                "state": "active",
                "asked_by_id": False,
                "asked_at": False,
                "release_reason": False,
            }
        )
        self._end_activities()

    def _check_state(self, state):
        for hold in self.filtered(lambda hold: hold.state != state):
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Hold %(hold)s: %(state)s.",
                    hold=hold.name,
                    state=states[hold.state],
                )
            )

    def _step(self, vals):
        # sudo: dispute.hold - only these steps change a hold, and who takes them was
        # checked
        at_work(self.sudo()).write(vals)

    def _end_activities(self):
        self.activity_feedback(["dispute_guard.mail_activity_type_hold_release"])

    def _get_second_person(self):
        """Hook: the supervisor who is asked to confirm a release."""
        others = self._get_supervisors() - self.env.user
        return (others & self.case_id.user_id or others)[:1] or (
            self.company_id._get_dispute_administrator()
        )

    def _get_supervisors(self):
        # sudo: res.users - who can release a hold is told to whoever meets it
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", self.env.ref(SUPERVISORS).ids),
                    ("company_ids", "in", self.company_id.ids),
                ],
                order="id",
            )
        )

    def _name_supervisors(self, but=None):
        users = self._get_supervisors()
        users = users - but if but else users
        names = ", ".join(users[:NAMED].mapped("name"))
        return f"{names}, …" if len(users) > NAMED else names

    # ------------------------------------------------------------------
    # Evidence
    # ------------------------------------------------------------------

    def _record_steps(self, step, content, details=None):
        """Record what happened to the holds as evidence.

        :param str step: placed, custodian_added, release_asked, release_refused,
            released, acknowledged or erasure_refused
        :param str content: the reason given
        """
        now = fields.Datetime.now()
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "hold",
                    "content": content or "",
                    "ticket": hold.case_id.ticket_ids.sorted("id")[:1],
                    "company": hold.company_id,
                    "author": hold.placed_by
                    if step == "placed"
                    else self.env.user.name,
                    "occurred_at": now,
                    "details": {
                        "step": step,
                        "hold": hold.name,
                        "case": hold.case_id.name,
                        "tickets": hold.case_id.ticket_ids.mapped("number"),
                        "custodians": hold.custodian_ids.user_id.mapped("login"),
                        **(details or {}),
                    },
                }
                for hold in self
            ]
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_ask_release(self):
        """Ask for the reason."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Release"),
            "res_model": "dispute.case.release",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_id": self.id},
        }
