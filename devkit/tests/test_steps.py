import json

import pytest

from devkit import steps


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    ledger = steps.Ledger(tmp_path / "ledger.json")
    monkeypatch.setattr(steps, "LEDGER", ledger)
    return ledger


def test_step_is_done_once_and_facts_are_remembered(ledger, capsys):
    calls = []

    def build():
        calls.append(1)
        return {"version": "1"}

    for _ in range(2):
        assert steps.step("a", "Step A", {"in": 1}, build) == {"version": "1"}
    assert len(calls) == 1
    assert "ok, cached" in capsys.readouterr().out


def test_changed_inputs_or_vanished_result_do_it_again(ledger):
    calls = []
    steps.step("a", "A", {"in": 1}, lambda: calls.append("first"))
    steps.step("a", "A", {"in": 2}, lambda: calls.append("other input"))
    steps.step(
        "a", "A", {"in": 2}, lambda: calls.append("gone"), present=lambda _: False
    )
    steps.step("a", "A", {"in": 2}, lambda: calls.append("asked"), again=True)
    assert calls == ["first", "other input", "gone", "asked"]


def test_step_that_is_cut_off_is_not_remembered(ledger):
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.step("a", "A", {}, interrupted)
    assert ledger.facts("a") == {}
    assert steps.step("a", "A", {}, lambda: {"done": True}) == {"done": True}


def test_unreadable_ledger_counts_as_empty(ledger):
    ledger.path.write_text("{ cut off", encoding="utf-8")
    assert ledger.facts("a") == {}
    ledger.record("a", "digest", {}, 1)
    assert json.loads(ledger.path.read_text())["a"]["digest"] == "digest"


def test_folder_appears_only_when_complete(tmp_path):
    target = tmp_path / "thing"
    with pytest.raises(ValueError):
        with steps.folder_being_made(target) as part:
            (part / "half").touch()
            raise ValueError
    assert not target.exists()
    with steps.folder_being_made(target) as part:
        assert not list(part.iterdir())
        (part / "whole").touch()
    assert (target / "whole").exists()


def test_offline_says_what_is_missing():
    with pytest.raises(steps.Failure, match="Chromium is not cached"):
        steps.need_online(True, "cannot test", "Chromium")
    steps.need_online(False, "cannot test", "Chromium")
