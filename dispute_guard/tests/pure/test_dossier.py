"""A dossier is checked as a stranger would: unpacked, with tools that are not ours."""

import csv
import dataclasses
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from html.parser import HTMLParser

import bagit
import pytest
from dossier import (
    Content,
    Custody,
    DossierError,
    Exhibit,
    File,
    Matter,
    Withheld,
    write_dossier,
)
from dossier.names import Names, safe_name
from dossier.paper import find_fonts
from ledger import canonical_bytes, consistency_path, inclusion_path, leaf_hash
from ledger.head import Head, head_to_text
from ledger.merkle import Frontier
from ledger.timestamp import make_request
from pypdf import PdfReader
from time_stamping import Authority

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


def test_stock_tools_find_the_bag_valid(tmp_path):
    bag, problems = build(tmp_path)
    assert problems == []
    bagit.Bag(str(bag)).validate()
    for manifest in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        command = ["sha512sum", "--check", "--strict", "--quiet", manifest]
        subprocess.run(command, cwd=bag, check=True)


def test_enclosed_verifier_says_intact_and_shows_the_head(tmp_path):
    bag, _problems = build(tmp_path)
    result = run_verifier(bag)
    assert (result.returncode, result.stderr) == (0, "")
    root = make_case()[0].heads[-1]["root"]
    assert result.stdout.startswith("INTACT")
    assert root in result.stdout
    assert root in (bag / "data" / "README.txt").read_text().replace("\n", "")
    assert run_verifier(bag, "--head", root).returncode == 0
    assert run_verifier(bag, "--head", "0" * 64).returncode == 1


def rewrite(bag, path, change):
    """Alter a file and mend the manifests, as a forger would."""
    target = bag / path
    target.write_bytes(change(target.read_bytes()))
    for manifest in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        lines = []
        for line in (bag / manifest).read_text(encoding="utf-8").splitlines():
            _digest, name = line.split("  ", 1)
            digest = hashlib.sha512((bag / name).read_bytes()).hexdigest()
            lines.append(f"{digest}  {name}\n")
        (bag / manifest).write_text("".join(lines), encoding="utf-8")


def change_record(lines, change):
    lines = [json.loads(line) for line in lines.decode().splitlines()]
    change(lines)
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def in_records(change):
    return lambda data: change_record(data, change)


def set_word(lines):
    lines[1]["canonical"] = lines[1]["canonical"].replace("tiesā", "radio")


def set_position(lines):
    lines[1]["position"] = 2


FORGERIES = {
    "a word of the mail": (
        "data/exhibits/00002/mail.eml",
        lambda data: data.replace(b"From: janis", b"From: peter"),
        "exhibits/00002/mail.eml: no record vouches",
    ),
    "a word of the text": (
        "data/exhibits/00002/text.txt",
        lambda data: data.replace("tiesā".encode(), b"radio"),
        "exhibits/00002/text.txt: no record vouches",
    ),
    "a word of the record": (
        "data/evidence/records.jsonl",
        in_records(set_word),
        "record 2 (exhibit 2): is not what the log holds at 1",
    ),
    "the place of a record": (
        "data/evidence/records.jsonl",
        in_records(set_position),
        "record 2 (exhibit 2): is not what the log holds at 2",
    ),
    "a record is dropped": (
        "data/evidence/records.jsonl",
        in_records(lambda lines: lines.pop(1)),
        "exhibits/00002/mail.eml: no record vouches",
    ),
    "the head that was before": (
        "data/evidence/heads.jsonl",
        in_records(
            lambda lines: lines[0].update(
                canonical=lines[0]["canonical"].replace("2026", "2025")
            )
        ),
        "tree head 3: does not follow head 1",
    ),
    "a proof of growth": (
        "data/evidence/heads.jsonl",
        in_records(lambda lines: lines[1].update(consistency=["00" * 32] * 2)),
        "tree head 3: is no growth of head 1",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_verifier_names_a_forgery_also_with_new_manifests(tmp_path, forgery):
    path, change, told = FORGERIES[forgery]
    bag, _problems = build(tmp_path)
    rewrite(bag, path, change)
    result = run_verifier(bag)
    assert result.returncode == 1
    assert told in result.stdout, result.stdout + result.stderr


@pytest.mark.parametrize("size", [0, 1])
def test_head_that_was_pasted_in_vouches_for_nothing(tmp_path, size):
    """A forger has the root that was mailed, and makes a log of his own beside it."""
    mailed = "ab" * 32
    forged = [make_record(TEXT, exhibit=number) for number in range(3)]
    pasted = Head("log-1", size, mailed, "2026-03-09T00:00:00Z", "", "")
    matter, exhibits, contents = make_case()
    leaves = [bytes.fromhex(mailed)] * size
    leaves += [leaf_hash(record.encode()) for record in forged]
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    root, number = frontier.root().hex(), len(leaves)
    newest = Head(
        "log-1", number, root, "2026-03-10T00:00:00Z", sha256(pasted.data), ""
    )
    subtree = Log._subtree(leaves)
    heads = tuple(
        {
            "canonical": head.data.decode(),
            "size": head.size,
            "root": head.root,
            "signature": "",
            "printed": head_to_text(head, ""),
        }
        for head in (pasted, newest)
    )
    proof = consistency_path(size, number, subtree) if size else ()
    contents = [
        Content(
            text=TEXT,
            records=(
                {
                    "canonical": record,
                    "position": at,
                    "size": number,
                    "path": [
                        each.hex() for each in inclusion_path(at, number, subtree)
                    ],
                },
            ),
        )
        for at, record in enumerate(forged, size)
    ]
    matter = dataclasses.replace(
        matter, heads=heads, consistency=(tuple(each.hex() for each in proof),)
    )
    bag, _problems = build(tmp_path, (matter, exhibits, contents))
    result = run_verifier(bag, "--head", mailed)
    assert result.returncode == 1, result.stdout
    assert "which counts" in result.stdout


def test_time_stamped_head_is_the_one_that_is_proved(tmp_path):
    """A genuine head beside a forged log would pass `openssl ts -verify`."""
    bag, _problems = build(tmp_path)
    path = f"data/evidence/heads/{3:012d}.json"
    rewrite(bag, path, lambda data: data.replace(b"2026-03", b"2026-04"))
    result = run_verifier(bag)
    assert result.returncode == 1
    assert f"{path}: is of no tree head" in result.stdout


def test_verifier_says_how_many_records_a_head_vouches_for(tmp_path):
    bag, _problems = build(tmp_path)
    lines = run_verifier(bag).stdout
    assert "vouches for 1 of 3 records" in lines
    assert "vouches for 3 of 3 records" in lines
    first = json.loads((bag / "data/evidence/heads.jsonl").read_text().splitlines()[0])
    older = json.loads(first["canonical"])["record"]["head"]["root"]
    told = run_verifier(bag, "--head", older).stdout.splitlines()
    assert len(told) == 2 and "exhibit 2: record 1 came after" in told[0]


@pytest.mark.parametrize("text", ["{", "[]", '{"record": null}', '{"record": {}}'])
def test_record_that_is_none_is_named(tmp_path, text):
    bag, _problems = build(tmp_path)
    change = in_records(lambda lines: lines[1].update(canonical=text))
    rewrite(bag, "data/evidence/records.jsonl", change)
    result = run_verifier(bag)
    assert "record 2 (exhibit 2): is no record of evidence" in result.stdout


def test_mail_that_is_no_base64_any_more_stops_nothing(tmp_path):
    def damage(files):
        def broken():
            raise ValueError("Incorrect padding")

        return (dataclasses.replace(files[0], chunks=broken), *files[1:])

    bag, problems = build(tmp_path, make_case(mend=damage))
    assert len(problems) == 3 and "Incorrect padding" in problems[0]
    assert (bag / "data/exhibits/00001/photo.png").exists() or list(
        (bag / "data/exhibits/00001").glob("*photo.png")
    )


def test_very_long_title_and_facts_are_cut_where_they_are_only_shown(tmp_path):
    """The PDF would take hours for them."""
    matter, exhibits, contents = make_case()
    long = "<" * 200_000
    exhibits[0] = dataclasses.replace(exhibits[0], title=long, subject=long)
    bag, _problems = build(tmp_path, (matter, exhibits, contents))
    page = (bag / "data/chronology.html").read_text(encoding="utf-8")
    assert len(page) < 100_000
    assert long in (bag / "data/load/dossier.csv").read_text(encoding="utf-8")


def test_very_many_files_of_one_name(tmp_path):
    names = Names()
    taken = {names.take("scan.pdf") for _turn in range(20_000)}
    assert len(taken) == 20_000


def test_verifier_names_files_altered_added_and_removed(tmp_path):
    bag, _problems = build(tmp_path)
    (bag / "data" / "custody.csv").write_text("nobody")
    (bag / "data" / "extra.txt").write_text("more")
    (bag / "data" / "declaration.txt").unlink()
    lines = run_verifier(bag).stdout.splitlines()
    assert any("custody.csv: was altered" in line for line in lines)
    assert any("extra.txt: is listed in no manifest" in line for line in lines)
    assert any("declaration.txt: " in line for line in lines)
    assert all(line.startswith("WRONG") for line in lines)


def test_verifier_does_not_follow_a_manifest_out_of_the_dossier(tmp_path):
    bag, _problems = build(tmp_path)
    with (bag / "manifest-sha512.txt").open("a") as manifest:
        manifest.write(f"{'0' * 128}  ../../../etc/hostname\n")
    assert "hostname: leads out of the dossier" in run_verifier(bag).stdout


@pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl makes and checks the time-stamp"
)
def test_openssl_verifies_the_time_stamp_of_the_head(tmp_path):
    authority = Authority(tmp_path)
    matter, exhibits, contents = make_case()
    *older, head = matter.heads
    request, _nonce = make_request(head["canonical"].encode())
    head = {**head, "token": authority.answer(request)}
    stamped = dataclasses.replace(matter, heads=(*older, head))
    bag, _problems = build(tmp_path, (stamped, exhibits, contents))
    assert run_verifier(bag).returncode == 0
    path = bag / "data" / "evidence" / "heads" / f"{head['size']:012d}"
    command = ["openssl", "ts", "-verify", "-CAfile", str(tmp_path / "root.pem")]
    command += ["-data", f"{path}.json", "-in", f"{path}.tsr"]
    subprocess.run(command, check=True, capture_output=True)
    data = (bag / f"{path}.json").read_bytes()
    (bag / f"{path}.json").write_bytes(data.replace(b"2026", b"2025"))
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_record_that_is_not_in_the_log_yet_is_told(tmp_path):
    matter, exhibits, contents = make_case(1)
    record = {"canonical": contents[0].records[0]["canonical"]}
    content = Content(text=TEXT, files=contents[0].files, records=(record,))
    bag, _problems = build(tmp_path, (matter, exhibits, [content]))
    assert "record 1 (exhibit 1): was not in the log yet" in run_verifier(bag).stdout


# ---------------------------------------------------------------------------
# Same evidence, same bytes
# ---------------------------------------------------------------------------


def test_same_evidence_gives_same_bytes(tmp_path):
    archives = []
    for _time in range(2):
        target = io.BytesIO()
        write_dossier(*make_case(), target)
        archives.append(target.getvalue())
    assert archives[0] == archives[1]
    other = io.BytesIO()
    write_dossier(*make_case(title="Broken phones"), other)
    assert other.getvalue() != archives[0]


# ---------------------------------------------------------------------------
# Files that are lost, altered or dangerous
# ---------------------------------------------------------------------------


def lose(_files):
    def lost():
        raise FileNotFoundError("no such file in the filestore")

    return (_files[0], make_file("photo.png", PHOTO, chunks=lost))


def alter(files):
    return (files[0], make_file("photo.png", PHOTO, chunks=lambda: [b"other"]))


def cut(files):
    def half():
        yield PHOTO[:100]
        raise OSError("input/output error")

    return (files[0], make_file("photo.png", PHOTO, chunks=half))


@pytest.mark.parametrize(
    ("mend", "told"),
    [
        (lose, "is missing: no such file in the filestore"),
        (alter, "is not what was recorded"),
        (cut, "is not what was recorded"),
    ],
)
def test_lost_or_altered_file_is_named_and_the_rest_delivered(tmp_path, mend, told):
    bag, problems = build(tmp_path, make_case(1, mend))
    assert len(problems) == 1
    assert told in problems[0]
    assert "photo.png" in problems[0]
    assert told in (bag / "data" / "chronology.html").read_text(encoding="utf-8")
    assert told in (bag / "data" / "problems.csv").read_text(encoding="utf-8")
    assert (bag / "data" / "exhibits" / "00001" / "mail.eml").read_bytes() == MAIL
    bagit.Bag(str(bag)).validate()
    assert "photo.png" in run_verifier(bag).stdout


def test_names_cannot_leave_their_folder_or_collide():
    names = Names()
    taken = [
        names.take(name)
        for name in (
            "../../etc/passwd",
            "C:\\windows\\system.ini",
            "CON.txt",
            "nul",
            "invoice\u202efdp.exe",
            "a\x00b\nc.txt",
            "100%.pdf",
            "A.pdf",
            "a.PDF",
            "...",
            "",
            "🙂" * 300 + ".png",
        )
    ]
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert not re.search(r'[<>:"/\\|?*%\x00-\x1f\u202e]', name)
        assert name.strip(" .") == name
        assert len(name.encode()) <= 255
    assert taken[2] == "_CON.txt"
    assert taken[8] == "a (2).PDF"
    assert safe_name("līgums №5.pdf") == "līgums №5.pdf"


def test_attachments_are_passed_through_unopened(tmp_path):
    bomb = b"PK\x03\x04" + b"\0" * 4096
    bag, problems = build(
        tmp_path, make_case(1, lambda files: (files[0], make_file("b.zip", bomb)))
    )
    assert not problems
    assert (bag / "data" / "exhibits" / "00001" / "b.zip").read_bytes() == bomb


# ---------------------------------------------------------------------------
# What people and programs read
# ---------------------------------------------------------------------------


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.targets, self.ids = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.targets += [attrs[name] for name in ("href", "src") if name in attrs]
        self.ids += [attrs["id"]] if "id" in attrs else []


def test_chronology_page_loads_and_executes_nothing(tmp_path):
    bag, _problems = build(tmp_path)
    text = (bag / "data" / "chronology.html").read_text(encoding="utf-8")
    page = Page(text)
    assert "script" not in page.tags
    assert "default-src 'none'" in text
    assert f"<mark>{THREAT}</mark>" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    for target in page.targets:
        if target.startswith("#"):
            assert target[1:] in page.ids
        else:
            assert (bag / "data" / target).is_file()


def test_pdf_has_contents_that_lead_to_the_exhibits(tmp_path):
    bag, _problems = build(tmp_path)
    reader = PdfReader(bag / "data" / "chronology.pdf")
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert THREAT in text
    assert "Жду ответа." in text
    assert [entry.title for entry in reader.outline] == [
        f"{number}. Prasība {number}" for number in (1, 2, 3)
    ]
    links = [
        note.get_object()
        for page in reader.pages
        for note in page.get("/Annots", ())
        if note.get_object()["/Subtype"] == "/Link"
    ]
    assert len(links) == 3


def test_load_files_keep_families_and_hide_formulas(tmp_path):
    bag, _problems = build(tmp_path)
    with (bag / "data" / "load" / "dossier.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 6
    mail, photo = rows[:2]
    assert mail["BEGATTACH"] == photo["BEGATTACH"] == mail["BEGDOC"]
    assert mail["ENDATTACH"] == photo["ENDATTACH"] == photo["BEGDOC"]
    assert rows[2]["BEGATTACH"] != mail["BEGATTACH"]
    assert mail["SUBJECT"] == "'=cmd|'/c calc'!A1"
    for row in rows:
        data = (bag / "data" / row["NATIVELINK"]).read_bytes()
        assert sha256(data) == row["HASH"]
    dat = (bag / "data" / "load" / "dossier.dat").read_bytes().decode("utf-8")
    lines = dat.removesuffix("\r\n").split("\r\n")
    header, *values = [
        [field.strip("\xfe") for field in line.split("\x14")] for line in lines
    ]
    assert header == list(rows[0])
    assert [dict(zip(header, row, strict=True))["HASH"] for row in values] == [
        row["HASH"] for row in rows
    ]


def test_custody_and_withheld_lists(tmp_path):
    matter = {
        "custody": [Custody(START, "=anna", "Opened", "Exhibit 1", "192.0.2.1")],
        "withheld": (
            Withheld(4, "Note", START, "Anna", "counsel@example.org", "Privileged"),
        ),
    }
    bag, _problems = build(tmp_path, make_case(1, **matter))
    custody = (bag / "data" / "custody.csv").read_text(encoding="utf-8")
    assert "2026-03-02 09:15:00,'=anna,Opened,Exhibit 1,192.0.2.1" in custody
    withheld = (bag / "data" / "withheld.csv").read_text(encoding="utf-8")
    assert "4,Note,2026-03-02 09:15:00,Anna,counsel@example.org,Privileged" in withheld


def test_long_text_is_shown_in_part_and_delivered_whole(tmp_path):
    text = "Ļoti garš teksts. " * 5000
    matter, exhibits, contents = make_case(1)
    record = make_record(text)
    content = Content(text=text, records=(Log([record]).prove(0, record),))
    bag, _problems = build(tmp_path, (matter, exhibits, [content]))
    assert (bag / "data/exhibits/00001/text.txt").read_text(encoding="utf-8") == text
    assert "[The rest stands in text.txt.]" in (
        bag / "data" / "chronology.html"
    ).read_text(encoding="utf-8")


def test_unknown_cut_and_missing_fonts_are_told(tmp_path):
    with pytest.raises(DossierError, match="unknown cut 'mine'"):
        make_case(1, cut="mine")
    with pytest.raises(DossierError, match="apt install fonts-dejavu-core"):
        find_fonts([tmp_path])
