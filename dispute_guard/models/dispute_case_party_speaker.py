from odoo import models
from odoo.tools import email_normalize, parse_contact_from_email

# The parties that those who write turn out to be.
ROLES = {"counsel": "their_counsel", "authority": "authority"}


class DisputeSignal(models.Model):
    """Counsel and authorities who write in a dispute become its parties."""

    # one file a concern
    _inherit = "dispute.signal"

    def _pass_on(self):
        result = super()._pass_on()
        formal = self.filtered(lambda signal: signal.speaker in ROLES)
        for case, signals in formal.grouped(
            lambda signal: signal.ticket_id.dispute_case_id
        ).items():
            case._add_speakers(signals.inbound_id)
        return result


class DisputeCase(models.Model):
    # one file a concern
    _inherit = "dispute.case"

    def _add_speakers(self, inbounds):
        """Add the senders of ``inbounds`` to the parties, once for each address.

        Without a dispute there is nothing to add them to.
        """
        known = {email_normalize(party.email) for party in self.party_ids}
        vals_list = []
        for inbound in inbounds if self else ():
            name, address = parse_contact_from_email(inbound.author_email or "")
            if not address or address in known:
                continue
            known.add(address)
            author = inbound.message_id.author_id
            is_author = author.email_normalized == address
            vals_list.append(
                {
                    "case_id": self.id,
                    "role": ROLES[inbound.speaker],
                    "partner_id": author.id if is_author else False,
                    "name": name or address,
                    "email": address,
                }
            )
        # sudo: dispute.case.party - added by whoever's letter tells who speaks
        self.env["dispute.case.party"].sudo().create(vals_list)
