from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    """Odoo merges contacts by SQL, past every guard of theirs."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        self._check_dispute_hold(partners)
        return super()._merge(partner_ids, dst_partner, extra_checks)

    @api.model
    def _update_foreign_keys_generic(self, model, src_records, dst_record):
        if model == "res.partner":
            self._check_dispute_hold(src_records | dst_record)
        return super()._update_foreign_keys_generic(model, src_records, dst_record)

    @api.model
    def _check_dispute_hold(self, partners):
        """:raise UserError: when a hold keeps one of ``partners`` or words of theirs"""
        self.env["dispute.hold"]._check(partners)
        self.env["dispute.hold"]._check_authors(partners)
