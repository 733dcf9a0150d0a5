"""What goes into a mail at the very last moment and is stored nowhere.

Odoo stores each mail before it is sent. What lets somebody in, must not stand there: a
placeholder does, and what it stands for travels in a context variable of Python, which
no client can reach, to where the mail is handed to the mail server.
"""

from contextlib import contextmanager
from contextvars import ContextVar

CODE_PLACEHOLDER = "––––––"

_CARRIED = ContextVar("dispute_guard_carried", default=())


@contextmanager
def carrying(placeholder, value):
    """Have mails that are sent inside the block say ``value`` for ``placeholder``."""
    token = _CARRIED.set(((placeholder, value),))
    try:
        yield
    finally:
        _CARRIED.reset(token)


def filled(text):
    """``text`` with what is carried in place of the placeholders."""
    for placeholder, value in _CARRIED.get():
        text = text.replace(placeholder, value)
    return text
