import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..ledger import canonical_bytes, sha256_hex
from ..station import at_work, is_at_work, off_work

# What a record repeats in columns for search, and must repeat truly.
SHOWN = (
    "kind",
    "content",
    "ticket",
    "author",
    "recorded_by",
    "recorded_at",
    "occurred_at",
)


class DisputeEvidence(models.Model):
    """What was captured, in a form that is never changed or deleted.

    A record holds text snapshots and no relation that another record's deletion
    could touch. ``canonical`` is the exact text whose digest is ``sha256``; the other
    columns repeat it for search. ``_log_access`` is off because a deleted user would
    otherwise rewrite rows.
    """

    _name = "dispute.evidence"
    _description = "Evidence"
    _inherit = ["dispute.ticket.bound", "dispute.immutable"]
    _order = "id desc"
    _log_access = False

    kind = fields.Selection(
        selection=[
            ("quote", "Words of the customer"),
            ("agreement", "Agreement"),
            ("handoff", "Handoff"),
        ],
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    ticket_id = fields.Many2oneReference(
        string="Ticket", model_field="ticket_model", readonly=True, index=True
    )
    ticket_model = fields.Char(readonly=True, export_string_translation=False)
    ticket_number = fields.Char(readonly=True)
    content = fields.Text(readonly=True)
    author = fields.Char(readonly=True)
    occurred_at = fields.Datetime(readonly=True)
    recorded_at = fields.Datetime(readonly=True, required=True)
    recorded_by = fields.Char(readonly=True)
    canonical = fields.Text(readonly=True, required=True)
    sha256 = fields.Char(string="SHA-256", readonly=True, required=True)
    intact = fields.Boolean(compute="_compute_intact")

    @api.depends("kind", "content", "ticket_number")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for evidence in self:
            evidence.display_name = self.env._(
                "Evidence %(number)s: %(kind)s, ticket %(ticket)s",
                number=evidence.id,
                kind=labels.get(evidence.kind),
                ticket=evidence.ticket_number,
            )

    @api.depends("canonical", "sha256")
    def _compute_intact(self):
        """Whether the record still says what its digest was made of."""
        for evidence in self:
            evidence.intact = evidence._is_intact()

    def _is_intact(self):
        self.ensure_one()
        text = self.canonical or ""
        if sha256_hex(text.encode()) != self.sha256:
            return False
        try:
            record = json.loads(text)["record"]
            return {name: record[name] for name in SHOWN} == {
                "kind": self.kind,
                "content": self.content,
                "ticket": self.ticket_number or "",
                "author": self.author or "",
                "recorded_by": self.recorded_by,
                "recorded_at": fields.Datetime.to_string(self.recorded_at),
                "occurred_at": fields.Datetime.to_string(self.occurred_at),
            }
        except (ValueError, TypeError, LookupError):
            return False  # not a record of ours, although its digest fits

    # ------------------------------------------------------------------
    # Never changed
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not is_at_work(self):
            raise UserError(
                self.env._("Evidence is recorded by the system, never entered.")
            )
        return super(DisputeEvidence, off_work(self)).create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super; it never writes
        raise UserError(
            self.env._("Evidence cannot be changed. Add a note to the case instead.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(self.env._("Evidence cannot be deleted."))

    # ------------------------------------------------------------------
    # Station 3: recording
    # ------------------------------------------------------------------

    @api.model
    def _record_signals(self, signals):
        """Record the words of ``signals`` that are not recorded yet."""
        fresh = signals.filtered(lambda signal: not signal.evidence_id)
        records = self._record_evidence(
            [self._prepare_signal_evidence(signal) for signal in fresh]
        )
        for signal, evidence in zip(fresh, records, strict=True):
            signal.evidence_id = evidence
        return records

    @api.model
    def _record_evidence(self, items):
        """Store ``items`` as evidence.

        :param list items: dicts with ``kind``, ``content`` (verbatim text), ``ticket``
            (record), ``company`` (record), ``author`` (text), ``occurred_at``
            (datetime) and ``details`` (dict of texts and integers)
        :return: the evidence, in the same order
        """
        now = fields.Datetime.now()
        # sudo: dispute.evidence - nobody may create evidence but this method
        return at_work(self.sudo()).create(
            [self._prepare_evidence_values(item, now) for item in items]
        )

    @api.model
    def _prepare_evidence_values(self, item, now):
        ticket = item["ticket"]
        recorded_by = self.env.user.login
        record = {
            "kind": item["kind"],
            "content": item["content"],
            "ticket": ticket.number or "",
            "company": item["company"].name,
            "author": item["author"] or "",
            "occurred_at": fields.Datetime.to_string(item["occurred_at"]),
            "recorded_at": fields.Datetime.to_string(now),
            "recorded_by": recorded_by,
            "details": item["details"],
        }
        data = canonical_bytes(record)
        return {
            "kind": item["kind"],
            "company_id": item["company"].id,
            "ticket_id": ticket.id,
            "ticket_model": ticket._name,
            "ticket_number": ticket.number,
            "content": item["content"],
            "author": item["author"],
            "occurred_at": item["occurred_at"],
            "recorded_at": now,
            "recorded_by": recorded_by,
            "canonical": data.decode(),
            "sha256": sha256_hex(data),
        }

    @api.model
    def _prepare_signal_evidence(self, signal):
        """Hook: the item of evidence for a signal; ``details`` may be extended."""
        inbound = signal.inbound_id
        return {
            "kind": "quote",
            "content": signal.quote,
            "ticket": signal.ticket_id,
            "company": signal.company_id,
            "author": inbound.author_email or inbound.author_name,
            "occurred_at": inbound.received_at,
            "details": {
                "signal_kind": signal.kind,
                "grade": signal.grade or "",
                "segment": signal.segment,
                "start": signal.quote_start,
                "end": signal.quote_end,
                "rule": signal.rule,
                "lexicon": signal.lexicon_version,
                "subject": inbound.subject or "",
                "message_id": inbound.message_identifier or "",
                "part": inbound.part or "",
                "speaker": inbound.speaker,
                "speaker_shown_by": inbound.speaker_words or "",
                "origin": inbound.origin,
                "account": inbound.recorded_by or "",
                "address": inbound.remote_address or "",
                "raw_sha256": inbound.raw_sha256 or "",
            },
        }

    @api.model
    def _get_ticket_domain(self, tickets):
        return Domain("ticket_model", "=", "helpdesk.ticket") & Domain(
            "ticket_id", "in", tickets
        )
