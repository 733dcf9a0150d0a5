"""What storing a text costs with the addon, compared with the same Odoo without it.

Two processes serve one database each and are asked in turn, so both meet the same moods
of the machine; the order changes from sample to sample.
"""

import contextlib
import json
import subprocess
from collections import defaultdict

from .. import odoo, paths, steps
from ..errors import Failure
from ..process import log_path
from . import summary

ACTS = ("gateway_new", "gateway_reply", "message_post")
TONES = ("neutral", "threatening")
FIGURES = [f"{act}_{tone}" for act in ACTS for tone in TONES]
WARM_UP = 5
DATABASES = {"with": "dg_bench_with", "without": "dg_bench_without"}


def measure(names, bench):
    server = bench.server()
    for side, database in DATABASES.items():
        modules = ["dispute_guard"] if side == "with" else []
        odoo.prepare_database(server, database, modules, demo=False)
    with contextlib.ExitStack() as stack:
        workers = {
            side: stack.enter_context(worker(database))
            for side, database in DATABASES.items()
        }
        with steps.progress(f"Gateway ({bench.rounds} rounds, with and without)"):
            samples = take_samples(names, workers, bench.rounds)
    return [
        summary(
            name,
            [one["seconds"] for one in samples[name, "with"]],
            [one["seconds"] for one in samples[name, "without"]],
            [one["queries"] for one in samples[name, "with"]],
        )
        for name in names
    ]


def take_samples(names, workers, rounds):
    """Ask the workers in turn; return {(figure, side): list of their answers}."""
    samples = defaultdict(list)
    for number in range(-WARM_UP, rounds):
        sides = sorted(workers, reverse=bool(number % 2))
        for name in names:
            for side in sides:
                answer = workers[side](name)
                if number >= 0:
                    samples[name, side].append(answer)
    return samples


@contextlib.contextmanager
def worker(database):
    """Start a process with Odoo on a database; yields a function that asks it.

    The function takes the name of a figure and returns {"seconds", "queries"}.
    """
    log = log_path(f"bench-{database}")
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(paths.venv_python()), str(paths.INSIDE / "bench_gateway.py")]
            + [str(paths.CONF / f"{database}.conf"), database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=odoo.environment(),
            text=True,
        )

    def ask(name):
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise Failure(
                f"cannot measure {name}",
                f"the process for {database} has ended",
                f"See .dev/log/{log.name}.",
            )
        return json.loads(answer)

    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait()
