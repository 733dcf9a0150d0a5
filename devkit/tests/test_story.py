import json

import pytest

from devkit import story
from devkit.errors import Failure

ANSWER = {"answer_to": "1.eml", "by": "anna", "body": "<p>Hello</p>"}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(b"Subject: x\n\n")
    return tmp_path


def write(folder, *steps):
    text = json.dumps({"logins": [], "steps": steps})
    (folder / "story.json").write_text(text, encoding="utf-8")
    return folder


def test_good_story_is_returned_as_written(folder):
    dated = {**ANSWER, "date": "2026-10-19 13:05:00"}
    told = story.load(write(folder, {"mail": "1.eml"}, dated))
    assert told["steps"] == [{"mail": "1.eml"}, dated]


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([{"mail": "2.eml"}], "step 1: no mail 2.eml"),
        ([ANSWER], "step 1: 1.eml has not arrived yet"),
        ([{"mail": "1.eml"}, {"answer_to": "1.eml"}], "step 2: body is missing"),
        ([{"mail": "1.eml", "bye": 1}], "unknown key bye"),
        ([{"letter": "1.eml"}], "exactly one of"),
        ([{"mail": "1.eml", "note_on": "1.eml"}], "exactly one of"),
        ([{"by": "anna", "note_on": "1.eml"}], "must begin with note_on"),
        ([{"mail": "1.eml", "date": "2026-10-19"}], "unknown key date"),
        ([{"mail": "1.eml"}, {"page": "1.eml", "as": "lawyer"}], "does is missing"),
    ],
)
def test_bad_step_is_named(folder, steps, problem):
    with pytest.raises(Failure, match=problem):
        story.load(write(folder, *steps))


def test_story_that_is_no_json_is_said(folder):
    (folder / "story.json").write_text("{", encoding="utf-8")
    with pytest.raises(Failure, match="story.json"):
        story.load(folder)
