from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..station import at_work

KINDS = [("counsel", "Counsel speaks"), ("cooling_off", "Cooling-off")]
SUPERVISORS = "dispute_guard.group_dispute_supervisor"


class DisputeLock(models.Model):
    """Who alone may write to the other side of a dispute, and until when.

    While counsel is engaged that is counsel; a cooling-off pause lets nobody write. The
    decision stands in ``dispute_lock_decision.py``; here is how locks come and go. They
    stay as the history of their dispute.
    """

    _name = "dispute.lock"
    _description = "Lock on Writing to the Other Side"
    _inherit = ["dispute.ticket.bound", "dispute.recorded"]
    _order = "id desc"
    _immutable_columns = ("kind", "reason", "placed_by", "placed_at")

    case_id = fields.Many2one(
        "dispute.case",
        string="Dispute",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ("pending", "Waits for counsel"),
            ("active", "Active"),
            ("lifted", "Lifted"),
        ],
        required=True,
        readonly=True,
        default="active",
    )
    reason = fields.Text(required=True, readonly=True)
    placed_by = fields.Char(
        string="Person Who Placed It",
        readonly=True,
        help="Empty when policy did so by itself.",
    )
    placer = fields.Char(string="Placed By", compute="_compute_placer")
    placed_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    since = fields.Datetime(readonly=True)
    until = fields.Datetime(
        readonly=True, help="When it ends by itself. Empty: when somebody lifts it."
    )
    speaker_ids = fields.Many2many(
        "res.users",
        string="Named Speakers",
        readonly=True,
        help="The users who may write to the other side. Empty while counsel is "
        "engaged: the lawyer who has the dispute.",
    )
    speakers = fields.Char(string="Who May Write", compute="_compute_speakers")
    pass_ids = fields.One2many("dispute.lock.pass", "lock_id", string="Bypasses")
    in_force = fields.Boolean(compute="_compute_in_force", search="_search_in_force")
    lifted_by = fields.Char(readonly=True)
    lifted_at = fields.Datetime(readonly=True)
    lift_reason = fields.Text(readonly=True)

    _active = models.Index("(case_id) WHERE state = 'active'")

    @api.depends("case_id.name", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for lock in self:
            lock.display_name = f"{lock.case_id.name} · {kinds.get(lock.kind, '')}"

    @api.depends("placed_by")
    @api.depends_context("lang")
    def _compute_placer(self):
        for lock in self:
            lock.placer = lock.placed_by or self.env._("Policy")

    @api.depends("state", "until")
    def _compute_in_force(self):
        now = fields.Datetime.now()
        for lock in self:
            lock.in_force = lock.state == "active" and (
                not lock.until or lock.until > now
            )

    def _search_in_force(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._get_force_domain()

    @api.model
    def _get_force_domain(self):
        return Domain("state", "=", "active") & (
            Domain("until", "=", False) | Domain("until", ">", fields.Datetime.now())
        )

    def _compute_speakers(self):
        for lock in self:
            lock.speakers = ", ".join(lock._get_speakers().mapped("name"))

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)

    # ------------------------------------------------------------------
    # What people are told who write it themselves
    # ------------------------------------------------------------------

    def _refuse_deletion(self):
        raise UserError(self.env._("Locks stay as the history of their dispute."))

    def _refuse_entry(self):
        raise UserError(
            self.env._("A lock is placed and lifted by its buttons, with a reason.")
        )

    def _step(self, vals):
        # sudo: dispute.lock - only these steps change a lock, for whoever's message
        # or decision caused them
        at_work(self.sudo()).write(vals)

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    @api.model
    def _place(
        self, cases, kind, reason, until=None, when="now", speakers=None, by=None
    ):
        """Lock ``cases``; those that have such a lock keep theirs.

        A lock that waits for counsel becomes active, a pause that ends earlier ends
        later.

        :param str kind: a key of KINDS
        :param datetime until: when it ends by itself; None: when somebody lifts it
        :param str when: ``now``, or ``acknowledged``: when a lawyer has acknowledged
        :param speakers: users who may write; None: as the kind says
        :param str by: name of the person who does so; None: policy
        :return: the locks of that kind on ``cases``
        :raise UserError: without a reason
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why the lock is placed."))
        # sudo: dispute.lock - placed by policy for whoever's message caused it
        self = self.sudo()
        known = self._find_open(cases, kind)
        if when == "now":
            known.filtered(lambda lock: lock.state == "pending")._engage()
        if until:
            known.filtered(lambda lock: lock.until and lock.until < until)._extend(
                until, reason
            )
        locks = at_work(self).create(
            [
                {
                    "case_id": case.id,
                    "kind": kind,
                    "reason": reason,
                    "until": until,
                    "speaker_ids": speakers.ids if speakers else [],
                    "placed_by": by,
                    **self._get_first_state(case, when),
                }
                for case in cases - known.case_id
            ]
        )
        locks = self.browse(locks.ids)
        locks._record("placed", reason, author=by)
        return known | locks

    @api.model
    def _get_first_state(self, case, when):
        if when == "now" or case._has_acknowledged_counsel():
            return {"state": "active", "since": fields.Datetime.now()}
        return {"state": "pending"}

    @api.model
    def _find_open(self, cases, kind=None):
        """The locks on ``cases`` that wait or are in force."""
        domain = Domain("case_id", "in", cases.ids) & (
            Domain("state", "=", "pending") | self._get_force_domain()
        )
        if kind:
            domain &= Domain("kind", "=", kind)
        return self.search(domain)

    def _engage(self):
        """Let locks that wait for counsel take effect."""
        if self:
            self._step({"state": "active", "since": fields.Datetime.now()})
            for lock in self:
                lock._record("engaged", lock.reason)

    def _extend(self, until, reason):
        if self:
            self._step({"until": until})
            self._record("extended", reason)

    def _lift(self, reason):
        """End the locks.

        :raise UserError: without a reason
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why the lock is lifted."))
        if not self:
            return
        self._step(
            {
                "state": "lifted",
                "lifted_by": self.env.user.name,
                "lifted_at": fields.Datetime.now(),
                "lift_reason": reason,
            }
        )
        self._record("lifted", reason, author=self.env.user.name)

    def _copy_to(self, case):
        """Lock ``case``, a part of this lock's dispute, in the same way."""
        self.ensure_one()
        lock = at_work(self).create(
            {
                "case_id": case.id,
                "speaker_ids": [Command.set(self.speaker_ids.ids)],
                **{
                    name: self[name]
                    for name in (
                        "kind",
                        "reason",
                        "placed_by",
                        "placed_at",
                        "since",
                        "until",
                        "state",
                    )
                },
            }
        )
        self.browse(lock.id)._record("placed", self.reason, author=self.placed_by)

    def _name_speakers(self, users, reason):
        """Say who may write to the other side.

        :param users: the users; none: as the kind of the lock says
        :raise UserError: without a reason
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why somebody else may write."))
        self._step({"speaker_ids": [Command.set(users.ids)]})
        self._record("speakers_named", reason, author=self.env.user.name)

    # ------------------------------------------------------------------
    # Evidence
    # ------------------------------------------------------------------

    def _record(self, step, content, author=None):
        """Record what happened to the locks as evidence.

        :param str step: placed, engaged, extended, speakers_named, bypassed or lifted
        :param str content: the reason given
        """
        now = fields.Datetime.now()
        # sudo: dispute.lock - recorded whoever caused it
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "lock",
                    "content": content,
                    "ticket": lock.case_id.ticket_ids.sorted("id")[:1],
                    "company": lock.company_id,
                    "author": author,
                    "occurred_at": now,
                    "details": {
                        "step": step,
                        "lock": lock.id,
                        "lock_kind": lock.kind,
                        "state": lock.state,
                        "case": lock.case_id.name,
                        "since": fields.Datetime.to_string(lock.since) or "",
                        "until": fields.Datetime.to_string(lock.until) or "",
                        "speakers": lock._get_speakers().mapped("name"),
                    },
                }
                for lock in self.sudo()
            ]
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _check_supervisor(self):
        """:raise AccessError: unless a supervisor acts himself, whatever the rights"""
        user = self.env.user
        if user._is_superuser() or not user.has_group(SUPERVISORS):
            raise AccessError(
                self.env._("Only dispute supervisors place, change and lift a lock.")
            )

    def action_lift(self):
        """Ask why the lock is lifted."""
        return self._open_window("lift", self.env._("Lift the Lock"))

    def action_name_speakers(self):
        """Ask who may write to the other side."""
        return self._open_window("speakers", self.env._("Who May Write"))

    def _open_window(self, step, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "dispute.lock.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lock_id": self.id, "default_step": step},
        }
