"""Running other programs: quietly into a log file, with failures told in one line."""

import os
import re
import subprocess
import time

from . import paths
from .errors import Failure, cause_of


def clean_environment(**extra):
    """Environment for programs we start, without Python or Odoo settings of others.

    :param extra: variables to set; None removes one
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "ODOO_RC", "OPENERP", "PG", "VIRTUAL_ENV"))
    }
    environment.setdefault("LC_ALL", "C.UTF-8")
    for name, value in extra.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = str(value)
    return environment


def log_path(name):
    """File that takes what a program prints; its folder exists after the call."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    return paths.LOGS / f"{name}.log"


def run(command, *, what, log, cwd=None, env=None, user=None, mend=None):
    """Run a program to its end; everything it prints goes to `.dev/log/LOG.log`.

    :param list command: program and arguments
    :param what: said when it fails, e.g. "cannot install the Python packages"
    :param log: name of the log file without suffix; the file is appended to
    :param user: (uid, gid) to run under, for root only
    :param mend: how to mend a failure whose cause is not recognised
    :return: what the program printed, str
    :raises Failure: when it cannot be started or exits with another code than 0
    """
    path = log_path(log)
    command = [str(part) for part in command]
    with path.open("a+", encoding="utf-8", errors="replace") as output:
        output.write(f"\n{time.strftime('%F %T')} $ {' '.join(command)}\n")
        output.flush()
        start = output.tell()
        code = _wait(command, output, what, cwd=cwd, env=env, user=user)
        output.seek(start)
        text = output.read()
    if code:
        raise _failure(what, text, code, path, mend)
    return text


def _wait(command, output, what, *, cwd, env, user):
    options = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env or clean_environment(),
            check=False,
            **options,
        ).returncode
    except FileNotFoundError as error:
        mend = f"Install the program {command[0]} and run the same command again."
        raise Failure(what, f"{error.filename} not found", mend) from error


def _failure(what, text, code, path, mend):
    shown = path.relative_to(paths.ROOT)
    cause = cause_of(text)
    if cause and not mend:
        why, mend = cause
        return Failure(what, why, f"{mend} (log: {shown})")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # A Python program says the reason in the last line that names an exception.
    named = [
        line for line in lines if re.match(r"[\w.]+(Error|Exception|Violation)\b", line)
    ]
    why = (named or lines or [f"exit code {code}"])[-1][:300]
    return Failure(what, why.rstrip("."), f"{mend or 'See the log'} (log: {shown})")


def ask(command, env=None):
    """What a program prints on standard output, "" when it fails or is missing."""
    try:
        return subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env or clean_environment(),
            check=True,
            text=True,
            errors="replace",
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
