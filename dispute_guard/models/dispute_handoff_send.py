from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import html2plaintext
from odoo.tools.mail import append_content_to_html

from ..station import at_work
from .dispute_handoff_notice import AROUND_THE_CLOCK, HANDOFF, NOBODY


class DisputeHandoff(models.Model):
    """Sending: to whom, with what, and what follows when the mail does not leave."""

    # one file a concern
    _inherit = "dispute.handoff"

    # ------------------------------------------------------------------
    # Station 7: sending
    # ------------------------------------------------------------------

    def _dispatch(self):
        """Send it to the person whose turn it is; where there is nobody, say so."""
        self.ensure_one()
        self = self.sudo()
        self.lock_for_update()
        if self.state != "to_send":
            return
        if not self.brief_sha256 and not self._start_chain():
            self._alarm_nobody()
            return
        if step := self._get_next_step():
            self._ask(step)
        else:
            self._alarm_nobody()

    def _start_chain(self):
        """Fix who is asked, and freeze the brief.

        :return: whether there is anybody
        """
        chain, left_out = self.env["dispute.professional"]._find_chain(self)
        note = "\n".join(f"{person.display_name}: {why}" for person, why in left_out)
        if self.choice_note != note:
            self._move({"choice_note": note})
        if not chain:
            return False
        self._move({"professional_id": chain[0]["professional_id"]})
        if not self.brief:
            self._write_brief()
        at_work(self.env["dispute.handoff.step"]).create(
            [
                {"handoff_id": self.id, "sequence": place, **values}
                for place, values in enumerate(chain, 1)
            ]
        )
        self._freeze_brief()
        return True

    def _get_wanted_specialities(self):
        """Hook: the specialities asked for: those named, else by ticket category."""
        categories = self.case_id.ticket_ids.category_id
        return self.speciality_ids or self.env["dispute.speciality"].search(
            [("category_ids", "in", categories.ids)]
        )

    def _get_next_step(self):
        """The next step whose person can be reached and has no conflict of interest."""
        waiting = self.step_ids.filtered(lambda step: step.state == "waiting")
        obstacles = waiting.professional_id._find_obstacles(self)
        for step in waiting.sorted(lambda step: (step.sequence, step.id)):
            if not (why := obstacles.get(step.professional_id)):
                return step
            step._move({"state": "withdrawn", "answer": why})
            self._record_event("passed_over", why, step)
        return self.env["dispute.handoff.step"]

    def _ask(self, step):
        """Send the brief to the person of ``step`` and watch over the answer."""
        now = fields.Datetime.now()
        deadline = self._get_deadline(now, step.hours)
        step._move(
            {
                "state": "asked",
                "asked_at": now,
                "deadline": deadline,
                "email": step.professional_id.email,
                "attempts": step.attempts + 1,
            }
        )
        self._move(
            {
                "state": "sent",
                "step_id": step.id,
                "professional_id": step.professional_id.id,
                "sent_at": self.sent_at or now,
                "deadline": deadline,
                "due_at": deadline,
                "alarmed_at": False,
            }
        )
        mail = step.mail_id
        if mail.state == "exception":
            mail.mark_outgoing()
        else:
            mail = self._send_mail("dispute_guard.mail_template_handoff", step)
            step._move({"mail_id": mail.id})
        self._move({"mail_id": mail.id})
        if step.attempts == 1:
            self._record_event(
                "sent",
                html2plaintext(self.brief),
                step,
                {"brief_sha256": self.brief_sha256},
                now,
            )
        self.activity_unlink([NOBODY, HANDOFF])
        self._plan_activity(HANDOFF, self._get_follower())
        self._start_clock()

    def _send_mail(self, template, step):
        """Have a mail with the professional's link sent with the next queue."""
        url = self.env["dispute.invitation"]._invite(step)[step]
        template = self.env.ref(template).with_context(invitation_url=url, step=step)
        mail_id = template.send_mail(self.id, force_send=False)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        mail = self.env["mail.mail"].browse(mail_id)
        if url not in (mail.body_html or ""):
            # a template that was reworded or translated may leave it out
            link = Markup('<p><a href="{0}">{0}</a></p>').format(url)
            mail.body_html = append_content_to_html(
                mail.body_html, link, plaintext=False
            )
        return mail

    def _send_withdrawal(self, step):
        """Tell who was asked that the matter is out of his hands."""
        template = self.env.ref("dispute_guard.mail_template_handoff_withdrawn")
        template.with_context(step=step).send_mail(self.id, force_send=False)

    def _get_deadline(self, start, hours):
        """When ``hours`` have passed that count for this role."""
        if self.role == AROUND_THE_CLOCK:
            return start + timedelta(hours=hours)
        return self.company_id._get_working_deadline(start, hours)

    def _start_clock(self):
        self.env["dispute.clock"]._start(
            [
                {
                    "case": self.case_id,
                    "kind": "acknowledgement",
                    "ticket": self.ticket_id,
                    "handoff": self,
                    "started_at": self.step_id.asked_at,
                    "due_at": self.deadline,
                }
            ]
        )

    def _note_mail_failure(self, step, reason, is_hopeless):
        """The mail did not leave: try again, or go on to the next where that is vain.

        :param str reason: what the mail server said
        :param bool is_hopeless: whether the address is to blame
        """
        reason = reason or self.env._("The mail could not be sent.")
        if is_hopeless:
            self._go_on(step, "withdrawn", reason)
        else:
            if step.attempts == 1:
                self._record_event("not_sent", reason, step)
            step._move({"state": "waiting", "asked_at": False, "deadline": False})
            self._move(
                {
                    "state": "to_send",
                    "step_id": False,
                    "deadline": False,
                    "due_at": False,
                }
            )
        self.company_id._tell_dispute_administrator(self, reason)
