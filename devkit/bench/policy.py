"""What the rules of policy cost a message: 100 rules, and the same without any."""

import json

from .. import odoo, paths, steps
from ..process import run
from . import Figure

RULES = 100
FIGURES = ["policy_evaluation", "policy_queries"]
DATABASE = "dg_bench_policy"


def measure(names, bench):
    odoo.prepare_database(bench.server(), DATABASE, ["dispute_guard"], demo=False)
    with steps.progress(f"Policy ({RULES} rules, {bench.rounds} rounds)"):
        asked = ask(RULES, bench.rounds)
    figures = [
        # mean over messages of all kinds; those without a sign ask no rule
        Figure(
            "policy_evaluation",
            "ms",
            round(asked["seconds"] * 1000, 3),
            p95=round(asked["slowest"] * 1000, 3),
            queries=asked["queries"],
        ),
        # 0: no rule adds a query
        Figure("policy_queries", "each rule", asked["queries_each"]),
    ]
    return [one for one in figures if one.name in names]


def ask(rules, rounds):
    output = run(
        [paths.venv_python(), paths.INSIDE / "bench_policy.py"]
        + [paths.CONF / f"{DATABASE}.conf", DATABASE, str(rules), str(rounds)],
        what="cannot measure policy",
        log="bench-policy",
        env=odoo.environment(),
    )
    return json.loads(output.splitlines()[-1])
