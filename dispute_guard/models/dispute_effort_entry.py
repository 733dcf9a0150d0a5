from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..station import at_work, is_at_work, off_work, own_defaults
from .dispute_effort import NOTED

# What a person says; who said it is not left to him.
SAID = {"case_id", "ticket_id", "kind", "occurred_at", "words"}


class DisputeEffortEntry(models.Model):
    """Something done to settle a dispute, noted by a person; it stays as it was noted.

    Answers by mail and logged calls need no note, they count by themselves.
    """

    _name = "dispute.effort.entry"
    _description = "Effort Noted by a Person"
    _inherit = ["dispute.ticket.bound", "dispute.immutable"]
    _order = "occurred_at desc, id desc"
    _rec_name = "words"
    _never_deleted = True
    _immutable_columns = ("kind", "occurred_at", "words", "author")

    case_id = fields.Many2one(
        "dispute.case", string="Dispute", required=True, index=True, ondelete="restrict"
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        index="btree_not_null",
        ondelete="set null",
        domain="[('dispute_case_id', '=', case_id)]",
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    kind = fields.Selection(
        selection=NOTED,
        required=True,
        default="offer",
        help="Answers by mail and calls that were logged count by themselves.",
    )
    occurred_at = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now
    )
    words = fields.Text(string="What Was Done", required=True)
    author = fields.Char(string="Noted By", readonly=True)

    @api.constrains("occurred_at")
    def _check_occurred_at(self):
        if any(entry.occurred_at > fields.Datetime.now() for entry in self):
            raise ValidationError(self.env._("This has not taken place yet."))

    @api.constrains("case_id", "ticket_id")
    def _check_ticket(self):
        # sudo: helpdesk.ticket - compared, not shown
        for entry in self.sudo().filtered("ticket_id"):
            if entry.ticket_id.dispute_case_id != entry.case_id:
                raise ValidationError(
                    self.env._("The ticket belongs to another dispute.")
                )

    @api.constrains("words")
    def _check_words(self):
        if any(not entry.words.strip() for entry in self):
            raise ValidationError(self.env._("Please say what was done."))

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("case_id.ticket_ids", "in", tickets)

    @api.model
    def default_get(self, fields):
        return own_defaults(self, super().default_get(fields), {"author"})

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.keys() - SAID:
                raise UserError(
                    self.env._("Who notes an effort is written down by the system.")
                )
        entries = super().create(
            [vals | {"author": self.env.user.name} for vals in vals_list]
        )
        entries._record()
        entries.case_id.invalidate_recordset(["effort_ids", "effort_count"])
        return entries

    def write(self, vals):
        if not is_at_work(self):
            raise UserError(
                self.env._("What was noted stays as it is. Note another effort.")
            )
        return super(DisputeEffortEntry, off_work(self)).write(vals)

    def unlink(self):  # pylint: disable=method-required-super; it never deletes
        self._refuse_deletion()

    def _refuse_deletion(self):
        raise UserError(self.env._("Efforts stay as the history of their dispute."))

    def _record(self):
        """Record the efforts as evidence."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        # sudo: dispute.effort.entry - recorded whoever noted it
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "offer" if entry.kind == "offer" else "case",
                    "content": f"{kinds[entry.kind]}: {entry.words}",
                    "ticket": entry.ticket_id or entry.case_id._get_first_ticket(),
                    "company": entry.company_id,
                    "author": entry.author,
                    "occurred_at": entry.occurred_at,
                    "occurred_source": "typed",
                    "details": {
                        "step": "effort",
                        "effort": entry.kind,
                        "case": entry.case_id.name,
                    },
                }
                for entry in self.sudo()
            ]
        )

    def _follow(self, case):
        """Put the entries into ``case``; what they say stays."""
        # sudo: dispute.effort.entry - the window that merges checks who may
        at_work(self.sudo()).write({"case_id": case.id})
