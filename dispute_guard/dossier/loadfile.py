"""Load files for review platforms: Concordance DAT and CSV with the same fields.

A mail and its attachments are a family: they share BEGATTACH and ENDATTACH.
"""

import csv
import io
from dataclasses import dataclass

FIELDS = (
    "BEGDOC",
    "ENDDOC",
    "BEGATTACH",
    "ENDATTACH",
    "CUSTODIAN",
    "FROM",
    "TO",
    "CC",
    "BCC",
    "SUBJECT",
    "DATESENT",
    "TIMESENT",
    "MESSAGEID",
    "FILENAME",
    "HASH",
    "NATIVELINK",
    "TEXTLINK",
)
# The separators that Concordance has by default, written as UTF-8
COLUMN = "\x14"
QUALIFIER = "\xfe"
NEWLINE = "\xae"


@dataclass(frozen=True)
class Document:
    """A file of the dossier as the load files list it; paths are relative to data/."""

    name: str
    sha256: str
    path: str
    text_path: str = ""


class LoadFiles:
    """Writes one row a document to two text files."""

    def __init__(self, dat, table):
        self._dat = dat
        self._table = csv.writer(table, lineterminator="\r\n")
        self._write(FIELDS)

    def add_family(self, prefix, exhibit, documents):
        """Add the ``documents`` of ``exhibit``, its mail first."""
        ids = [f"{prefix}{exhibit.key}.{n:04d}" for n in range(1, len(documents) + 1)]
        for identifier, document in zip(ids, documents, strict=True):
            self._write(
                (
                    identifier,
                    identifier,
                    ids[0],
                    ids[-1],
                    exhibit.custodian,
                    exhibit.author,
                    exhibit.to,
                    exhibit.cc,
                    exhibit.bcc,
                    exhibit.subject,
                    f"{exhibit.occurred_at:%Y-%m-%d}",
                    f"{exhibit.occurred_at:%H:%M:%S}",
                    exhibit.message_id,
                    document.name,
                    document.sha256,
                    document.path,
                    document.text_path,
                )
            )

    def _write(self, values):
        self._dat.write(COLUMN.join(map(_qualified, values)) + "\r\n")
        self._table.writerow(map(cell, values))


def _qualified(value):
    """``value`` for the DAT file; it has no escape for its own separators.

    The letter thorn is spelt out then, as the CSV file keeps it.
    """
    text = value.replace(COLUMN, " ").replace(QUALIFIER, "th").replace(NEWLINE, "(R)")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return QUALIFIER + lines.replace("\n", NEWLINE) + QUALIFIER


def cell(value):
    """``value`` for a table; a formula becomes plain text.

    Source: OWASP, "CSV Injection".
    """
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def table(header, rows):
    """Return a CSV text with ``header`` and ``rows`` (sequences of str)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(map(cell, row) for row in rows)
    return text.getvalue()
