from odoo import api, fields, models, tools

from .helpdesk_ticket import AGENTS


class ResPartner(models.Model):
    _inherit = "res.partner"

    dispute_speaker = fields.Selection(
        selection=[
            ("customer", "Customer, whatever he writes"),
            ("counsel", "Counsel of the other side"),
            ("authority", "Authority, court or arbiter"),
        ],
        string="Writes As",
        copy=False,
        index="btree_not_null",
        prefetch="dispute_guard",
        groups=AGENTS,
        help="How texts of this contact are taken on tickets. Letters of counsel and "
        "of authorities are formal ones. Empty: by what the text shows.",
    )

    @api.model
    @tools.ormcache()
    def _get_dispute_speakers(self):
        """The contacts of whom we know how they write, as {id: speaker}.

        Cached, because each mail asks for one of a few.
        """
        # sudo: res.partner - the gateway may run as any user
        known = self.sudo().with_context(active_test=False)
        rows = known.search_fetch(
            [("dispute_speaker", "!=", False)], ["dispute_speaker"]
        )
        return {partner.id: partner.dispute_speaker for partner in rows}

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if any(vals.get("dispute_speaker") for vals in vals_list):
            self.env.registry.clear_cache()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if "dispute_speaker" in vals or (
            vals.keys() & {"email", "parent_id", "is_company", "active"}
            and self.env["dispute.professional"]._knows(self)
        ):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        known = self._get_dispute_speakers().keys() & set(self.ids)
        result = super().unlink()
        if known:
            self.env.registry.clear_cache()
        return result
