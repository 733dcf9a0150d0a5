"""Arithmetic on working hours, given as sorted intervals that do not overlap."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

Intervals = Sequence[tuple[datetime, datetime]]


def is_inside(intervals: Intervals, moment: datetime) -> bool:
    """Whether ``moment`` lies in one of the intervals."""
    index = bisect_right(intervals, moment, key=lambda interval: interval[0])
    return index > 0 and moment < intervals[index - 1][1]


def worked_hours(intervals: Intervals, start: datetime, end: datetime) -> float:
    """Return the hours of the intervals that lie between ``start`` and ``end``."""
    first = bisect_right(intervals, start, key=lambda interval: interval[1])
    total = timedelta()
    for opening, closing in intervals[first:]:
        if opening >= end:
            break
        total += min(closing, end) - max(opening, start)
    return total.total_seconds() / 3600


def add_hours(intervals: Intervals, start: datetime, hours: float) -> datetime | None:
    """Return when ``hours`` of the intervals have passed since ``start``.

    None if the intervals end before that.
    """
    left = timedelta(hours=hours)
    first = bisect_right(intervals, start, key=lambda interval: interval[1])
    for opening, closing in intervals[first:]:
        opening = max(opening, start)
        if closing - opening >= left:
            return opening + left
        left -= closing - opening
    return None
