from odoo import api, models
from odoo.exceptions import AccessError


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Refuse before contacts are merged by SQL, past every other guard."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if dst_partner:
            partners |= dst_partner
        if len(partners) > 1:
            self._check_dispute_hold(partners)
            self._check_dispute_professionals(partners)
        return super()._merge(partner_ids, dst_partner, extra_checks)

    @api.model
    def _update_foreign_keys_generic(self, model, src_records, dst_record):
        """Refuse also to other tools that merge records in this way."""
        self._check_dispute_hold(src_records | dst_record)
        return super()._update_foreign_keys_generic(model, src_records, dst_record)

    @api.model
    def _update_reference_fields_generic(
        self, referenced_model, src_records, dst_record, additional_update_records=None
    ):
        self._check_dispute_hold(src_records | dst_record)
        return super()._update_reference_fields_generic(
            referenced_model, src_records, dst_record, additional_update_records
        )

    @api.model
    def _check_dispute_professionals(self, partners):
        """Who has the word in a dispute, whom it is handed to, is not merged away."""
        user = self.env.user
        if self.env["dispute.professional"]._knows(partners) and not user.has_group(
            "dispute_guard.group_dispute_manager"
        ):
            raise AccessError(
                self.env._(
                    "A professional to whom disputes are handed is among these "
                    "contacts. Please ask an administrator of disputes to merge them."
                )
            )

    @api.model
    def _check_dispute_hold(self, records):
        holds = self.env["dispute.hold"]
        holds._check(records)
        if records._name == "res.partner":
            holds._check_authors(records)
