"""Steps that are done once: remembered by a digest of their inputs, safe to interrupt.

A step that was cut off is not in the ledger and starts anew; a step whose inputs
changed is done again. Files of a step appear under their final name only when complete.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
import threading
import time

from . import paths
from .errors import Failure


class Ledger:
    """Finished steps: name -> digest of inputs, facts worth remembering, seconds taken.

    :param path: JSON file; an unreadable one counts as empty (steps are done again)
    """

    def __init__(self, path):
        self.path = path

    def _read(self):
        try:
            entries = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}

    def facts(self, name):
        """Facts of a finished step, {} when it was never finished."""
        return self._read().get(name, {}).get("facts", {})

    def is_done(self, name, digest):
        return self._read().get(name, {}).get("digest") == digest

    def record(self, name, digest, facts, seconds):
        entries = self._read()
        entries[name] = {
            "digest": digest,
            "facts": facts,
            "seconds": round(seconds, 1),
        }
        write_whole(self.path, json.dumps(entries, indent=1, sort_keys=True))

    def forget(self, name):
        entries = self._read()
        if entries.pop(name, None) is not None:
            write_whole(self.path, json.dumps(entries, indent=1, sort_keys=True))


LEDGER = Ledger(paths.STATE / "ledger.json")


def write_whole(path, text):
    """Write a file so that it is there either whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


@contextlib.contextmanager
def folder_being_made(target):
    """Give an empty folder that becomes `target` when the block ends well."""
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    yield part
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


@contextlib.contextmanager
def exclusive(name="setup"):
    """Hold a lock between processes of this checkout; say so when it is taken."""
    paths.STATE.mkdir(exist_ok=True)
    with (paths.STATE / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./dev of this checkout is at work here, waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(text):
    print(text, flush=True)


def digest_of(inputs):
    """Digest of a JSON-able value that decides whether a step is up to date."""
    text = json.dumps(inputs, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def step(name, title, inputs, build, *, present=lambda facts: True, again=False):
    """Do one step unless it is done already, with a line of progress.

    :param name: key in the ledger
    :param title: what the reader sees
    :param inputs: JSON-able value; another value than last time means: do it again
    :param build: called without arguments when there is work; returns facts (dict)
    :param present: given the remembered facts, tells whether the result is still there
    :param again: do it although it is done
    :return: the facts, from now or from memory
    """
    digest = digest_of(inputs)
    facts = LEDGER.facts(name)
    if not again and LEDGER.is_done(name, digest) and present(facts):
        say(f"  {title:<40} ok, cached")
        return facts
    with progress(title) as seconds:
        facts = build() or {}
    LEDGER.record(name, digest, facts, seconds())
    return facts


@contextlib.contextmanager
def progress(title):
    """Show a title while the block works and the seconds it took when done.

    Yields a function that returns the seconds so far.
    """
    start = time.monotonic()
    stop = threading.Event()

    def seconds():
        return time.monotonic() - start

    def tick():
        while not stop.wait(1):
            print(f"\r  {title:<40} {seconds():.0f} s", end="", flush=True)

    live = sys.stdout.isatty()
    ticker = threading.Thread(target=tick, daemon=True)
    if live:
        ticker.start()
    else:
        say(f"  {title} ...")
    outcome = "failed"
    try:
        yield seconds
        outcome = f"{seconds():.1f} s"
    finally:
        stop.set()
        if live:
            ticker.join()
        say(f"{chr(13) if live else ''}  {title:<40} {outcome}")


def need_online(offline, what, missing):
    """Refuse to go on when the user wants no network and something must be fetched."""
    if offline:
        raise Failure(
            what,
            f"--offline was given and {missing} is not cached",
            "Run once without --offline on a machine with network.",
        )
