"""A walk along a log names the first thing that is wrong with it."""

import json
from dataclasses import replace

import pytest
from ledger import (
    Frontier,
    Head,
    LogError,
    Walk,
    check_lines,
    explain,
    head_to_text,
    inclusion_path,
    leaf_hash,
    load_key,
    new_key,
    public_key,
    sign,
    stored_subtrees,
    to_line,
)
from ledger.__main__ import main

KEY, OTHER_KEY = load_key(new_key()), load_key(new_key())
TIME = "2026-01-{:02}T12:00:00Z"


def texts_of(number):
    return [json.dumps({"record": each}) for each in range(number)]


def leaves_of(texts):
    return [leaf_hash(text.encode()) for text in texts]


def heads_of(leaves, sizes, key=KEY, **changes):
    """Signed heads of ``leaves`` at ``sizes``: list of (Head, signature)."""
    heads, previous, frontier = [], "", Frontier()
    for day, size in enumerate(sizes, 1):
        for leaf in leaves[frontier.size : size]:
            frontier.append(leaf)
        head = Head(
            log="log",
            size=size,
            root=frontier.root().hex(),
            time=TIME.format(day),
            previous=previous,
            key=public_key(key),
        )
        head = replace(head, **changes)
        heads.append((head, sign(head, key)))
        previous = head.digest
    return heads


def stored(heads):
    return [(head.data.decode(), signature) for head, signature in heads]


def walk(leaves, heads, outside=()):
    one = Walk(stored(heads), outside)
    for leaf in leaves:
        one.add(leaf)
    one.finish()
    return one


LEAVES = leaves_of(texts_of(20))
HEADS = heads_of(LEAVES, [0, 5, 6, 6, 20])


def broken(leaves=None, heads=None, outside=()):
    with pytest.raises(LogError) as error:
        walk(leaves or LEAVES, heads or HEADS, outside)
    return error.value


def test_whole():
    one = walk(LEAVES, HEADS)
    assert one.frontier.size == 20
    assert (one.head, one.heads, one.notes) == (HEADS[-1][0], 5, [])
    assert walk([], []).head is None
    # items that no head counts yet are no fault
    assert walk(LEAVES, HEADS[:3]).head.size == 6


def test_changed_item_lies_between_two_heads():
    for at in range(6, 20):
        leaves = list(LEAVES)
        leaves[at] = leaf_hash(b"forged")
        error = broken(leaves)
        assert (error.kind, error.position, error.facts["last"]) == ("changed", 6, 19)
        assert "items 6 to 19" in str(error)


def test_cut_tail():
    error = broken(LEAVES[:19])
    assert (error.kind, error.position, error.facts["size"]) == ("cut", 19, 20)
    # heads cut along with it: only a head kept outside shows it
    assert walk(LEAVES[:6], HEADS[:4])
    error = broken(LEAVES[:6], HEADS[:4], outside=[HEADS[-1]])
    assert (error.kind, error.position) == ("cut", 6)


def test_rewritten_with_another_or_the_stolen_key():
    forged = [leaf_hash(b"forged"), *LEAVES[1:]]
    for key in (KEY, OTHER_KEY):
        heads = heads_of(forged, [5, 20], key=key)
        assert walk(forged, heads)
        error = broken(forged, heads, outside=[HEADS[1]])
        assert (error.kind, error.facts["size"]) == ("rewritten", 5)
    assert walk(LEAVES, HEADS, outside=HEADS)


def test_head_of_another_log_kept_outside():
    other = heads_of(LEAVES, [5], log="other")
    assert broken(outside=other).kind == "rewritten"


def test_forged_head_kept_outside():
    head, _signature = HEADS[1]
    forged = replace(head, root="00" * 32)
    assert broken(outside=[(forged, sign(forged, OTHER_KEY))]).kind == "signature"


@pytest.mark.parametrize(
    ("at", "kind"), [(0, "head"), (1, "head"), (2, "head"), (3, "head"), (4, None)]
)
def test_head_taken_out(at, kind):
    heads = HEADS[:at] + HEADS[at + 1 :]
    if kind:
        assert broken(heads=heads).kind == kind
    else:
        assert walk(LEAVES, heads)


def test_damaged_heads():
    head, signature = HEADS[2]
    later = replace(head, time="2026-02-01T12:00:00Z")
    for text, kind in (
        ("", "head"),
        (head.data.decode() + " ", "head"),
        (replace(head, log="other").data.decode(), "head"),
        (replace(head, size=1).data.decode(), "head"),
        (replace(head, previous="00" * 32).data.decode(), "head"),
        (replace(head, root="00" * 32).data.decode(), "changed"),
        (later.data.decode(), "signature"),
    ):
        heads = stored(HEADS)
        heads[2] = text, signature
        with pytest.raises(LogError) as error:
            one = Walk(heads)
            for leaf in LEAVES:
                one.add(leaf)
        assert error.value.kind == kind, text


def test_notes():
    heads = [*HEADS[:1]]
    for day, key in ((9, KEY), (8, KEY), (9, OTHER_KEY)):
        head = replace(
            HEADS[1][0],
            previous=heads[-1][0].digest,
            time=TIME.format(day),
            key=public_key(key),
        )
        heads.append((head, sign(head, key)))
    unsigned = replace(heads[-1][0], previous=heads[-1][0].digest, key="")
    heads.append((unsigned, ""))
    notes = walk(LEAVES, heads).notes
    assert [(kind, head.time) for kind, head in notes] == [
        ("clock", TIME.format(8)),
        ("key", TIME.format(9)),
        ("unsigned", TIME.format(9)),
        ("key", TIME.format(9)),
    ]


# What happened between two heads


def explained(rows, strays=()):
    agreed = Frontier()
    for leaf in LEAVES[:6]:
        agreed.append(leaf)
    return explain(agreed, rows, HEADS[-1][0], strays)


ROWS = list(enumerate(LEAVES))[6:]


def test_reordered():
    rows = list(ROWS)
    rows[3], rows[7] = rows[7], rows[3]
    assert explained(rows) == ("reordered", 9)
    assert explained(rows + [(20, leaf_hash(b"next"))]) == ("reordered", 9)


def test_inserted():
    intruder = (99, leaf_hash(b"intruder"))
    assert explained([*ROWS[:4], intruder, *ROWS[4:]]) == ("inserted", 10)


def test_missing():
    assert explained(ROWS[:4] + ROWS[5:], [LEAVES[0], LEAVES[10]]) == ("missing", 10)
    after = [*ROWS[:4], *ROWS[5:], (20, leaf_hash(b"next"))]
    assert explained(after, [LEAVES[10]]) == ("missing", 10)


def test_what_cannot_be_told():
    assert explained(ROWS[:4] + ROWS[5:]) == ("changed", 6)
    forged = [*ROWS[:4], (10, leaf_hash(b"forged")), *ROWS[5:]]
    assert explained(forged) == ("changed", 6)


# Files


def lines_of(texts, heads):
    lines = [
        to_line("item", position=at, canonical=text) for at, text in enumerate(texts)
    ]
    return lines + [
        to_line("head", canonical=text, signature=signature)
        for text, signature in stored(heads)
    ]


def proof_line(texts, at, size):
    leaves = leaves_of(texts)
    subtree = stored_subtrees(lambda level, start, end: leaves[start:end], 8)
    path = inclusion_path(at, size, subtree)
    return to_line(
        "proof",
        canonical=texts[at],
        position=at,
        size=size,
        path=[each.hex() for each in path],
    )


def test_files(tmp_path, capsys):
    texts = texts_of(20)
    whole = tmp_path / "whole.jsonl"
    whole.write_text("\n".join(lines_of(texts, HEADS)), encoding="utf-8")
    outside = tmp_path / "mail.txt"
    outside.write_text("Hello,\n\n" + head_to_text(*HEADS[1]), encoding="utf-8")
    assert main([str(whole), "--outside", str(outside)]) == 0
    said = capsys.readouterr().out
    assert "intact: 20 items, 0 proofs, 5 heads" in said
    assert f"up to item 19, head of {TIME.format(5)}" in said

    texts[7] = texts[7].replace("7", "8")
    whole.write_text("\n".join(lines_of(texts, HEADS)), encoding="utf-8")
    assert main([str(whole)]) == 1
    assert "broken (changed): of items 6 to 19" in capsys.readouterr().out

    whole.write_text('{"item": 3}', encoding="utf-8")
    assert main([str(whole)]) == 2
    assert "line 1 is not of this format" in capsys.readouterr().err
    assert main([str(tmp_path / "nothing")]) == 2


def test_proofs_in_files():
    texts = texts_of(20)
    heads = lines_of([], HEADS)
    proofs = [proof_line(texts, at, 20) for at in (0, 7, 19)]
    assert check_lines(proofs + heads)["proofs"] == 3
    with pytest.raises(LogError) as error:
        check_lines([proofs[1].replace(": 7}", ": 8}"), *heads])
    assert (error.value.kind, error.value.position) == ("proof", 7)
    # no head of this size
    with pytest.raises(LogError):
        check_lines([proof_line(texts, 0, 19), *heads])
    # a head that somebody else signed
    forged = heads_of(leaves_of(texts), [20])
    forged = [(forged[0][0], sign(forged[0][0], OTHER_KEY))]
    with pytest.raises(LogError) as error:
        check_lines([*proofs, *lines_of([], forged)])
    assert error.value.kind == "signature"


def test_gap_in_a_file():
    lines = lines_of(texts_of(20), HEADS)
    with pytest.raises(LogError) as error:
        check_lines(lines[:3] + lines[4:])
    assert (error.value.kind, error.value.position) == ("missing", 3)
