from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError


class DisputeCase(models.Model):
    # one file a concern
    _inherit = "dispute.case"

    def activity_schedule(self, *args, **kwargs):
        """Not in the name of a visitor, whom the person who is to act may not see."""
        if self.env.user._is_public():
            self = self.with_user(SUPERUSER_ID)
        return super().activity_schedule(*args, **kwargs)


class DisputeHandoff(models.Model):
    """The professional's page as our side sees it."""

    # one file a concern
    _inherit = "dispute.handoff"

    exchange_ids = fields.One2many(
        "dispute.handoff.exchange", "handoff_id", string="Questions and Answers"
    )
    invitation_ids = fields.One2many(
        "dispute.invitation",
        "handoff_id",
        string="Links",
        groups="dispute_guard.group_dispute_supervisor",
    )
    access_ids = fields.Many2many(
        "dispute.invitation.access",
        string="Visits",
        compute="_compute_access_ids",
        groups="dispute_guard.group_dispute_supervisor",
    )

    def _compute_access_ids(self):
        visits = self.env["dispute.invitation.access"].search(
            [("invitation_id.handoff_id", "in", self.ids)], limit=200
        )
        for handoff in self:
            handoff.access_ids = visits.filtered(
                lambda visit, handoff=handoff: visit.handoff_id == handoff
            )

    def activity_schedule(self, *args, **kwargs):
        """Not in the name of a visitor, whom the person who is to act may not see."""
        if self.env.user._is_public():
            self = self.with_user(SUPERUSER_ID)
        return super().activity_schedule(*args, **kwargs)

    def _get_open_step(self):
        """The step whose professional may have a page now, or none."""
        self.ensure_one()
        return self.step_id.filtered(
            lambda step: step.state in ("asked", "acknowledged", "accepted")
        )

    def action_answer(self):
        """Open a window to write to the professional."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the Professional"),
            "res_model": "dispute.exchange.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_handoff_id": self.id},
        }

    def action_send_link(self):
        """Mail the professional another link to his page; earlier ones still count.

        :raise UserError: when nobody is asked at the moment
        """
        self.check_access("write")
        for handoff in self:
            # sudo: dispute.handoff.step - he may write on the handoff
            step = handoff.sudo()._get_open_step()
            if not step:
                raise UserError(
                    self.env._("Nobody is asked at the moment, so there is no page.")
                )
            handoff.sudo()._send_mail("dispute_guard.mail_template_invitation", step)
            handoff._record_event("link_sent", self.env._("A new link was sent."), step)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("A mail with a new link is on its way."),
            },
        }

    def action_revoke_link(self):
        """Close the professional's page at once, on all devices."""
        self.check_access("write")
        why = self.env._("Withdrawn by %(name)s.", name=self.env.user.name)
        self.env["dispute.invitation"]._revoke(self.step_id, why)
        for handoff in self:
            handoff._record_event("link_withdrawn", why, handoff.step_id)
