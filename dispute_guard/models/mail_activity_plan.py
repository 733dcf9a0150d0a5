from odoo import fields, models


class MailActivityPlan(models.Model):
    """Plans for disputes: the playbooks of their stages."""

    _inherit = "mail.activity.plan"

    def _plan_dispute_activities(self, cases):
        """Plan the activities of these plans on ``cases``, from today on."""
        today = fields.Date.context_today(self)
        for template in self.template_ids:
            for user, some in template._find_dispute_users(cases).items():
                # what the template leaves open its type says, in the user's language
                some.with_context(lang=user.lang).activity_schedule(
                    activity_type_id=template.activity_type_id.id,
                    summary=template.summary,
                    note=template.note,
                    user_id=user.id,
                    date_deadline=template._get_date_deadline(today),
                )
