from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column


def pre_init_hook(env):
    """Leave the level of existing tickets empty: nobody has read them yet."""
    if not column_exists(env.cr, "helpdesk_ticket", "dispute_level"):
        create_column(env.cr, "helpdesk_ticket", "dispute_level", "varchar")


def uninstall_hook(env):
    """Refuse while something is under legal hold, else remove what is left over.

    :raise UserError: naming the disputes on hold
    """
    held = env["dispute.case"].search([("hold", "=", True)])
    if held:
        raise UserError(
            env._(
                "Dispute Guard cannot be uninstalled while there are legal holds: "
                "%(cases)s. Release them first.",
                cases=", ".join(held.mapped("name")),
            )
        )
    env.cr.execute("DROP FUNCTION IF EXISTS dispute_guard_refuse() CASCADE")
