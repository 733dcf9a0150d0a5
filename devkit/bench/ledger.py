"""What the ledger costs: sequencing, verifying, proving, on a log of many items.

`--items` says how many; a million takes some minutes to prepare.
"""

import json

from .. import odoo, paths, steps
from ..process import run
from . import Figure, summary

FIGURES = ["ledger_sequencer", "ledger_verify", "ledger_memory", "ledger_proof"]
DATABASE = "dg_bench_ledger"


def measure(names, bench):
    odoo.prepare_database(bench.server(), DATABASE, ["dispute_guard"], demo=False)
    figures = []
    with steps.progress(f"Ledger ({bench.items} items)"):
        grown = ask("grow", bench.items)
        if "ledger_sequencer" in names:
            figures.append(Figure("ledger_sequencer", "items/s", round(grown["rate"])))
        if {"ledger_verify", "ledger_memory"}.intersection(names):
            verified = ask("verify")
            seconds, peak = verified["seconds"], verified["peak"] / 2**20
            figures += [
                Figure("ledger_verify", "s", round(seconds, 1)),
                Figure("ledger_memory", "MB", round(peak)),
            ]
        if "ledger_proof" in names:
            samples = ask("prove", bench.rounds)["seconds"]
            figures.append(summary("ledger_proof", samples))
    return [one for one in figures if one.name in names]


def ask(act, number=0):
    """Do one thing in a fresh process with Odoo."""
    script = paths.INSIDE / "bench_ledger.py"
    output = run(
        [paths.venv_python(), script, paths.CONF / f"{DATABASE}.conf", DATABASE]
        + [act, str(number)],
        what=f"cannot measure the ledger ({act})",
        log="bench-ledger",
        env=odoo.environment(PYTHONPATH=paths.ADDON),
    )
    return json.loads(output.splitlines()[-1])
