import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import plaintext2html

from ..provenance import describe_error
from ..station import at_work, is_at_work, own_defaults
from .dispute_case import RUNGS
from .dispute_case_outcome import OUTCOME_FIELDS
from .dispute_rung import RANK

_logger = logging.getLogger(__name__)

COUNSEL = "dispute_guard.group_dispute_counsel"
NAMED = 3  # so many of those who can override are named


class DisputeCase(models.Model):
    """The ladder: how a dispute goes from stage to stage.

    Whatever way the stage is changed, its conditions are looked at and the step is
    recorded. Conditions bind on the way up; going back needs none.
    """

    # one file a concern
    _inherit = "dispute.case"

    rung = fields.Selection(copy=False)
    opened_at = fields.Datetime(copy=False)
    step_ids = fields.One2many("dispute.case.step", "case_id", string="Steps")

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        guarded = {"rung", "opened_at"}
        return own_defaults(self, super().default_get(fields), guarded)

    @api.model_create_multi
    def create(self, vals_list):
        if is_at_work(self):
            return super().create(vals_list)
        for vals in vals_list:
            self._check_opened_write(vals)
        first = RUNGS[0][0]
        wanted = [vals.get("rung") or first for vals in vals_list]
        cases = super().create(
            [
                {name: value for name, value in vals.items() if name != "rung"}
                for vals in vals_list
            ]
        )
        # no mail for each: this runs while a customer's mail is received
        cases.with_context(mail_activity_quick_update=True)._start_playbooks(first)
        for case, rung in zip(cases, wanted, strict=True):
            if rung != first:
                case.rung = rung
        return cases

    def write(self, vals):
        if is_at_work(self):
            return super().write(vals)
        self._check_opened_write(vals)
        rung = vals.get("rung")
        if rung not in RANK:
            return super().write(vals)
        # what comes with it, an outcome for instance, counts for its conditions
        others = {name: value for name, value in vals.items() if name != "rung"}
        if others:
            super().write(others)
        self._step(rung)
        return True

    def _check_opened_write(self, vals):
        """How long a stage was tried is counted from there."""
        if "opened_at" in vals:
            raise UserError(self.env._("When a dispute was opened is not entered."))

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def _step(self, rung, reason=None, override=False):
        """Take the cases to ``rung``; those that are there already stay.

        :param str reason: why; an override needs one
        :param bool override: go on although something is missing: for counsel alone
        :return: the steps
        :raise UserError: naming what is missing and who can override it
        """
        self.check_access("write")
        moved = self.filtered(lambda case: case.rung != rung)
        # what belonged to it belongs to another dispute now
        moved.filtered("merged_into_id")._refuse_change()
        missing = {case: case._find_missing(rung) for case in moved}
        lacking = moved.filtered(lambda case: missing[case])
        if lacking and override:
            self._check_override(reason)
        elif lacking:
            raise UserError(lacking[0]._describe_refusal(rung, missing[lacking[0]]))
        steps = self.env["dispute.case.step"]._record_steps(
            moved, rung, reason, missing
        )
        at_work(moved).write({"rung": rung})
        moved._after_step(steps)
        return steps

    def _after_step(self, steps):
        """Hook: the cases have taken ``steps``, all to the same rung."""
        reopened = steps.filtered(lambda step: step.from_rung == "closed").case_id
        # how it ends now is asked anew; how it had ended stands in the evidence
        at_work(reopened).write(dict.fromkeys(OUTCOME_FIELDS, False))
        self._log_steps(steps)
        for rung in set(steps.mapped("rung")):
            self._start_playbooks(rung)

    def _log_steps(self, steps):
        """Tell in the chatter what the change of the stage itself does not say."""
        for step in steps.filtered(lambda step: step.reason or step.missing):
            lines = [step.reason]
            if step.missing:
                lines += [self.env._("Overridden by counsel. Missing:"), step.missing]
            words = "\n".join(filter(None, lines))
            step.case_id._message_log(body=plaintext2html(words))

    def _check_override(self, reason):
        """:raise AccessError: unless counsel acts himself; UserError without reason"""
        user = self.env.user
        if user._is_superuser() or not user.has_group(COUNSEL):
            raise AccessError(
                self.env._("Only counsel goes on although something is missing.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why you go on without it."))

    def _describe_refusal(self, rung, missing):
        labels = dict(self._fields["rung"]._description_selection(self.env))
        names = self._name_counsel()
        return "\n".join(
            [
                self.env._(
                    "%(case)s cannot go to “%(stage)s” yet. Still missing:",
                    case=self.name,
                    stage=labels[rung],
                ),
                *(f"• {each}" for each in missing),
                self.env._("Counsel (%(names)s) can override it.", names=names)
                if names
                else self.env._(
                    "Only counsel can override it, and nobody is counsel yet: an "
                    "administrator grants that right."
                ),
            ]
        )

    def _name_counsel(self):
        counsel = self._get_counsel()
        names = ", ".join(counsel[:NAMED].mapped("name"))
        return f"{names}, …" if len(counsel) > NAMED else names

    def _get_counsel(self):
        """The users who can override what is missing."""
        # sudo: res.users - who can override is told to whoever is refused
        users = self.env["res.users"].sudo()
        return users.search(
            [
                ("all_group_ids", "in", self.env.ref(COUNSEL).ids),
                ("company_ids", "in", self.company_id.ids),
            ],
            order="id",
        )

    def action_take_step(self):
        """Show what the next stage asks for, then go there."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Go to Another Stage"),
            "res_model": "dispute.case.step.take",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    # ------------------------------------------------------------------
    # Conditions
    # ------------------------------------------------------------------

    def _get_reached_rung(self):
        """Where the case stands; of a closed one, where it stood before."""
        self.ensure_one()
        if self.rung != "closed":
            return self.rung
        closing = self.step_ids.filtered(lambda step: step.rung == "closed")
        return closing.sorted("id")[-1:].from_rung or RUNGS[0][0]

    def _find_missing(self, rung):
        """What the case lacks for entering ``rung``, as a list of sentences."""
        self.ensure_one()
        if RANK[rung] <= RANK[self._get_reached_rung()]:
            return []
        # sudo: dispute.case - judged by all that is there, whoever asks
        case = self.sudo()
        settings = self.env["dispute.rung"]._find(rung, self.company_id)
        conditions = settings[case.company_id].condition_ids
        stages = conditions.filtered(lambda each: each.kind == "rung_tried")
        days = {each.tried_rung: each.days for each in stages}
        return [
            *case._find_untried(rung, days),
            *(conditions - stages)._find_missing(case).mapped("name"),
        ]

    def _get_spans(self, until=None):
        """How long the case has been at each stage, as {rung: timedelta}.

        :param datetime until: when to stop counting; None: now
        """
        self.ensure_one()
        until = until or fields.Datetime.now()
        # what was tried before a dispute was split off, was tried for it, too
        origin = self.split_from_id
        spans = origin._get_spans(self.opened_at) if origin else {}
        steps = self.step_ids.sorted("id")
        since, rung = self.opened_at, steps[:1].from_rung or self.rung
        past = steps.filtered(lambda step: step.taken_at <= until)
        ends = [(step.taken_at, step.rung) for step in past]
        for at, following in [*ends, (until, None)]:
            spans[rung] = spans.get(rung, timedelta()) + max(at - since, timedelta())
            since, rung = at, following
        return spans

    def _has_tried(self, rung, days):
        """Hook: whether the case has been at the stage ``rung`` for ``days``."""
        span = self._get_spans().get(rung)
        if span is not None and span.days >= days:
            return True
        return rung == "mediation" and self._is_mediation_refused()

    def _is_mediation_refused(self):
        """Hook: whether the customer was asked for mediation and refused it."""
        return any(
            consent.side == "theirs" and consent.state == "refused"
            for consent in self.handoff_ids.consent_ids
        )

    def _has_mediation_consents(self):
        """Hook: whether both sides consent to mediation."""
        return any(
            handoff.role == "mediator" and handoff.consent_state == "given"
            for handoff in self.handoff_ids
        )

    # ------------------------------------------------------------------
    # Playbooks
    # ------------------------------------------------------------------

    def _get_responsibles(self):
        """Hook: our people to whom the work on the case falls, the nearest first."""
        self.ensure_one()
        users = self.user_id + self.ticket_ids.user_id + self.ticket_ids.team_id.user_id
        return users.filtered(lambda user: user.active and not user.share)

    def _start_playbooks(self, rung):
        """Plan what is to be done at the stage ``rung``."""
        settings = self.env["dispute.rung"]._find(rung, self.company_id)
        # sudo: dispute.case - planned whoever takes the step
        for company, cases in self.sudo().grouped("company_id").items():
            if not settings[company].plan_id:
                continue
            try:
                with self.env.cr.savepoint():
                    settings[company].plan_id._plan_dispute_activities(cases)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise  # all is run again
            except Exception as error:
                # nothing of a dispute waits for a plan that does not work
                _logger.exception("The playbook of %s could not be planned", rung)
                company._tell_dispute_administrator(cases[:1], describe_error(error))
