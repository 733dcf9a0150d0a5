"""A matter made up for a dossier, and the tools of a stranger who checks it."""

import hashlib
import subprocess
import sys
import zipfile
from datetime import datetime

from dossier import (
    Content,
    Exhibit,
    File,
    Matter,
    write_dossier,
)
from ledger import canonical_bytes, consistency_path, inclusion_path, leaf_hash
from ledger.head import Head, head_to_text
from ledger.merkle import Frontier

START = datetime(2026, 3, 2, 9, 15)
THREAT = "Ja neatmaksāsiet, iesniegšu prasību tiesā."
TEXT = f"Labdien!\n{THREAT}\n<script>alert(1)</script> Жду ответа."
MAIL = f"From: janis@example.com\r\nSubject: Prasība\r\n\r\n{TEXT}".encode()
PHOTO = bytes(range(256)) * 20


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def make_file(name, data, mimetype="application/octet-stream", **values):
    values = {"sha256": sha256(data), "size": len(data), **values}
    values.setdefault("chunks", lambda: [data[:100], data[100:]])
    return File(name=name, mimetype=mimetype, **values)


def make_record(text, files=(), **details):
    return canonical_bytes(
        {
            "content": text,
            "details": details,
            "files": [{"name": file.name, "sha256": file.sha256} for file in files],
        }
    ).decode()


class Log:
    """The records of a log with proofs, as the ledger gives them."""

    def __init__(self, records, sizes=None):
        leaves = [leaf_hash(record.encode()) for record in records]
        self.heads, self.consistency = [], []
        previous, old = "", 0
        for size in sizes or [len(leaves)]:
            frontier = Frontier()
            for leaf in leaves[:size]:
                frontier.append(leaf)
            head = Head(
                "log-1",
                size,
                frontier.root().hex(),
                "2026-03-09T00:00:00Z",
                previous,
                "",
            )
            self.heads.append(
                {
                    "canonical": head.data.decode(),
                    "size": size,
                    "root": head.root,
                    "signature": "",
                    "printed": head_to_text(head, ""),
                }
            )
            if old:
                path = consistency_path(old, size, self._subtree(leaves))
                self.consistency.append(tuple(item.hex() for item in path))
            previous, old = head.digest, size
        self._leaves = leaves

    @staticmethod
    def _subtree(leaves):
        def subtree(level, index):
            frontier = Frontier()
            for leaf in leaves[index << level : (index + 1) << level]:
                frontier.append(leaf)
            return frontier.root()

        return subtree

    def prove(self, position, canonical):
        path = inclusion_path(position, len(self._leaves), self._subtree(self._leaves))
        return {
            "canonical": canonical,
            "position": position,
            "size": len(self._leaves),
            "path": [item.hex() for item in path],
        }


def make_case(count=3, mend=lambda files: files, **matter):
    """A matter with ``count`` mails, each with a photo."""
    exhibits = [
        Exhibit(
            number=number,
            kind="message",
            label="Mail received",
            title=f"Prasība {number}",
            occurred_at=START.replace(day=number),
            recorded_at=START.replace(day=number, minute=16),
            occurred_source="header",
            author="janis@example.com",
            to="help@example.org",
            subject="=cmd|'/c calc'!A1",
            message_id=f"<{number}@example.com>",
            custodian="Helpdesk",
        )
        for number in range(1, count + 1)
    ]
    files = mend(
        (
            make_file("any.eml", MAIL, "message/rfc822", is_original=True),
            make_file("../../photo.png", PHOTO, "image/png"),
        )
    )
    records = [make_record(TEXT, files, exhibit=number) for number in range(count)]
    log = Log(records, [1, count] if count > 1 else None)
    contents = [
        Content(
            text=TEXT,
            quotes=(THREAT,),
            files=files,
            records=(log.prove(number, record),),
        )
        for number, record in enumerate(records)
    ]
    values = {
        "reference": "DIS/00001",
        "title": "Broken phone",
        "organisation": "Example SIA",
        "as_of": START.replace(day=9),
        "heads": tuple(log.heads),
        "consistency": tuple(log.consistency),
    }
    return Matter(**values | matter), exhibits, contents


def build(folder, case=None):
    """Build and unpack; return the bag's folder and the problems that were told."""
    archive = folder / "dossier.zip"
    with archive.open("w+b") as target:
        problems = write_dossier(*(case or make_case()), target)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder / "DIS_00001-counsel", problems


def run_verifier(bag, *options):
    return subprocess.run(
        [sys.executable, "-I", str(bag / "data" / "verify.py"), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
    )


# ---------------------------------------------------------------------------
# A stranger verifies it
# ---------------------------------------------------------------------------
