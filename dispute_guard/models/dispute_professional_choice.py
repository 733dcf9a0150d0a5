from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import formatLang

from .dispute_case_party_address import AGAINST
from .dispute_handoff import OPEN_STATES


class DisputeProfessional(models.Model):
    """Who takes a handoff, and why."""

    # one file a concern
    _inherit = "dispute.professional"

    # ------------------------------------------------------------------
    # The chain
    # ------------------------------------------------------------------

    @api.model
    def _find_chain(self, handoff):
        """Whom to ask, in this order, and who is left out.

        First the one who was named, then who fits, the best first
        (:meth:`_get_rank`), at last the fallbacks.

        :return: list of values for the steps, list of (professional, why not)
        """
        # sudo: dispute.professional - chosen for whoever's message caused it
        known = self.sudo().search(
            [
                ("role", "=", handoff.role),
                ("company_id", "in", [False, handoff.company_id.id]),
                ("case_id", "in", [False, handoff.case_id.id]),
            ]
        )
        named = handoff.professional_id.sudo()
        known = named | known
        obstacles = known._find_obstacles(handoff)
        able = known.filtered(lambda person: person not in obstacles)
        counts = able._count_open()
        for person in able - named:
            if not person.is_fallback and person._is_full(counts):
                obstacles[person] = self.env._(
                    "has %(count)s handoffs open, no more than %(most)s at a time",
                    count=counts[person.id],
                    most=person.capacity,
                )
        able = able.filtered(lambda person: person not in obstacles)
        wanted = handoff._get_wanted_specialities()
        place = handoff.case_id._get_jurisdiction()
        ranks = {
            person: (
                person not in named,
                person.is_fallback and person not in named,
                *person._get_rank(handoff, place, wanted, counts),
            )
            for person in able
        }
        chain = [
            person._prepare_step(
                person._describe_choice(handoff, place, wanted, counts, named)
            )
            for person in able.sorted(ranks.get)
        ]
        left_out = known.filtered(lambda person: person in obstacles)
        return chain, [(person, obstacles[person]) for person in left_out]

    def _get_rank(self, handoff, place, specialities, counts):
        """Hook: what decides among those who can, the most important first.

        :param place: dispute.jurisdiction of the case, or none
        :param specialities: dispute.speciality that is asked for
        :param dict counts: open handoffs by id of the professional
        """
        self.ensure_one()
        return (
            not self._speaks(handoff.language),
            not self._acts_in(place),
            -len(self.speciality_ids & specialities),
            self.sequence,
            self._get_price_rank(handoff.company_id),
            counts.get(self.id, 0),
            self.id,
        )

    def _prepare_step(self, reasons):
        """Hook: the values of a step for this professional."""
        self.ensure_one()
        return {
            "professional_id": self.id,
            "name": self.partner_id.name or self.email,
            "email": self.email,
            "hours": self.acknowledge_hours,
            "idle_hours": self.idle_hours,
            "price": self.price if self.price_unit in ("hour", "matter") else 0.0,
            "price_currency_id": self.currency_id.id,
            "price_unit": self.price_unit,
            "is_fallback": self.is_fallback,
            "reasons": reasons,
        }

    # ------------------------------------------------------------------
    # What speaks for and against
    # ------------------------------------------------------------------

    def _speaks(self, language):
        """Whether this person speaks ``language``, as far as one is asked for."""
        self.ensure_one()
        codes = [code.strip() for code in (self.language_codes or "").split(",")]
        return not language or not self.language_codes or language in codes

    def _acts_in(self, place):
        """Whether this person may act in the jurisdiction ``place`` (or in any)."""
        self.ensure_one()
        places = self.jurisdiction_ids
        return not places or not place or bool(places & (place | place.parent_id))

    def _get_price_rank(self, company):
        """Free before priced, in the company's currency, before unknown."""
        self.ensure_one()
        if self.price_unit == "free":
            return (0, 0.0)
        if not self.price_unit:
            return (2, 0.0)
        currency = self.currency_id or company.currency_id
        today = fields.Date.context_today(self)
        price = currency._convert(self.price, company.currency_id, company, today)
        return (1, price)

    def _is_full(self, counts):
        self.ensure_one()
        return bool(self.capacity) and counts.get(self.id, 0) >= self.capacity

    def _count_open(self):
        """The number of open handoffs by id of the professional."""
        # sudo: dispute.handoff - a number, for the choice
        handoffs = self.env["dispute.handoff"].sudo()
        return {
            person.id: count
            for person, count in handoffs._read_group(
                [("professional_id", "in", self.ids), ("state", "in", OPEN_STATES)],
                ["professional_id"],
                ["__count"],
            )
        }

    def _describe_choice(self, handoff, place, specialities, counts, named):
        """Why this person, in lines for people."""
        self.ensure_one()
        languages = dict(self.env["dispute.signal"]._selection_language())
        language = languages.get(handoff.language)
        lines = []
        if self in named:
            lines.append(self.env._("Named by hand."))
        elif self.is_fallback:
            lines.append(self.env._("Fallback: for when nobody else takes it."))
        if language and self.language_codes:
            lines.append(
                self.env._("Speaks %s.", language)
                if self._speaks(handoff.language)
                else self.env._("Does not speak %s.", language)
            )
        if place and self.jurisdiction_ids:
            lines.append(
                self.env._("Acts in %s.", place.name)
                if self._acts_in(place)
                else self.env._("Does not act in %s.", place.name)
            )
        if shared := self.speciality_ids & specialities:
            lines.append(
                self.env._("Knows about: %s.", ", ".join(shared.mapped("name")))
            )
        if self.capacity:
            lines.append(
                self.env._(
                    "Handoffs open: %(count)s of %(most)s.",
                    count=counts.get(self.id, 0),
                    most=self.capacity,
                )
            )
        if self.price_unit:
            price = self._describe_price(self.price_unit, self.price, self.currency_id)
            lines.append(self.env._("Price: %s.", price))
        lines.append(
            self.env._("Both sides agreed on this person.")
            if self.case_id
            else self.env._("No conflict of interest is known.")
        )
        return "\n".join(lines)

    @api.model
    def _describe_price(self, unit, amount, currency):
        """What a professional costs, in words.

        :param str unit: one of PRICE_UNITS, or False where it is not known
        """
        units = dict(self._fields["price_unit"]._description_selection(self.env))
        if not unit:
            return self.env._("not known")
        if unit == "free":
            return units[unit]
        return f"{formatLang(self.env, amount, currency_obj=currency)} {units[unit]}"

    # ------------------------------------------------------------------
    # Who cannot
    # ------------------------------------------------------------------

    def _find_obstacles(self, handoff):
        """Why some of ``self`` cannot take ``handoff``, as a dict to words."""
        obstacles = self._find_conflicts(handoff)
        for person in self:
            if not person.active or not person.partner_id.active:
                obstacles[person] = self.env._("is not active any more")
            elif not person.email:
                obstacles[person] = self.env._("has no e-mail address")
        return obstacles

    def _find_conflicts(self, handoff):
        """The conflicts of interest of ``self``, as a dict to words.

        Who has a part in any open dispute, or belongs to a firm or group that has,
        is not asked. Our own people are asked unless they are a party themselves; a
        mediator's own ADR body is no party against him.
        """
        # on whom both sides agreed for this dispute, nobody objects to; but nobody
        # mediates with himself
        against = handoff.case_id._get_parties(*AGAINST)
        self = self.filtered(
            lambda person: (
                person.case_id != handoff.case_id or person.partner_id in against
            )
        )
        own = handoff.company_id.partner_id.commercial_partner_id
        families = (self.partner_id.commercial_partner_id - own) | self.partner_id
        # sudo: dispute.case.party - all open disputes count, whoever may see them
        parties = (
            self.env["dispute.case.party"]
            .sudo()
            .search(
                [
                    ("case_id.rung", "!=", "closed"),
                    ("role", "!=", "our_counsel"),
                    "|",
                    ("partner_id", "in", families.ids),
                    ("partner_id.commercial_partner_id", "in", (families - own).ids),
                ]
            )
        )
        by_partner = defaultdict(parties.browse)
        for party in parties:
            partner = party.partner_id
            for each in partner | partner.commercial_partner_id:
                by_partner[each] |= party
        found = {}
        for person in self:
            partner = person.partner_id
            mine = by_partner.get(partner, parties.browse())
            if partner.commercial_partner_id != own:
                mine |= by_partner.get(partner.commercial_partner_id, parties.browse())
            if person.role == "mediator":
                mine = mine.filtered(lambda party: party.role != "adr_body")
            if mine:
                found[person] = self._describe_conflict(mine[0], handoff.company_id)
        return found

    @api.model
    def _describe_conflict(self, party, company):
        """What ties a professional of ``company`` to ``party``, in words.

        Nothing is told of the disputes of other companies.
        """
        if party.company_id != company:
            return self.env._("conflict of interest in a dispute of another company")
        roles = dict(party._fields["role"]._description_selection(self.env))
        return self.env._(
            "conflict of interest: %(party)s, %(role)s in dispute %(case)s",
            party=party.name,
            role=roles[party.role],
            case=party.case_id.name,
        )
