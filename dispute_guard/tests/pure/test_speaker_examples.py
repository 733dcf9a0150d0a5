"""The examples beside the rules of ``speakers.toml``, each read as a mail."""

import pytest
from screening.speaker_book import default_book
from screening_room import screener

RULES = default_book().rules


def read(example):
    """Who speaks in an example: text, or "From: ...", an empty line and text."""
    sender = ""
    if example.startswith("From: "):
        head, _gap, example = example.partition("\n\n")
        sender = head.removeprefix("From: ")
    return default_book().tell(screener().screen(example), sender)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_yes(rule):
    assert len(rule.yes) >= 3
    for example in rule.yes:
        found = read(example)
        assert (found.who, found.basis) == (rule.who, "words"), example
        assert found.words and found.words in example


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no(rule):
    assert len(rule.no) >= 3
    for example in rule.no:
        assert read(example).who == "customer", (example, read(example))
