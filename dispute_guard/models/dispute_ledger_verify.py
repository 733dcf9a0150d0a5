import base64
import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import keystore
from ..ledger import HeadError, LogError, public_key
from ..ledger.timestamp import TokenError, check_token
from ..provenance import describe_error
from .stored_log import StoredLog

_logger = logging.getLogger(__name__)

# Items up to which a verification is done while somebody waits for it.
AT_ONCE = 100_000
MOST_ANCHORS = 20


class DisputeLedger(models.Model):
    """Verification: is the log as it was, and what shows it from outside."""

    _inherit = "dispute.ledger"

    @api.model
    def _cron_verify(self):
        ledgers = self.search([("company_id.active", "=", True)])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(ledgers))
        for ledger in ledgers:
            ledger._verify_apart()
            if not commit(1):
                break

    def _verify_apart(self):
        """Verify; what makes that impossible is told and stops no other log."""
        try:
            with self.env.cr.savepoint():
                self._verify()
        except Exception as error:
            _logger.exception("The log of %s could not be verified", self.log)
            self._note_problem("verify_problem", describe_error(error))

    def _verify(self, outside=()):
        """Check the whole log and record what was found.

        :param outside: list of ``(Head, signature)`` that somebody brought
        :return: the ``dispute.ledger.report``
        """
        self.ensure_one()
        self.env.flush_all()
        started = fields.Datetime.now()
        kept, remarks = self._find_kept_head()
        log = StoredLog(self, [*outside, *kept])
        error = None
        try:
            log.check()
            self._check_key(log.walk)
            remarks += self._check_tokens()
        except LogError as found:
            error = found
        alarms = self._find_alarms(not error)
        remarks = alarms + remarks + self._get_remarks(log.walk)
        values = self._prepare_report_values(log.walk, error, remarks)
        values["started_at"] = started
        values["anchors"] = "\n".join(
            self._describe_outside(log.walk, outside, kept)
            + self._describe_anchors(log.walk)
        )
        # sudo: dispute.ledger - the log tells its administrator, whoever asked
        problem = values["explanation"] or "\n".join(alarms)
        self.sudo()._note_problem("verify_problem", problem)
        # sudo: dispute.ledger.report - nobody may make reports but this method
        return self.env["dispute.ledger.report"].sudo().create(values)

    def _prepare_report_values(self, walk, error, remarks):
        """Hook: what a report says.

        :param Walk walk: how far verification came
        :param LogError error: what it ended with, or None
        :param list remarks: sentences
        """
        position = error.position if error else None
        return {
            "company_id": self.company_id.id,
            "finished_at": fields.Datetime.now(),
            "asked_by": self.env.user.login,
            "state": "broken" if error else "noted" if remarks else "intact",
            "size": walk.frontier.size if position is None else position,
            "heads": walk.heads,
            "fault": error and error.kind,
            "position": -1 if position is None else position,
            "evidence_id": error and error.facts.get("evidence"),
            "explanation": self._explain_fault(error) if error else False,
            "remarks": "\n".join(remarks),
        }

    # ------------------------------------------------------------------
    # Keys, tokens, heads outside
    # ------------------------------------------------------------------

    def _find_kept_head(self):
        """The heads kept on the server that this log has to fit, and remarks on them.

        A log that the server knows and the database does not was put away with all that
        stood in it: none of those that are there now fits its head.
        """
        database = self.env.cr.dbname
        # sudo: dispute.ledger - of all companies
        every = self.sudo().with_context(active_test=False)
        logs = [log for [log] in every._read_group([], ["log"])]
        try:
            found = keystore.find_head(database, self.log)
            foreign = keystore.find_foreign_heads(database, logs)
        except (OSError, HeadError) as error:
            words = self.env._("The head kept on the server cannot be read: %s", error)
            return [], [words]
        if found or foreign:
            return [*([found] if found else []), *foreign], []
        if self._get_last_head():
            words = self.env._("No head is kept on the server to compare with.")
            return [], [words]
        return [], []

    def _check_key(self, walk):
        """Compare the key of the newest head with the one on the server.

        :raise LogError: when the head is signed with another
        """
        head = walk.head
        try:
            key = keystore.find_key(self.env.cr.dbname, self.log)
        except (OSError, ValueError):
            return  # told when the next head is made
        if head and head.key and key and public_key(key) != head.key:
            raise LogError("signature", None, size=head.size, time=head.time, key=True)

    def _check_tokens(self):
        """Check every time-stamp; return remarks.

        :raise LogError: when one does not hold
        """
        # sudo: dispute.ledger.head - whoever may verify verifies all of it
        heads = (
            self.env["dispute.ledger.head"]
            .sudo()
            .search(
                [("company_id", "=", self.company_id.id), ("token_time", "!=", False)],
                order="size",
            )
        )
        if not heads:
            return []
        try:
            certificates = self._get_certificates()
        except TokenError as error:
            return [self.env._("Time-stamps could not be checked: %s", error)]
        for head in heads:
            try:
                moment, _authority = check_token(
                    base64.b64decode(head.token or ""),
                    head.canonical.encode(),
                    certificates,
                )
                if moment.replace(microsecond=0) != head.token_time:
                    raise TokenError(f"it says {moment}")
            except ValueError as error:
                raise LogError(
                    "token", None, size=head.size, time=head.time, reason=error
                ) from error
        return []

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    def _get_remarks(self, walk):
        """Sentences on what breaks nothing and should be known all the same."""
        words = {
            "key": self.env._(
                "From the head of %(time)s (%(size)s items) on another key signs. If "
                "nobody moved the server, find out why."
            ),
            "clock": self.env._(
                "The head of %(time)s (%(size)s items) was made after one with a later "
                "time: the server's clock was set back."
            ),
            "unsigned": self.env._(
                "The head of %(time)s (%(size)s items) is not signed: there was no key."
            ),
        }
        remarks = [
            words[kind] % {"time": head.time, "size": head.size}
            for kind, head in walk.notes
        ]
        return remarks + self._get_queue_remarks()

    def _get_queue_remarks(self):
        # a row of a company that there is not will never be dealt with
        self.env.cr.execute(
            SQL(
                """
                SELECT COUNT(*) FROM dispute_ledger_queue
                WHERE (company = %s AND problem IS NOT NULL)
                    OR company NOT IN (SELECT id FROM res_company)
                """,
                self.company_id.id,
            )
        )
        [stuck] = self.env.cr.fetchone()
        if stuck:
            return [
                self.env._(
                    "%s rows could not be put into the log, see the queue.", stuck
                )
            ]
        return []

    def _describe_outside(self, walk, outside, kept):
        """Lines on the heads from elsewhere that fit."""
        lines = []
        for heads, words in (
            (outside, self.env._("It fits the head that was brought: %s.")),
            (kept, self.env._("It fits the head kept on the server: %s.")),
        ):
            for head, _signature in heads:
                if head in walk.met:
                    said = self.env._(
                        "%(time)s, %(size)s items", time=head.time, size=head.size
                    )
                    lines.append(words % said)
        return lines

    def _describe_anchors(self, walk):
        """Lines on the newest heads that left the database and fit."""
        lines = []
        for head in self._get_anchors(walk.head.size if walk.head else 0):
            if head.token_time:
                lines.append(
                    self.env._(
                        "%(head)s: time-stamped %(time)s UTC by %(authority)s.",
                        head=head.display_name,
                        time=head.token_time,
                        authority=head.token_authority,
                    )
                )
            if head.mailed_at:
                lines.append(
                    self.env._(
                        "%(head)s: mailed %(time)s UTC to %(address)s.",
                        head=head.display_name,
                        time=head.mailed_at,
                        address=head.mailed_to,
                    )
                )
        return lines

    def _get_anchors(self, size=None):
        """The newest heads that were mailed or time-stamped.

        :param int size: those of at most so many items
        """
        domain = Domain("company_id", "=", self.company_id.id) & (
            Domain("mailed_at", "!=", False) | Domain("token_time", "!=", False)
        )
        if size is not None:
            domain &= Domain("size", "<=", size)
        # sudo: dispute.ledger.head - whoever may verify is told of all of it
        heads = self.env["dispute.ledger.head"].sudo()
        return heads.search(domain, order="size desc", limit=MOST_ANCHORS)

    def _explain_fault(self, error):
        """Say in a sentence what ``error`` (a LogError) found."""
        states = {"missing": self.env._("missing"), "altered": self.env._("altered")}
        facts = {"evidence": False, **error.facts, "position": error.position}
        facts["what"] = states.get(facts.get("what"))
        return self._get_fault_words(error) % facts

    def _get_fault_words(self, error):
        facts = error.facts
        if error.kind == "edited" and facts.get("column"):
            return self.env._(
                "Evidence %(evidence)s (item %(position)s) was edited: “%(column)s” is "
                "not what was recorded."
            )
        if error.kind == "missing" and not facts.get("evidence"):
            return self.env._("Item %(position)s is missing from the log.")
        if error.kind == "missing" and facts.get("unfiled"):
            return self.env._(
                "Row %(evidence)s of %(source)s never got into the log: its place in "
                "the queue was taken away."
            )
        if error.kind == "missing" and facts.get("source"):
            return self.env._(
                "Row %(evidence)s of %(source)s was deleted before it got into the log."
            )
        if error.kind == "inserted" and facts.get("evidence"):
            return self.env._(
                "Evidence %(evidence)s stands in no log: it was put in past the "
                "recording, or its item was taken out."
            )
        if error.kind == "signature" and facts.get("key"):
            return self.env._(
                "The head of %(time)s (%(size)s items) is not signed with the key of "
                "this server."
            )
        return {
            "edited": self.env._(
                "Evidence %(evidence)s (item %(position)s) was edited: it is not what "
                "was put into the log."
            ),
            "missing": self.env._(
                "Evidence %(evidence)s (item %(position)s) is missing."
            ),
            "inserted": self.env._("Item %(position)s was put in afterwards."),
            "reordered": self.env._(
                "Item %(position)s does not stand where it did: the order was changed."
            ),
            "changed": self.env._(
                "Of items %(position)s to %(last)s something was edited, removed or "
                "put in: the head of %(time)s (%(size)s items) does not fit them."
            ),
            "cut": self.env._(
                "The tail was cut off, or an old backup restored: the log ends before "
                "item %(position)s, but its head of %(time)s counts %(size)s items."
            ),
            "rewritten": self.env._(
                "The log was rewritten: its first %(size)s items are not those of the "
                "head of %(time)s that was kept outside the database."
            ),
            "head": self.env._(
                "The head after item %(position)s is damaged or gone: %(reason)s."
            ),
            "signature": self.env._(
                "The signature of the head of %(time)s (%(size)s items) is not valid."
            ),
            "node": self.env._(
                "The tree hash stored for items %(position)s to %(last)s is damaged. "
                "The items themselves are intact up to here."
            ),
            "token": self.env._(
                "The time-stamp of the head of %(time)s (%(size)s items) does not "
                "hold: %(reason)s."
            ),
            "file": self.env._(
                "The file %(sha256)s that evidence %(evidence)s (item %(position)s) "
                "names is %(what)s."
            ),
        }[error.kind]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_verify(self):
        """Verify now; a long log by its scheduled action, which tells when ready."""
        self.ensure_one()
        self.check_access("read")
        if self.size > AT_ONCE:
            # sudo: ir.cron - only its time is set
            self.env.ref("dispute_guard.ir_cron_ledger_verify").sudo()._trigger()
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "info",
                    "message": self.env._(
                        "The log is long. It is verified in the background; the result "
                        "will stand under Verifications."
                    ),
                },
            }
        return self._verify()._open()
