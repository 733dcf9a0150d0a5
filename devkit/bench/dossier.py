"""What making a dossier costs: no Odoo, no database, but its packages."""

import json

from .. import paths, steps
from ..process import clean_environment, run
from . import Figure

FEW, MANY = 1000, 5000
ATTACHED = 200 * 1024  # bytes of a message's attachment; 5,000 are 1 GB
FIGURES = ["dossier_time", "dossier_memory"]


def measure(names, bench):
    bench.server()  # sets up the Python environment, which has reportlab
    with steps.progress(f"Dossier of {FEW} and of {MANY} messages"):
        few, many = ask(FEW), ask(MANY)
    ratio = many["seconds"] / few["seconds"] * FEW / MANY
    figures = {
        # 1: time grows as the number of messages does
        "dossier_time": Figure(
            "dossier_time", "s", round(many["seconds"], 1), ratio=round(ratio, 2)
        ),
        "dossier_memory": Figure(
            "dossier_memory", "MB", round(many["bytes"] / 2**20, 1)
        ),
    }
    return [figures[name] for name in names]


def ask(messages):
    """Make one dossier in a fresh process; return its {"seconds", "bytes"}."""
    output = run(
        [paths.venv_python(), paths.INSIDE / "bench_dossier.py"]
        + [str(messages), str(ATTACHED)],
        what="cannot measure the dossier",
        log="bench-dossier",
        env=clean_environment(PYTHONPATH=paths.ADDON, PYTHONDONTWRITEBYTECODE="1"),
    )
    return json.loads(output.splitlines()[-1])
