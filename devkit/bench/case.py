"""What opening a large dispute costs, compared with an empty one."""

import json

from .. import odoo, paths, steps
from ..process import run
from . import Figure, summary

TICKETS, MESSAGES = 200, 5000
FIGURES = ["case_form", "case_timeline"]
DATABASE = "dg_bench_case"


def measure(names, bench):
    odoo.prepare_database(bench.server(), DATABASE, ["dispute_guard"], demo=False)
    what = f"Dispute with {TICKETS} tickets and {MESSAGES} messages"
    with steps.progress(f"{what} ({bench.rounds} rounds)"):
        asked = ask(bench.rounds)
    large, empty = asked["large"], asked["empty"]
    figures = [
        summary("case_form", large["form"], empty["form"], large["queries"]),
        Figure("case_timeline", "ms", round(min(large["timeline"]) * 1000, 1)),
    ]
    return [one for one in figures if one.name in names]


def ask(rounds):
    output = run(
        [paths.venv_python(), paths.INSIDE / "bench_case.py"]
        + [paths.CONF / f"{DATABASE}.conf", DATABASE]
        + [str(TICKETS), str(MESSAGES), str(rounds)],
        what="cannot measure a dispute",
        log="bench-case",
        env=odoo.environment(),
    )
    return json.loads(output.splitlines()[-1])
