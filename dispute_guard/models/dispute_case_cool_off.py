from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class DisputeCase(models.Model):
    """Cooling-off: a pause in which nothing goes to the customer."""

    # one file a concern
    _inherit = "dispute.case"

    def _after_step(self, steps):
        result = super()._after_step(steps)
        for step in steps.filtered(lambda step: step.rung == "cooling_off"):
            if not step.case_id._get_pause():
                step.case_id._pause(step.company_id.dispute_cool_off_hours, step.reason)
        return result

    def _get_pause(self):
        """The pause that runs; empty if there is none."""
        # sudo: dispute.lock - that nothing is sent binds whoever works on the case
        return self.env["dispute.lock"].sudo()._find_open(self, "cooling_off")

    def _pause(self, hours, reason):
        """Let nothing go to the customer for ``hours``."""
        user = self.env.user
        self._place_lock(
            "cooling_off",
            (reason or "").strip() or self.env._("The dispute cools off."),
            until=fields.Datetime.now() + timedelta(hours=hours),
            by=False if user._is_superuser() else user.name,
        )

    def _cool_off(self, hours, reason):
        """Pause the disputes; those under discussion enter the stage of that name.

        For whoever works on one of their tickets: the caller checks that.

        :raise UserError: without a reason, or when a dispute is closed
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why a break is needed."))
        for case in self.filtered(lambda case: case.rung == "closed"):
            raise UserError(self.env._("%s is closed.", case.name))
        # sudo: dispute.case - agents take a break although they do not lead disputes
        cases = self.sudo()
        cases._pause(hours, reason)
        cases.filtered(lambda case: case.rung == "discuss")._step("cooling_off", reason)

    def action_cool_off(self):
        """Ask how long to pause, or who takes over."""
        self.ensure_one()
        ticket = self.ticket_ids.sorted("id")[-1:]
        if not ticket:
            raise UserError(self.env._("This dispute has no ticket."))
        return ticket.action_dispute_cool_off()
