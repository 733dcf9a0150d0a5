"""Signs of a sentence, faces and quotation marks, as rules can name them."""

import shutil

import pytest
from screening.quotation import quotations
from screening_room import ADDON, screening


def _append(file, text):
    file.write_text(f"{file.read_text('utf-8')}\n{text}", "utf-8")


@pytest.fixture
def finds(tmp_path):
    """Return what makes a search for a pattern, by a rule added to English."""
    folder = tmp_path / "lexicon"
    shutil.copytree(ADDON / "lexicon", folder)

    def rule(pattern, unless="[]", contexts="", loud="", abbreviations=""):
        _append(
            folder / "en" / "pressure.toml",
            f'[[rule]]\nid = "en.x.y"\npatterns = ["{pattern}"]\nunless = {unless}\n',
        )
        _append(folder / "en" / "contexts.toml", contexts)
        file = folder / "en" / "language.toml"
        kept = [
            line
            for line in file.read_text("utf-8").splitlines()
            if not line.startswith(("loud =", "abbreviations ="))
        ]
        own = [f'loud = "{loud}"', f'abbreviations = "{abbreviations}"']
        file.write_text("\n".join(own + kept), "utf-8")
        screener = screening.Screener(folder)
        return lambda text: [
            found.quote
            for found in screener.screen(text, lang="en").findings
            if found.rule == "en.x.y"
        ]

    return rule


def test_exclamation_mark(finds):
    find = finds("BANG")
    assert find("Thank you. Never again! And again.") == ["Never again!"]
    assert not find("Thank you. Never again?? And again.")


def test_exclamation_mark_beside_a_word(finds):
    find = finds("never ..2 BANG")
    assert find("I never said that!") and not find("I never, ever in my life said it!")
    assert not find("I never said that. Thanks!")


def test_one_loud_word(finds):
    find = finds("EMPHASIS", loud="plonk", abbreviations="it")
    assert find("I said it three times. I do NOT want that.") == ["I do NOT want that."]
    assert find("They PLONK me into the corner, then leave.")
    assert find("DON'T tell me about it once more, please, dear people.")
    for calm in (
        "I do not want that.",
        "The IBAN is in the PDF of ACME, as you can see.",
        "Our IT department wrote to you about this matter.",
        "I DO NOT WANT THAT. NO.",
    ):
        assert not find(calm), calm


def test_faces_are_words(finds):
    find = finds("shop ..2 😡|🖕")
    assert find("What a shop 😡") and find("What a shop, truly 🖕🏽 Bye")
    assert not find("What a shop 🙂") and not find("😡 What a shop")


IN_MARKS = {"unless": '["marks"]', "contexts": '[marks]\nwhere = "quotation"\n'}


def test_words_in_quotation_marks(finds):
    find = finds("refund ..2 shelf", **IN_MARKS)
    assert find("I want a refund for this shelf.")
    assert find('I "want" a refund for this "shelf" of yours.')
    assert find('He said "so what" and I want a refund for this shelf.')
    for quoted in (
        'You wrote: "No. We give no refund for the shelf. Goodbye."',
        "You wrote: “We refund the shelf”.",
        "You wrote «we refund the shelf» to me.",
        'You wrote: "We refund the shelf.\nBye, the shop',
    ):
        assert not find(quoted), quoted
    assert find('You wrote: "Hello.\n\nI want a refund for this shelf.')


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('a 5" by 6" plank and "yes, sir"', ['"yes, sir"']),
        ("„labi, labi” un „taip, gerai“", ["„labi, labi”", "„taip, gerai“"]),
        ('the "shelf"', []),
        (f'he said "{"word " * 200}end"', []),
        ('"one two\n\nthree"', []),
    ],
)
def test_quotations(text, quoted):
    assert [text[start:end] for start, end in quotations(text)] == quoted


def test_quotation_marks_without_end():
    opened = quotations(': "a b' * 100_000)
    assert len(opened) == 100_000
