"""Days in order: freezes, the numbers beside the streak, and strength (`drills.streaks.chain`)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drills.streaks import Cause, Day, DayState, Tick, standing
from tests.drills.streak_model.drive import drive
from tests.drills.streak_model.histories import (
    FRIDAY,
    MONDAY,
    ONE_DAY,
    SECOND,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    after,
    facts,
    history,
    local,
    seen,
    states,
)
from tests.drills.streak_model.life import Event, Freezes, Rest, Undo
from tests.drills.streak_model.life import Tick as Tap

OFF = Freezes(local(MONDAY, "04:00"), False)  # nothing is ever frozen: each missed day breaks the chain

# --- the streak


@pytest.mark.parametrize(
    ("signs", "streak", "shown"),
    [
        (". . .", 0, "m m o"),
        ("x x x", 3, "x x x"),
        ("x x p p x", 3, "x x p p x"),
        ("x P x", 3, "x x x"),
        ("x h x", 2, "x p x"),
        ("x . . x x", 2, "x m m x x"),
        ("x . x", 2, "x f x"),
        ("xxxxxxx . . x", 8, "x x x x x x x f f x"),
    ],
)
def test_only_done_days_add_and_only_missed_days_break(signs: str, streak: int, shown: str) -> None:
    result = after(signs, "12:00")
    assert (result.streak, states(result)) == (streak, shown)


@pytest.mark.parametrize("clock", ["03:00", "11:59", "12:00", "23:59"])
def test_today_is_open_at_every_hour_and_breaks_nothing(clock: str) -> None:
    result = after("x x .", clock)
    assert (result.streak, states(result)) == (2, "x x o")


# --- freezes: earned


@pytest.mark.parametrize(
    ("signs", "bank"),
    [
        (".", 1),
        ("xxxxxx", 1),
        ("xxxxxxx", 2),
        ("x" * 14, 2),
        ("x" * 70, 2),
        ("xxx pp xxxx", 2),
        ("xxxxxx t .", 2),
        ("x .. xxxxxx", 2),
        ("xxxxxx .. x", 2),
        ("PPPPPPP", 2),
    ],
    ids=[
        "one to start with",
        "six days earn nothing",
        "the seventh done day earns one",
        "the bank holds two",
        "and never more",
        "paused days do not count and do not matter",
        "a tick that joined counts",
        "done days count over the whole history, not only in this chain",
        "the seventh after a broken chain",
        "done days on paused days count",
    ],
)
def test_every_seventh_done_day_earns_a_freeze_until_the_bank_is_full(signs: str, bank: int) -> None:
    assert after(signs, "12:00").bank == bank


def test_the_ledger_says_on_which_day_a_freeze_was_earned_and_on_which_it_was_spent() -> None:
    days = after("xxxxxxx . x", "12:00").days
    assert [day.label for day in days if day.earned] == [MONDAY + 6 * ONE_DAY]
    assert [(day.label, day.spent) for day in days if day.spent] == [(MONDAY + 8 * ONE_DAY, 1)]
    assert [day.bank for day in days] == [1, 1, 1, 1, 1, 1, 1, 2, 2, 1]


def test_a_full_bank_earns_nothing() -> None:
    assert [day.label for day in after("x" * 21).days if day.earned] == [MONDAY + 6 * ONE_DAY]


def test_freezes_are_earned_while_they_are_not_used() -> None:
    assert after("xxxxxxx", "12:00", OFF).bank == 2


# --- freezes: paid

GAPS: list[tuple[str, str, str, int, int, int]] = [
    ("one missed day is kept", "x . .", "x f o", 1, 1, 1),
    ("the day done pays", "x . x", "x f x", 2, 0, 0),
    ("a gap of two is longer than a bank of one", "x . . .", "x m m o", 0, 1, 0),
    ("a bank of two keeps two", "xxxxxxx . . .", "x x x x x x x f f o", 7, 2, 2),
    ("a gap of three outgrows it and nothing is spent", "xxxxxxx . . . .", "x x x x x x x m m m o", 0, 2, 0),
    ("two gaps of one are paid one by one", "xxxxxxx . x . x", "x x x x x x x f x f x", 9, 0, 0),
    ("a third gap finds the bank empty", "xxxxxxx . x . x . .", "x x x x x x x f x f x m o", 0, 0, 0),
    ("it pays first, then it earns", "xxxxxx . x", "x x x x x x f x", 7, 1, 0),
    ("a paused day does not end a gap", "x . p . .", "x m p m o", 0, 1, 0),
    ("pain does not end a gap", "x . h . .", "x m p m o", 0, 1, 0),
    ("a paused day in a gap costs nothing", "x . p x", "x f p x", 2, 0, 0),
    ("no freeze is used while the streak is 0", ". . .", "m m o", 0, 1, 0),
    ("nor after a chain broke", "x . . . . x", "x m m m m x", 1, 1, 0),
]


@pytest.mark.parametrize(
    ("signs", "shown", "streak", "bank", "kept"), [gap[1:] for gap in GAPS], ids=[g[0] for g in GAPS]
)
def test_freezes_keep_a_gap_that_is_not_longer_than_the_bank(
    signs: str, shown: str, streak: int, bank: int, kept: int
) -> None:
    result = after(signs, "12:00")
    assert (states(result), result.streak, result.bank, len(result.kept)) == (shown, streak, bank, kept)


def test_rest_days_do_not_end_a_gap() -> None:
    resting = frozenset({5, 6})
    kept = seen(history("x . . .", "10:00", first=THURSDAY, rest=resting))
    assert (states(kept), kept.streak, kept.kept) == ("x f r r", 1, (FRIDAY,))
    broken = seen(history("x . . . . .", "12:00", first=THURSDAY, rest=resting))
    assert (states(broken), broken.streak, broken.bank) == ("x m r r m o", 0, 1)


def test_a_freeze_that_was_spent_comes_back_when_the_gap_turns_out_to_be_longer() -> None:
    """Tuesday was kept and paid for on Thursday, while Wednesday was still open; at noon the gap is two days long."""
    paid, broken = after("x . . x", "11:59:59"), after("x . . x", "12:00")
    assert (states(paid), paid.streak, paid.bank) == ("x f o x", 2, 0)
    assert (states(broken), broken.streak, broken.bank) == ("x m m x", 1, 1)


def test_only_freezes_earned_before_a_gap_can_pay_for_it() -> None:
    result = after("xxxxxx . . x", "12:00")
    assert (states(result), result.streak, result.bank) == ("x x x x x x m m x", 1, 2)


# --- freezes: not used

NOON = local(WEDNESDAY, "12:00")  # Tuesday's finality
ON, STOP = True, False

OPT_OUTS: list[tuple[str, list[tuple[timedelta, bool]], str]] = [
    ("as it is from the beginning", [], "x f o"),
    ("turned off long before", [(-2 * ONE_DAY, STOP)], "x m o"),
    ("turned off a second before", [(-SECOND, STOP)], "x m o"),
    ("turned off at that very noon, which is too late", [(timedelta(), STOP)], "x f o"),
    ("turned off later", [(timedelta(hours=1), STOP)], "x f o"),
    ("turned off, and on again a second before", [(-2 * ONE_DAY, STOP), (-SECOND, ON)], "x f o"),
    ("turned off, and on again at that very noon", [(-2 * ONE_DAY, STOP), (timedelta(), ON)], "x m o"),
]


@pytest.mark.parametrize(("edits", "shown"), [case[1:] for case in OPT_OUTS], ids=[case[0] for case in OPT_OUTS])
def test_the_setting_at_a_days_finality_decides_for_that_day(edits: list[tuple[timedelta, bool]], shown: str) -> None:
    result = after("x . .", "18:00", *(Freezes(NOON + beside, used) for beside, used in edits))
    assert states(result) == shown
    assert (result.streak, result.bank) == ((0, 1) if "m" in shown else (1, 1))


def test_a_day_that_cannot_be_paid_for_breaks_the_whole_gap_and_nothing_is_spent() -> None:
    stop = Freezes(local(MONDAY + 8 * ONE_DAY, "18:00"), False)
    result = after("xxxxxxx . . .", "12:00", stop)
    assert (states(result), result.streak, result.bank, result.kept) == ("x x x x x x x m m o", 0, 2, ())


# --- best and total


def test_best_stays_when_the_chain_breaks() -> None:
    result = after("x x x . . x x", "12:00")
    assert (result.streak, result.best, result.total) == (2, 3, 5)


def test_best_may_fall_when_an_open_day_turns_out_to_be_missed() -> None:
    assert [after("x x x . x", clock, OFF).best for clock in ("11:59", "12:00")] == [4, 3]


def test_best_may_fall_when_a_set_is_undone() -> None:
    assert [after("x x x", "10:00", *undo).best for undo in ((), (Undo(local(WEDNESDAY, "07:30")),))] == [3, 2]


def test_a_history_tick_counts_in_the_total_and_nowhere_else() -> None:
    tap: Event = Tap(local(FRIDAY, "13:00"), 3)  # Tuesday was final on Wednesday
    before, ticked = history("x . . x x", "14:00"), history("x . . x x", "14:00", tap)
    assert drive(ticked).ticks == ("history",)
    assert states(seen(before)) == states(seen(ticked)) == "x m m x x"
    assert (seen(before).streak, seen(before).best, seen(before).bank, seen(before).total) == (2, 2, 1, 3)
    assert (seen(ticked).streak, seen(ticked).best, seen(ticked).bank, seen(ticked).total) == (2, 2, 1, 4)


def test_a_day_that_is_done_and_in_the_history_counts_once() -> None:
    once = facts(MONDAY, TUESDAY)
    twice = replace(once, ticks=(Tick(MONDAY, TUESDAY, joined=False),))
    results = [standing(each, local(TUESDAY, "10:00")) for each in (once, twice)]
    assert [(result.total, result.strength, result.streak) for result in results] == [(2, 10, 2)] * 2


def test_nothing_done_is_nothing_at_all() -> None:
    result = after(". . .", "12:00")
    assert (result.streak, result.best, result.total, result.strength) == (0, 0, 0, 0)


def test_the_line_of_a_day_tells_what_it_did_to_the_chain() -> None:
    days = after("x . x . .", "12:00", Rest(local(MONDAY, "04:00"), frozenset({0, 1, 2, 3}))).days
    assert days == (
        Day(MONDAY - ONE_DAY, DayState.REST, Cause.JOINING),
        Day(MONDAY, DayState.DONE, None, streak=1),
        Day(TUESDAY, DayState.FROZEN, None, streak=1),
        Day(WEDNESDAY, DayState.DONE, None, streak=2, bank=0, spent=1),
        Day(THURSDAY, DayState.MISSED, None, bank=0, broke=2),
        Day(FRIDAY, DayState.REST, None, bank=0),
    )


def test_when_a_gap_breaks_the_days_within_it_that_are_not_due_show_no_streak_either() -> None:
    """Tuesday was kept and Wednesday is paused; on Friday noon the gap outgrew the bank, and the chain ended on Tuesday."""
    assert [day.streak for day in after("x . p .", "12:00").days[1:]] == [1, 1, 1, 1]
    broken = after("x . p . .", "12:00")
    assert states(broken) == "x m p m o"
    assert [day.streak for day in broken.days[1:]] == [1, 0, 0, 0, 0]


# --- strength


@pytest.mark.parametrize(("done", "percent"), [(0, 0), (7, 31), (13, 50), (30, 80), (66, 97)])
def test_strength_grows_as_published(done: int, percent: int) -> None:
    assert after("x" * done + ".").strength == percent


def test_one_miss_costs_little_and_seven_do_not_end_it() -> None:
    assert after("x" * 30 + ". .", "11:59", OFF).strength == 80
    assert after("x" * 30 + ". .", "12:00", OFF).strength == 76
    assert after("x" * 30 + "." * 8, "12:00").strength == 55


@pytest.mark.parametrize(
    ("signs", "percent"),
    [
        ("xxx pp xxxx ppppp xxxxxx", 50),
        ("xxxx PPP", 31),
        ("xxxxxxx .", 31),
        ("xxxxxxx . .", 31),
        ("xxxx h xxx", 31),
        ("xxxxxx t .", 31),
        ("xxxxxxx . . . .", 27),
    ],
    ids=["paused", "done while paused", "open", "frozen", "pain", "ticked: one step, at once", "missed"],
)
def test_a_step_is_made_by_days_that_are_done_or_missed_and_by_no_others(signs: str, percent: int) -> None:
    assert after(signs, "12:00").strength == percent


def test_a_history_tick_makes_one_step_up_whatever_the_state_of_its_day() -> None:
    open_still = after("xxxx t t t .", "10:00")
    assert (states(open_still), open_still.strength) == ("x x x x x x o o", 31)
    missed = after(
        "xxxxxxx . . . .", "14:00", *(Tap(local(MONDAY + 10 * ONE_DAY, "13:00"), back) for back in (1, 2, 3))
    )
    assert (states(missed), missed.strength) == ("x x x x x x x m m m o", 41)
