from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

# Of one second, they happened in this order.
EVENTS = [
    ("received", "Message received"),
    ("sent", "Message sent"),
    ("call", "Call"),
    ("signal", "Words that count"),
    ("effort", "Effort"),
    ("policy", "Policy"),
    ("case", "Dispute"),
    ("hold", "Legal hold"),
    ("handoff", "Handoff"),
    ("lock", "Lock or pause"),
    ("clock", "Clock"),
    ("agreement", "Agreement"),
    ("rung", "Stage"),
    ("dossier", "Dossier"),
    ("outcome", "Outcome"),
]
# Characters of a text that are read, and that are shown.
READ, SHOWN = 20_000, 2_000


class DisputeTimeline(models.Model):
    """A dispute from its first word to its outcome, to be read from top to bottom."""

    _name = "dispute.timeline"
    _description = "Timeline of a Dispute"
    _inherit = ["dispute.event"]
    _auto = False

    kind = fields.Selection(selection=EVENTS, readonly=True)
    text = fields.Text(compute="_compute_text", help="The words, of mails the text.")

    # ------------------------------------------------------------------
    # What is shown
    # ------------------------------------------------------------------

    @api.depends("words", "res_model", "res_id")
    def _compute_text(self):
        for model, rows in self.grouped("res_model").items():
            texts = self._get_texts(model, rows.mapped("res_id"))
            for row in rows:
                text = "\n".join(filter(None, [row.words, texts.get(row.res_id)]))
                row.text = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

    @api.model
    def _get_texts(self, model, ids):
        """Hook: what records say beyond the words of their rows, as {id: text}.

        Whoever sees a row may read its record.
        """
        match model:
            case "dispute.inbound" | "mail.message":
                return self._get_html_texts(model, ids)
            case "dispute.outbound":
                return self._get_sent_texts(ids)
            case "dispute.signal":
                return self._get_statements(ids)
        return {}

    @api.model
    def _get_html_texts(self, model, ids):
        """The beginnings of the bodies (HTML) of records, as plain text by id."""
        table = self.env[model]
        table.flush_model(["body"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id, left(body, %s) FROM %s WHERE id = ANY(%s)",
                READ,
                SQL.identifier(table._table),
                list(ids),
            )
        )
        return {
            record_id: html2plaintext(body or "", include_references=False)
            for record_id, body in rows
        }

    @api.model
    def _get_sent_texts(self, ids):
        """What was sent, as its message says; without one, as it was kept."""
        outbound = self.env["dispute.outbound"]
        outbound.flush_model(["message_id", "body"])
        self.env["mail.message"].flush_model(["body"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT outbound.id, left(message.body, %(most)s),
                    left(outbound.body, %(most)s)
                FROM dispute_outbound outbound
                LEFT JOIN mail_message message ON message.id = outbound.message_id
                WHERE outbound.id = ANY(%(ids)s)
                """,
                most=READ,
                ids=list(ids),
            )
        )
        return {
            record_id: html2plaintext(html, include_references=False) if html else text
            for record_id, html, text in rows
        }

    @api.model
    def _get_statements(self, ids):
        """Of counted facts, the sentence that tells them."""
        # sudo: dispute.signal - whoever sees the row may see its ticket
        signals = self.env["dispute.signal"].sudo().browse(ids)
        return {
            signal.id: signal.statement
            for signal in signals
            if not (signal.quote or signal.note)
        }


class DisputeCase(models.Model):
    # one file a concern
    _inherit = "dispute.case"

    def action_view_timeline(self):
        """Show everything that happened, oldest first."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Timeline"),
            "res_model": "dispute.timeline",
            "view_mode": "list,kanban",
            "mobile_view_mode": "kanban",
            "domain": [("case_id", "=", self.id)],
        }
