from odoo import api, fields, models

from .dispute_signal import KINDS


class DisputePolicyKind(models.Model):
    """A kind of signal as a record, so that a rule can name several."""

    _name = "dispute.policy.kind"
    _description = "Kind of Signal"
    _order = "id"

    code = fields.Selection(selection=KINDS, required=True)

    _once = models.UniqueIndex("(code)")

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["code"]._description_selection(self.env))
        for kind in self:
            kind.display_name = names.get(kind.code)

    @api.model
    def _search_display_name(self, operator, value):
        names = self._fields["code"]._description_selection(self.env)
        if operator == "in":
            codes = [code for code, name in names if name in value]
        elif operator == "ilike":
            codes = [code for code, name in names if value.lower() in name.lower()]
        else:
            return NotImplemented
        return [("code", "in", codes)]
