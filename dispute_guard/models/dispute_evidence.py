import json
import re
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..ledger import canonical_bytes, sha256_hex
from ..station import at_work, is_at_work, off_work

# What columns repeat of a record, and must repeat truly: column to name in the record.
SHOWN = {
    "kind": "kind",
    "content": "content",
    "ticket_number": "ticket",
    "ticket_id": "ticket_id",
    "ticket_model": "ticket_model",
    "author": "author",
    "recorded_by": "recorded_by",
    "recorded_at": "recorded_at",
    "occurred_at": "occurred_at",
    "occurred_source": "occurred_source",
}
_DIGEST = re.compile(r"[0-9a-f]*")
# Records that were made before there were these columns do not speak of them.
LATER = {"occurred_source", "ticket_id", "ticket_model"}
# Kinds that are put into the log at once; others wait a minute at most.
AWAITED = {"quote", "handoff", "hold", "agreement", "offer", "dossier"}


def parse_record(canonical):
    """The record (a dict) in its canonical text.

    :raise ValueError: when it is none of ours; who owns the database can put in any
    """
    try:
        record = json.loads(canonical)["record"]
        digests = [file["sha256"] for file in record.get("files", ())]
        digests.append(record["details"].get("raw_sha256") or "")
        if all(type(each) is str and _DIGEST.fullmatch(each) for each in digests):
            return record
    except (TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a record of evidence: {error}") from error
    raise ValueError("not a record of evidence: it names files without digests")


class DisputeEvidence(models.Model):
    """What was captured, in a form that is never changed or deleted.

    A record holds text snapshots and no relation that another record's deletion
    could touch. ``canonical`` is the exact text whose digest is ``sha256``; the other
    columns repeat it for search. ``_log_access`` is off because a deleted user would
    otherwise rewrite rows.
    """

    _name = "dispute.evidence"
    _description = "Evidence"
    _inherit = ["dispute.ticket.bound", "dispute.ledger.source", "dispute.immutable"]
    _order = "id desc"
    _log_access = False

    kind = fields.Selection(
        selection=[
            ("quote", "Words of the customer"),
            ("message", "Message received"),
            ("sent", "Message sent"),
            ("change", "Later change"),
            ("call", "Call"),
            ("offer", "Offer"),
            ("agreement", "Agreement"),
            ("handoff", "Handoff"),
            ("hold", "Legal hold"),
            ("case", "Course of the dispute"),
            ("clock", "Clock"),
            ("lock", "Lock or pause"),
            ("access", "Reading"),
            ("dossier", "Dossier"),
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
    occurred_source = fields.Selection(
        selection=[
            ("header", "The sender's mail"),
            ("received", "A mail server on the way"),
            ("typed", "Typed by a person"),
            ("server", "This server"),
        ],
        string="Time Told By",
        readonly=True,
    )
    recorded_at = fields.Datetime(readonly=True, required=True)
    recorded_by = fields.Char(readonly=True)
    canonical = fields.Text(readonly=True, required=True)
    sha256 = fields.Char(string="SHA-256", readonly=True, required=True)
    intact = fields.Boolean(compute="_compute_intact")

    _calls = models.Index("(ticket_id) WHERE kind = 'call'")

    @api.depends("kind", "content", "ticket_number")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for evidence in self:
            evidence.display_name = self.env._(
                "Evidence %(number)s: %(kind)s, ticket %(ticket)s",
                number=evidence.id,
                kind=labels.get(evidence.kind),
                ticket=evidence.ticket_number or "–",
            )

    @api.depends("canonical", "sha256")
    def _compute_intact(self):
        """Whether the record still says what its digest was made of."""
        for evidence in self:
            _record, altered = self._read_record(
                evidence.canonical or "",
                evidence.sha256,
                {name: evidence[column] for column, name in SHOWN.items()},
            )
            evidence.intact = not altered

    @api.model
    def _read_record(self, canonical, sha256, shown):
        """Read a record and compare it with what stands beside it.

        :param dict shown: names in the record to what the columns hold
        :return: the record (a dict) and the name of the first thing that no longer says
            what was recorded, or None
        """
        if sha256_hex(canonical.encode()) != sha256:
            return {}, "sha256"
        try:
            record = parse_record(canonical)
        except ValueError:
            return {}, "canonical"  # not a record of ours, although its digest fits
        for name, value in shown.items():
            if isinstance(value, datetime):
                value = fields.Datetime.to_string(value)
            if name in LATER and name not in record:
                continue
            if name not in record or (value or "") != record[name]:
                return record, name
        return record, None

    def _get_record(self):
        """The record behind the digest: a dict with all that was noted.

        Of a record that was damaged, what its columns still say.
        """
        self.ensure_one()
        try:
            return parse_record(self.canonical)
        except ValueError:
            return {"content": self.content or "", "details": {}, "files": []}

    @api.model
    def _get_sizes(self, ids):
        """How many bytes the texts of the evidence with ``ids`` have, as a dict."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT id, octet_length(canonical)
                        + COALESCE(octet_length(content), 0)
                    FROM dispute_evidence WHERE id = ANY(%s)
                    """,
                    list(ids),
                )
            )
        )

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

        :param list items: dicts with ``kind``, ``content`` (verbatim text),
            ``company`` (record), ``author`` (text or None), ``occurred_at`` (datetime
            or None) and ``details`` (dict of texts, integers, None, lists and dicts);
            where there are any, also ``ticket`` (record), ``occurred_source`` (by
            default this server) and ``files`` (list of dicts with ``name``,
            ``mimetype``, ``size`` and ``sha256``)
        :return: the evidence, in the same order
        """
        if AWAITED.intersection(item["kind"] for item in items):
            self.env.ref("dispute_guard.ir_cron_ledger")._trigger()
        now = fields.Datetime.now()
        # sudo: dispute.evidence - nobody may create evidence but this method
        return at_work(self.sudo()).create(
            [self._prepare_evidence_values(item, now) for item in items]
        )

    @api.model
    def _prepare_evidence_values(self, item, now):
        ticket = item.get("ticket") or self.env["helpdesk.ticket"]
        shown = {
            "kind": item["kind"],
            "content": item["content"],
            "ticket_number": ticket.number or "",
            "ticket_id": ticket.id or "",
            "ticket_model": ticket._name if ticket else "",
            "author": item["author"] or "",
            "occurred_at": fields.Datetime.to_string(item["occurred_at"]) or "",
            "occurred_source": item.get("occurred_source", "server"),
            "recorded_at": fields.Datetime.to_string(now),
            "recorded_by": self.env.user.login,
        }
        data = canonical_bytes(
            {name: shown[column] for column, name in SHOWN.items()}
            | {
                "company": item["company"].name,
                "details": item["details"],
                "files": item.get("files", []),
            }
        )
        return {
            **{column: value or False for column, value in shown.items()},
            "company_id": item["company"].id,
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
                "inbound": inbound.id,
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
