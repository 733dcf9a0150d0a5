"""Finds the room ``screening`` whether tests run inside the addon or inside Odoo."""

import functools
import sys
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2]
if str(ADDON) not in sys.path:
    sys.path.insert(0, str(ADDON))

import screening  # noqa: E402


@functools.cache
def screener() -> "screening.Screener":
    return screening.Screener()


def threats(result) -> list:
    return [f for f in result.findings if screening.is_legal_threat(f)]
