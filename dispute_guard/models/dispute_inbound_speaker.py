from collections import defaultdict
from email.message import Message

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..provenance import storable
from ..screening.speaker import CUSTOMER, FORMAL_SPEAKERS, Speaker, lift
from ..screening.speaker_book import default_book
from .dispute_inbound_screening import LOUD_LEVELS

SPEAKERS = [
    ("customer", "Customer"),
    ("list", "Customer, through a mailing list"),
    ("reported", "Customer, noted by staff"),
    ("counsel", "Counsel of the other side"),
    ("authority", "Authority, court or arbiter"),
    ("staff", "Our staff"),
    ("professional", "Our mediator or lawyer"),
    ("robot", "Automatic mail"),
]
# Kinds of message that our own side or the system writes: never a customer's text.
OWN_MESSAGE_TYPES = {
    "notification",
    "auto_comment",
    "user_notification",
    "email_outgoing",
    "out_of_office",
}
# Who may turn out to be somebody else by the words of the text.
OPEN_SPEAKERS = ("customer", "list", "robot")
# What a person or our own records say outweighs the words of a text.
SURE_BASES = ("account", "partner", "agent")
LONGEST_SIGN = 500
# Signals that follow the text; what people judged and rules on trial do not.
UNJUDGED_STATES = ("open", "suggested", "context")


class DisputeInbound(models.Model):
    """Who speaks in a text, and what shows it.

    Headers, accounts and known contacts decide before screening; the words that only
    counsel or an authority uses, and an authority's own address, right after it, for
    they are looked for in the new text alone. Doubt means the customer.
    """

    # one file a concern
    _inherit = "dispute.inbound"

    speaker = fields.Selection(selection=SPEAKERS, required=True, readonly=True)
    speaker_basis = fields.Selection(
        selection=[
            ("header", "Header of the mail"),
            ("words", "Words of the text"),
            ("address", "Address of the sender"),
            ("account", "User of ours"),
            ("partner", "Known contact"),
            ("agent", "Corrected by an agent"),
        ],
        string="Shown By",
        readonly=True,
    )
    speaker_words = fields.Text(
        string="What Shows It",
        readonly=True,
        help="The exact words, header, address or name by which the speaker was told.",
    )
    speaker_reason = fields.Char(
        string="Who Speaks, and Why", compute="_compute_speaker_reason"
    )

    @api.depends("speaker", "speaker_basis", "speaker_words")
    def _compute_speaker_reason(self):
        names = dict(self._fields["speaker"]._description_selection(self.env))
        for row in self:
            row.speaker_reason = row._describe_speaker(names[row.speaker])

    def _describe_speaker(self, who):
        """One sentence, or False where nothing shows anybody but the customer."""
        said = {"who": who, "words": " ".join((self.speaker_words or "").split())}
        if self.speaker_basis == "header":
            return self.env._("%(who)s: the header says “%(words)s”", **said)
        if self.speaker_basis == "words":
            return self.env._("%(who)s: the text says “%(words)s”", **said)
        if self.speaker_basis == "address":
            return self.env._("%(who)s: the mail came from %(words)s", **said)
        if self.speaker_basis == "account":
            return self.env._("%(who)s: %(words)s is a user of ours", **said)
        if self.speaker_basis == "partner":
            return self.env._("%(who)s: the contact %(words)s is known as such", **said)
        if self.speaker_basis == "agent":
            return self.env._("%(who)s, as corrected by %(words)s", **said)
        return False

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    @api.model
    def _get_speaker(self, message, ticket, mail):
        """Hook: who speaks in ``message``, as far as its text need not be read.

        :param mail: the InboundMail the message came with, or None
        :return: a ``screening.speaker.Speaker``
        """
        told = mail.speaker if mail else CUSTOMER
        if told.who == "robot":
            return told
        if mail and not mail.sender:
            return told  # Odoo takes the gateway's own user for the author
        author = message.author_id
        if mail and mail.is_forged:
            return told
        if author and not author.partner_share:
            return Speaker("staff", "account", author.name or "")
        if not mail and not author and message.message_type in OWN_MESSAGE_TYPES:
            return Speaker("staff")
        known = self._get_known_speaker(author, message.email_from, ticket.company_id)
        return Speaker(known, "partner", author.name or "") if known else told

    @api.model
    def _get_known_speaker(self, author, address, company):
        """What our records say of a sender: a key of SPEAKERS, or None."""
        if self.env["dispute.professional"]._is_one(author, address, company):
            return "professional"
        return self.env["res.partner"]._get_dispute_speakers().get(author.id)

    @api.model
    def _prepare_speaker_values(self, message, ticket, mail):
        return self._as_speaker_values(self._get_speaker(message, ticket, mail))

    @api.model
    def _as_speaker_values(self, speaker):
        return {
            "speaker": speaker.who,
            "speaker_basis": speaker.basis or False,
            "speaker_words": storable(speaker.words)[:LONGEST_SIGN] or False,
        }

    def _get_speaker_values(self):
        """The values by which another row gets the speaker of this one."""
        return {
            name: self[name] for name in ("speaker", "speaker_basis", "speaker_words")
        }

    @api.model
    def _settle_speaker(self, values, result, mail):
        """Look for other speakers in a screened text; put who it is into ``values``.

        :return: the Screening, lifted where it is a formal letter
        """
        speaker = Speaker(
            values["speaker"],
            values.get("speaker_basis") or "",
            values.get("speaker_words") or "",
        )
        if values.get("part"):
            # a part of a letter adds nothing to it by being there
            return lift(result, speaker) if result.level in LOUD_LEVELS else result
        sender = values.get("author_email") or ""
        if speaker.who in OPEN_SPEAKERS and speaker.basis not in SURE_BASES:
            headers = mail.headers if mail else Message()
            found = default_book().identify(speaker, result, sender, headers)
            if found != speaker:
                speaker = found
                values.update(self._as_speaker_values(speaker))
        elif speaker.who in FORMAL_SPEAKERS:
            shown = default_book().tell(result, sender)
            if shown.who == speaker.who:  # its words are the better quote
                known = speaker.basis in SURE_BASES
                speaker = shown._replace(routine=shown.routine and not known)
        return lift(result, speaker, values["subject"] or "")

    # ------------------------------------------------------------------
    # Correcting
    # ------------------------------------------------------------------

    def action_correct_speaker(self):
        """Ask who speaks in this text."""
        self.ensure_one()
        self._check_correct_access()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who speaks here?"),
            "res_model": "dispute.speaker.correct",
            "view_mode": "form",
            "target": "new",
            "context": {"default_inbound_id": self.id},
        }

    def _check_correct_access(self):
        self.check_access("read")
        self.ticket_id.check_access("write")

    def _correct_speaker(self, speaker, reason):
        """Say who speaks in this text, and screen it again.

        Signals that no longer hold become context, what people judged stays, and
        evidence stays as it was recorded.

        :param str speaker: a key of SPEAKERS
        :raise UserError: without a reason
        """
        self.ensure_one()
        self._check_correct_access()
        reason = " ".join((reason or "").split())
        if not reason:
            raise UserError(self.env._("Please say how you know who speaks."))
        names = dict(self._fields["speaker"]._description_selection(self.env))
        before = names[self.speaker]
        said = f"{self.env.user.name}: {reason}"
        # sudo: dispute.inbound - agents may correct the speaker but never write a row
        row = self.sudo()
        result = row._screen_stored(
            speaker=speaker,
            speaker_basis="agent",
            speaker_words=said[:LONGEST_SIGN],
            watch=False,
        )
        row._follow_screening(result)
        if not self.ticket_id:
            return
        self.ticket_id.message_post(
            body=self.env._(
                "In “%(text)s” speaks “%(after)s”, not “%(before)s”: %(reason)s",
                text=self.display_name,
                after=names[speaker],
                before=before,
                reason=reason,
            ),
            subtype_xmlid="mail.mt_note",
        )

    def _follow_screening(self, result):
        """Let the signals of this text follow a new Screening (None: nothing counts).

        What people confirmed or dismissed stays as they left it.
        """
        if self.state == "pending":
            return  # screening failed and is tried again
        signals = self.signal_ids.filtered(lambda signal: signal.source == "text")
        wanted = {}
        for finding in result.findings if result else ():
            values = signals._prepare_signal_values(self, result, finding)
            wanted[self._get_signal_key(values)] = values["state"], finding
        changed = defaultdict(signals.browse)
        for signal in signals:
            state, _finding = wanted.pop(self._get_signal_key(signal), ("context", 0))
            if signal.state in UNJUDGED_STATES and signal.state != state:
                changed[state] |= signal
        for state, some in changed.items():
            some.write({"state": state})
        changed["open"]._pass_on()
        if wanted:
            fresh = tuple(finding for _state, finding in wanted.values())
            self._pass_on([result._replace(findings=fresh)])
        self.ticket_id._update_dispute_level()

    @api.model
    def _get_signal_key(self, signal):
        """What tells the findings of a text apart, from a signal or its values."""
        names = ("rule", "kind", "grade", "segment", "quote_start", "quote_end")
        return tuple(signal[name] for name in names)
