"""Our own outages: which of them count, and which days they excuse (`drills.streaks.outages`, `states`)."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from drills.streaks import Cause, DoSlot, Outage, ReachedSince, counting, standing
from tests.drills.streak_model.histories import (
    EVERY_DAY,
    FRIDAY,
    MONDAY,
    NEW_YORK,
    ONE_DAY,
    SECOND,
    SUNDAY,
    TUESDAY,
    WEDNESDAY,
    facts,
    history,
    life,
    local,
    on,
    seen,
    states,
    utc,
)
from tests.drills.streak_model.life import Move, Press, Slot, Tick
from tests.drills.streak_model.life import Outage as Down

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
A_TENTH = timedelta(hours=16, minutes=48)  # of 168 hours
NOTHING = timedelta()


def tuesday(*spans: tuple[str, str]) -> str:
    """Tuesday's state at its finality and the streak, when we were down at these local times of it ("06:00", "08:30").

    Hours before 03:00 are those of Wednesday. Monday was done, nothing else; the prompt is at 07:00.
    """

    def at(clock: str) -> datetime:
        return local(TUESDAY if clock >= "03:00" else WEDNESDAY, clock)

    down = tuple(Down(at(begins), at(ends)) for begins, ends in spans)
    result = seen(history("x . .", "12:00", outages=down))
    return f"{on(result, TUESDAY)} {result.streak}"


# --- over a prompt


@pytest.mark.parametrize(
    ("begins", "ends", "shown"),
    [
        ("06:00", "08:00:01", "e 1"),
        ("06:00", "08:00", "f 1"),
        ("07:00", "09:00:01", "e 1"),
        ("04:59:59", "07:00", "f 1"),
        ("04:59:58", "07:00:01", "e 1"),
        ("08:00", "13:59", "f 1"),
    ],
    ids=[
        "longer than two hours",
        "exactly two hours",
        "it begins at the prompt",
        "it ends at the prompt",
        "it ends just after it",
        "no prompt in it",
    ],
)
def test_one_outage_longer_than_two_hours_over_a_prompt_excuses_the_day(begins: str, ends: str, shown: str) -> None:
    assert tuesday((begins, ends)) == shown


def test_its_whole_length_counts_also_outside_the_day() -> None:
    """Down from 02:00 to 04:01 over a prompt at 03:30: two hours and a minute, one of them in Tuesday's night."""
    down = (Down(local(WEDNESDAY, "02:00"), local(WEDNESDAY, "04:01")),)
    slot = Slot(time(3, 30), EVERY_DAY)
    lived = life(Press(local(MONDAY, "07:00")), slot=slot, outages=down, now=local(WEDNESDAY + ONE_DAY, "12:00"))
    assert states(seen(lived)) == "x f e o"


def test_two_short_ones_around_a_prompt_are_not_one_long_one() -> None:
    assert tuesday(("05:00", "06:59"), ("06:59:30", "08:30")) == "f 1"


def test_a_prompt_of_another_weekday_is_no_prompt_of_this_day() -> None:
    down = (Down(local(TUESDAY, "06:00"), local(TUESDAY, "09:00")),)
    for weekdays, shown in ((frozenset({1}), "x e o"), (EVERY_DAY - {1}, "x f o")):
        lived = life(
            Press(local(MONDAY, "07:00")), slot=Slot(time(7), weekdays), outages=down, now=local(WEDNESDAY, "12:00")
        )
        assert states(seen(lived)) == shown


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        ("06:00", None, "e"),
        ("07:00", None, "e"),
        ("07:01", None, "f"),
        ("06:00", "07:00", "f"),
        ("06:00", "07:01", "e"),
    ],
    ids=["in force", "from that instant on", "added later", "removed at that instant", "removed after it"],
)
def test_the_slot_must_be_in_force_at_its_instant(since: str, until: str | None, shown: str) -> None:
    slot = DoSlot(time(7), EVERY_DAY, local(TUESDAY, since), None if until is None else local(TUESDAY, until))
    down = Outage(local(TUESDAY, "05:00"), local(TUESDAY, "09:00"))
    reached = ReachedSince(local(SUNDAY, "20:00") - 30 * ONE_DAY, True)
    told = replace(facts(MONDAY), slots=(slot,), reached=(reached,), outages=(down,))
    assert on(standing(told, local(WEDNESDAY, "12:00")), TUESDAY) == shown


def test_the_slots_zone_is_the_one_in_force_at_its_instant() -> None:
    """On Tuesday at 06:00 to New York: its prompt comes at 13:00 in Berlin, and 07:00 there is no prompt any more."""
    flight = Move(local(TUESDAY, "06:00"), NEW_YORK)
    noon = local(WEDNESDAY, "12:00", NEW_YORK)
    for clock, shown in (("06:30", "x f o"), ("12:30", "x e o")):
        begins = local(TUESDAY, clock)
        down = (Down(begins, begins + 3 * HOUR),)
        assert states(seen(life(Press(local(MONDAY, "07:00")), flight, outages=down, now=noon))) == shown


def test_a_prompt_in_the_night_belongs_to_the_day_that_has_not_ended() -> None:
    down = (Down(local(WEDNESDAY, "00:00"), local(WEDNESDAY, "02:30")),)
    slot = Slot(time(1, 30), EVERY_DAY)
    lived = life(Press(local(MONDAY, "07:00")), slot=slot, outages=down, now=local(WEDNESDAY, "12:00"))
    assert states(seen(lived)) == "x e o"


# --- six hours


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([("08:00", "14:00")], "f 1"),
        ([("08:00", "14:00:01")], "e 1"),
        ([("08:00", "10:00"), ("11:00", "13:00"), ("14:00", "16:00")], "f 1"),
        ([("08:00", "10:00"), ("11:00", "13:00"), ("14:00", "16:00:01")], "e 1"),
        ([("20:00", "02:00:01")], "e 1"),
    ],
    ids=["six hours", "more than six hours", "three of two hours", "and a second", "until into the night"],
)
def test_more_than_six_hours_summed_within_a_day_excuse_it(spans: list[tuple[str, str]], shown: str) -> None:
    assert tuesday(*spans) == shown


def test_only_the_parts_within_the_day_are_summed() -> None:
    down = (Down(local(TUESDAY, "22:00"), local(WEDNESDAY, "06:59")),)  # five hours of Tuesday, four of Wednesday
    assert states(seen(history("x . . .", "12:00", outages=down))) == "x m m o"
    longer = (Down(local(TUESDAY, "20:59"), local(WEDNESDAY, "06:59")),)
    assert states(seen(history("x . . .", "12:00", outages=longer))) == "x e f o"


# --- whom it excuses, and when


def test_whoever_is_reached_in_the_local_chat_is_never_excused() -> None:
    down = (Down(local(TUESDAY, "04:00"), local(TUESDAY, "20:00")),)
    assert [states(seen(history("x . .", "12:00", outages=down, remote=remote))) for remote in (True, False)] == [
        "x e o",
        "x f o",
    ]


FINAL = local(WEDNESDAY, "12:00")


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ([(-ONE_DAY, True)], "e"),
        ([(-ONE_DAY, False)], "f"),
        ([(-ONE_DAY, False), (-SECOND, True)], "e"),
        ([(-ONE_DAY, True), (-SECOND, False)], "f"),
        ([(-ONE_DAY, True), (NOTHING, False)], "e"),
        ([(NOTHING, True)], "f"),
        ([], "f"),
    ],
    ids=["remote", "local", "remote just in time", "local just in time", "too late", "only from then on", "never"],
)
def test_the_platform_is_the_one_at_finality(changes: list[tuple[timedelta, bool]], shown: str) -> None:
    down = Outage(local(TUESDAY, "08:00"), local(TUESDAY, "20:00"))
    reached = tuple(ReachedSince(FINAL + beside, remote) for beside, remote in changes)
    for order in (reached, reached[::-1]):
        told = replace(facts(MONDAY), reached=order, outages=(down,))
        assert on(standing(told, FINAL), TUESDAY) == shown


def test_an_excuse_shows_at_finality_and_until_then_the_day_can_be_done_or_ticked() -> None:
    down = (Down(local(TUESDAY, "06:00"), local(TUESDAY, "15:00")),)
    before, final = (seen(history("x . .", clock, outages=down)) for clock in ("11:59:59", "12:00"))
    assert (states(before), states(final)) == ("x o o", "x e o")
    assert final.days[2].cause is Cause.OUTAGE
    for event in (Press(local(TUESDAY, "22:00")), Tick(local(WEDNESDAY, "09:00"), 1)):
        assert states(seen(history("x . .", "12:00", event, outages=down))) == "x x o"


def test_an_outage_counts_when_it_is_over_even_after_a_finality() -> None:
    ends = local(WEDNESDAY, "14:00")
    down = (Down(local(TUESDAY, "06:00"), ends),)
    still_down = life(Press(local(MONDAY, "07:00")), outages=down, now=ends - SECOND)
    assert states(seen(still_down)) == "x f o"
    over = seen(replace(still_down, now=ends))
    assert (states(over), over.bank, over.kept) == ("x e o", 1, ())


def test_a_day_excused_by_an_outage_does_not_use_up_the_excuse_of_a_traveller() -> None:
    """Two flights east, five days apart; the first of the two days lies in an outage too."""
    los_angeles, tokyo = "America/Los_Angeles", "Asia/Tokyo"
    sunday = TUESDAY + 5 * ONE_DAY
    flights = (
        Move(local(TUESDAY, "12:00", los_angeles), tokyo),
        Move(local(FRIDAY, "12:00", tokyo), los_angeles),
        Move(local(sunday, "12:00", los_angeles), tokyo),
    )
    down = (Down(local(TUESDAY, "05:00", los_angeles), local(TUESDAY, "11:30", los_angeles)),)
    now = local(sunday + 3 * ONE_DAY, "12:00", tokyo)
    for outages, shown in (((), "em"), (down, "ee")):
        result = seen(life(*flights, zone=los_angeles, outages=outages, now=now))
        assert on(result, TUESDAY) + on(result, sunday) == shown


# --- which of them count

AT = utc("2026-06-01 12:00")
LONG_BEFORE = AT - 30 * ONE_DAY


def down(begins: timedelta, length: timedelta) -> Outage:
    return Outage(AT + begins, AT + begins + length)


LATEST = down(NOTHING, 3 * HOUR)


@pytest.mark.parametrize(
    ("before", "counts"),
    [
        ([], True),
        ([down(-2 * ONE_DAY, A_TENTH)], True),
        ([down(-2 * ONE_DAY, A_TENTH + SECOND)], False),
        ([down(-3 * ONE_DAY, A_TENTH / 2), down(-ONE_DAY, A_TENTH / 2)], True),
        ([down(-3 * ONE_DAY, A_TENTH / 2), down(-ONE_DAY, A_TENTH / 2 + SECOND)], False),
        ([down(-8 * ONE_DAY, ONE_DAY + A_TENTH)], True),
        ([down(-8 * ONE_DAY, ONE_DAY + A_TENTH + SECOND)], False),
        ([down(-20 * ONE_DAY, 13 * ONE_DAY)], True),
    ],
    ids=[
        "we were always there",
        "exactly nine tenths",
        "a second less",
        "two of a twentieth",
        "two of a twentieth and a second",
        "one that reaches into the week by a tenth",
        "and by a second more",
        "one that ended before the week",
    ],
)
def test_an_outage_counts_if_we_were_there_for_nine_tenths_of_the_week_before_it(
    before: list[Outage], counts: bool
) -> None:
    assert (LATEST in counting([*before, LATEST], LONG_BEFORE)) is counts


def test_each_outage_is_judged_by_its_own_week() -> None:
    first, second, third = down(-ONE_DAY, 20 * HOUR), LATEST, down(9 * ONE_DAY, 3 * HOUR)
    assert counting([first, second, third], LONG_BEFORE) == (first, third)


def test_the_outage_itself_however_long_is_no_absence_before_it() -> None:
    assert counting([down(NOTHING, 3 * ONE_DAY)], LONG_BEFORE) == (down(NOTHING, 3 * ONE_DAY),)


@pytest.mark.parametrize(
    ("first_beat", "counts"),
    [
        (-8 * ONE_DAY, True),
        (-7 * ONE_DAY + A_TENTH, True),
        (-7 * ONE_DAY + A_TENTH + SECOND, False),
        (-HOUR, False),
        (NOTHING, False),
        (HOUR, False),
    ],
)
def test_the_time_before_the_first_beat_is_no_presence(first_beat: timedelta, counts: bool) -> None:
    assert (LATEST in counting([LATEST], AT + first_beat)) is counts


def test_an_outage_told_for_the_time_before_the_first_beat_is_not_counted_twice() -> None:
    beat = AT - 7 * ONE_DAY + 10 * HOUR
    before = Outage(beat - 5 * HOUR, beat)
    assert LATEST in counting([before, LATEST], beat)


def test_the_order_of_outages_does_not_matter() -> None:
    outages = [down(-6 * ONE_DAY, 10 * HOUR), down(-3 * ONE_DAY, 10 * HOUR), LATEST, down(ONE_DAY, MINUTE)]
    assert set(counting(outages, LONG_BEFORE)) == set(counting(outages[::-1], LONG_BEFORE))


def test_an_outage_that_does_not_count_excuses_nothing() -> None:
    on_tuesday = (Down(local(TUESDAY, "06:00"), local(TUESDAY, "15:00")),)
    for beat, shown in ((local(MONDAY, "08:00") - 30 * ONE_DAY, "x e o"), (local(MONDAY, "08:00"), "x f o")):
        lived = history("x . .", "12:00", outages=on_tuesday)
        assert states(seen(replace(lived, first_beat=beat))) == shown
