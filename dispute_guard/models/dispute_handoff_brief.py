from odoo import api, fields, models

from ..ledger import sha256_hex
from .dispute_handoff_notice import AROUND_THE_CLOCK
from .dispute_signal import LIVE_STATES

# What the timeline tells again that the brief says elsewhere.
TOLD_ELSEWHERE = ("signal", "policy", "clock")
LATEST_EVENTS = 60
PHYSICAL = "physical_threat"
PROMISE = "dispute_guard.mail_activity_type_promise"


class DisputeHandoff(models.Model):
    """The brief: what a professional has to know, written by itself."""

    # one file a concern
    _inherit = "dispute.handoff"

    emergency_note = fields.Text(compute="_compute_emergency_note")

    @api.depends_context("lang")
    def _compute_emergency_note(self):
        """For security: whom to call when somebody is in danger."""
        urgent = self.filtered(lambda handoff: handoff.role == AROUND_THE_CLOCK)
        (self - urgent).emergency_note = False
        places = urgent.case_id._get_jurisdictions()
        for handoff in urgent:
            handoff.emergency_note = self._find_emergency_note(places[handoff.case_id])

    def action_write_brief(self):
        """Write the brief now, to be put right before it is sent."""
        self.check_access("write")
        for handoff in self.filtered(lambda handoff: not handoff.brief_sha256):
            # sudo: dispute.handoff - the brief is the same whoever asks for it
            handoff.sudo()._write_brief()

    def _write_brief(self):
        """Write brief, desired outcome and options where they are still empty."""
        handoff = self._for_professional()
        self._move(
            {
                "desired_outcome": self.desired_outcome or handoff._get_wish(),
                "options": self.options or handoff._get_options(),
            }
        )
        self._move({"brief": self._make_brief()})

    def _freeze_brief(self):
        """From now on the brief stays as it is; its digest goes into evidence."""
        self._move({"brief_sha256": sha256_hex(str(self.brief or "").encode())})

    def _for_professional(self):
        """``self`` in the professional's language and time zone, as far as known."""
        partner = self.professional_id.partner_id
        return self.with_context(
            lang=partner.lang or self.env.user.lang,
            tz=partner.tz or self.company_id.partner_id.tz or "UTC",
        )

    def _make_brief(self):
        """Hook: the brief as HTML, in the professional's language."""
        handoff = self._for_professional()
        template = (
            "dispute_guard.handoff_brief_security"
            if self.role == AROUND_THE_CLOCK
            else "dispute_guard.handoff_brief"
        )
        return handoff.env["ir.qweb"]._render(template, handoff._prepare_brief_values())

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def _prepare_brief_values(self):
        """Hook: what the brief's template may show.

        Security sees the physical threats and nothing else of the matter; the others
        see that there are some, and that security has them.
        """
        case = self.case_id
        live = case.signal_ids.filtered(
            lambda signal: signal.state in LIVE_STATES
        ).sorted("occurred_at")
        physical = live.filtered(lambda signal: signal.kind == PHYSICAL)
        values = {
            "handoff": self,
            "time_zone": self.env.context.get("tz"),
            "case": case,
            "tickets": case.ticket_ids,
            "physical": physical,
        }
        if self.role == AROUND_THE_CLOCK:
            return values
        words = (live - physical).filtered("quote")
        return values | {
            "signals": words,
            "noted": live - physical - words,
            "lapses": case.ticket_ids.dispute_lapse_ids.filtered(
                lambda lapse: not lapse.excuse
            ).sorted("began_at"),
            "links": case.agreement_link_ids.filtered(
                lambda link: link.state != "rejected"
            ),
            "parties": case.party_ids,
            "clocks": case.clock_ids.filtered(
                lambda clock: clock.state in ("running", "suspended", "missed")
            ).sorted("due_at"),
            "promises": self._get_promises(),
            **self._get_efforts(),
            **self._get_chronology(),
        }

    def _find_emergency_note(self, place):
        """The note for a jurisdiction, or of the nearest one it falls back on."""
        while place and not place.emergency_note:
            place = place.parent_id
        return place.emergency_note or ""

    def _get_promises(self):
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [
                    ("res_model", "=", "helpdesk.ticket"),
                    ("res_id", "in", self.case_id.ticket_ids.ids),
                    ("activity_type_id", "=", self.env.ref(PROMISE).id),
                ],
                order="date_deadline, id",
            )
        )

    def _get_efforts(self):
        """What we did for peace: how often we answered, and each of the rest."""
        efforts = self.env["dispute.effort"].search(
            [("case_id", "=", self.case_id.id)], order="occurred_at, id"
        )
        answers = efforts.filtered(lambda effort: effort.kind == "answer")
        return {"efforts": efforts - answers, "answer_count": len(answers)}

    def _get_chronology(self):
        """The newest events, oldest first, and how many there were before."""
        timeline = self.env["dispute.timeline"]
        domain = [
            ("case_id", "=", self.case_id.id),
            ("kind", "not in", TOLD_ELSEWHERE),
            ("occurred_at", "!=", False),
        ]
        events = timeline.search(
            domain, order="occurred_at desc, id desc", limit=LATEST_EVENTS + 1
        )
        more = len(events) > LATEST_EVENTS
        return {
            "events": events[:LATEST_EVENTS][::-1],
            "earlier_count": more and timeline.search_count(domain) - LATEST_EVENTS,
        }

    def _get_wish(self):
        """Hook: the outcome that is wanted unless somebody says another one."""
        return {
            "superior": self.env._(
                "The customer is heard by somebody who can decide, knows the next step "
                "and its date, and the matter stays between us."
            ),
            "mediator": self.env._(
                "An agreement that both sides can live with, in writing, that keeps "
                "the relationship and spares both sides a lawsuit."
            ),
            "lawyer": self.env._(
                "No lawsuit if it can be avoided on terms that the agreements cover; "
                "no admission, and our claims and defences kept."
            ),
            "security": self.env._("Nobody is hurt."),
        }[self.role]

    def _get_options(self):
        """Hook: the ways that are open, one a line."""
        lines = {
            "superior": [
                self.env._("Call the customer, listen, restate, ask for his solution."),
                self.env._("Offer what is in our hands without giving up policy."),
                self.env._("Propose a mediator."),
            ],
            "mediator": [
                self.env._("A talk of both sides with you."),
                self.env._("You go from one side to the other with proposals."),
                self.env._("A written proposal of yours that both sides may take."),
            ],
            "lawyer": [
                self.env._("Settle on terms that you propose."),
                self.env._("Mediation, while no court has been asked."),
                self.env._("A formal answer, or a letter to cease and desist."),
                self.env._("Defend, or claim yourself, when nothing else is left."),
            ],
            "security": [
                self.env._("Warn and protect those who are named."),
                self.env._("Call the police."),
            ],
        }[self.role]
        return "\n".join(f"– {line}" for line in lines)
