"""Small decisions of the kit: arguments, databases, logs, figures."""

from pathlib import Path

import pytest

from devkit import bench, odoo, odoo_source, postgres, testing
from devkit.errors import Failure

PURE = testing.PURE
IN_ODOO = ["dispute_guard/tests"]


def test_paths_choose_the_run_they_belong_to():
    arguments = ["-k", "steps", "devkit/tests/test_steps.py"]
    assert testing.chosen_targets(PURE, arguments) == ["devkit/tests/test_steps.py"]
    assert testing.chosen_targets(IN_ODOO, arguments, but=PURE) == []


def test_pure_tests_of_the_addon_do_not_run_in_odoo():
    path = "dispute_guard/tests/pure"
    assert testing.chosen_targets(PURE, [path]) == [path]
    assert testing.chosen_targets(IN_ODOO, [path], but=PURE) == []


def test_warnings_of_the_log_are_found_and_expected_ones_are_not(tmp_path):
    log = tmp_path / "odoo.log"
    head = "2026-11-22 00:00:00,000 7"
    log.write_text(
        f"{head} INFO db odoo.http: fine\n"
        f"{head} WARNING db odoo.addons.x: bad habit \n"
        f"{head} WARNING db odoo.addons.x.browser: GET /favicon.ico failed\n"
        "Traceback (most recent call last):\n",
        encoding="utf-8",
    )
    assert testing.log_complaints(log) == ["WARNING odoo.addons.x: bad habit "]
    assert testing.log_complaints(tmp_path / "none.log") == []


def test_counts_come_from_test_cases_not_from_subtests(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="9"><testcase name="a"/><testcase name="b">'
        '<failure/><failure/></testcase><testcase name="c"><skipped/></testcase>'
        "</testsuite></testsuites>",
        encoding="utf-8",
    )
    counts = testing.count(report)
    assert counts == {"passed": 1, "failed": 1, "skipped": 1}


@pytest.mark.parametrize("name", ["postgres", "Demo", "a b", 'x"y', "", "a" * 60])
def test_database_names_that_are_refused(name):
    with pytest.raises(Failure, match="cannot use"):
        odoo.check_name(name)


def test_reachable_looks_at_every_folder_on_the_way(tmp_path):
    somebody = tmp_path.stat().st_uid + 1
    for folder in [tmp_path, *tmp_path.parents]:
        if not folder.stat().st_mode & 0o001:
            assert not postgres.reachable(tmp_path, somebody)
            return
    assert postgres.reachable(tmp_path / "not" / "there" / "yet", somebody)
    tmp_path.chmod(0o700)
    assert not postgres.reachable(tmp_path / "x", somebody)


def test_release_is_read_without_importing(tmp_path):
    (tmp_path / "odoo").mkdir()
    release = tmp_path / "odoo" / "release.py"
    release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n", encoding="utf-8")
    assert odoo_source.release_of(tmp_path) == "19.0"
    assert odoo_source.release_of(Path("/nowhere")) == ""


def test_bench_chooses_by_figure_and_by_group():
    names = [name for _group, names in bench.chosen("screening") for name in names]
    assert all(name.startswith("screening_") for name in names)
    ((_group, names),) = bench.chosen("message_post_neutral")
    assert names == ["message_post_neutral"]
    with pytest.raises(Failure, match="there is no 'nonsense'"):
        bench.chosen("nonsense,screening_rate")


def test_figure_has_medians_ratio_and_percentile():
    figure = bench.summary("x", [0.002] * 19 + [0.01], [0.001] * 20, [7, 7, 9])
    assert (figure.value, figure.ratio, figure.queries) == (2.0, 2.0, 7)
    assert figure.p95 > 2.0
