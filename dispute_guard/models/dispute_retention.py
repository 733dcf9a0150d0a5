from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..station import at_work

BATCH = 100  # tickets
# Kinds of evidence that only a dispute, or what could become one, leaves.
TELLING = (
    "quote",
    "call",
    "offer",
    "agreement",
    "handoff",
    "hold",
    "case",
    "clock",
    "lock",
    "dossier",
)
# Where the bytes of mails stand, and when each came or left.
MAILS = {"dispute.inbound": "received_at", "dispute.outbound": "sent_at"}


class DisputeRetention(models.AbstractModel):
    """Drops the original mails and files of tickets that were never a dispute.

    As long as their company says, from the last mail of the ticket on. The texts, all
    digests and a record of the dropping stay. Nothing is dropped of a ticket that has,
    or had, a dispute, a hold, a signal or evidence of one, nor of one that is deleted:
    what it was cannot be told any more.
    """

    _name = "dispute.retention"
    _description = "Retention of Original Mails"

    @api.model
    def _cron_drop(self):
        cron = self.env["ir.cron"]
        companies = self.env["res.company"].search([("dispute_raw_days", ">", 0)])
        for company in companies:
            last = 0
            while tickets := self._find_tickets(company, last):
                last = tickets[-1].id
                self._drop(tickets, company)
                if not cron._commit_progress(len(tickets)):
                    return

    @api.model
    def _find_tickets(self, company, after=0):
        """Some tickets of ``company`` whose originals need not be kept.

        :param int after: those with higher ids
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM helpdesk_ticket ticket
                WHERE company_id = %(company)s AND id > %(after)s
                    AND dispute_case_id IS NULL
                    AND (
                        EXISTS (
                            SELECT FROM dispute_inbound
                            WHERE ticket_id = ticket.id AND raw IS NOT NULL
                        ) OR EXISTS (
                            SELECT FROM dispute_outbound
                            WHERE ticket_id = ticket.id AND raw IS NOT NULL
                        ) OR EXISTS (
                            SELECT FROM dispute_file
                            WHERE ticket_id = ticket.id AND dropped_by IS NULL
                        )
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_inbound WHERE ticket_id = ticket.id
                            AND (received_at >= %(limit)s OR state = 'pending')
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_outbound
                        WHERE ticket_id = ticket.id AND sent_at >= %(limit)s
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_signal WHERE ticket_id = ticket.id
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_evidence WHERE ticket_id = ticket.id
                            AND ticket_model = 'helpdesk.ticket'
                            AND kind IN %(telling)s
                    )
                    AND NOT EXISTS (
                        SELECT FROM dispute_ledger_queue queue
                        JOIN dispute_inbound inbound ON inbound.id = queue.record_id
                        WHERE queue.source = 'dispute_inbound'
                            AND inbound.ticket_id = ticket.id
                    )
                ORDER BY id LIMIT %(batch)s
                """,
                company=company.id,
                after=after,
                limit=fields.Datetime.now() - timedelta(days=company.dispute_raw_days),
                telling=TELLING,
                batch=BATCH,
            )
        )
        return self.env["helpdesk.ticket"].browse(ticket_id for (ticket_id,) in rows)

    @api.model
    def _drop(self, tickets, company):
        """Drop the originals of ``tickets`` and record that."""
        held = self.env["dispute.hold"]._get_holding(tickets)
        tickets = tickets.filtered(lambda ticket: ticket.id not in held)
        mails = {name: self._find_mails(name, tickets) for name in MAILS}
        files = self.env["dispute.file"].search(
            [("ticket_id", "in", tickets.ids), ("dropped_by", "in", (False, 0))]
        )
        dropped = self._record_dropping(tickets, company, [*mails.values(), files])
        for rows in mails.values():
            for ticket, some in rows.grouped("ticket_id").items():
                at_work(some).write({"raw": False, "dropped_by": dropped[ticket].id})
        for ticket, some in files.grouped("ticket_id").items():
            at_work(some).write({"dropped_by": dropped[ticket].id})
        self._drop_contents(files)

    @api.model
    def _find_mails(self, name, tickets):
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE ticket_id = ANY(%s) AND raw IS NOT NULL",
                SQL.identifier(self.env[name]._table),
                tickets.ids,
            )
        )
        return self.env[name].browse(row_id for (row_id,) in rows)

    @api.model
    def _record_dropping(self, tickets, company, originals):
        """Record which digests are no longer kept; return the evidence by ticket.

        :param list originals: recordsets with ``ticket_id``
        """
        digests = {ticket: defaultdict(list) for ticket in tickets}
        for rows in originals:
            column = "sha256" if rows._name == "dispute.file" else "raw_sha256"
            for row in rows:
                digests[row.ticket_id][rows._name].append(row[column])
        evidence = self.env["dispute.evidence"]._record_changes(
            [
                {
                    "action": "dropped",
                    "content": self.env._(
                        "%(count)s original mails and files were dropped: the ticket "
                        "was no dispute, and %(days)s days had passed.",
                        count=sum(map(len, digests[ticket].values())),
                        days=company.dispute_raw_days,
                    ),
                    "model": "helpdesk.ticket",
                    "id": ticket.id,
                    "ticket": ticket,
                    "before": {
                        name.replace(".", "_"): sorted(set(some))
                        for name, some in digests[ticket].items()
                    },
                    "after": {},
                }
                for ticket in tickets
            ]
        )
        return dict(zip(tickets, evidence, strict=True))

    @api.model
    def _drop_contents(self, files):
        """Drop the bytes of ``files`` that no other ticket keeps."""
        self.env["dispute.file"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT content.id, MAX(file.dropped_by)
                FROM dispute_content content
                JOIN dispute_file file ON file.sha256 = content.sha256
                WHERE content.sha256 = ANY(%s) AND content.dropped_by IS NULL
                GROUP BY content.id
                HAVING bool_and(file.dropped_by IS NOT NULL)
                """,
                list(set(files.mapped("sha256"))),
            )
        )
        contents = self.env["dispute.content"].browse(row[0] for row in rows)
        by_evidence = defaultdict(contents.browse)
        for content_id, evidence_id in rows:
            by_evidence[evidence_id] += contents.browse(content_id)
        for evidence_id, some in by_evidence.items():
            at_work(some).write({"dropped_by": evidence_id})
        stored = self.env["ir.attachment"].search(
            [
                ("res_model", "=", contents._name),
                ("res_field", "=", "raw"),
                ("res_id", "in", contents.ids),
            ]
        )
        at_work(stored).unlink()
