def uninstall_hook(env):
    """Remove what the addon put into the database beside its tables."""
    env.cr.execute("DROP FUNCTION IF EXISTS dispute_guard_refuse() CASCADE")
