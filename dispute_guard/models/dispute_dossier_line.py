from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize_all

from ..portions import in_portions
from ..station import at_work, is_at_work, off_work, own_defaults

# What becomes an exhibit of its own. Quotes stand with the message they are from;
# who read what, holds and dossiers are told in the custody log.
EXHIBITS = (
    "message",
    "sent",
    "call",
    "offer",
    "agreement",
    "handoff",
    "change",
    "case",
    "clock",
    "lock",
)
# How we led the dispute is no business of the other side.
INTERNAL = ("case", "clock", "lock")
PRIVILEGED = ("handoff", "offer", *INTERNAL)
BATCH = 200
CHOSEN = {"sequence", "is_withheld", "reason"}


class DisputeDossierLine(models.Model):
    """One exhibit of a dossier: its number, and whether it is left out and why."""

    _name = "dispute.dossier.line"
    _description = "Exhibit"
    _order = "dossier_id, sequence, id"
    _rec_name = "title"

    dossier_id = fields.Many2one(
        "dispute.dossier", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="dossier_id.company_id", store=True)
    sequence = fields.Integer()
    number = fields.Integer(
        string="Exhibit", readonly=True, help="Numbered when the dossier is made."
    )
    evidence_id = fields.Many2one(
        "dispute.evidence", required=True, readonly=True, ondelete="restrict"
    )
    quote_ids = fields.Many2many(
        "dispute.evidence",
        "dispute_dossier_line_quote_rel",
        string="Quotes",
        readonly=True,
    )
    kind = fields.Selection(related="evidence_id.kind")
    occurred_at = fields.Datetime(related="evidence_id.occurred_at")
    author = fields.Char(related="evidence_id.author")
    title = fields.Char(readonly=True)
    is_privileged = fields.Boolean(
        string="Privileged",
        readonly=True,
        help="A word with our own counsel or mediator, or an offer without prejudice.",
    )
    is_withheld = fields.Boolean(string="Leave Out")
    reason = fields.Char(help="Why it is left out; the list of the dossier says so.")

    @api.constrains("is_withheld", "reason")
    def _check_reason(self):
        for line in self:
            if line.is_withheld and not (line.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Please say why exhibit “%s” is left out.", line.title or ""
                    )
                )

    @api.model
    def default_get(self, fields):
        return own_defaults(self, super().default_get(fields), self._fields.keys())

    @api.model_create_multi
    def create(self, vals_list):
        if not is_at_work(self):
            raise UserError(self.env._("Exhibits are proposed by the system."))
        return super(DisputeDossierLine, off_work(self)).create(vals_list)

    def write(self, vals):
        if not is_at_work(self):
            if vals.keys() - CHOSEN:
                raise UserError(
                    self.env._(
                        "Of an exhibit, only its place and whether it is left "
                        "out can be changed."
                    )
                )
            self.dossier_id._check_draft()
        return super(DisputeDossierLine, off_work(self)).write(vals)

    def unlink(self):  # pylint: disable=method-required-super; it never deletes
        self._refuse_deletion()

    def _refuse_deletion(self):
        raise UserError(
            self.env._("Leave the exhibit out and say why, instead of deleting it.")
        )

    # ------------------------------------------------------------------
    # Proposing
    # ------------------------------------------------------------------

    @api.model
    def _prepare_lines(self, dossier):
        """Values of the lines for everything that is recorded about the case."""
        evidence = self.env["dispute.evidence"]
        tickets = dossier.case_id.with_context(active_test=False).ticket_ids
        ids = evidence.search(
            [
                ("ticket_model", "=", "helpdesk.ticket"),
                ("ticket_id", "in", tickets.ids),
                ("kind", "in", (*EXHIBITS, "quote")),
            ],
            order="occurred_at, id",
        ).ids
        lines, quotes, by_inbound, changes = [], [], {}, []
        sizes = evidence._get_sizes(ids)
        for some in in_portions(ids, lambda each: sizes.get(each, 0), most=BATCH):
            batch = evidence.browse(some)
            for each in batch:
                details = each._get_record()["details"]
                if each.kind == "quote":
                    quotes.append((each, details))
                    continue
                lines.append(self._prepare_line(dossier, each, details))
                if each.kind == "message":
                    by_inbound[details.get("inbound")] = lines[-1]
                elif details.get("model") == "mail.message":
                    changes.append((lines[-1], details.get("id")))
            batch.invalidate_recordset()
        for each, details in quotes:
            line = by_inbound.get(details.get("inbound"))
            if line:
                line["quote_ids"].append(fields.Command.link(each.id))
            else:
                lines.append(self._prepare_line(dossier, each, details))
        self._mark_changes(changes, tickets)
        lines.sort(key=lambda line: line.pop("moment"))
        for sequence, line in enumerate(lines, 1):
            line["sequence"] = sequence
        return lines

    @api.model
    def _mark_changes(self, changes, tickets):
        """Mark later changes of privileged words, which repeat them, as privileged.

        :param list changes: lines with the ids of the messages that were changed
        """
        rows = self.env["dispute.inbound"].search_fetch(
            [("ticket_id", "in", tickets.ids)] if changes else Domain.FALSE,
            ["message_id", "speaker"],
        )
        messages = {}
        for row in rows:
            # of a message that is gone nobody can tell which row is its: 0
            number = row.message_id.id or 0
            is_privileged = row.speaker == "professional"
            messages[number] = messages.get(number) or is_privileged
        for line, number in changes:
            line["is_privileged"] = messages.get(number, messages.get(0, False))

    @api.model
    def _prepare_line(self, dossier, evidence, details):
        """Hook: the values of the line for a record of evidence."""
        text = " ".join((evidence.content or "").split())
        return {
            "dossier_id": dossier.id,
            "evidence_id": evidence.id,
            "title": details.get("subject")
            or details.get("professional")
            or details.get("name")
            or text[:80],
            "is_privileged": evidence.kind in PRIVILEGED
            or details.get("speaker") == "professional"
            or self._is_to_professionals(dossier, evidence, details),
            "quote_ids": [],
            # what was said comes before what it caused in the same second
            "moment": (
                evidence.occurred_at or evidence.recorded_at,
                evidence.kind not in ("message", "sent"),
                evidence.id,
            ),
        }

    @api.model
    def _is_to_professionals(self, dossier, evidence, details):
        """Whether a mail went to nobody but our own professionals."""
        if evidence.kind != "sent":
            return False
        addresses = email_normalize_all(details.get("recipient") or "")
        nobody, company = self.env["res.partner"], dossier.company_id
        is_one = self.env["dispute.professional"]._is_one
        return bool(addresses) and all(
            is_one(nobody, address, company) for address in addresses
        )

    def _propose_treatment(self):
        """Leave out of the set for the other side what is privileged.

        What a person left out stays out.
        """
        for line in self.filtered("is_privileged"):
            is_withheld = line.dossier_id.cut == "disclosure"
            if is_withheld != line.is_withheld:
                reason = is_withheld and line._get_privilege()
                line.write({"is_withheld": is_withheld, "reason": reason})

    def _get_privilege(self):
        """Hook: why a privileged exhibit is withheld, without telling what it says."""
        self = self.with_context(lang=self.dossier_id.lang)
        if self.kind == "offer":
            return self.env._("Without prejudice: an offer to settle")
        if self.kind in INTERNAL:
            return self.env._("Internal: how we led the dispute")
        return self.env._("Privileged: communication with our counsel or mediator")

    def _in_portions(self, most):
        """Yield these lines in portions whose evidence is not too much for memory."""
        evidence = {line.id: line.evidence_id.id for line in self}
        sizes = self.env["dispute.evidence"]._get_sizes(evidence.values())
        ids = in_portions(
            self.ids, lambda each: sizes.get(evidence[each], 0), most=most
        )
        return map(self.browse, ids)

    def _number(self):
        """Give each its number, in the order that was chosen."""
        for number, line in enumerate(self.sorted(), 1):
            at_work(line).number = number
