#!/usr/bin/env python3
"""Verifies the dossier it lies in. Python 3.9 or newer, standard library only.

    python3 data/verify.py [FOLDER] [--head TEXT]

FOLDER is the unpacked dossier (default: the one this file lies in); TEXT is the root
(64 hex digits) of a tree head that you have from elsewhere, a mail or a print.

It stands alone on purpose: whoever doubts the system that made the dossier can read
these lines, or write others by RFC 8493 (BagIt) and RFC 6962 (Merkle tree).
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path


def check_bag(folder):
    """Yield what is wrong with the files (RFC 8493, section 3)."""
    listed = set()
    for manifest in ("tagmanifest-sha512.txt", "manifest-sha512.txt"):
        try:
            lines = (folder / manifest).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            yield f"{manifest}: {error}"
            continue
        for line in lines:
            digest, _space, path = line.partition("  ")
            target = folder / path
            if folder not in target.resolve().parents:
                yield f"{path}: leads out of the dossier"
                continue
            listed.add(target)
            try:
                actual = sha512(target)
            except OSError as error:
                yield f"{path}: {error}"
                continue
            if actual != digest:
                yield f"{path}: was altered, its digest is not the one listed"
    for path in sorted((folder / "data").rglob("*")):
        if path.is_file() and path not in listed:
            yield f"{path.relative_to(folder).as_posix()}: is listed in no manifest"


def check_heads(heads, folder):
    """Yield what is wrong with the chain of tree heads (RFC 6962, section 2.1.2)."""
    before = None
    copies = {}
    for line in heads:
        head = read_head(line)
        copies[f"{head['size']:012d}"] = line["canonical"].encode()
        if before:
            old, text = before
            if head["previous"] != hashlib.sha256(text.encode()).hexdigest():
                yield f"tree head {head['size']}: does not follow head {old['size']}"
            elif not is_consistent(
                old["size"],
                old["root"],
                head["size"],
                head["root"],
                line["consistency"],
            ):
                yield f"tree head {head['size']}: is no growth of head {old['size']}"
        before = head, line["canonical"]
    # what a time-stamp is checked against must be the head that is checked here
    for path in sorted((folder / "data" / "evidence" / "heads").rglob("*")):
        is_copy = path.suffix != ".json" or path.read_bytes() == copies.get(path.stem)
        if path.stem not in copies or not is_copy:
            shown = path.relative_to(folder).as_posix()
            yield f"{shown}: is of no tree head that the records are proved against"


def check_records(records, roots, folder):
    """Yield what is wrong with the records; ``roots``: size of a head to its root."""
    vouched = set()  # (exhibit, digest) for which a record stands
    for number, line in enumerate(records, 1):
        name = f"record {number} (exhibit {line['exhibit']})"
        try:
            record = json.loads(line["canonical"])["record"]
            details = record.get("details") or {}
            files = [(file["name"], file["sha256"]) for file in record["files"]]
        except (ValueError, TypeError, LookupError, AttributeError):
            yield f"{name}: is no record of evidence"
            continue
        if "path" in line:
            leaf = hashlib.sha256(b"\0" + line["canonical"].encode()).digest()
            root = root_of(leaf, line["position"], line["size"], line["path"])
            if line["size"] not in roots:
                yield f"{name}: its tree head {line['size']} is not enclosed"
            elif root != roots[line["size"]]:
                yield f"{name}: is not what the log holds at {line['position']}"
        else:
            yield f"{name}: was not in the log yet"
        folder_name = f"{line['exhibit']:05d}"
        text = record.get("content") or ""
        vouched.add((folder_name, hashlib.sha256(text.encode()).hexdigest()))
        vouched.add((folder_name, details.get("raw_sha256")))
        for file_name, digest in files:
            vouched.add((folder_name, digest))
            if digest not in line["files"]:
                yield f"{name}: the file {file_name} is missing or altered"
    for path in sorted((folder / "data" / "exhibits").rglob("*")):
        if path.is_file() and (path.parent.name, sha256(path)) not in vouched:
            shown = path.relative_to(folder).as_posix()
            yield f"{shown}: no record vouches for what it holds"


def root_of(leaf, position, size, path):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2), as hex."""
    if not 0 <= position < size:
        return None
    value, last = leaf, size - 1
    for item in map(bytes.fromhex, path):
        if last == 0:
            return None
        if position & 1 or position == last:
            value = node(item, value)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = node(value, item)
        position, last = position >> 1, last >> 1
    return value.hex() if last == 0 else None


def is_consistent(old_size, old_root, size, root, path):
    """Whether the tree of ``size`` grew from the old one (RFC 9162, 2.1.4.2)."""
    items = [bytes.fromhex(item) for item in path]
    if old_size == size:
        return not items and old_root == root
    if not 0 < old_size < size or not items:
        return False  # a tree without items vouches for nothing
    if old_size & (old_size - 1) == 0:
        items.insert(0, bytes.fromhex(old_root))
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = items[0]
    for item in items[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node(item, old), node(item, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, item)
        place, last = place >> 1, last >> 1
    return last == 0 and (old.hex(), new.hex()) == (old_root, root)


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def sha512(path):
    return _digest(path, hashlib.sha512())


def sha256(path):
    return _digest(path, hashlib.sha256())


def _digest(path, digest):
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def read_head(line):
    return json.loads(line["canonical"])["record"]["head"]


def read_lines(path):
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def verify(folder, known_root=None):
    """Yield what is wrong with the dossier in ``folder``; nothing: it is intact."""
    folder = folder.resolve()
    wrong = list(check_bag(folder))
    yield from wrong
    if wrong:
        return  # what follows would read the altered files
    evidence = folder / "data" / "evidence"
    heads = list(read_lines(evidence / "heads.jsonl"))
    yield from check_heads(heads, folder)
    roots = {head["size"]: head["root"] for head in map(read_head, heads)}
    yield from check_records(read_lines(evidence / "records.jsonl"), roots, folder)
    if known_root:
        yield from check_known(folder, known_root, roots)


def check_known(folder, known_root, roots):
    """Yield what the head that somebody has from elsewhere does not vouch for."""
    sizes = [size for size, root in roots.items() if root == known_root.lower()]
    if not sizes:
        yield f"the tree head {known_root} that you have is not among those enclosed"
    for line in read_lines(folder / "data" / "evidence" / "records.jsonl"):
        if sizes and line.get("position", -1) >= max(sizes):
            yield (
                f"exhibit {line['exhibit']}: record {line['position']} came after the "
                f"tree head that you have, which counts {max(sizes)}"
            )


def say(line):
    sys.stdout.write(f"{line}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = Path(__file__).resolve().parent.parent
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--head", help="root of a tree head that you have")
    options = parser.parse_args()
    problems = list(verify(options.folder, options.head))
    for problem in problems:
        say(f"WRONG  {problem}")
    if problems:
        return 1
    say("INTACT  all exhibits and all records are as they were recorded")
    evidence = options.folder / "data" / "evidence"
    places = [line["position"] for line in read_lines(evidence / "records.jsonl")]
    for line in read_lines(evidence / "heads.jsonl"):
        head = read_head(line)
        covered = sum(place < head["size"] for place in places)
        say(f"tree head {head['size']}  {head['time']}  root {head['root']}")
        say(f"  vouches for {covered} of {len(places)} records")
    say("Compare size and root with the copy that was mailed or time-stamped.")
    say("Chronology, lists and names of files are for reading; exhibits are proved.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
