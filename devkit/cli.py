"""The command line: one sub-command a module, read its `--help`."""

import argparse
import os
import signal
import sys

from . import commands, postgres
from .errors import Failure, Terminated, from_os_error

DESCRIPTION = """\
Sets up all that Dispute Guard needs to be tried and worked on, in a folder .dev of this
checkout, and runs it. Every command does the set-up it needs; a step is done once.
"""


def build_parser():
    parser = argparse.ArgumentParser(prog="dev", description=DESCRIPTION)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands.ALL:
        command.add_to(subparsers)
    return parser


def main(arguments=None):
    """Run one command; return its exit code. A failure is one line on stderr."""
    signal.signal(signal.SIGTERM, _interrupt)
    parser = build_parser()
    known, rest = parser.parse_known_args(arguments)
    if rest and not known.takes_rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    known.rest = rest
    try:
        return known.function(known) or 0
    except Failure as failure:
        _complain(failure)
    except OSError as error:
        _complain(from_os_error(error))
    except KeyboardInterrupt:
        sys.stderr.write("\ndev: interrupted; run the same command again to go on\n")
        return 130
    finally:
        if os.environ.get("CI"):
            # Nothing of ours outlives a job; people keep the server for the next
            # command.
            postgres.stop()
    return 1


def _interrupt(*_):
    raise Terminated


def _complain(failure):
    line = " ".join(str(failure).split())
    sys.stderr.write(f"dev: error: {line}\n")
