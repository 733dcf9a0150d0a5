from collections import defaultdict
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..provenance import gateway_mail

# What others see of a message, and what lets them see it.
SHOWN_FIELDS = (
    "subject",
    "body",
    "attachment_ids",
    "partner_ids",
    "model",
    "res_id",
    "subtype_id",
    "is_internal",
)


class Shown(NamedTuple):
    """What the other side sees of a message.

    ``words``: where it stands, its text and files; empty where they may not read it.
    ``subject``: which Odoo fills in by itself when it first mails the message.
    ``others``: ids of those people of the other side who are named as recipients.
    """

    words: tuple = ()
    subject: str = ""
    others: frozenset = frozenset()

    def exceeds(self, old):
        """Whether they see more or something else than they did by ``old``."""
        if self.others - old.others:
            return True
        reworded = old.subject and old.subject != self.subject
        return bool(self.words and (reworded or self.words != old.words))


class MailMessage(models.Model):
    """Messages that are made, edited or opened past ``message_post``."""

    # one file a concern
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._keep_system_inside(vals) for vals in vals_list]
        messages = super().create(vals_list)
        # sudo: mail.message - compared, not shown
        for message in messages.sudo()._filter_disputes(vals_list):
            if message._is_shown_outside():
                message.sudo(self.env.su)._check_gate()
            elif self.env["dispute.lock"]._get_other_side(message.partner_ids):
                message.sudo(self.env.su)._check_gate(("person",))
        return messages

    def write(self, vals):
        if vals.keys().isdisjoint(SHOWN_FIELDS):
            return super().write(vals)
        if gateway_mail() and "partner_ids" in vals:
            vals = self._keep_others_out(vals)
        # sudo: mail.message - compared, not shown
        before = {each.id: each._get_shown() for each in self.sudo()._filter_disputes()}
        result = super().write(vals)
        if before or not vals.keys().isdisjoint(("model", "res_id")):
            for message in self.sudo()._filter_disputes():
                if message._get_shown().exceeds(before.get(message.id, Shown())):
                    message.sudo(self.env.su)._check_gate()
        return result

    def _message_reaction(self, content, action, partner, guest, *args, **kwargs):
        # sudo: mail.message - compared, not shown
        for message in self.sudo()._filter_disputes():
            if message._is_shown_outside():
                message.sudo(self.env.su)._check_gate()
        return super()._message_reaction(
            content, action, partner, guest, *args, **kwargs
        )

    def _get_forbidden_access(self, operation):
        """Keep internal messages of a dispute from outsiders, of whatever type.

        Odoo itself does so for comments alone.
        """
        forbidden = super()._get_forbidden_access(operation)
        user = self.env.user
        if operation == "read" and user.share:
            # sudo: mail.message - compared, not shown
            for message in (self - forbidden).sudo()._filter_disputes():
                inner = message.is_internal or not message._has_open_subtype()
                if inner and message.author_id != user.partner_id:
                    forbidden += message.sudo(False)
        return forbidden

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _filter_disputes(self, vals_list=None):
        """The messages that stand on a record of a dispute.

        :param list vals_list: what they were just made from, if they were
        """
        places = defaultdict(lambda: defaultdict(self.browse))
        for message, vals in zip(self, vals_list or [{}] * len(self), strict=True):
            model, res_id = message._get_place(vals)
            if model and res_id:
                places[model][res_id] |= message
        found = self.browse()
        for model, messages in places.items():
            threads = self.env.get(model)
            if isinstance(threads, self.pool["mail.thread"]):
                cases = threads.browse(messages)._get_dispute_cases()
                found = found.union(*(messages[each] for each in cases))
        return found

    def _is_shown_outside(self):
        """Whether people outside may read the message in the portal."""
        return (
            issubclass(self.pool[self.model], self.pool["portal.mixin"])
            and self._has_open_subtype()
            and not self.is_internal
        )

    def _has_open_subtype(self):
        return bool(self.subtype_id) and not self.subtype_id.internal

    def _get_shown(self):
        """What the other side sees of the message."""
        words = ()
        if self._is_shown_outside():
            words = (self.model, self.res_id, self.body, tuple(self.attachment_ids.ids))
        others = self.env["dispute.lock"]._get_other_side(self.partner_ids)
        return Shown(words, self.subject or "", frozenset(others.ids))

    def _ask_gate(self):
        """Who speaks in the message as it is now, and whether he may.

        :return: a Speaker and a Verdict
        """
        message = self.sudo()  # sudo: mail.message - compared, not shown
        record = self.env[message.model].browse(message.res_id)
        return record._ask_gate(
            {
                "author_id": message.author_id.id,
                "message_type": message.message_type,
                "message_id": message.message_id,
            }
        )

    def _check_gate(self, kinds=("person", "mail", "system")):
        """Refuse that the other side sees or gets more.

        :param kinds: the kinds of speakers that are refused
        :raise UserError: saying who may write
        """
        speaker, verdict = self._ask_gate()
        if not verdict.may and speaker.kind in kinds:
            raise UserError(verdict.reason)

    # ------------------------------------------------------------------
    # Keeping inside
    # ------------------------------------------------------------------

    @api.model
    def _keep_system_inside(self, vals):
        """``vals`` of a note where the system would show a message by itself."""
        if not vals.get("subtype_id") or vals.get("is_internal"):
            return vals
        record = self.env["mail.thread"]._get_notified_record(vals)
        speaker, verdict = record._ask_gate(vals)
        if verdict.may or speaker.kind == "person":
            return vals
        if not record._goes_outside({**vals, "partner_ids": []}):
            return vals
        if not is_html_empty(vals.get("body")):
            record._withhold(
                verdict,
                "post",
                self.env["res.partner"],
                subject=vals.get("subject"),
                body=Markup(vals["body"]),
                email_from=vals.get("email_from"),
            )
        return {
            **vals,
            "is_internal": True,
            "message_type": "comment",
            "subtype_id": self.env.ref("mail.mt_note").id,
        }

    def _keep_others_out(self, vals):
        """``vals`` without people of the other side, whom Odoo names as recipients.

        It does so after posting a colleague's mail, which has become a note.
        """
        # sudo: mail.message - compared, not shown
        disputed = self.sudo()._filter_disputes()
        if all(each._ask_gate()[1].may for each in disputed.with_env(self.env)):
            return vals
        partners = self.env["res.partner"].browse(vals["partner_ids"])
        others = self.env["dispute.lock"]._get_other_side(partners)
        return {**vals, "partner_ids": (partners - others).ids}
