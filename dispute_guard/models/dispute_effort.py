from odoo import api, fields, models
from odoo.tools import SQL

# What is read from the record, and what people note.
RECORDED = [
    ("answer", "Answer"),
    ("call", "Call"),
]
NOTED = [
    ("offer", "Offer"),
    ("apology", "Apology"),
    ("meeting", "Meeting"),
    ("other", "Something else"),
]
EFFORTS = RECORDED + NOTED


class DisputeEffort(models.Model):
    """What we did to settle a dispute.

    Answers and calls are read from the record, whenever they were made; the rest was
    noted by people (``dispute.effort.entry``).
    """

    _name = "dispute.effort"
    _description = "Effort to Settle a Dispute"
    _inherit = ["dispute.event"]
    _auto = False
    _depends = {
        "dispute.effort.entry": [
            "case_id",
            "ticket_id",
            "occurred_at",
            "kind",
            "author",
            "words",
        ],
        "dispute.evidence": ["kind", "ticket_id", "ticket_model", "occurred_at"],
        "helpdesk.ticket": ["dispute_case_id"],
        "mail.message": [
            "model",
            "res_id",
            "date",
            "author_id",
            "subject",
            "subtype_id",
            "is_internal",
            "message_type",
        ],
        "res.partner": ["name", "partner_share"],
    }

    kind = fields.Selection(selection=EFFORTS, readonly=True)

    @api.model
    def _get_parts(self):
        return super()._get_parts() | {
            "answer": self._get_answers_sql(),
            "call": self._get_calls_sql(),
            "entry": SQL(
                """
                SELECT id, case_id, ticket_id, occurred_at, kind, author AS who, words,
                    'dispute.effort.entry' AS res_model, id AS res_id
                FROM dispute_effort_entry
                """
            ),
        }

    def action_note(self):
        """Ask what was done for peace, in the dispute whose efforts are shown."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Note an Effort"),
            "res_model": "dispute.effort.entry",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.env.context.get("default_case_id")},
        }

    @api.model
    def _get_answers_sql(self):
        """Hook: what colleagues wrote to the customer; not what the system sent."""
        # cached, unlike env.ref: policy counts efforts while a mail is received
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        return SQL(
            """
            SELECT message.id, ticket.dispute_case_id AS case_id,
                ticket.id AS ticket_id, message.date AS occurred_at, 'answer' AS kind,
                author.name AS who, COALESCE(message.subject, ticket.name) AS words,
                'mail.message' AS res_model, message.id AS res_id
            FROM helpdesk_ticket ticket
            JOIN mail_message message
                ON message.model = 'helpdesk.ticket' AND message.res_id = ticket.id
            JOIN res_partner author ON author.id = message.author_id
            WHERE ticket.dispute_case_id IS NOT NULL
                AND message.message_type IN ('comment', 'email')
                AND message.subtype_id = %(comment)s
                AND message.is_internal IS NOT TRUE
                AND author.partner_share IS NOT TRUE
                AND author.id != %(system)s
            """,
            comment=get_id("mail.mt_comment"),
            system=get_id("base.partner_root"),
        )

    @api.model
    def _get_calls_sql(self):
        """Hook: calls that were recorded."""
        return SQL(
            """
            SELECT evidence.id, ticket.dispute_case_id AS case_id,
                ticket.id AS ticket_id,
                COALESCE(evidence.occurred_at, evidence.recorded_at) AS occurred_at,
                'call' AS kind, evidence.author AS who, evidence.content AS words,
                'dispute.evidence' AS res_model, evidence.id AS res_id
            FROM helpdesk_ticket ticket
            JOIN dispute_evidence evidence
                ON evidence.ticket_model = 'helpdesk.ticket'
                AND evidence.ticket_id = ticket.id
            WHERE ticket.dispute_case_id IS NOT NULL AND evidence.kind = 'call'
            """
        )


class DisputeCase(models.Model):
    """The efforts that were made in a dispute."""

    # one file a concern
    _inherit = "dispute.case"

    effort_ids = fields.One2many("dispute.effort", "case_id", string="Efforts Made")
    effort_count = fields.Integer(string="Efforts", compute="_compute_effort_count")

    def _compute_effort_count(self):
        counts = dict(
            self.env["dispute.effort"]._read_group(
                [("case_id", "in", self.ids)], ["case_id"], ["__count"]
            )
        )
        for case in self:
            case.effort_count = counts.get(case, 0)

    def action_view_efforts(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Efforts Made"),
            "res_model": "dispute.effort",
            "view_mode": "list,kanban",
            "mobile_view_mode": "kanban",
            "domain": [("case_id", "=", self.id)],
            "context": {"default_case_id": self.id},
        }
