"""Counting gives the same facts however the history is cut, and in linear time."""

import time
from datetime import datetime, timedelta

import pytest
from counting import (
    add_hours,
    falls,
    find_repeats,
    is_about_the_same,
    is_inside,
    make_sketch,
    same_matter,
    unanswered_bursts,
    worked_hours,
)
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2026, 10, 19, 10, 0)
HOUR = timedelta(hours=1)
COMPLAINT = (
    "The dishwasher that you fitted leaks every time we use it. Your fitter promised "
    "to come back with another hose and never came."
)
AGAIN = (
    "Every time we use the dishwasher that you fitted, it leaks. Your fitter never "
    "came back, although he promised to come with another hose!"
)
SAME_IN = {
    "ru": (
        "Посудомоечная машина, которую вы установили, протекает при каждом запуске. "
        "Мастер обещал приехать с новым шлангом и не приехал.",
        "При каждом запуске протекает посудомоечная машина, установленная вами. "
        "Мастер так и не приехал, хотя обещал приехать с новым шлангом.",
    ),
    "lv": (
        "Jūsu uzstādītā trauku mazgājamā mašīna tek katrā mazgāšanas reizē. Meistars "
        "solīja atbraukt ar jaunu šļūteni un neatbrauca.",
        "Katrā mazgāšanas reizē jūsu uzstādītā trauku mazgājamā mašīna tek. Meistars "
        "neatbrauca, lai gan solīja atbraukt ar jaunu šļūteni!",
    ),
    "lt": (
        "Jūsų sumontuota indaplovė teka kiekvieną kartą plaunant indus. Meistras "
        "žadėjo atvykti su nauja žarna ir neatvyko.",
        "Kiekvieną kartą plaunant indus jūsų sumontuota indaplovė teka. Meistras "
        "neatvyko, nors žadėjo atvykti su nauja žarna!",
    ),
}


def repeats(*texts, share=0.6):
    sketches = {number: make_sketch(text) for number, text in enumerate(texts)}
    return find_repeats(sketches, share)


def hours(*pairs):
    return [(START + first * HOUR, START + last * HOUR) for first, last in pairs]


# ----------------------------------------------------------------------
# Similarity
# ----------------------------------------------------------------------


def test_same_words_in_another_order():
    assert repeats(COMPLAINT, AGAIN) == {1: 0}


@pytest.mark.parametrize("language", SAME_IN)
def test_endings_do_not_hide_a_repetition(language):
    assert repeats(*SAME_IN[language]) == {1: 0}


@pytest.mark.parametrize(
    "added",
    [
        " It is the 3rd leak now.",
        " He was here on 4 October.",
        " My neighbour Rebecca saw it.",
        " The bill for the ceiling is 240.50 euros.",
    ],
)
def test_a_new_fact_is_no_repetition(added):
    assert repeats(COMPLAINT, AGAIN + added) == {}


def test_an_old_fact_is():
    fact = " The order is AH-20318, for Rebecca."
    assert repeats(COMPLAINT + fact, AGAIN + " For Rebecca I ordered AH-20318.")


def test_chain_has_one_origin():
    assert repeats(COMPLAINT, "Thank you.", AGAIN, COMPLAINT) == {2: 0, 3: 0}


@pytest.mark.parametrize(
    "other",
    [
        "",
        "Any news?",
        "When does the van with the worktop arrive at our house this week, please?",
        "The dishwasher leaks.",  # too short to be compared
    ],
)
def test_other_texts_are_no_repetition(other):
    assert repeats(COMPLAINT, other) == {}


def test_short_text_inside_a_very_long_one():
    story = " ".join(
        f"{chr(97 + n % 26)}{chr(97 + n // 26)}sentence" for n in range(400)
    )
    assert repeats(f"{story} {COMPLAINT}", AGAIN) == {}


def test_a_telephone_number_is_no_matter():
    one = make_sketch("My oven is cold. Call me on +371 2555 0119.")
    other = make_sketch("Where is my table? Call me on +371 2555 0119.")
    assert not is_about_the_same(one, other, 0.6)


def test_an_order_number_is_a_matter():
    one = make_sketch("My oven is cold, order AH-20318.")
    other = make_sketch("Nobody answers about AH-20318!")
    assert is_about_the_same(one, other, 0.6)
    for shared in ("in 2026", "on 19.10.2026", "at 10:30", "for 1,250.00 euros"):
        one = make_sketch(f"My oven is cold {shared}.")
        other = make_sketch(f"Where is the table {shared}?")
        assert not is_about_the_same(one, other, 0.6), shared


def test_comparing_takes_linear_time():
    def cost(number):
        words = " ".join(f"word{chr(97 + n % 26)}{n % 7}" for n in range(300))
        sketches = {n: make_sketch(words) for n in range(number)}
        best = float("inf")
        for _turn in range(3):
            start = time.perf_counter()
            find_repeats(sketches, 0.6)
            best = min(best, time.perf_counter() - start)
        return best

    assert cost(800) < 8 * cost(200) + 0.05


@given(st.text(), st.text())
def test_any_text_has_a_sketch(one, other):
    first, second = make_sketch(one), make_sketch(other)
    assert set(find_repeats({1: first, 2: second}, 0.6)) <= {2}
    assert is_about_the_same(first, second, 0.6) == is_about_the_same(
        second, first, 0.6
    )


# ----------------------------------------------------------------------
# Runs
# ----------------------------------------------------------------------


def test_burst():
    times = [START + n * HOUR for n in (0, 1, 2, 3, 40, 41)]
    assert unanswered_bursts(times, [], 4, 24 * HOUR) == [range(0, 4)]
    assert unanswered_bursts(times, [], 5, 24 * HOUR) == []


def test_a_burst_that_goes_on_is_one():
    times = [START + n * HOUR for n in range(60)]
    assert unanswered_bursts(times, [], 4, 24 * HOUR) == [range(0, 60)]


def test_an_answer_ends_a_burst():
    times = [START + n * HOUR for n in range(6)]
    answered = [START + 2.5 * HOUR]
    assert unanswered_bursts(times, answered, 4, 24 * HOUR) == []
    assert unanswered_bursts(times, answered, 3, 24 * HOUR) == [
        range(0, 3),
        range(3, 6),
    ]


@pytest.mark.parametrize(
    ("ranks", "runs"),
    [
        ([0, 1, 2], [range(0, 3)]),
        ([0, 0, 1, 1, 3], [range(1, 5)]),
        ([0, 1, 0, 1], []),
        ([0, 3, 3, 3], []),  # one step only
        ([3, 2, 1, 0], []),
        ([0, 1, 2, 0, 1, 2], [range(0, 3), range(3, 6)]),
        ([], []),
    ],
)
def test_falls(ranks, runs):
    assert falls(ranks, 2) == runs


@given(st.lists(st.integers(0, 4)), st.integers(1, 3))
def test_falls_never_get_better(ranks, steps):
    for run in falls(ranks, steps):
        part = [ranks[at] for at in run]
        assert part == sorted(part)
        assert len(set(part)) > steps


def test_same_matter_in_two_places():
    times = [START + n * HOUR for n in (0, 1, 2, 100)]

    def groups(places, same=lambda one, other: True):
        return same_matter(times, places, same, 72 * HOUR)

    assert groups([1, 2, 1, 2]) == [[0, 1, 2]]
    assert groups([1, 1, 1, 2]) == []
    assert groups([1, 2, 3, 4], lambda one, other: False) == []


# ----------------------------------------------------------------------
# Hours
# ----------------------------------------------------------------------


def test_working_hours():
    week = hours((0, 4), (5, 9), (24, 32))
    assert worked_hours(week, START, START + 40 * HOUR) == 16
    assert worked_hours(week, START + 2 * HOUR, START + 6 * HOUR) == 3
    assert worked_hours(week, START + 4 * HOUR, START + 5 * HOUR) == 0
    assert worked_hours([], START, START + 5 * HOUR) == 0
    assert add_hours(week, START + 2 * HOUR, 3) == START + 6 * HOUR
    assert add_hours(week, START, 17) is None
    assert is_inside(week, START)
    assert not is_inside(week, START + 4 * HOUR)
    assert not is_inside(week, START - HOUR)


@given(
    st.lists(st.integers(0, 200), unique=True).map(sorted),
    st.integers(0, 200),
    st.floats(0.1, 50),
)
def test_adding_hours_is_the_reverse_of_counting_them(edges, start, amount):
    week = hours(*zip(edges[::2], edges[1::2], strict=False))
    moment = START + start * HOUR
    end = add_hours(week, moment, amount)
    if end:
        assert worked_hours(week, moment, end) == pytest.approx(amount, abs=1e-6)
    else:
        assert worked_hours(week, moment, START + 300 * HOUR) < amount + 1e-6
