"""What stands in a dossier: names, pages, load files, lists."""

import csv
import io
import re
from html.parser import HTMLParser

import bagit
import pytest
from dossier import (
    Content,
    Custody,
    DossierError,
    Withheld,
    write_dossier,
)
from dossier.names import Names, safe_name
from dossier.paper import find_fonts
from dossier_matter import (
    MAIL,
    PHOTO,
    START,
    THREAT,
    Log,
    build,
    make_case,
    make_file,
    make_record,
    run_verifier,
    sha256,
)
from pypdf import PdfReader

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
