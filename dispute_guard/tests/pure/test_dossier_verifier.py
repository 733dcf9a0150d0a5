"""A dossier is checked as a stranger would: unpacked, with tools that are not ours."""

import dataclasses
import hashlib
import json
import shutil
import subprocess

import bagit
import pytest
from dossier import (
    Content,
)
from dossier.names import Names
from dossier_matter import (
    TEXT,
    Log,
    build,
    make_case,
    make_record,
    run_verifier,
    sha256,
)
from ledger import consistency_path, inclusion_path, leaf_hash
from ledger.head import Head, head_to_text
from ledger.merkle import Frontier
from ledger.timestamp import make_request
from time_stamping import Authority


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
