from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import MissingError
from odoo.fields import Domain
from odoo.tools import email_normalize_all, format_datetime

from ..provenance import gateway_mail
from ..speaking import is_automatic
from .dispute_case_party_address import AGAINST

# Kinds of message that the system answers with by itself.
ANSWERING_TYPES = ("auto_comment", "out_of_office")
# In these states of a handoff the professional knows of it.
TOLD_STATES = ("sent", "acknowledged", "accepted")


class Verdict(NamedTuple):
    """Whether somebody may write to the other side; if not, a sentence that says who
    may, and the lock that stands against it."""

    may: bool
    reason: str
    lock: models.Model


class Speaker(NamedTuple):
    """Who speaks in a message that is about to be stored or sent.

    ``kind``: ``outside`` (the customer and other outsiders), ``person`` (a user of ours
    in Odoo), ``mail`` (one of ours through the mail gateway) or ``system``.
    ``partner``: the contact of the one of ours who speaks; empty where nobody does.
    """

    kind: str
    partner: models.Model


class DisputeLock(models.Model):
    """Who may write to the other side: the one place that decides.

    Everything that posts or sends asks ``_decide``, with the speaker that
    ``_find_speaker`` found.
    """

    # one file a concern
    _inherit = "dispute.lock"

    @api.model
    def _decide(self, records, speaker):
        """Whether ``speaker`` may write to the other side from each of ``records``.

        Nothing in the context and no right lets anybody past. Records outside a
        dispute cost no query.

        :param records: tickets, disputes, handoffs or others that lead to a dispute
        :param speaker: users or contacts; empty: the system by itself
        :return: dict of ids to Verdict
        """
        partner = speaker.partner_id if speaker._name == "res.users" else speaker
        locks = self._get_locks(records)
        return {
            record_id: self._judge(locks.get(record_id, ()), partner)
            for record_id in records.ids
        }

    @api.model
    def _get_locks(self, records):
        """The locks in force on each of ``records`` that has some, as {id: locks}.

        The one that counsel speaks by comes first.
        """
        cases = records._get_dispute_cases()
        if not cases:
            return {}
        # sudo: a lock binds also users who may not see the dispute
        locks = self.sudo().search(
            Domain("case_id", "in", [case.id for case in cases.values()])
            & self._get_force_domain(),
            order="kind DESC, id",
        )
        by_case = locks.grouped("case_id")
        return {
            record_id: by_case[case]
            for record_id, case in cases.items()
            if case in by_case
        }

    @api.model
    def _judge(self, locks, partner):
        """The Verdict of ``locks`` (in force, of one dispute) on ``partner``."""
        for lock in locks:
            if not partner or partner not in lock._get_speakers():
                reason = lock.with_env(self.env).sudo()._describe()
                return Verdict(False, reason, lock)
        return Verdict(True, "", self.browse())

    def _get_speakers(self):
        """Hook: the contacts who may write to the other side while this lock lasts."""
        self.ensure_one()
        passes = self.pass_ids.filtered(lambda each: each.until > fields.Datetime.now())
        return self._get_routed() | passes.user_id.partner_id

    def _get_routed(self):
        """Hook: the contacts to whom the lock gives the word."""
        if self.speaker_ids or self.kind != "counsel":
            return self.speaker_ids.partner_id
        handoffs = self.case_id.handoff_ids.filtered(
            lambda handoff: handoff.role == "lawyer" and handoff.state in TOLD_STATES
        )
        return handoffs.professional_id.partner_id

    def _describe(self):
        """Who may write to the other side until when, and why nobody else.

        Outsiders hear nothing of a dispute.
        """
        self.ensure_one()
        if self.env.user.share:
            return self.env._("Please write to us about it.")
        said = {
            "case": self.case_id.name,
            "who": self.speakers,
            "until": format_datetime(self.env, self.until) if self.until else "",
            "reason": " ".join(self.reason.split()).rstrip("."),
        }
        if self.kind == "counsel":
            if said["who"]:
                return self.env._(
                    "Counsel speaks in dispute %(case)s: only %(who)s may write to the "
                    "other side (%(reason)s). Internal notes are still possible.",
                    **said,
                )
            return self.env._(
                "Counsel speaks in dispute %(case)s: nobody may write to the other "
                "side until a lawyer has taken it over or a supervisor has named who "
                "writes (%(reason)s). Internal notes are still possible.",
                **said,
            )
        if not said["until"]:
            said["until"] = self.env._("somebody ends the pause")
        if said["who"]:
            return self.env._(
                "Dispute %(case)s pauses until %(until)s: only %(who)s may write to "
                "the other side (%(reason)s). Internal notes are still possible.",
                **said,
            )
        return self.env._(
            "Dispute %(case)s pauses until %(until)s: nobody writes to the other side "
            "(%(reason)s). Internal notes are still possible. If it cannot wait, "
            "bypass the pause with a reason.",
            **said,
        )

    # ------------------------------------------------------------------
    # Who speaks
    # ------------------------------------------------------------------

    @api.model
    def _find_speaker(self, author, message_type, identifier=None, stored=True):
        """Who speaks in a message that the user of the environment makes.

        What the message says of itself (type, author) can only take the word from
        somebody, never give it: it counts where the gateway or the portal says so.

        :param author: its author (partner), or an empty one
        :param str message_type: its type
        :param str identifier: its Message-ID, if it has one already
        :param bool stored: whether there is a message; a mail alone has none
        :return: a Speaker
        """
        user, nobody = self.env.user, self.env["res.partner"]
        # sudo: res.partner - compared, not shown
        author = author.sudo()
        mail = gateway_mail()
        if mail and identifier and identifier == mail.message_id:
            if not self._is_ours(author) or not mail.sender:
                return Speaker("outside", nobody)
            return Speaker("mail", author if self._is_sure(mail) else nobody)
        if user.share:
            outside = stored and not self._is_ours(author)
            return Speaker("outside" if outside else "system", nobody)
        if (
            mail
            or is_automatic()
            or user._is_superuser()
            or message_type in ANSWERING_TYPES
            or (self.env.su and not identifier and message_type == "notification")
        ):
            return Speaker("system", nobody)
        return Speaker("person", user.sudo().partner_id)

    @api.model
    def _is_sure(self, mail):
        """Whether the sender that a mail names has written it himself.

        Any employee may hand a mail in by a call, with any sender: such a mail is
        believed from administrators' accounts alone, as mail transfer agents use them.
        """
        if mail.speaker.who == "robot" or mail.is_forged:
            return False
        if mail.provenance["origin"] != "handed_in":
            return True
        # sudo: res.users - compared, not shown
        accounts = self.env["res.users"].sudo()
        login = mail.provenance["recorded_by"]
        return accounts.search([("login", "=", login)], limit=1)._is_system()

    # ------------------------------------------------------------------
    # The other side
    # ------------------------------------------------------------------

    @api.model
    def _is_ours(self, partner):
        """Hook: whether a contact is a colleague or a professional of ours."""
        if not partner or not partner.partner_share:
            return bool(partner)
        contacts, _addresses = self.env["dispute.professional"]._get_contacts()
        return partner.id in contacts or partner.commercial_partner_id.id in contacts

    @api.model
    def _get_other_side(self, partners):
        """Those of ``partners`` who are not of ours, nor our counsel in a dispute.

        Nor does a party of the other side become one of ours by a contact of ours that
        is given its address, or by being made a professional or one of his firm.
        """
        # sudo: res.partner - compared, not shown
        partners = partners.sudo()
        if not partners:
            return partners
        others = partners.filtered(lambda each: not self._is_ours(each))
        addresses = {*partners.mapped("email_normalized")} - {False}
        # sudo: dispute.case.party - compared, not shown
        parties = self.env["dispute.case.party"].sudo()
        parties = parties.search(
            Domain("partner_id", "in", partners.ids)
            | Domain("email_normalized", "in", list(addresses))
        )
        counsel = parties.filtered(lambda party: party.role == "our_counsel").partner_id
        known = parties.filtered(lambda party: party.role != "our_counsel").partner_id
        return others - (counsel - known) | self._get_posing(partners - others, parties)

    @api.model
    def _get_posing(self, ours, parties):
        """Those of ``ours`` behind whom one of ``parties`` stands against us."""
        against = parties.filtered(
            lambda party: party.role in AGAINST and party.case_id.rung != "closed"
        )
        return ours.filtered(
            lambda each: any(
                each.email_normalized == party.email_normalized
                if each != party.partner_id
                else each.partner_share
                for party in against
            )
        )

    @api.model
    def _get_other_addresses(self, text):
        """The addresses in ``text`` that belong to nobody of ours.

        What cannot be read as addresses is taken for one of a stranger.
        """
        written = (text or "").strip()
        addresses = email_normalize_all(written)
        if not addresses:
            return [written] if written else []
        # sudo: res.partner - compared, not shown
        known = (
            self.env["res.partner"]
            .sudo()
            .search([("email_normalized", "in", addresses)])
        )
        ours = set((known - self._get_other_side(known)).mapped("email_normalized"))
        return [address for address in addresses if address not in ours]


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    # The field that leads to the dispute; None: writing from here is nobody's concern.
    _dispute_lead = None

    def _get_dispute_cases(self):
        """Hook: the dispute of each record that belongs to one, as {id: case}."""
        name = self._dispute_lead
        if not name:
            return {}
        # sudo: the link to the dispute alone is compared
        records = self.sudo()
        try:
            return {record.id: case for record in records if (case := record[name])}
        except MissingError:
            records = records.exists()
            return {record.id: case for record in records if (case := record[name])}
