import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..station import at_work, is_at_work, off_work, own_defaults

_logger = logging.getLogger(__name__)

ACTIVITY = "dispute_guard.mail_activity_type_hold"
NOTIFY_LIMIT = 100
# What people may say of a custodian; the rest follows from what is done.
OPEN_FIELDS = {"hold_id", "user_id", "manager_id"}


class DisputeHoldCustodian(models.Model):
    """A colleague who has to know of a hold, and says that he does.

    Told by mail and activity right after commit; reminded; after some days his manager
    hears of it.
    """

    _name = "dispute.hold.custodian"
    _description = "Custodian of a Legal Hold"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id"
    _rec_name = "user_id"

    hold_id = fields.Many2one(
        "dispute.hold", required=True, index=True, ondelete="restrict"
    )
    hold_name = fields.Char(related="hold_id.name", string="Number")
    hold_state = fields.Selection(related="hold_id.state", string="State of the Hold")
    case_id = fields.Many2one(related="hold_id.case_id", store=True, index=True)
    case_name = fields.Char(related="case_id.display_name", string="Matter")
    company_id = fields.Many2one(related="hold_id.company_id", store=True)
    reason = fields.Text(related="hold_id.reason")
    user_id = fields.Many2one(
        "res.users",
        string="Custodian",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    manager_id = fields.Many2one(
        "res.users",
        compute="_compute_manager_id",
        store=True,
        readonly=False,
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Hears of it when the custodian does not acknowledge the hold in time.",
    )
    state = fields.Selection(
        selection=[
            ("new", "Not told yet"),
            ("told", "Told"),
            ("acknowledged", "Acknowledged"),
        ],
        required=True,
        default="new",
        readonly=True,
    )
    told_at = fields.Datetime(readonly=True)
    reminded_at = fields.Datetime(readonly=True)
    reminders = fields.Integer(readonly=True)
    manager_told_at = fields.Datetime(readonly=True)
    acknowledged_at = fields.Datetime(readonly=True)
    is_mine = fields.Boolean(compute="_compute_is_mine")

    _once = models.UniqueIndex(
        "(hold_id, user_id)", "This colleague is a custodian of the hold already."
    )
    _waiting = models.Index("(id) WHERE state != 'acknowledged'")

    @api.depends("user_id")
    def _compute_manager_id(self):
        for custodian in self:
            custodian.manager_id = custodian.user_id and custodian._get_manager()

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for custodian in self:
            custodian.is_mine = custodian.user_id == self.env.user

    @api.constrains("user_id", "manager_id")
    def _check_colleagues(self):
        for user in (self.user_id | self.manager_id).filtered("share"):
            raise ValidationError(
                self.env._("%(user)s is no colleague of ours.", user=user.name)
            )

    def _get_manager(self):
        """Hook: who hears of it when the custodian does not acknowledge."""
        # sudo: helpdesk.ticket.team - whoever places the hold
        leaders = self.hold_id.case_id.sudo().ticket_ids.team_id.user_id
        others = (leaders | self.hold_id.case_id.user_id) - self.user_id
        return others[:1] or self.company_id._get_dispute_administrator()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        guarded = self._fields.keys() - OPEN_FIELDS
        return own_defaults(self, super().default_get(fields), guarded)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_write(vals)
        custodians = super().create(vals_list)
        if any(hold.state == "released" for hold in custodians.hold_id):
            raise UserError(self.env._("This hold is released already."))
        self.env.ref("dispute_guard.ir_cron_hold")._trigger()
        return custodians

    def write(self, vals):
        self._check_write(vals)
        if vals.keys() & {"hold_id", "user_id"}:
            raise UserError(self.env._("Add another custodian instead."))
        return super(DisputeHoldCustodian, off_work(self)).write(vals)

    def _check_write(self, vals):
        ours = {name for name in vals if not name.startswith(("message_", "activity_"))}
        if ours - OPEN_FIELDS and not is_at_work(self):
            raise UserError(
                self.env._("Whether a custodian knows of a hold, he says himself.")
            )

    def unlink(self):  # pylint: disable=method-required-super; it never deletes
        self._refuse_deletion()

    def _refuse_deletion(self):
        raise UserError(self.env._("Custodians stay as the history of their hold."))

    # ------------------------------------------------------------------
    # Acknowledging
    # ------------------------------------------------------------------

    def action_acknowledge(self):
        """Say that one knows of the hold; nobody can do so for another."""
        for custodian in self:
            if custodian.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "Only %(user)s can acknowledge this.",
                        user=custodian.user_id.name,
                    )
                )
        waiting = self.filtered(lambda each: each.state != "acknowledged")
        # sudo: dispute.hold.custodian - who acknowledges was checked
        at_work(waiting.sudo()).write(
            {"state": "acknowledged", "acknowledged_at": fields.Datetime.now()}
        )
        for custodian in waiting.sudo():
            custodian.hold_id._record_steps(
                "acknowledged", custodian.reason, {"custodian": custodian.user_id.login}
            )
        waiting.sudo().activity_feedback([ACTIVITY])

    # ------------------------------------------------------------------
    # Telling, reminding
    # ------------------------------------------------------------------

    @api.model
    def _cron_tell(self):
        """Tell new custodians, remind those who are silent, then tell managers.

        Each on his own, so that one address that does not work stops nobody else.
        """
        waiting = self.search(
            [("state", "!=", "acknowledged"), ("hold_id.state", "!=", "released")],
            order="reminded_at ASC NULLS FIRST, id",
        )
        due = waiting.filtered(lambda each: each._get_due_step())
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        for custodian in due[:NOTIFY_LIMIT]:
            try:
                with self.env.cr.savepoint():
                    custodian._take_step(custodian._get_due_step())
            except Exception:
                _logger.exception("Custodian %s could not be told", custodian.id)
            if not cron._commit_progress(1):
                break
        self.env["dispute.erasure.request"]._refuse_held()

    def _get_due_step(self):
        """``tell``, ``tell_manager``, ``remind`` or None, as of now."""
        now, company = fields.Datetime.now(), self.company_id
        if self.state == "new":
            return "tell"
        patience = timedelta(days=company.dispute_hold_manager_days)
        if not self.manager_told_at and self.told_at + patience <= now:
            return "tell_manager"
        pause = timedelta(days=company.dispute_hold_remind_days)
        if (self.reminded_at or self.told_at) + pause <= now:
            return "remind"
        return None

    def _take_step(self, step):
        now = fields.Datetime.now()
        if step == "tell":
            at_work(self).write({"state": "told", "told_at": now})
            self._send("dispute_guard.mail_template_hold")
            self._plan(self.user_id)
        elif step == "remind":
            at_work(self).write({"reminded_at": now, "reminders": self.reminders + 1})
            self._send("dispute_guard.mail_template_hold")
        else:
            at_work(self).manager_told_at = now
            self._send("dispute_guard.mail_template_hold_manager")
            self._plan(self.manager_id or self._get_manager())

    def _send(self, template):
        self.env.ref(template).send_mail(self.id, force_send=False)

    def _plan(self, user):
        # the mail tells already
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            ACTIVITY,
            date_deadline=fields.Date.add(
                fields.Date.context_today(self),
                days=self.company_id.dispute_hold_remind_days,
            ),
            user_id=user.id,
        )

    def _end(self):
        """Tell the custodians that the hold is over."""
        for custodian in self.filtered(lambda each: each.state != "new"):
            custodian._send("dispute_guard.mail_template_hold_end")
        self.activity_unlink([ACTIVITY])
