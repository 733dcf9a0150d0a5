from odoo import models

from ..speaking import automatic


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def run(self):
        """Nobody writes himself what actions, automations and scheduled jobs send."""
        with automatic():
            return super().run()
