"""The room that reads: text in, findings out. It knows nothing of Odoo.

Python 3.11 or newer, standard library only.
"""

from . import speaker
from .finding import (
    GRADES,
    KINDS,
    SEGMENTS,
    Finding,
    Screening,
    Segment,
    is_legal_threat,
    level_of,
)
from .reader import LexiconError
from .screener import Screener, available_languages, default_screener

__all__ = [
    "GRADES",
    "KINDS",
    "SEGMENTS",
    "Finding",
    "LexiconError",
    "Screener",
    "Screening",
    "Segment",
    "available_languages",
    "default_screener",
    "is_legal_threat",
    "level_of",
    "speaker",
]
