"""Whether a person speaks, or the system by itself.

A mail that an automation makes in the middle of somebody's work must not stop that
work, while who writes himself wants to hear why he may not. As for received mail
(``provenance.py``) a context variable of Python carries that; it decides only how a
refusal is told, never whether there is one.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_AUTOMATIC = ContextVar("dispute_guard_automatic", default=False)


@contextmanager
def _speaking(automatic):
    token = _AUTOMATIC.set(automatic)
    try:
        yield
    finally:
        _AUTOMATIC.reset(token)


def automatic():
    """What is posted or mailed inside the block nobody has written just now."""
    return _speaking(True)


def in_person():
    """What is posted inside the block the user of the environment has written."""
    return _speaking(False)


def is_automatic():
    """Whether the system speaks by itself."""
    return _AUTOMATIC.get()
