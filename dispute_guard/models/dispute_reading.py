from collections import defaultdict
from functools import partial
from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import UserError

EXCERPT = 200  # characters
PENDING = "dispute_guard_readings"
# Models with the bytes of a mail in ``raw``.
WITH_RAW = ("dispute.inbound", "dispute.outbound", "dispute.stray.mail")


def records_reading(method):
    """Mark ``method`` as one that writes: that it was read has to be recorded.

    Odoo may serve reading from a copy of the database that cannot be written to.
    """
    method._readonly = False
    return method


class DisputeReading(models.AbstractModel):
    """Records of which it is recorded who opened, exported or downloaded them.

    Lists show excerpts and are not recorded; neither is what the system itself reads.
    """

    _name = "dispute.reading"
    _description = "Record with Recorded Reading"

    # Fields with the words themselves: to read one is to open the record.
    _verbatim_fields = frozenset()

    @records_reading
    def read(self, fields=None, load="_classic_read"):
        return super().read(fields, load)

    @records_reading
    def web_read(self, specification):
        return super().web_read(specification)

    @api.model
    @records_reading
    def search_read(self, *args, **kwargs):
        return super().search_read(*args, **kwargs)

    @api.model
    @records_reading
    def web_search_read(self, *args, **kwargs):
        return super().web_search_read(*args, **kwargs)

    @records_reading
    def export_data(self, fields_to_export):
        return super().export_data(fields_to_export)

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load)
        names = set(fnames)
        if names & self._verbatim_fields:
            self._note_reading("opened")
        if "raw" in names and not self._reads_sizes():
            self._note_reading("downloaded")
        return result

    def _read_group_groupby(self, alias, groupby_spec, query):
        self._check_grouping(groupby_spec)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        self._check_grouping(aggregate_spec)
        return super()._read_group_select(aggregate_spec, query)

    def _check_grouping(self, spec):
        """:raise UserError: for groups that would show the words, as if in a list"""
        if spec.partition(":")[0] in self._verbatim_fields and not self.env.su:
            raise UserError(self.env._("Open the records to read what they say."))

    def _reads_sizes(self):
        return self.env.context.get("bin_size") or self.env.context.get("bin_size_raw")

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        rows = super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        self._note_reading("exported")
        return rows

    def _note_reading(self, action):
        if not self.env.su:
            self.env["dispute.evidence"]._record_reading(self, action)


class DisputeEvidence(models.Model):
    """Reading is evidence itself; of that, reading is not recorded again."""

    _name = "dispute.evidence"
    _inherit = ["dispute.evidence", "dispute.reading"]

    _verbatim_fields = frozenset({"content", "canonical"})

    excerpt = fields.Char(
        compute="_compute_excerpt", help="The beginning of the content, for lists."
    )

    @api.depends("content")
    def _compute_excerpt(self):
        for evidence in self:
            words = " ".join((evidence.content or "")[: 5 * EXCERPT].split())
            evidence.excerpt = shorten(words, EXCERPT, placeholder="…")

    @api.model
    def _record_reading(self, records, action):
        """Record that the user read ``records``; written once, when all is read.

        The caller has checked that he may read them.

        :param records: records of one model with a ``company_id``
        :param str action: ``opened``, ``exported`` or ``downloaded``
        """
        if records._name == self._name:
            # sudo: dispute.evidence - he has read them already
            kinds = records.sudo().filtered(lambda each: each.kind != "access")
            records = records & kinds
        if not records:
            return
        pending = self.env.cr.precommit.data
        if PENDING not in pending:
            pending[PENDING] = {}
            self.env.cr.precommit.add(partial(self._write_readings, pending))
        key = (self.env.uid, action, records._name)
        pending[PENDING].setdefault(key, {}).update(dict.fromkeys(records._ids))

    @api.model
    def _write_readings(self, pending):
        """Write what was noted since the last time: one insert for a reader."""
        by_user = defaultdict(list)
        for (user_id, action, model), ids in pending.pop(PENDING, {}).items():
            reader = self.with_user(user_id)
            # sudo: dispute.reading - names are noted of what he has read
            records = reader.env[model].sudo().browse(ids).exists()
            by_user[reader] += reader._prepare_readings(action, records)
        for reader, items in by_user.items():
            reader._record_evidence(items)

    @api.model
    def _prepare_readings(self, action, records):
        """The items of evidence for a reading, one for each ticket."""
        source = self.env["dispute.provenance"]._prepare_provenance_values()
        words = {
            "opened": self.env._("Opened"),
            "exported": self.env._("Exported"),
            "downloaded": self.env._("Downloaded"),
        }
        tickets = self._find_tickets_read(records)
        places = defaultdict(list)
        for record in records:
            places[record.company_id, tickets[record.id]].append(record)
        return [
            {
                "kind": "access",
                "content": f"{words[action]}: "
                + "; ".join(each.display_name or "" for each in some),
                "ticket": ticket,
                "company": company,
                "author": self.env.user.name,
                "occurred_at": fields.Datetime.now(),
                "details": {
                    "action": action,
                    "model": records._name,
                    "names": [each.display_name or "" for each in some],
                    "ids": [each.id for each in some],
                    "origin": source["origin"],
                    "account": source["recorded_by"],
                    "address": source.get("remote_address") or "",
                },
            }
            for (company, ticket), some in places.items()
        ]

    @api.model
    def _find_tickets_read(self, records):
        """The ticket, or none, that each of ``records`` belongs to, by their ids."""
        if "case_id" in records._fields and "ticket_id" not in records._fields:
            every = records.with_context(active_test=False)
            return {each.id: each.case_id.ticket_ids[:1] for each in every}
        if records._name != self._name:
            return {each.id: each.ticket_id for each in records}
        known = self.env["helpdesk.ticket"].sudo()
        numbers = {
            each.id: each.ticket_id
            for each in records
            if each.ticket_model == "helpdesk.ticket"
        }
        there = known.browse(set(numbers.values())).exists()
        return {
            each.id: known.browse(numbers.get(each.id, ())) & there for each in records
        }


class DisputeInbound(models.Model):
    _name = "dispute.inbound"
    _inherit = ["dispute.inbound", "dispute.reading"]


class DisputeOutbound(models.Model):
    _name = "dispute.outbound"
    _inherit = ["dispute.outbound", "dispute.reading"]


class DisputeStrayMail(models.Model):
    _name = "dispute.stray.mail"
    _inherit = ["dispute.stray.mail", "dispute.reading"]


class IrBinary(models.AbstractModel):
    """Downloads of original mails are recorded."""

    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        stream = super()._record_to_stream(record, field_name)
        if record._name in WITH_RAW and field_name == "raw":
            self.env["dispute.evidence"]._record_reading(record, "downloaded")
        return stream
