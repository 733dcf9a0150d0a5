from odoo.tools.sql import column_exists, create_column


def pre_init_hook(env):
    """Leave the level of existing tickets empty: nobody has read them yet."""
    if not column_exists(env.cr, "helpdesk_ticket", "dispute_level"):
        create_column(env.cr, "helpdesk_ticket", "dispute_level", "varchar")


def uninstall_hook(env):
    """Refuse while something is under legal hold, else remove what is left over.

    :raise UserError: naming the holds
    """
    env["dispute.hold"]._check_uninstall()
    for function in ("refuse", "queue", "held"):
        env.cr.execute(f"DROP FUNCTION IF EXISTS dispute_guard_{function}() CASCADE")
    # The kept files go with their tables; Odoo's own collector then frees the disk.
    env.cr.execute("DELETE FROM ir_attachment WHERE res_model = 'dispute.content'")
