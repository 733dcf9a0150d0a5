"""How the addon's own code is told from everybody else's.

Some fields are written by the stations alone. A boolean in the context would be no
guard, for any RPC client can send one; it can never send this object.
"""

CONTEXT_KEY = "dispute_station"
STATION = object()


def at_work(records):
    """``records`` in a context in which the stations' own fields may be written.

    For one call only: methods that check it must call ``super`` with
    :func:`off_work`, so that automations which follow do not inherit it.
    """
    return records.with_context(**{CONTEXT_KEY: STATION})


def off_work(records):
    """``records`` without that context; the same where there is none."""
    return (
        records.with_context(**{CONTEXT_KEY: None}) if is_at_work(records) else records
    )


def is_at_work(records):
    """Whether ``records`` come from one of the stations."""
    return records.env.context.get(CONTEXT_KEY) is STATION


def own_defaults(records, defaults, names):
    """``defaults`` in which the fields ``names`` have the value that the model gives.

    Any client can bring defaults, in the context or as ``ir.default``.
    """
    kept = {name: value for name, value in defaults.items() if name not in names}
    for name in names & defaults.keys():
        if default := records._fields[name].default:
            kept[name] = default(records)
    return kept
