"""What going on with handoffs costs: sweeping many open ones, and those due."""

import json

from .. import odoo, paths, steps
from ..process import run
from . import Figure, summary

OPEN, DUE = 10_000, 50
FIGURES = ["handoff_sweep", "handoff_sweep_due", "handoff_sweep_queries"]
DATABASE = "dg_bench_handoff"


def measure(names, bench):
    odoo.prepare_database(bench.server(), DATABASE, ["dispute_guard"], demo=False)
    with steps.progress(f"Handoffs ({OPEN} open, {DUE} of them due)"):
        asked = ask(OPEN, DUE, bench.rounds)
    figures = [
        # the scheduled action while none is due
        summary("handoff_sweep", asked["idle"], queries=asked["queries"]),
        # the same while DUE of them go on to the next person
        Figure("handoff_sweep_due", "s", round(asked["due"], 2)),
        # 0: those that wait and are not due ask nothing
        Figure("handoff_sweep_queries", "each waiting", asked["queries_each"]),
    ]
    return [one for one in figures if one.name in names]


def ask(waiting, due, rounds):
    output = run(
        [paths.venv_python(), paths.INSIDE / "bench_handoff.py"]
        + [paths.CONF / f"{DATABASE}.conf", DATABASE]
        + [str(waiting), str(due), str(rounds)],
        what="cannot measure handoffs",
        log="bench-handoff",
        env=odoo.environment(),
    )
    return json.loads(output.splitlines()[-1])
