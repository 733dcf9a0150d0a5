"""What our people and the professionals do in the demo's story.

Each kind of step (see `devkit/story.py`) is a method; people act with their own rights
through the same windows and pages that they use in Odoo.
"""

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import UserError


class Acts:
    """Carries out the steps of a story that are no mails.

    :param env: Odoo environment of the superuser
    :param tickets: dict of the mails that arrived to their tickets
    """

    def __init__(self, env, tickets):
        self.env, self.tickets = env, tickets

    def act(self, kind, step):
        ticket = self.tickets[step[kind]]
        if "by" in step:
            ticket = ticket.with_user(self._get_user(step["by"]))
        getattr(self, f"_{kind}")(ticket, ticket.dispute_case_id, step)

    def _get_user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    # ------------------------------------------------------------------
    # To and about the customer
    # ------------------------------------------------------------------

    def _answer_to(self, ticket, case, step):
        # the composer proposes the customer as recipient of an answer
        self._post(ticket, step, "mail.mt_comment", ticket.partner_id.ids)

    def _note_on(self, ticket, case, step):
        self._post(ticket, step, "mail.mt_note", [])

    def _refused(self, ticket, case, step):
        """Try to answer; the story is wrong if nothing stops it."""
        try:
            with self.env.cr.savepoint():
                self._answer_to(ticket, case, step)
        except UserError:
            return
        raise AssertionError(f"the answer to {step['refused']} was not refused")

    def _post(self, ticket, step, subtype, recipients):
        ticket.message_post(
            body=Markup(step["body"]),
            message_type="comment",
            subtype_xmlid=subtype,
            partner_ids=recipients,
        )

    def _call(self, ticket, case, step):
        values = {
            "ticket_id": ticket.id,
            "direction": "out",
            "spoken_with": ticket.partner_id.name,
            "minutes": step["minutes"],
            "content": step["words"],
        }
        ticket.env["dispute.call.log"].create(values).action_apply()

    def _break(self, ticket, case, step):
        caller = self._get_user(step["caller"])
        values = {
            "ticket_id": ticket.id,
            "reason": step["reason"],
            "call_user_id": caller.id,
        }
        ticket.env["dispute.cool.off"].create(values).action_apply()

    # ------------------------------------------------------------------
    # The dispute
    # ------------------------------------------------------------------

    def _sum(self, ticket, case, step):
        case.env["dispute.case.sum"].create(
            {
                "case_id": case.id,
                "kind": step.get("kind", "claimed_by_them"),
                "amount": step["amount"],
                "date": fields.Date.today(),
                "note": step.get("words"),
            }
        )

    def _agreement(self, ticket, case, step):
        """Link an agreement: the one proposed, or by hand."""
        agreement = case.env["agreement"].search([("code", "=", step["code"])])
        links = ticket.dispute_agreement_link_ids
        proposed = links.filtered(lambda link: link.agreement_id == agreement)
        if proposed:
            proposed.action_link()
        else:
            links.create({"ticket_id": ticket.id, "agreement_id": agreement.id})

    def _clock(self, ticket, case, step):
        clock = case.clock_ids.filtered(lambda clock: clock.kind == step["kind"])[:1]
        values = {"clock_id": clock.id, "decision": "meet", "reason": step["reason"]}
        case.env["dispute.clock.decide"].create(values).action_confirm()

    def _stage(self, ticket, case, step):
        values = {
            "case_id": case.id,
            "rung": step["rung"],
            "reason": step["reason"],
            "override": step.get("override", False),
            "outcome": step.get("outcome"),
            "outcome_note": step.get("outcome") and step["reason"],
            "outcome_amount": step.get("amount", 0),
        }
        case.env["dispute.case.step.take"].create(values).action_apply()

    # ------------------------------------------------------------------
    # Handoffs
    # ------------------------------------------------------------------

    def _acknowledge(self, ticket, case, step):
        self._get_handoff(case, step).action_acknowledge()

    def _consent(self, ticket, case, step):
        values = {
            "handoff_id": self._get_handoff(case, {"as": "mediator"}).id,
            "side": step["side"],
            "words": step["words"],
        }
        case.env["dispute.handoff.consent.record"].create(values).action_apply()

    def _reply(self, ticket, case, step):
        """Answer the professional; he reads it on his page."""
        values = {
            "handoff_id": self._get_handoff(case, step).id,
            "body": step["words"],
        }
        case.env["dispute.exchange.answer"].create(values).action_send()

    def _page(self, ticket, case, step):
        """A professional does something on his page, where he has no account."""
        public = self.env.ref("base.public_user")
        handoff = self._get_handoff(case, step)
        pages = self.env["dispute.invitation"].search(
            [("step_id", "=", handoff.step_id.id)], limit=1
        )
        page = pages.with_user(public).sudo()
        words = step.get("words")
        post = {
            "text": words,
            "reason": words,
            "words": words,
            "outcome": step.get("outcome"),
            "amount": str(step.get("amount", "")),
        }
        page._act(step["does"], page.env["dispute.invitation.device"], post, [])

    def _get_handoff(self, case, step):
        """The open handoff to the role that the step names."""
        return case.handoff_ids.filtered(
            lambda handoff: handoff.role == step["as"] and not handoff.closed_at
        )
