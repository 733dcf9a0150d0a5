from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _check_can_be_rendered(self, fnames=None, render_options=None):
        """Try the templates of handoffs with what they are given when they are sent.

        Odoo tries a template when it is written, so also when the addon is upgraded.
        """
        given = {"step": self.env["dispute.handoff.step"], "invitation_url": ""}
        tried = self.with_context(**{**given, **self.env.context})
        return super(MailTemplate, tried)._check_can_be_rendered(fnames, render_options)
