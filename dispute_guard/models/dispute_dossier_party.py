from odoo import models


class DisputeDossier(models.Model):
    """A dossier names all who have a part in the dispute."""

    # one file a concern
    _inherit = "dispute.dossier"

    def _prepare_snapshot(self):
        said = super()._prepare_snapshot()
        parties = self.with_context(lang=self.lang).case_id.party_ids
        labels = dict(parties._fields["role"]._description_selection(parties.env))
        said["parties"] += [
            [labels[party.role], ", ".join(filter(None, (party.name, party.email)))]
            for party in parties
            if not party.is_main
        ]
        return said
