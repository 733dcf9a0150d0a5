"""Failures as a person reads them: what failed, why, how to mend it, in one line."""

import errno
import re


class Failure(Exception):
    """An expected failure.

    :param what: what could not be done, e.g. "cannot get Odoo"
    :param why: the reason, as short as it can be said
    :param mend: what the reader can do about it
    """

    def __init__(self, what, why, mend):
        super().__init__(f"{what}: {why}. {mend}")
        self.what, self.why, self.mend = what, why, mend


class Terminated(KeyboardInterrupt):
    """Somebody asked this process alone to end (SIGTERM); its children do not know."""


# Why a program failed, told from what it printed: (pattern, why, how to mend), the
# first match counts. `{0}` in a text is the first group of the pattern.
KNOWN_CAUSES = [
    (
        r"No space left on device|Disk quota exceeded",
        "the disk is full",
        "Free some space (3 GB are needed) and run the same command again.",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash Sum mismatch|do not match these hashes"
        r"|BADSIG|NO_PUBKEY|hash mismatch",
        "a download is broken: its digest is not the expected one",
        "Run the same command again; if it stays so, the mirror is at fault.",
    ),
    (
        r"(?i)temporary failure in name resolution|temporary failure resolving"
        r"|could not resolve|network is unreachable|failed to establish a new conn"
        r"|could not connect|connection refused|connection timed out|no route to host"
        r"|proxyerror|newconnectionerror|read timed out|connection failed|ENOTFOUND",
        "no network, or the server does not answer",
        "Check the connection (and proxy settings), then run the same command again.",
    ),
    (
        r"command '?\S*(?:gcc|g\+\+|cc)'? failed: No such file"
        r"|unable to execute '?\S*(?:gcc|g\+\+|cc)"
        r"|Python\.h: No such file|No such file or directory: '\S*(?:gcc|g\+\+)'"
        r"|Unknown compiler",
        "missing compiler: a package has no ready-built wheel for this machine",
        "As root: apt-get install -y g++ python3-dev",
    ),
    (
        r"No matching distribution found for (\S+)",
        "the package registry has no {0} that fits this machine",
        "Check the index that pip is configured with (pip config list).",
    ),
    (
        r"(?i)permission denied:? '?([^'\n]*)",
        "permission denied {0}",
        "Run as the owner of the checkout, or remove .dev and run again.",
    ),
]


def cause_of(output):
    """Return (why, mend) that the output of a failed program tells, or None."""
    for pattern, why, mend in KNOWN_CAUSES:
        match = re.search(pattern, output)
        if match:
            groups = [group or "" for group in match.groups()]
            return why.format(*groups).strip(), mend
    return None


def from_os_error(error, what="cannot go on"):
    """Turn an OSError of our own file work into a Failure."""
    why = f"{error.strerror or error} {error.filename or ''}".strip()
    mend = "Mend that and run the same command again."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        mend = "Free some space (3 GB are needed) and run the same command again."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        mend = "Run as the owner of the checkout, in a folder that can be written."
    return Failure(what, why, mend)
