import math
from datetime import timedelta

from babel.core import UnknownLocaleError
from babel.dates import format_skeleton, format_time, format_timedelta
from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import babel_locale_parse

from ..dossier.names import safe_name
from ..provenance import storable

LARGEST_FILE = 25 << 20
LARGEST_POST = 60 << 20
MOST_FILES = 10
LONGEST_TEXT = 20000
MOST_SAID_A_DAY = 100
LARGEST_SUM = 10**12
# Which set of documents each role gets; others get none. What is fit for a mediator's
# eyes a person decides: he gets what our side has made for him.
CUTS = {"lawyer": "counsel", "superior": "counsel", "mediator": "disclosure"}
ON_DEMAND = {"lawyer", "superior"}
# Whom only the clocks of his own work concern.
NARROW = {"mediator", "security"}
# What can be done on the page, with the entry it leaves in the record of visits.
ACTIONS = {
    "acknowledge": "acknowledged",
    "accept": "accepted",
    "decline": "declined",
    "ask": "asked",
    "upload": "uploaded",
    "dossier": "dossier",
    "outcome": "outcome",
}
# After these the page is closed.
LAST = {"decline", "outcome"}


class DisputeInvitation(models.Model):
    """What a professional's page shows, and what is done on it."""

    _inherit = "dispute.invitation"

    # ------------------------------------------------------------------
    # What it shows
    # ------------------------------------------------------------------

    def _prepare_page_values(self):
        """Hook: what the template of the page may show; the scope is this step."""
        self.ensure_one()
        step, handoff = self.step_id, self.handoff_id
        dossiers = self._get_dossiers()
        ready = dossiers.filtered(lambda dossier: dossier.state == "ready")
        return {
            "invitation": self,
            "step": step,
            "handoff": handoff,
            "case": handoff.case_id,
            "company": self.company_id,
            "clocks": self._get_page_clocks(),
            "exchanges": self._get_exchanges(),
            "dossiers": ready,
            "dossier_waits": dossiers != ready,
            "may_ask_dossier": handoff.role in ON_DEMAND,
            "outcomes": self._get_outcomes(),
            "currencies": self._get_currencies(),
            "time_zone": self.env.context.get("tz") or "UTC",
            "say_time": self._say_time,
            "say_left": self._say_left,
            "say_size": self._say_size,
            "limits": {"files": MOST_FILES, "megabytes": LARGEST_FILE >> 20},
        }

    def _get_page_clocks(self):
        """Hook: the clocks to show, the next one first."""
        handoff = self.handoff_id
        domain = [
            ("state", "in", ("running", "suspended", "missed")),
            ("case_id", "=", handoff.case_id.id),
            ("handoff_id", "in", [False, handoff.id]),
        ]
        if handoff.role in NARROW:
            domain.append(("handoff_id", "=", handoff.id))
        return self.env["dispute.clock"].search(domain, order="due_at, id")

    def _get_exchanges(self):
        return self.env["dispute.handoff.exchange"].search(
            [("step_id", "=", self.step_id.id)]
        )

    def _get_dossiers(self):
        """Hook: the dossiers that the professional may have, the newest first."""
        role = self.handoff_id.role
        return self.env["dispute.dossier"].search(
            [
                ("case_id", "=", self.handoff_id.case_id.id),
                ("cut", "=", CUTS.get(role, False)),
                ("state", "in", ("queued", "building", "ready")),
            ],
            limit=5,
        )

    def _find_dossier(self, dossier_id):
        return self._get_dossiers().filtered(
            lambda dossier: dossier.id == dossier_id and dossier.state == "ready"
        )

    def _find_file(self, file_id):
        """The file with this id if it was exchanged on this page, or none."""
        return self._get_exchanges().file_ids.filtered(lambda file: file.id == file_id)

    def _get_outcomes(self):
        field = self.env["dispute.handoff"]._fields["outcome_kind"]
        return field._description_selection(self.env)

    def _get_currencies(self):
        return self.env["res.currency"].search([("active", "=", True)])

    def _say_time(self, moment):
        """``moment`` (UTC) for the reader, such as "Mon, May 4, 2026, 9:30 AM"."""
        zone = timezone(self.env.context.get("tz") or "UTC")
        local = utc.localize(moment).astimezone(zone)
        locale = self._get_locale()
        day = format_skeleton("yMMMEd", local, locale=locale)
        return f"{day}, {format_time(local, 'short', locale=locale)}"

    def _say_left(self, moment):
        """How far away ``moment`` is, such as "in 3 hours"."""
        return format_timedelta(
            moment - fields.Datetime.now(),
            granularity="minute",
            add_direction=True,
            locale=self._get_locale(),
        )

    def _say_size(self, size):
        """A number of bytes for people."""
        if size >= 1 << 20:
            return self.env._("%(size).1f MB", size=size / (1 << 20))
        return self.env._("%(size)d kB", size=math.ceil(size / 1024))

    def _get_locale(self):
        try:
            return babel_locale_parse(self.env.context.get("lang") or "en_US")
        except (UnknownLocaleError, ValueError):
            return "en"

    # ------------------------------------------------------------------
    # What is done on it
    # ------------------------------------------------------------------

    def _act(self, action, device, post, files):
        """Do what the professional asks for on a confirmed device.

        :param str action: one of ACTIONS
        :param dict post: what was entered
        :param list files: dicts with ``name``, ``mimetype`` and ``data``
        :raise UserError: in words for the professional
        """
        self.ensure_one()
        # so that the handoff's history names him
        self.handoff_id._track_set_author(self.professional_id.partner_id)
        getattr(self, f"_do_{action}")(post, files)
        self.env["dispute.invitation.access"]._note(self, ACTIONS[action], device)

    def _do_acknowledge(self, post, files):
        self.step_id._acknowledge()

    def _do_accept(self, post, files):
        self.step_id._accept()

    def _do_decline(self, post, files):
        reason = self._read_text(post.get("reason"))
        if not reason:
            raise UserError(self.env._("Please say in a few words why."))
        self.step_id._decline(reason)

    def _do_ask(self, post, files):
        text = self._read_text(post.get("text"))
        if not text:
            raise UserError(self.env._("Please write your question."))
        self._say(text)

    def _do_upload(self, post, files):
        if not files:
            raise UserError(self.env._("Please choose a file first."))
        self._say(self._read_text(post.get("text")), files)

    def _do_outcome(self, post, files):
        outcome = post.get("outcome")
        if outcome not in dict(self._get_outcomes()):
            raise UserError(self.env._("Please choose how the matter ended."))
        amount = self._read_amount(post.get("amount"))
        currency = self._read_currency(post.get("currency"))
        words = self._read_text(post.get("words"))
        if not words:
            raise UserError(self.env._("Please say in a few words how it ended."))
        if files:
            self._say(self.env._("Files with the outcome"), files)
        self.step_id._report_outcome(outcome, words, amount, currency)

    def _do_dossier(self, post, files):
        """Have a dossier made, for which the one who looks after the handoff asks."""
        handoff = self.handoff_id
        if handoff.role not in ON_DEMAND:
            raise UserError(self.env._("Please ask us for the documents you need."))
        hour = fields.Datetime.now() - timedelta(hours=1)
        recent = self._get_dossiers().filtered(
            lambda dossier: dossier.state != "ready" or dossier.ready_at > hour
        )
        if recent:
            return
        # sudo: dispute.dossier - made for the professional, who has no account
        dossiers = self.env["dispute.dossier"].with_user(handoff._get_follower()).sudo()
        dossier = dossiers.create(
            {
                "case_id": handoff.case_id.id,
                "cut": CUTS[handoff.role],
                "lang": self.env.context.get("lang") or "en_US",
            }
        )
        dossier.action_build()
        handoff._note_activity()

    def _say(self, text, files=()):
        """Record a question or files of the professional."""
        day = fields.Datetime.now() - timedelta(days=1)
        said = self._get_exchanges().filtered(
            lambda exchange: exchange.side == "professional" and exchange.at > day
        )
        if len(said) >= MOST_SAID_A_DAY:
            raise UserError(
                self.env._("That was a lot for one day. Please call or write to us.")
            )
        self.env["dispute.handoff.exchange"]._say(
            self.step_id,
            "professional",
            self.step_id.name or self.professional_id.display_name,
            text,
            files,
        )

    def _record_download(self, record, name):
        """Record as evidence that the professional was sent ``record``."""
        source = self.env["dispute.provenance"]._prepare_provenance_values()
        handoff = self.handoff_id
        self.env["dispute.evidence"]._record_evidence(
            [
                {
                    "kind": "access",
                    "content": self.env._("Downloaded: %(name)s", name=name),
                    "ticket": handoff.ticket_id or handoff.case_id.ticket_ids[:1],
                    "company": self.company_id,
                    "author": self.step_id.name,
                    "occurred_at": fields.Datetime.now(),
                    "details": {
                        "action": "downloaded",
                        "model": record._name,
                        "names": [name],
                        "ids": record.ids,
                        "origin": source["origin"],
                        "account": source["recorded_by"],
                        "address": source.get("remote_address") or "",
                        "case": handoff.case_id.name,
                    },
                }
            ]
        )

    # ------------------------------------------------------------------
    # Reading what was entered
    # ------------------------------------------------------------------

    @api.model
    def _read_text(self, text):
        text = storable(text or "").strip()
        if len(text) > LONGEST_TEXT:
            raise UserError(
                self.env._(
                    "This text is too long. Please send it as a file, or keep it to "
                    "%(most)s characters.",
                    most=LONGEST_TEXT,
                )
            )
        return text

    @api.model
    def _read_amount(self, text):
        """The sum of an invoice as people write it; 0 if there is none."""
        plain = "".join((text or "").split()).replace("'", "")
        if "," in plain and "." not in plain:
            plain = plain.replace(",", ".")
        try:
            amount = float(plain or 0)
        except ValueError:
            amount = math.nan
        if not 0 <= amount < LARGEST_SUM:
            raise UserError(
                self.env._("Please write the sum as a number, such as 1250.50.")
            )
        return amount

    def _read_currency(self, code):
        currency = self._get_currencies().filtered(lambda each: each.name == code)
        return currency or self.company_id.currency_id

    @api.model
    def _read_files(self, uploads):
        """The files of a form, each at most LARGEST_FILE.

        :param uploads: ``werkzeug.datastructures.FileStorage``
        :raise UserError: if there are too many, or one is too large or empty
        """
        uploads = [upload for upload in uploads if upload.filename]
        if len(uploads) > MOST_FILES:
            raise UserError(
                self.env._(
                    "Please send at most %(most)s files at once.", most=MOST_FILES
                )
            )
        return [self._read_file(upload) for upload in uploads]

    @api.model
    def _refuse_size(self):
        raise UserError(
            self.env._(
                "These files are larger than %(most)s MB together. Please send them "
                "one after the other.",
                most=LARGEST_POST >> 20,
            )
        )

    @api.model
    def _read_file(self, upload):
        data = upload.stream.read(LARGEST_FILE + 1)
        name = safe_name(storable(upload.filename))
        if len(data) > LARGEST_FILE:
            raise UserError(
                self.env._(
                    "“%(name)s” is larger than %(most)s MB. Please send it in parts or "
                    "in another way.",
                    name=name,
                    most=LARGEST_FILE >> 20,
                )
            )
        if not data:
            raise UserError(self.env._("“%(name)s” is empty.", name=name))
        return {
            "name": name,
            "mimetype": storable(upload.mimetype or "")[:100]
            or "application/octet-stream",
            "data": data,
        }
