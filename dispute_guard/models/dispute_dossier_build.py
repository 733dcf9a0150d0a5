import base64
import hashlib
import os
import tempfile
from itertools import pairwise
from pathlib import Path

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..dossier import Content, Custody, Exhibit, File, Matter, Withheld, write_dossier
from ..portions import in_portions
from ..station import at_work

BATCH = 100
PIECE = 1 << 20


class DisputeDossierBuild(models.Model):
    """How the records of a case become the dossier's matter, exhibits and contents."""

    _inherit = "dispute.dossier"

    def _build(self):
        """Write the file and note its digest."""
        self.ensure_one()
        # sudo: dispute.dossier - runs in the background; who asked for it could see
        # the case, and what goes in was fixed then
        self = self.sudo().with_context(lang=self.lang)
        self._choose_head()
        lines = self.line_ids.filtered(lambda line: not line.is_withheld)
        exhibits = self._get_exhibits(lines)
        with tempfile.NamedTemporaryFile(
            dir=self._get_folder(), delete=False
        ) as target:
            path = Path(target.name)
            try:
                problems = write_dossier(
                    self._get_matter(),
                    exhibits,
                    self._iter_contents(lines),
                    target,
                    self._note_progress,
                )
                target.flush()
                sha256 = _digest(target)
            except BaseException:
                path.unlink()
                raise
        at_work(self).write(
            {
                "state": "ready",
                "sha256": sha256,
                "size": path.stat().st_size,
                "ready_at": self.env.cr.now(),
                "done_count": self.line_count,
                "problems": "\n".join(problems),
            }
        )
        os.replace(path, self._get_path())
        self._record_made()

    def _choose_head(self):
        """Fix the tree head that the exhibits are proved against: the newest one.

        It is time-stamped first, where an authority is set; if that fails, the newest
        head that has a time-stamp goes into the dossier, too.
        """
        if self.head_id:
            return
        self.env["dispute.ledger.sequencer"]._run(self.company_id)
        self._check_sequenced()
        ledger = self._get_ledger()
        head = ledger._get_last_head()
        ledger._attempt("stamp_problem", ledger._stamp, head)
        stamped = head.search(
            [("company_id", "=", self.company_id.id), ("token_time", "!=", False)],
            order="size desc",
            limit=1,
        )
        at_work(self).write({"head_id": head.id, "anchor_id": stamped.id})

    def _check_sequenced(self):
        """:raise UserError: while another sequencer still puts exhibits into the log"""
        evidence = self.line_ids.evidence_id | self.line_ids.quote_ids
        # sudo: dispute.ledger.queue - only whether there is one
        if (
            self.env["dispute.ledger.queue"]
            .sudo()
            .search_count(
                [
                    ("source", "=", evidence._table),
                    ("record_id", "in", evidence.ids),
                    ("problem", "=", False),
                ],
                limit=1,
            )
        ):
            raise UserError(
                self.env._("The log is just being written. Make the dossier again.")
            )

    def _note_progress(self, done):
        if done % BATCH == 0:
            at_work(self).write({"done_count": done})
            self.env["ir.cron"]._commit_progress()

    def _record_made(self):
        """Record in the log that this dossier was made."""
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "dossier",
                    "content": self.env._(
                        "Dossier made: %(name)s", name=self.display_name
                    ),
                    "ticket": self.case_id.ticket_ids[:1],
                    "company": self.company_id,
                    "author": self.user_id.login,
                    "occurred_at": self.ready_at,
                    "details": {
                        "case": self.case_id.name,
                        "cut": self.cut,
                        "sha256": self.sha256,
                        "head": self.head_id.size or 0,
                    },
                }
            ]
        )

    # ------------------------------------------------------------------
    # What goes in
    # ------------------------------------------------------------------

    def _get_matter(self):
        said = self.snapshot
        head = self.head_id
        heads = (self.anchor_id | head).sorted("size")
        labels = dict(self.line_ids._fields["kind"]._description_selection(self.env))
        cuts = dict(self._fields["cut"]._description_selection(self.env))
        return Matter(
            reference=said["reference"],
            title=said["title"],
            organisation=said["organisation"],
            as_of=head.time,
            cut=self.cut,
            language=self.lang.partition("_")[0],
            parties=tuple(map(tuple, said["parties"])),
            facts=(
                (self.env._("Set"), cuts[self.cut]),
                (self.env._("As of"), self._format_time(head.time)),
                (self.env._("Times are those of"), said["tz"]),
                (self.env._("Tree head"), f"{head.size} · {head.root}"),
            ),
            heads=tuple(map(self._prepare_head, heads)),
            consistency=tuple(
                tuple(self._get_ledger()._get_consistency(old, new))
                for old, new in pairwise(heads)
            ),
            withheld=tuple(
                Withheld(
                    number=line.number,
                    label=labels[line.kind],
                    occurred_at=line.occurred_at or line.evidence_id.recorded_at,
                    author=line.author or "",
                    to=line.evidence_id._get_record()["details"].get("to") or "",
                    reason=line.reason,
                )
                for line in self.line_ids.filtered("is_withheld").sorted("number")
            ),
            custody=self._iter_custody(),
            translate=self._translate,
            format_time=self._format_time,
        )

    def _get_ledger(self):
        return self.env["dispute.ledger"]._of(self.company_id)

    def _prepare_head(self, head):
        return {
            "canonical": head.canonical,
            "size": head.size,
            "root": head.root,
            "signature": head.signature or "",
            "printed": head._to_text(),
            "token": head == self.anchor_id and base64.b64decode(head.token),
        }

    def _translate(self, phrase):
        # the phrases stand in the room `dossier`, from where they are exported
        return self.env._(phrase)

    def _format_time(self, moment):
        return format_datetime(
            self.env, moment, tz=self.snapshot["tz"], lang_code=self.lang
        )

    def _get_exhibits(self, lines):
        labels = dict(lines._fields["kind"]._description_selection(self.env))
        sources = self._get_sources()
        exhibits = []
        for batch in lines._in_portions(BATCH):
            for line in batch:
                evidence = line.evidence_id
                record = evidence._get_record()
                details = record["details"]
                exhibits.append(
                    Exhibit(
                        number=line.number,
                        kind=line.kind,
                        label=labels[line.kind],
                        title=line.title or "",
                        occurred_at=evidence.occurred_at or evidence.recorded_at,
                        recorded_at=evidence.recorded_at,
                        occurred_source=sources.get(record.get("occurred_source"), ""),
                        author=evidence.author or "",
                        to=details.get("to") or "",
                        cc=details.get("cc") or "",
                        bcc=details.get("bcc") or "",
                        subject=details.get("subject") or "",
                        message_id=details.get("message_id") or "",
                        custodian=record.get("company") or "",
                    )
                )
            batch.evidence_id.invalidate_recordset()
        return exhibits

    def _get_sources(self):
        """What is said about where the time of an event is known from."""
        return {
            "header": self.env._("by the sender's clock"),
            "received": self.env._("by a mail server's clock"),
            "typed": self.env._("as typed in"),
            "server": self.env._("by our server's clock"),
        }

    def _iter_contents(self, lines):
        """Yield the Content of each of ``lines``, loaded in batches."""
        ledger = self._get_ledger()
        for batch in lines._in_portions(BATCH):
            evidence = batch.evidence_id | batch.quote_ids
            _head, proofs = ledger._get_proofs(evidence, self.head_id)
            records = {each: each._get_record() for each in evidence}
            readers = self.env["dispute.content"]._get_readers(
                {
                    file["sha256"]
                    for record in records.values()
                    for file in record.get("files") or ()
                }
            )
            for line in batch:
                yield self._prepare_content(line, records, proofs, readers)
            evidence.invalidate_recordset()

    def _prepare_content(self, line, records, proofs, readers):
        own = line.evidence_id | line.quote_ids
        return Content(
            text=records[line.evidence_id]["content"],
            quotes=tuple(line.quote_ids.mapped("content")),
            problems=tuple(
                self.env._(
                    "Evidence %s is not what was recorded, see verify.py.", each.id
                )
                for each in own
                if not each.intact
            ),
            files=tuple(
                File(
                    name=file["name"],
                    mimetype=file["mimetype"],
                    size=file["size"],
                    sha256=file["sha256"],
                    chunks=readers[file["sha256"]],
                    is_original=file["mimetype"] == "message/rfc822",
                )
                for file in records[line.evidence_id].get("files") or ()
            ),
            records=tuple(
                {"canonical": each.canonical, **_proof(proofs.get(each.id))}
                for each in own
            ),
        )

    def _iter_custody(self):
        """Yield who handled the evidence, as far as the tree head covers it."""
        ledger = self._get_ledger()
        labels = dict(self.line_ids._fields["kind"]._description_selection(self.env))
        evidence = self.env["dispute.evidence"].search(
            [
                ("ticket_model", "=", "helpdesk.ticket"),
                ("ticket_id", "in", self.snapshot["tickets"]),
                ("kind", "in", ("access", "hold", "dossier", "change")),
            ],
            order="id",
        )
        sizes = evidence._get_sizes(evidence.ids)
        for some in in_portions(evidence.ids, lambda each: sizes[each], most=BATCH):
            batch = evidence.browse(some)
            _head, proofs = ledger._get_proofs(batch, self.head_id)
            for each in batch.browse(sorted(proofs)):
                details = each._get_record()["details"]
                yield Custody(
                    at=each.recorded_at,
                    who=each.recorded_by,
                    # why a hold was placed is no business of the other side
                    what=each.content
                    if self.cut == "counsel" or each.kind != "hold"
                    else labels[each.kind],
                    about=each.ticket_number or "",
                    address=details.get("address") or "",
                )
            batch.invalidate_recordset()


def _proof(proof):
    return {name: proof[name] for name in ("position", "size", "path")} if proof else {}


def _digest(stream):
    digest = hashlib.sha256()
    stream.seek(0)
    while piece := stream.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
