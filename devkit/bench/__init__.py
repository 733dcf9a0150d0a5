"""`./dev bench`: measures what the product costs.

A group is a module with `FIGURES` (the names it can measure) and `measure(names,
bench)`, which returns a Figure for each; to add one, write it and name it in
`groups()`.
"""

import importlib
import json
import os
import platform
import statistics
from dataclasses import asdict, dataclass

from .. import steps
from ..errors import Failure


@dataclass
class Figure:
    """One measured figure.

    :param value: median with the addon, or the figure itself
    :param ratio: value divided by the same without the addon, None where that is not
        asked
    :param p95: 95th percentile with the addon
    :param queries: median number of SQL statements with the addon
    """

    name: str
    unit: str
    value: float
    ratio: float | None = None
    p95: float | None = None
    queries: int | None = None


@dataclass
class Bench:
    """What groups get: how often to measure, and the set-up when they need Odoo.

    :param rounds: samples for each figure
    :param items: how many items the log has that is measured
    :param server: function without arguments that returns the postgres.Server
    """

    rounds: int
    items: int
    server: object


def groups():
    names = ("gateway", "screening", "ledger", "dossier", "policy", "case")
    names += ("handoff",)
    return [importlib.import_module(f"{__name__}.{name}") for name in names]


def run_bench(options, prepare):
    """Measure what was asked for, print a table, write the JSON; return 0."""
    wanted = chosen(options.only)
    bench = Bench(options.rounds, options.items, lambda: prepare(options))
    figures = []
    for group, names in wanted:
        figures += group.measure(names, bench)
    print_table(figures)
    if options.json:
        report = {"machine": machine(), "figures": [asdict(one) for one in figures]}
        with open(options.json, "w", encoding="utf-8") as output:
            json.dump(report, output, indent=1)
    return 0


def chosen(only):
    """Groups and names to measure.

    :param only: names of figures or groups, parted by commas; None: all
    """
    asked = set(only.split(",")) if only else None
    known = {}
    for group in groups():
        own = group.__name__.rpartition(".")[2]
        if asked is None or own in asked:
            known[group] = list(group.FIGURES)
        else:
            known[group] = [name for name in group.FIGURES if name in asked]
        asked and asked.difference_update({own}, known[group])
    if asked:
        names = ", ".join(name for group in groups() for name in group.FIGURES)
        raise Failure(
            "cannot measure", f"there is no {sorted(asked)[0]!r}", f"Known: {names}."
        )
    return [(group, names) for group, names in known.items() if names]


def summary(name, with_addon, without=(), queries=()):
    """Figure in milliseconds from samples in seconds."""
    value = statistics.median(with_addon)
    return Figure(
        name,
        "ms",
        round(value * 1000, 2),
        round(value / statistics.median(without), 3) if without else None,
        round(percentile_95(with_addon) * 1000, 2),
        round(statistics.median(queries)) if queries else None,
    )


def percentile_95(samples):
    return statistics.quantiles(samples, n=20)[-1] if len(samples) > 1 else samples[0]


def machine():
    """What the figures were measured on."""
    model = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next(
                line.split(":", 1)[1].strip() for line in lines if "model name" in line
            )
    except (OSError, StopIteration):
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    odoo = steps.LEDGER.facts("odoo").get("version")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
        "odoo": odoo,
    }


def print_table(figures):
    columns = ("figure", "value", "unit", "ratio", "p95", "queries")
    rows = [columns]
    for one in figures:
        cells = (one.name, one.value, one.unit, one.ratio, one.p95, one.queries)
        rows.append(tuple("" if cell is None else str(cell) for cell in cells))
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    steps.say("")
    for row in rows:
        first, *rest = (
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        steps.say("  ".join([first, *rest]).rstrip())
