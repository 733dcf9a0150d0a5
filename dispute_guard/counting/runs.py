"""Runs in a row of messages: bursts, falls, and one matter in several places."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

# So many messages are looked back, so that time stays linear.
MOST_COMPARED = 30


def unanswered_bursts(
    times: Sequence[datetime],
    answers: Sequence[datetime],
    least: int,
    window: timedelta,
) -> list[range]:
    """Find messages in quick succession to which there was no answer in between.

    :param times: of the messages, in order
    :param answers: when our side answered, in order
    :param least: so many messages within ``window`` make a burst
    :return: the indexes of each burst's messages
    """
    bursts: list[range] = []
    for last, time in enumerate(times):
        answered = bisect_right(answers, time)
        first = bisect_right(times, time - window)
        if answered:
            first = max(first, bisect_right(times, answers[answered - 1]))
        if last - first + 1 < least:
            continue
        if bursts and first < bursts[-1].stop:
            bursts[-1] = range(bursts[-1].start, last + 1)
        else:
            bursts.append(range(first, last + 1))
    return bursts


def falls(ranks: Sequence[int], steps: int) -> list[range]:
    """Find where the mood gets worse and never better in between.

    :param ranks: of the messages in order, higher is worse
    :param steps: how often it must get worse
    :return: the indexes of each such run, from the last message before the first step
    """
    found: list[range] = []
    start = taken = 0
    for index in range(1, len(ranks) + 1):
        if index < len(ranks) and ranks[index] >= ranks[index - 1]:
            if ranks[index] > ranks[index - 1]:
                start = start if taken else index - 1
                taken += 1
            continue
        if taken >= steps:
            found.append(range(start, index))
        start = taken = 0
    return found


def same_matter(
    times: Sequence[datetime],
    places: Sequence[int],
    is_same: Callable[[int, int], bool],
    window: timedelta,
) -> list[list[int]]:
    """Group messages about one matter that were sent to several places at a time.

    :param times: of the messages, in order
    :param places: where each was sent to
    :param is_same: whether two messages (by index) are about the same matter
    :return: the indexes of each group; every message stands within ``window`` of, and
        on another place than, one of the others that it is joined to
    """
    groups: dict[int, list[int]] = {}
    group_of: dict[int, int] = {}
    for index, time in enumerate(times):
        first = max(bisect_right(times, time - window), index - MOST_COMPARED)
        for other in range(first, index):
            if places[other] == places[index] or not is_same(other, index):
                continue
            mine, theirs = group_of.get(index, index), group_of.get(other, other)
            if mine != theirs:
                merged = groups.pop(mine, [index]) + groups.pop(theirs, [other])
                groups[theirs] = merged
                group_of.update(dict.fromkeys(merged, theirs))
    return [sorted(group) for group in groups.values()]
