import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ..models.dispute_screening_rule_state import LEAST_READ
from ..models.dispute_signal import GRADES, TEXT_KINDS
from ..screening.finding import CURRENT_SEGMENTS, UNKNOWN

MOST_READ = 5000
MOST_SHOWN = 80
# Texts that are in memory at the same time; some are megabytes long.
CHUNK = 50
MOST_SECONDS = 20
# What people or policy made of words; noted or suggested words count as unseen.
KNOWN_STATES = ("open", "confirmed", "dismissed")


class DisputeScreeningTrial(models.TransientModel):
    """Shows what a phrase would have found, without leaving a trace in the data.

    The newest texts in the phrase's language are read again, those that the user may
    see. Of the result a rule keeps how many were read and found, and when.
    """

    _name = "dispute.screening.trial"
    _description = "Try a Phrase"

    rule_id = fields.Many2one("dispute.screening.rule", ondelete="cascade")
    # the wording, for a phrase that is not in the book
    phrase = fields.Text()
    kind = fields.Selection(selection=TEXT_KINDS, default="legal_threat")
    grade = fields.Selection(selection=GRADES, default="conditional")
    language = fields.Selection(
        selection=lambda self: self.env["dispute.signal"]._selection_language()
    )
    # what came of it
    is_done = fields.Boolean()
    read_count = fields.Integer(string="Texts Read", readonly=True)
    found_count = fields.Integer(string="Fires On", readonly=True)
    known_count = fields.Integer(string="Known", readonly=True)
    outcome = fields.Text(readonly=True)
    problem = fields.Text(readonly=True)
    covered_forms = fields.Text(readonly=True)
    line_ids = fields.One2many(
        "dispute.screening.trial.line", "trial_id", readonly=True
    )

    @api.onchange("phrase", "kind", "grade", "language")
    def _onchange_wording(self):
        self.is_done = False

    def action_try(self):
        """Read the texts and show what was found."""
        self.ensure_one()
        self._clear()
        rule = self._get_rule()
        if problem := rule._find_problem():
            self.problem = problem
        else:
            self._run(rule)
        return {
            "type": "ir.actions.act_window",
            "name": self.rule_id
            and self.env._("Try: %s", rule.name)
            or self.env._("Try a Phrase"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_add(self):
        """Put the phrase into the book, as a draft that has been tried."""
        self.ensure_one()
        rule = self.env["dispute.screening.rule"].create(self._prepare_rule_values())
        self.rule_id = rule
        self.action_try()  # what a client says of an earlier try proves nothing
        return {
            "type": "ir.actions.act_window",
            "res_model": rule._name,
            "res_id": rule.id,
            "view_mode": "form",
        }

    def _get_rule(self):
        """The rule to try; one that is not stored for a phrase outside the book."""
        if self.rule_id:
            self.rule_id.check_access("read")
            return self.rule_id
        if not (self.phrase and self.kind and self.language):
            raise UserError(
                self.env._("Say which words, in which language, mean what.")
            )
        return self.env["dispute.screening.rule"].new(
            self._prepare_rule_values() | {"code": "trial"}
        )

    def _prepare_rule_values(self):
        return {
            "phrase": self.phrase,
            "kind": self.kind,
            "grade": self.kind == "legal_threat" and self.grade,
            "language": self.language,
        }

    def _clear(self):
        self.write(
            {
                "is_done": False,
                "outcome": False,
                "problem": False,
                "covered_forms": False,
                "line_ids": [(5,)],
            }
        )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _run(self, rule):
        ids = self._find_texts(rule)
        read, hits = self._read_texts(rule._make_own_screener(), ids)
        known = self._find_known(rule.kind, hits)
        self.write(
            {
                "is_done": True,
                "read_count": read,
                "found_count": len(hits),
                "known_count": sum(state != "dismissed" for state in known.values()),
                "covered_forms": rule.covered_forms,
                "problem": rule._find_excess(len(hits), read)
                or rule._find_failed_example(),
                "outcome": self._describe(read, len(ids), hits, known),
                "line_ids": [
                    (0, 0, {"inbound_id": id_, "quote": quote, "known": known.get(id_)})
                    for id_, quote in list(hits.items())[:MOST_SHOWN]
                ],
            }
        )
        if self.rule_id:
            rule._note_trial(len(hits), read)

    def _find_texts(self, rule):
        """Ids of the texts to read, the newest first: customers', in the language of
        the rule or in none that was recognised."""
        companies = rule.company_id or self.env.companies
        return (
            self.env["dispute.inbound"]
            .search(
                Domain("company_id", "in", companies.ids)
                & Domain("state", "!=", "skipped")
                & (
                    Domain("language", "like", rule.language)
                    | Domain("language", "in", [False, UNKNOWN])
                ),
                order="id desc",
                limit=MOST_READ,
            )
            .ids
        )

    def _read_texts(self, screener, ids):
        """Screen texts until all are read or the time is over.

        :return: how many were read; the quote for each id that has one
        """
        until = time.monotonic() + MOST_SECONDS
        read, hits = 0, {}
        for some in split_every(CHUNK, ids, self.env["dispute.inbound"].browse):
            for values in some.read(["subject", "body"], load=None):
                if time.monotonic() > until:
                    return read, hits
                read += 1
                result = screener.screen(
                    html=values["body"] or "", subject=values["subject"] or ""
                )
                for finding in result.findings:
                    if finding.segment in CURRENT_SEGMENTS:
                        hits.setdefault(values["id"], finding.quote)
            some.invalidate_recordset(["body"])
        return read, hits

    def _find_known(self, kind, hits):
        """What became of signals of the kind in the texts found: {text id: state}.

        One that stands outweighs one that was dismissed.
        """
        groups = self.env["dispute.signal"]._read_group(
            [
                ("inbound_id", "in", list(hits)),
                ("kind", "=", kind),
                ("state", "in", KNOWN_STATES),
            ],
            ["inbound_id", "state"],
        )
        rank = KNOWN_STATES.index
        known = {}
        for inbound, state in sorted(groups, key=lambda group: -rank(group[1])):
            known[inbound.id] = state
        return known

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _describe(self, read, total, hits, known):
        """The outcome in sentences."""
        if not read:
            return self.env._("There is no text in this language yet to try it on.")
        told = [
            self.env._(
                "It fires on %(found)s of %(read)s texts (%(share).1f %%).",
                found=len(hits),
                read=read,
                share=100 * len(hits) / read,
            )
        ]
        if hits:
            states = list(known.values())
            told.append(
                self.env._(
                    "Of these, %(known)s have a signal of this kind already, "
                    "%(dismissed)s had one that was dismissed, %(fresh)s are new.",
                    known=len(states) - states.count("dismissed"),
                    dismissed=states.count("dismissed"),
                    fresh=len(hits) - len(states),
                )
            )
        if read < LEAST_READ:
            told.append(
                self.env._(
                    "These are too few texts to see whether it fires too often: let it "
                    "work in shadow first."
                )
            )
        if len(hits) > MOST_SHOWN:
            told.append(self.env._("The newest %(count)s are shown.", count=MOST_SHOWN))
        if read < total:
            told.append(
                self.env._(
                    "Reading stopped after %(seconds)s seconds, older texts were left.",
                    seconds=MOST_SECONDS,
                )
            )
        elif total == MOST_READ:
            told.append(self.env._("Older texts were not read."))
        return " ".join(told)


class DisputeScreeningTrialLine(models.TransientModel):
    _name = "dispute.screening.trial.line"
    _description = "Text Found by a Phrase"

    trial_id = fields.Many2one(
        "dispute.screening.trial", required=True, ondelete="cascade"
    )
    inbound_id = fields.Many2one("dispute.inbound", required=True, ondelete="cascade")
    # with the reader's own rights: any client can write any id into a line
    received_at = fields.Datetime(related="inbound_id.received_at", related_sudo=False)
    ticket_id = fields.Many2one(related="inbound_id.ticket_id", related_sudo=False)
    quote = fields.Text(readonly=True)
    known = fields.Selection(
        selection=[
            ("open", "Open"),
            ("confirmed", "Confirmed"),
            ("dismissed", "Dismissed"),
        ],
        string="Signal So Far",
        readonly=True,
    )

    @api.constrains("inbound_id")
    def _check_inbound(self):
        """Its name is told to whoever reads this; constraints run as superuser."""
        self.sudo(False).inbound_id.check_access("read")

    def action_open(self):
        """Open the text in which the words stand."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dispute.inbound",
            "res_id": self.inbound_id.id,
            "view_mode": "form",
        }
