"""What the text room costs by itself: no Odoo, no database, any Python."""

import json
import statistics
import sys

from .. import paths, steps
from ..process import clean_environment, run
from . import Figure, summary

LANGUAGES = ("en", "ru", "lv", "lt")
FIGURES = [
    "screening_rate",
    "screening_dense_messages",
    "screening_html_reply",
    "screening_ten_times_phrases",
    "screening_memory",
    "screening_10mb",
    "screening_10mb_dense",
    *(f"screening_load_{language}" for language in LANGUAGES),
]
RATES = {
    "screening_rate": "rate",
    "screening_dense_messages": "dense",
    "screening_html_reply": "html",
}
LONG = {"screening_10mb": "long", "screening_10mb_dense": "long_dense"}
LOADS = 5


def measure(names, bench):
    figures = []
    with steps.progress("Screening"):
        for name, act in RATES.items():
            if name in names:
                samples = ask(act, bench.rounds * 10)["seconds"]
                one = summary(name, samples)
                one.unit, one.value = "messages/s", round(per_second(samples))
                figures.append(one)
        if "screening_memory" in names:
            megabytes = ask("memory")["bytes"] / 2**20
            figures.append(Figure("screening_memory", "MB", round(megabytes, 1)))
        for name, act in LONG.items():
            if name in names:
                figures.append(Figure(name, "s", round(ask(act)["seconds"], 2)))
        if "screening_ten_times_phrases" in names:
            best = ask("phrases", bench.rounds)
            figures.append(
                Figure(
                    "screening_ten_times_phrases",
                    "s",
                    round(best["many"], 4),
                    ratio=round(best["many"] / best["few"], 2),
                )
            )
        for language in LANGUAGES:
            name = f"screening_load_{language}"
            if name in names:
                samples = [ask("load", language)["seconds"] for _ in range(LOADS)]
                figures.append(summary(name, samples))
    return figures


def per_second(samples):
    """Messages a second, when the languages come in turn, each with its median."""
    count = len(LANGUAGES)
    medians = [statistics.median(samples[at::count]) for at in range(count)]
    return count / sum(medians)


def ask(*arguments):
    """Measure one thing in a fresh process of this Python."""
    script = paths.INSIDE / "bench_screening.py"
    output = run(
        [sys.executable, script, *arguments],
        what=f"cannot measure screening ({arguments[0]})",
        log="bench-screening",
        env=clean_environment(PYTHONPATH=paths.ADDON, PYTHONDONTWRITEBYTECODE="1"),
    )
    return json.loads(output.splitlines()[-1])
