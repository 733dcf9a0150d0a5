import logging

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import plaintext2html

from ..provenance import describe_error
from .dispute_policy_rule_match import acting

_logger = logging.getLogger(__name__)

ACTIVITY_TYPE = "dispute_guard.mail_activity_type_policy"


class DisputePolicyFiring(models.Model):
    """Actions that are done apart: one that fails leaves the others alone."""

    # one file a concern
    _inherit = "dispute.policy.firing"

    @api.model
    def _get_apart_actions(self):
        """Hook: fields of the rule to the methods that do what they say, in order.

        Server actions are no part of it: each is done for itself, and once at most.
        """
        return {
            "clock_kind": "_start_clocks",
            "tag_ids": "_add_tags",
            "plan_id": "_plan_activities",
            "notify_user_ids": "_notify",
        }

    def _act_apart(self):
        """Do what is done apart; note what was done, and what was not and why."""
        words = {rule: rule._describe_actions() for rule in self.rule_id}
        problems = {each: each.rule_id._describe_lost_actions() for each in self}
        undone = {each: {"server_action_ids"} for each in self}
        for name, method in self._get_apart_actions().items():
            wanted = self.filtered(lambda each, name=name: name in words[each.rule_id])
            with acting(wanted.rule_id.ids):
                failures = wanted._try_together(method)
            for each, failed in failures.items():
                problems[each].append(f"{words[each.rule_id][name]}: {failed}")
                undone[each].add(name)
        for each in self:
            ran, failed = each._run_server_actions()
            done = [
                told if name != "open_case" else each._describe_case()
                for name, told in words[each.rule_id].items()
                if name not in undone[each]
            ]
            each.effect = ", ".join(done + ran)
            each.problem = "\n".join(problems[each] + failed) or False
        self.filtered("problem")._tell_administrator()

    def _try_together(self, method):
        """Call ``method`` with all; if that fails, with each.

        :return: what went wrong, in words, as {firing: words}
        """
        if not self or not self._try(getattr(self, method)):
            return {}
        failures = {each: each._try(getattr(each, method)) for each in self}
        return {each: failed for each, failed in failures.items() if failed}

    def _try(self, act, *args):
        """Call ``act``; return what went wrong, in words, or None."""
        try:
            with self.env.cr.savepoint():
                act(*args)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # all is run again
        except Exception as error:
            _logger.info("A policy rule could not act in full", exc_info=True)
            return describe_error(error)
        return None

    def _tell_administrator(self):
        """Plan an activity on the tickets, once, for who can mend the rules."""
        for each in self:
            ticket = each.ticket_id.with_context(mail_activity_quick_update=True)
            if not ticket.activity_search([ACTIVITY_TYPE]):
                self._try(each._plan_mending, ticket)

    def _plan_mending(self, ticket):
        ticket.activity_schedule(
            ACTIVITY_TYPE,
            summary=self.rule_name,
            note=plaintext2html(self.problem),
            user_id=self.company_id._get_dispute_administrator().id,
        )

    # ------------------------------------------------------------------
    # One method for each
    # ------------------------------------------------------------------

    def _start_clocks(self):
        self.env["dispute.clock"]._start(
            [
                {
                    "case": each.ticket_id.dispute_case_id,
                    "kind": each.rule_id.clock_kind,
                    "ticket": each.ticket_id,
                    "started_at": each.signal_id.occurred_at,
                }
                for each in self
            ]
        )

    def _add_tags(self):
        for each in self:
            tags = each.rule_id._get_targets("tag_ids") - each.ticket_id.tag_ids
            if tags:
                each.ticket_id.tag_ids = [Command.link(tag.id) for tag in tags]

    def _plan_activities(self):
        """Plan them on the cases, unless the rule has done so before."""
        tickets = self.ticket_id.dispute_case_id.ticket_ids
        earlier = self.search(
            [
                ("rule_id", "in", self.rule_id.ids),
                ("ticket_id", "in", tickets.ids),
                ("mode", "=", "live"),
                ("id", "not in", self.ids),
            ]
        )
        known = {(each.rule_id, each.ticket_id.dispute_case_id) for each in earlier}
        for rule, some in self.grouped("rule_id").items():
            cases = some.ticket_id.dispute_case_id.filtered(
                lambda case, rule=rule: (rule, case) not in known
            )
            rule._get_targets("plan_id")._plan_dispute_activities(cases)

    def _notify(self):
        """Tell colleagues, never a customer, what was seen."""
        for each in self:
            users = each.rule_id._get_targets("notify_user_ids").filtered(
                lambda user, each=each: not user.share
                and each.company_id in user.company_ids
            )
            if not users:
                raise UserError(self.env._("None of them is a user of the company."))
            each._notify_users(users)

    def _notify_users(self, users):
        # as the system, whose words are nobody's signal
        self.ticket_id.with_user(SUPERUSER_ID).message_notify(
            partner_ids=users.partner_id.ids,
            author_id=self.env.ref("base.partner_root").id,
            subject=self.env._(
                "%(rule)s: %(ticket)s",
                rule=self.rule_name,
                ticket=self.ticket_id.display_name,
            ),
            body=Markup("<blockquote>%s</blockquote><p>%s</p>")
            % (self.signal_id.statement or "", self.rule_id.practice or ""),
        )

    def _run_server_actions(self):
        """Run each, with the rights of who chose them.

        :return: words of those that went well, words of those that did not
        """
        ran, failed = [], []
        with acting(self.rule_id.ids):
            for action in self.rule_id._get_targets("server_action_ids"):
                told = self.env._("Run: %s", action.name)
                problem = self._try(self._run_server_action, action)
                if problem:
                    failed.append(f"{told}: {problem}")
                else:
                    ran.append(told)
        return ran, failed

    def _run_server_action(self, action):
        """Run it with the rights of who chose it."""
        ticket, user = self.ticket_id, self.rule_id.run_as_id
        if not user.active and user.id != SUPERUSER_ID:
            raise UserError(
                self.env._("%s, with whose rights it runs, is archived.", user.name)
            )
        companies = ticket.company_id & user.company_ids or user.company_id
        context = {
            "lang": user.lang,
            "tz": user.tz,
            "allowed_company_ids": companies.ids,
            "active_model": ticket._name,
            "active_id": ticket.id,
            "active_ids": ticket.ids,
        }
        # nothing of the context in which the message came
        action.with_env(self.env(user=user.id, context=context)).run()
