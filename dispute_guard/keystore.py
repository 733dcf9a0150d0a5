"""What the ledger keeps outside the database: its signing keys and its newest heads.

Files in Odoo's data folder, readable by the server's account alone. Who owns the
database but not this folder can neither sign a head nor cut the log's tail unseen.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from odoo.tools import config

from .ledger import HeadError, head_from_text, head_to_text, load_key, new_key


def folder(database):
    """The folder of a database; it may not exist yet."""
    return Path(config["data_dir"]) / "dispute_guard" / database


def find_key(database, log):
    """The private key of a log, or None where there is none.

    :raise OSError, ValueError: when there is one that cannot be read
    """
    try:
        return load_key((folder(database) / f"{log}.key").read_bytes())
    except FileNotFoundError:
        return None


def make_key(database, log):
    """Make the private key of a log; that of another process, if it was faster.

    :raise OSError: when it cannot be written
    """
    path = folder(database) / f"{log}.key"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = _write_beside(path, new_key())
    try:
        with suppress(FileExistsError):
            os.link(part, path)  # unlike a replacement it spares a key that is there
    finally:
        part.unlink()
    return find_key(database, log)


def find_head(database, log):
    """The newest head that was kept: ``(Head, signature)``, or None.

    :raise OSError, HeadError: when there is one that cannot be read
    """
    try:
        text = (folder(database) / f"{log}.head").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise HeadError(f"the file is damaged: {error}") from error
    return head_from_text(text)


def find_foreign_heads(database, logs):
    """The heads that were kept of other logs than ``logs``: ``[(Head, signature)]``.

    :raise OSError, HeadError: when there is one that cannot be read
    """
    found = {path.stem for path in folder(database).glob("*.head")}
    return [find_head(database, log) for log in sorted(found.difference(logs))]


def keep_head(database, log, head, signature):
    """Keep a head in place of the one before it.

    :raise OSError: when it cannot be written
    """
    path = folder(database) / f"{log}.head"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_beside(path, head_to_text(head, signature).encode()).replace(path)


def _write_beside(path, content):
    """Write a file of another name, for this account only, and return its path."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "wb") as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    return Path(name)
