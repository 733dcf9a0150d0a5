from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..station import at_work

WAYS = [
    ("post", "Message"),
    ("message", "Notification to people"),
    ("notice", "Notification to followers"),
    ("mail", "Mail"),
    ("queue", "Mail in the queue"),
    ("scheduled", "Scheduled message"),
]


class DisputeWithheld(models.Model):
    """What would have gone to the other side by itself while it may not.

    Who may write now releases or drops it. Rows stay as the history of their lock.
    """

    _name = "dispute.withheld"
    _description = "Withheld Mail"
    _inherit = ["dispute.ticket.bound", "dispute.recorded"]
    _order = "id desc"
    _rec_name = "subject"
    _immutable_columns = (
        "lock_id",
        "way",
        "subject",
        "body",
        "addresses",
        "email_from",
        "reason",
        "withheld_at",
    )

    case_id = fields.Many2one(
        "dispute.case",
        string="Dispute",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    lock_id = fields.Many2one(
        "dispute.lock", required=True, readonly=True, ondelete="restrict"
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket", readonly=True, index="btree_not_null", ondelete="set null"
    )
    res_model = fields.Char(readonly=True, export_string_translation=False)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True
    )
    way = fields.Selection(selection=WAYS, string="Kind", required=True, readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(readonly=True, sanitize="email_outgoing")
    email_from = fields.Char(string="From", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="To", readonly=True)
    addresses = fields.Char(string="To (Addresses)", readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        ondelete="set null",
        groups="base.group_system",
        export_string_translation=False,
    )
    file_ids = fields.Many2many(
        "ir.attachment", string="Files", compute="_compute_file_ids", compute_sudo=True
    )
    author = fields.Char(
        readonly=True, help="On whose account. Empty: the system's own."
    )
    reason = fields.Text(readonly=True)
    withheld_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Withheld"),
            ("released", "Released"),
            ("dropped", "Dropped"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    decided_by = fields.Char(readonly=True)
    decided_at = fields.Datetime(readonly=True)
    can_release = fields.Boolean(compute="_compute_can_release")

    _waiting = models.Index("(case_id) WHERE state = 'waiting'")

    @api.depends("subject")
    def _compute_display_name(self):
        ways = dict(self._fields["way"]._description_selection(self.env))
        for row in self:
            row.display_name = row.subject or ways.get(row.way)

    @api.depends("attachment_ids", "mail_id.attachment_ids")
    def _compute_file_ids(self):
        """Odoo adds files to a mail after it is made, so those of mails stay there."""
        for row in self:
            row.file_ids = row.attachment_ids | row.mail_id.attachment_ids

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_release(self):
        verdicts = self._decide()
        for row in self:
            row.can_release = row.state == "waiting" and verdicts[row.case_id.id].may

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)

    # ------------------------------------------------------------------
    # What people are told who write it themselves
    # ------------------------------------------------------------------

    def _refuse_deletion(self):
        raise UserError(self.env._("What was withheld stays on record."))

    def _refuse_entry(self):
        raise UserError(
            self.env._("The system withholds mails; people release or drop them.")
        )

    # ------------------------------------------------------------------
    # Withholding
    # ------------------------------------------------------------------

    @api.model
    def _keep(
        self,
        record,
        verdict,
        way,
        partners,
        addresses=(),
        subject=None,
        body=None,
        email_from=None,
        attachments=(),
        files=(),
        mail=None,
    ):
        """Put on the list what may not leave.

        :param record: the ticket, dispute or other record that it was written from
        :param verdict: the Verdict against it
        :param str way: a key of WAYS
        :param partners: who would have got it
        :param addresses: list of further mail addresses that would have got it
        :param body: HTML as Markup, or plain text
        :param attachments: files that exist; they are copied
        :param list files: tuples of name and content, as ``message_post`` takes them
        :param mail: the ``mail.mail`` that is not sent
        :return: the new row
        """
        user = self.env.user
        is_ticket = record._name == "helpdesk.ticket"
        # sudo: dispute.withheld - withheld whoever caused it
        row = at_work(self.sudo()).create(
            {
                "case_id": verdict.lock.case_id.id,
                "lock_id": verdict.lock.id,
                "ticket_id": record.id if is_ticket else False,
                "res_model": record._name,
                "res_id": record.id,
                "way": way,
                "subject": subject or record.sudo().display_name,
                "body": escape(body or ""),
                "email_from": email_from,
                "partner_ids": [Command.set(partners.ids)],
                "addresses": ", ".join(addresses) or False,
                "mail_id": mail.id if mail else False,
                "author": False if user._is_superuser() else user.name,
                "reason": verdict.reason,
            }
        )
        row._keep_files(attachments, files)
        row._plan_decision()
        return self.browse(row.id)

    def _keep_files(self, attachments, files):
        """Copy the files, so that they stand on no ticket that others may read."""
        place = {"res_model": self._name, "res_id": self.id}
        # sudo: ir.attachment - kept whoever attached them
        kept = self.env["ir.attachment"].sudo()
        for attachment in attachments or ():
            kept |= attachment.sudo().copy(place)
        for name, content, *_info in files:
            kept |= kept.create({"name": name, "raw": content, **place})
        if kept:
            at_work(self).write({"attachment_ids": [Command.set(kept.ids)]})

    def _plan_decision(self):
        """Plan, once for each dispute, that somebody looks at what is withheld."""
        case = self.case_id.with_context(mail_activity_quick_update=True)
        activity_type = "dispute_guard.mail_activity_type_withheld"
        if not case.activity_search([activity_type]):
            users = self.lock_id._get_speakers().user_ids | case.user_id
            user = users.filtered(lambda user: user.active and not user.share)[:1]
            case.activity_schedule(
                activity_type,
                user_id=(user or case.company_id._get_dispute_administrator()).id,
            )

    # ------------------------------------------------------------------
    # Releasing and dropping
    # ------------------------------------------------------------------

    def _decide(self):
        """Whether the user may write to the other side now, as {case id: Verdict}."""
        return self.env["dispute.lock"]._decide(self.case_id, self.env.user)

    def _check_may_decide(self):
        """:raise UserError: for who may not write to the other side himself"""
        self.check_access("read")
        verdicts = self._decide()
        for row in self:
            if row.state != "waiting":
                raise UserError(
                    self.env._("“%s” was decided on already.", row.display_name)
                )
            verdict = verdicts[row.case_id.id]
            if not verdict.may:
                raise UserError(verdict.reason)

    def action_release(self):
        """Send what was withheld, as the user's own."""
        self._check_may_decide()
        for row in self:
            if row.way in ("post", "scheduled"):
                row._post()
            else:
                row._mail()
        self._close("released")

    def action_drop(self):
        """Let it never leave."""
        self._check_may_decide()
        self._close("dropped")

    def _get_record(self):
        """The record that it was written from; the dispute where that is gone."""
        record = self.env[self.res_model].browse(self.res_id)
        return record.exists() or self.case_id

    def _post(self):
        self._get_record().message_post(
            body=Markup(self.body or ""),
            subject=self.subject,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_ids.ids,
            outgoing_email_to=self.addresses,
            # sudo: ir.attachment - who may read the row may send its files
            attachment_ids=self.sudo()
            .file_ids.copy({"res_model": "mail.compose.message", "res_id": 0})
            .ids,
        )

    def _mail(self):
        record = self._get_record()
        user = self.env.user
        # sudo: mail.mail - who may write to the other side need not see other mails
        self.env["mail.mail"].sudo().create(
            {
                "model": record._name,
                "res_id": record.id,
                "subject": self.subject,
                "body": self.body,
                "body_html": self.body,
                "author_id": user.partner_id.id,
                "email_from": self.email_from or user.email_formatted,
                "recipient_ids": [Command.set(self.partner_ids.ids)],
                "email_to": self.addresses,
                "attachment_ids": [Command.set(self.sudo().file_ids.ids)],
            }
        )

    def _close(self, state):
        now = fields.Datetime.now()
        # sudo: dispute.withheld - only these steps change a row, and who takes them
        # was checked
        rows = self.sudo()
        at_work(rows).write(
            {"state": state, "decided_by": self.env.user.name, "decided_at": now}
        )
        rows.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "lock",
                    "content": row.display_name,
                    "ticket": row.ticket_id,
                    "company": row.company_id,
                    "author": self.env.user.name,
                    "occurred_at": now,
                    "details": {
                        "step": state,
                        "lock": row.lock_id.id,
                        "case": row.case_id.name,
                        "withheld": row.id,
                        "way": row.way,
                        "to": row.partner_ids.mapped("email_formatted"),
                        "addresses": row.addresses or "",
                    },
                }
                for row in rows
            ]
        )
        waiting = Domain("state", "=", "waiting")
        left = rows.search(waiting & Domain("case_id", "in", rows.case_id.ids))
        (rows.case_id - left.case_id).activity_feedback(
            ["dispute_guard.mail_activity_type_withheld"]
        )

    def action_open_record(self):
        """Open the ticket or other record that it was written from."""
        self.ensure_one()
        record = self._get_record()
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
