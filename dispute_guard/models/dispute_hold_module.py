from odoo import models
from odoo.exceptions import UserError
from odoo.tools.sql import table_exists

LOADED = ("installed", "to upgrade")


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def write(self, vals):
        """Refuse to uninstall the guard while something is under hold.

        All ways of uninstalling write its state, also when a module that it needs is
        uninstalled. Odoo's hook comes later, when there is no way back.
        """
        if (
            vals.get("state", "installed") not in LOADED
            and "dispute_guard" in self.mapped("name")
            # when it is uninstalled after all, the holds are gone before the state
            and table_exists(self.env.cr, self.env["dispute.hold"]._table)
        ):
            self.env["dispute.hold"]._check_uninstall()
        return super().write(vals)


class DisputeHold(models.Model):
    # one file a concern
    _inherit = "dispute.hold"

    def _check_uninstall(self):
        """:raise UserError: naming the holds that are active"""
        # sudo: dispute.hold - of all companies
        active = self.sudo().search([("state", "!=", "released")], order="id")
        if active:
            raise UserError(
                self.env._(
                    "Dispute Guard cannot be uninstalled while there are legal holds: "
                    "%(holds)s. Each has to be released first, by two dispute "
                    "supervisors together.",
                    holds=", ".join(active.mapped("name")),
                )
            )
