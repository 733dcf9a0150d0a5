from odoo import api, fields, models
from odoo.tools import html2plaintext


class MailActivity(models.Model):
    """A call that was planned on a ticket or a dispute is logged when it is done."""

    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        calls = self.filtered(
            lambda activity: activity.activity_type_id.category == "phonecall"
        )._prepare_call_evidence(feedback)
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if calls:
            # sudo: ir.attachment - kept whoever attaches them
            files = self.env["ir.attachment"].sudo().browse(attachment_ids or ())
            self.env["dispute.evidence"]._record_calls(calls, files)
        return result

    def _prepare_call_evidence(self, feedback):
        """Hook: the calls among the activities, as ``_record_calls`` takes them."""
        # sudo: helpdesk.ticket - recorded whoever did it
        tickets = self.sudo()._find_call_tickets()
        return [
            {
                "ticket": tickets[activity.id],
                "content": "\n\n".join(
                    filter(
                        None,
                        [
                            activity.summary or activity.activity_type_id.name,
                            html2plaintext(activity.note or "").strip(),
                            html2plaintext(feedback or "").strip(),
                        ],
                    )
                ),
                "author": self.env.user.name,
                "occurred_at": fields.Datetime.now(),
                "occurred_source": "server",
                "details": {
                    "activity": activity.id,
                    "planned_for": fields.Date.to_string(activity.date_deadline) or "",
                    "assigned_to": activity.user_id.name or "",
                },
            }
            for activity in self
            if tickets.get(activity.id)
        ]

    def _find_call_tickets(self):
        """The ticket of each activity on a ticket or a dispute, by its id."""
        known = self.env["helpdesk.ticket"]
        direct = self.filtered(lambda each: each.res_model == known._name)
        there = known.browse(direct.mapped("res_id")).exists()
        tickets = {each.id: known.browse(each.res_id) & there for each in direct}
        on_case = self.filtered(lambda each: each.res_model == "dispute.case")
        cases = self.env["dispute.case"].with_context(active_test=False)
        there = cases.browse(on_case.mapped("res_id")).exists()
        for each in on_case:
            tickets[each.id] = (there & cases.browse(each.res_id)).ticket_ids[:1]
        return tickets


class DisputeEvidence(models.Model):
    _inherit = "dispute.evidence"

    @api.model
    def _record_calls(self, calls, files):
        """Record telephone calls.

        :param list calls: dicts with ``ticket``, ``content``, ``author``,
            ``occurred_at``, ``occurred_source`` and ``details``
        :param files: attachments that belong to each of them
        """
        file = self.env["dispute.file"]
        kept = list(file._keep_attachments(files).values())
        file._note([(call["ticket"], call["ticket"], kept) for call in calls])
        return self._record_evidence(
            [
                {
                    **call,
                    "kind": "call",
                    "company": call["ticket"].company_id,
                    "files": kept,
                }
                for call in calls
            ]
        )
