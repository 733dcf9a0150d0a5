"""Writes a dossier in one pass over its exhibits, in memory that does not grow with
their texts and files."""

import io
import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from . import loadfile, texts
from .bag import Bag
from .chronology import Chronology
from .names import Names, safe_name
from .paper import Paper

# Characters of a text that the chronology shows; all of it stands in text.txt
SHOWN = 20_000
# … of its title and of each fact, which stand whole in the record. The time that the
# PDF takes grows with the square of a paragraph.
SHOWN_FACT = 1000
VERIFIER = Path(__file__).with_name("verifier.py")


@dataclass(frozen=True)
class View:
    """What the chronology shows of an exhibit; quotes stand in ``text``."""

    facts: list[tuple[str, str]]
    text: str
    quotes: tuple[str, ...]
    documents: list[loadfile.Document]
    problems: list[str]

    def pieces(self):
        """Yield the text in pieces: (words, whether they are one of the quotes)."""
        spots = sorted(
            (place, words)
            for words in self.quotes
            if words and (place := self.text.find(words)) >= 0
        )
        start = 0
        for place, words in spots:
            if place >= start:
                yield self.text[start:place], False
                yield words, True
                start = place + len(words)
        yield self.text[start:], False


def write_dossier(matter, exhibits, contents, target, progress=None, fonts=None):
    """Write the dossier as a ZIP with a BagIt bag.

    :param Matter matter: what it is about
    :param list exhibits: ``Exhibit`` in the order of the chronology
    :param contents: iterable of ``Content``, one for each exhibit, in the same order;
        it may load them in batches
    :param target: seekable binary file
    :param progress: called with the number of exhibits done, after each
    :param fonts: paths of a regular and a bold TrueType font, or None to look for them
    :return: list of problems (texts); files that are missing or altered do not stop it
    :raise DossierError: when no font is found
    """
    exhibits = [replace(each, title=_shorten(each.title)) for each in exhibits]
    with ExitStack() as stack:
        builder = _Builder(matter, exhibits, target, fonts, stack)
        pairs = zip(exhibits, contents, strict=True)
        for done, (exhibit, content) in enumerate(pairs, 1):
            builder.add(exhibit, content)
            if progress:
                progress(done)
        builder.finish()
        return [problem for _number, problem in builder.problems]


class _Builder:
    def __init__(self, matter, exhibits, target, fonts, stack):
        self.matter = matter
        self.problems = []
        self._name = safe_name(f"{matter.reference}-{matter.cut}").replace(" ", "_")
        self._bag = Bag(target, self._name)
        stack.callback(self._bag.release)
        self._scratch = {}
        for path in (
            "chronology.html",
            "load/dossier.dat",
            "load/dossier.csv",
            "evidence/records.jsonl",
        ):
            binary = stack.enter_context(tempfile.TemporaryFile())
            self._scratch[path] = io.TextIOWrapper(binary, "utf-8", newline="")
        self._pdf = stack.enter_context(tempfile.TemporaryFile())
        self._chronology = Chronology(
            self._scratch["chronology.html"], matter, exhibits
        )
        self._paper = Paper(self._pdf, matter, exhibits, fonts)
        self._load = loadfile.LoadFiles(
            self._scratch["load/dossier.dat"], self._scratch["load/dossier.csv"]
        )

    def add(self, exhibit, content):
        folder = f"exhibits/{exhibit.key}"
        names = Names()
        text_path = f"{folder}/{names.take('text.txt')}"
        length, digest = self._bag.add_text(text_path, content.text)
        documents, problems = [], list(content.problems)
        for file in content.files:
            name = names.take("mail.eml" if file.is_original else file.name)
            document, problem = self._add_file(file, f"{folder}/{name}")
            documents += [document] if document else []
            problems += [problem] if problem else []
        self._add_records(exhibit, content.records, documents)
        view = self._get_view(exhibit, content, documents, problems)
        self._chronology.add(exhibit, view)
        self._paper.add(exhibit, view)
        self.problems += [(exhibit.number, problem) for problem in problems]
        if not any(file.is_original for file in content.files):
            documents.insert(0, loadfile.Document("text.txt", digest, text_path))
        self._load.add_family(
            f"{self._name}.",
            exhibit,
            [
                loadfile.Document(
                    document.name,
                    document.sha256,
                    document.path,
                    text_path if number == 0 and length else "",
                )
                for number, document in enumerate(documents)
            ],
        )

    def finish(self):
        matter = self.matter
        self._chronology.close()
        self._paper.close()
        for path, text in self._scratch.items():
            text.flush()
            self._bag.add(path, _read(text.buffer))
        self._bag.add("chronology.pdf", _read(self._pdf))
        self._add_heads()
        self._bag.add_text(
            "custody.csv",
            loadfile.table(
                ("time (UTC)", "who", "what", "about", "address"),
                (
                    (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.who, entry.what)
                    + (entry.about, entry.address)
                    for entry in matter.custody
                ),
            ),
        )
        self._bag.add_text(
            "withheld.csv",
            loadfile.table(
                ("exhibit", "kind", "time (UTC)", "author", "to", "reason"),
                (
                    (str(entry.number), entry.label)
                    + (f"{entry.occurred_at:%Y-%m-%d %H:%M:%S}", entry.author)
                    + (entry.to, entry.reason)
                    for entry in matter.withheld
                ),
            ),
        )
        self._bag.add_text(
            "problems.csv",
            loadfile.table(
                ("exhibit", "problem"),
                ((str(number), problem) for number, problem in self.problems),
            ),
        )
        self._bag.add_text("declaration.txt", texts.declaration(matter))
        self._bag.add_text("verify.py", VERIFIER.read_text(encoding="utf-8"))
        self._bag.add_text("README.txt", texts.readme(matter, self._get_fingerprint()))
        self._bag.close(
            {
                "Source-Organization": matter.organisation,
                "External-Identifier": matter.reference,
                "External-Description": matter.title,
                "Bagging-Date": f"{matter.as_of:%Y-%m-%d}",
                "Internal-Sender-Identifier": matter.cut,
            }
        )

    # ------------------------------------------------------------------

    def _add_file(self, file, path):
        """Store ``file``; return its Document (None if it is lost) and a problem."""
        reader = _Reader(file.chunks)
        if reader.error:
            return None, self.matter._(
                "The file %(name)s (SHA-256 %(sha256)s) is missing: %(error)s",
                name=file.name,
                sha256=file.sha256,
                error=reader.error,
            )
        _length, digest = self._bag.add(path, reader, file.size)
        document = loadfile.Document(file.name, digest, path)
        if digest == file.sha256:
            return document, None
        return document, self.matter._(
            "The file %(name)s is not what was recorded: its SHA-256 is %(actual)s, "
            "the record names %(sha256)s.",
            name=file.name,
            actual=digest,
            sha256=file.sha256,
        )

    def _add_records(self, exhibit, records, documents):
        for record in records:
            line = {
                **record,
                "exhibit": exhibit.number,
                "files": {document.sha256: document.path for document in documents},
            }
            self._scratch["evidence/records.jsonl"].write(_json_line(line))

    def _add_heads(self):
        matter = self.matter
        proofs = ((), *matter.consistency)
        lines = []
        for head, consistency in zip(matter.heads, proofs, strict=False):
            path = f"evidence/heads/{head['size']:012d}"
            self._bag.add_text(f"{path}.json", head["canonical"])
            if head.get("token"):
                self._bag.add(f"{path}.tsr", [head["token"]], len(head["token"]))
            lines.append(
                _json_line(
                    {
                        "canonical": head["canonical"],
                        "signature": head["signature"],
                        "consistency": list(consistency),
                    }
                )
            )
        self._bag.add_text("evidence/heads.jsonl", "".join(lines))

    def _get_fingerprint(self):
        if not self.matter.heads:
            return self.matter._(
                "The log has no tree head yet; the records are not anchored."
            )
        return self.matter.heads[-1]["printed"]

    def _get_view(self, exhibit, content, documents, problems):
        matter = self.matter
        facts = [
            (matter._("Kind"), exhibit.label),
            (
                matter._("Occurred"),
                self._moment(exhibit.occurred_at, exhibit.occurred_source),
            ),
            (matter._("Recorded"), matter.format_time(exhibit.recorded_at)),
            (matter._("Author"), exhibit.author),
            (matter._("To"), exhibit.to),
            (matter._("Copy"), exhibit.cc),
            (matter._("Subject"), exhibit.subject),
            ("Message-ID", exhibit.message_id),
            (matter._("In the log"), _places(content.records)),
        ]
        text = content.text
        if len(text) > SHOWN:
            text = text[:SHOWN] + "\n" + matter._("[The rest stands in text.txt.]")
        return View(
            facts=[(name, _shorten(value)) for name, value in facts if value],
            text=text,
            quotes=content.quotes,
            documents=documents,
            problems=problems,
        )

    def _moment(self, moment, source):
        shown = self.matter.format_time(moment)
        return f"{shown} ({source})" if source else shown


class _Reader:
    """Iterates over the pieces of a file; ``error`` is set if not even one comes.

    A mail that was altered in the database may be no base64 any more: ValueError.
    """

    def __init__(self, chunks):
        self.error = ""
        self._first = b""
        self._rest = iter(())
        try:
            self._rest = iter(chunks())
            self._first = next(self._rest, b"")
        except (OSError, ValueError) as error:
            self.error = str(error)

    def __iter__(self):
        yield self._first
        try:
            yield from self._rest
        except (OSError, ValueError):
            return  # what is there is delivered; its digest tells that it is cut


def _places(records):
    return ", ".join(str(record["position"]) for record in records if "path" in record)


def _shorten(text):
    return text if len(text) <= SHOWN_FACT else f"{text[:SHOWN_FACT]}…"


def _json_line(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n"


def _read(binary):
    binary.seek(0)
    while chunk := binary.read(1 << 20):
        yield chunk
