"""What leaves by SMTP while the mail queue works, as the mail server got it.

The bytes are known only deep inside Odoo, where nothing tells which ticket they belong
to. As for received mail (``provenance.py``) a context variable of Python carries that,
which no client can reach.
"""

import io
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from email.generator import BytesGenerator

from .provenance import describe_error

_UNDER_WAY = ContextVar("dispute_guard_outgoing", default=None)


class Attempt:
    """One try to hand a mail to a mail server.

    ``sender``, ``recipients``: of the envelope, once known.
    ``raw``: the bytes that were handed over; None when it did not come to that.
    ``problem``: why it failed, or None.
    """

    __slots__ = ("message", "sender", "recipients", "raw", "problem", "at")

    def __init__(self, message):
        self.message = message
        self.sender = ""
        self.recipients = []
        self.raw = None
        self.problem = None
        self.at = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)

    def take(self, sender, recipients, message):
        """Note what is about to be handed to the mail server.

        Flattened as ``smtplib`` does right after; boundaries are fixed by this.
        """
        self.sender, self.recipients, self.message = sender, list(recipients), message
        with io.BytesIO() as target:
            BytesGenerator(target).flatten(message, linesep="\r\n")
            self.raw = target.getvalue()

    def header(self, name):
        """The header ``name`` as text, or an empty string."""
        return " ".join(str(self.message[name] or "").split())


class Sending:
    """The mails of one run of the queue.

    ``mail``: the ``mail.mail`` being sent if it belongs to a ticket, else None.
    ``tried``: whether it came to an attempt to send it.
    ``attempts``: its attempts that are not stored yet.
    """

    __slots__ = ("attempts", "mail", "tried")

    def __init__(self):
        self.begin(None)

    def begin(self, mail):
        """The next one is ``mail``."""
        self.mail = mail
        self.tried = False
        self.attempts = []

    def take_attempts(self):
        """The attempts that wait to be stored; they wait no longer."""
        attempts, self.attempts = self.attempts, []
        return attempts

    @property
    def size(self):
        """Bytes that wait to be stored."""
        return sum(len(attempt.raw or b"") for attempt in self.attempts)

    @contextmanager
    def attempt(self, message):
        """Note how an attempt ends; what it raises goes on."""
        attempt = Attempt(message)
        self.tried = True
        self.attempts.append(attempt)
        try:
            yield
        except Exception as error:
            attempt.problem = describe_error(error)
            raise


@contextmanager
def under_way():
    """Let :func:`sending` return a fresh :class:`Sending` inside the block."""
    token = _UNDER_WAY.set(Sending())
    try:
        yield _UNDER_WAY.get()
    finally:
        _UNDER_WAY.reset(token)


def run():
    """The :class:`Sending` under way, whatever it sends, or None."""
    return _UNDER_WAY.get()


def ticket_mail():
    """The :class:`Sending` under way if a ticket's mail is being sent, or None."""
    sending = run()
    return sending if sending and sending.mail else None
