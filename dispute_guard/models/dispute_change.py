from odoo import api, fields, models

# Kinds of change as evidence names them.
ACTIONS = (
    "edited",
    "deleted",
    "moved",
    "merged",
    "archived",
    "restored",
    "bounced",
    "cleaned",
    "dropped",
)


class DisputeEvidence(models.Model):
    """What became of a source after it was captured, with before and after."""

    _inherit = "dispute.evidence"

    @api.model
    def _record_changes(self, changes):
        """Record changes of sources of evidence.

        :param list changes: dicts with ``action`` (one of ``ACTIONS``), ``content``
            (a sentence), ``model`` and ``id`` of the source, ``ticket`` (record) or
            ``company`` (record), ``before`` and ``after`` (dicts of texts, numbers,
            lists and dicts); where there are any, ``files``
        :return: the evidence, in the same order
        """
        if not changes:
            return self.browse()
        source = self.env["dispute.provenance"]._prepare_provenance_values()
        now = fields.Datetime.now()
        return self._record_evidence(
            [
                {
                    "kind": "change",
                    "content": change["content"],
                    "ticket": change.get("ticket"),
                    "company": change.get("company") or change["ticket"].company_id,
                    "author": self.env.user.name,
                    "occurred_at": now,
                    "details": {
                        "action": change["action"],
                        "model": change["model"],
                        "id": change["id"],
                        "before": change["before"],
                        "after": change["after"],
                        "origin": source["origin"],
                        "account": source["recorded_by"],
                        "address": source.get("remote_address") or "",
                    },
                    "files": change.get("files", []),
                }
                for change in changes
            ]
        )

    @api.model
    def _snapshot(self, record, names):
        """What ``record`` says in the fields ``names``, as evidence can hold it.

        Relations become names and numbers, so that nothing refers to what may go.
        """
        return {name: self._snapshot_value(record, name) for name in names}

    @api.model
    def _snapshot_value(self, record, name):
        value, field = record[name], record._fields[name]
        if field.relational:
            return [f"{each.display_name} ({each.id})" for each in value]
        if field.type == "datetime":
            return fields.Datetime.to_string(value) or ""
        if field.type == "date":
            return fields.Date.to_string(value) or ""
        if field.type == "boolean":
            return int(value)
        if field.type in ("integer", "many2one_reference"):
            return int(value or 0)
        return str(value or "")
