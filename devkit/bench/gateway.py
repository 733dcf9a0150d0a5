"""What storing a text costs with the addon, compared with the same Odoo without it.

Two processes serve one database each and are asked in turn, so both meet the same moods
of the machine; the order changes from sample to sample.
"""

import contextlib
import json
import subprocess
import time
from collections import defaultdict
from itertools import chain

from .. import odoo, paths, steps
from ..errors import Failure
from ..process import log_path
from . import summary

ACTS = ("gateway_new", "gateway_reply", "message_post")
TONES = ("neutral", "threatening")
PARALLEL = "gateway_parallel"
SINGLE = [f"{act}_{tone}" for act in ACTS for tone in TONES]
FIGURES = [*SINGLE, PARALLEL]
WARM_UP = 5
# Mails that are delivered at the same time, each to a ticket of its own
DELIVERIES = 8
# Tickets that a worker makes, one at each of its first replies
TICKETS = 20
DATABASES = {"with": "dg_bench_with", "without": "dg_bench_without"}


def measure(names, bench):
    server = bench.server()
    for side, database in DATABASES.items():
        modules = ["dispute_guard"] if side == "with" else []
        odoo.prepare_database(server, database, modules, demo=False)
    figures = []
    if single := [name for name in names if name in SINGLE]:
        figures += measure_single(single, bench.rounds)
    if PARALLEL in names:
        figures.append(measure_parallel(bench.rounds))
    return figures


def measure_single(names, rounds):
    with contextlib.ExitStack() as stack:
        workers = {
            side: stack.enter_context(worker(database))
            for side, database in DATABASES.items()
        }
        with steps.progress(f"Gateway ({rounds} rounds, with and without)"):
            samples = take_samples(names, workers, rounds)
    return [
        summary(
            name,
            [one["seconds"] for one in samples[name, "with"]],
            [one["seconds"] for one in samples[name, "without"]],
            [one["queries"] for one in samples[name, "with"]],
        )
        for name in names
    ]


def measure_parallel(rounds):
    """Deliver replies to as many tickets at once; the time of all of them counts."""
    with contextlib.ExitStack() as stack:
        workers = {
            side: [stack.enter_context(worker(database)) for _ in range(DELIVERIES)]
            for side, database in DATABASES.items()
        }
        seconds = {side: [] for side in DATABASES}
        with steps.progress(f"Gateway, {DELIVERIES} at once ({rounds} rounds)"):
            # one after the other: new tickets do meet, with the addon and without
            for each in chain(*workers.values()):
                for _ticket in range(TICKETS):
                    each("gateway_reply_neutral")
            for number in range(rounds):
                for side in sorted(workers, reverse=bool(number % 2)):
                    start = time.perf_counter()
                    for each in workers[side]:
                        each.send("gateway_reply_neutral")
                    for each in workers[side]:
                        each.receive()
                    seconds[side].append(time.perf_counter() - start)
    return summary(PARALLEL, seconds["with"], seconds["without"])


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
    """Start a process with Odoo on a database; yields its Worker."""
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
    one = Worker(process, database, log)
    try:
        one.receive()  # it says when it is ready
        yield one
    finally:
        process.stdin.close()
        process.wait()


class Worker:
    """Is asked for figures by name and answers {"seconds", "queries"}."""

    def __init__(self, process, database, log):
        self._process = process
        self._database = database
        self._log = log

    def __call__(self, name):
        self.send(name)
        return self.receive()

    def send(self, name):
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()

    def receive(self):
        answer = self._process.stdout.readline()
        if not answer:
            raise Failure(
                "cannot measure the gateway",
                f"the process for {self._database} has ended",
                f"See .dev/log/{self._log.name}.",
            )
        return json.loads(answer)
