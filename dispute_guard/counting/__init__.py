"""The room that counts: times and texts in, facts out. It knows nothing of Odoo.

Nothing here judges words; that is the work of ``screening``.
"""

from .hours import add_hours, is_inside, worked_hours
from .runs import falls, same_matter, unanswered_bursts
from .similarity import Sketch, find_repeats, is_about_the_same, make_sketch

__all__ = [
    "Sketch",
    "add_hours",
    "falls",
    "find_repeats",
    "is_about_the_same",
    "is_inside",
    "make_sketch",
    "same_matter",
    "unanswered_bursts",
    "worked_hours",
]
