"""What a member's day is worth to a team, judged once, and which days count (`drills.challenges.days`)."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from drills import streaks
from drills.challenges import Member, MemberDay, Terms, Verdict, counted, judged, merged, sets_counted, team_day
from drills.streaks import Calendar, DayState, DoSlot, Facts, Pause, ReachedSince, ScheduleSince, Tally, Tick, ZoneSince
from tests.drills.streak_model.histories import (
    FRIDAY,
    LONDON,
    LOS_ANGELES,
    MONDAY,
    NEW_YORK,
    ONE_DAY,
    SATURDAY,
    SECOND,
    SEVEN,
    SUNDAY,
    THURSDAY,
    TOKYO,
    TUESDAY,
    WEDNESDAY,
    facts,
    local,
)

TERMS = Terms("share", MONDAY, SUNDAY)
BEFORE = MONDAY - ONE_DAY
LETTERS = {"x": Verdict.KEPT, ".": Verdict.NOT_KEPT, "-": Verdict.NOT_DUE, "o": Verdict.OPEN}


def days(signs: str, first: date = MONDAY) -> tuple[MemberDay, ...]:
    """ "x . - o" from `first` on: kept, not kept, not due, open."""
    return tuple(
        MemberDay(first + n * ONE_DAY, LETTERS[sign], sets=int(sign == "x"), quick=False, final=sign != "o")
        for n, sign in enumerate(signs.replace(" ", ""))
    )


def member(signs: str, joined: date | None = BEFORE, left: date | None = None, first: date = MONDAY) -> Member:
    lived = days(signs, first)
    return Member("ann", joined, left, cheer_only=False, days=lived, today=lived[-1].label)


def labels(one: Member) -> list[date]:
    return [day.label for day in counted(one, TERMS)]


def verdict(what: Facts, label: date, now: datetime) -> Verdict:
    return team_day(what, Calendar(what.zones, what.day_starts), label, now)


# --- what a state is worth


@pytest.mark.parametrize(
    ("state", "worth"),
    [
        (DayState.DONE, Verdict.KEPT),
        (DayState.MISSED, Verdict.NOT_KEPT),
        (DayState.FROZEN, Verdict.NOT_KEPT),
        (DayState.PAUSED, Verdict.NOT_DUE),
        (DayState.REST, Verdict.NOT_DUE),
        (DayState.EXCUSED, Verdict.NOT_DUE),
        (DayState.OPEN, Verdict.OPEN),
    ],
)
def test_every_state_has_one_verdict(state: DayState, worth: Verdict) -> None:
    assert judged(state) is worth


def test_a_day_is_open_until_it_is_final_and_then_not_kept() -> None:
    noon = local(WEDNESDAY, "12:00")
    nothing = facts(MONDAY)
    assert [verdict(nothing, TUESDAY, at) for at in (local(TUESDAY, "09:00"), noon - SECOND, noon)] == [
        Verdict.OPEN,
        Verdict.OPEN,
        Verdict.NOT_KEPT,
    ]


def test_a_done_day_is_kept_at_once_and_for_good() -> None:
    done = facts(TUESDAY)
    for at in (local(TUESDAY, "09:00"), local(WEDNESDAY, "12:00"), local(SUNDAY, "12:00")):
        assert verdict(done, TUESDAY, at) is Verdict.KEPT


def test_a_freeze_protects_the_streak_and_not_the_score() -> None:
    done, now = facts(MONDAY), local(WEDNESDAY, "12:00")
    assert streaks.standing(done, now).days[2].state is DayState.FROZEN
    assert verdict(done, TUESDAY, now) is Verdict.NOT_KEPT


def test_an_undo_of_the_only_set_takes_the_day_back() -> None:
    now = local(TUESDAY, "09:00")
    assert [verdict(what, TUESDAY, now) for what in (facts(TUESDAY), facts())] == [Verdict.KEPT, Verdict.OPEN]


def test_paused_hurting_and_resting_members_are_not_due_before_and_after_finality() -> None:
    paused = replace(facts(), pauses=(Pause(TUESDAY, TUESDAY),))
    hurting = replace(facts(), reds=frozenset({TUESDAY}))
    resting = replace(facts(), schedules=(ScheduleSince(MONDAY, frozenset({0, 2, 4})),))
    for what in (paused, hurting, resting):
        for at in (local(TUESDAY, "09:00"), local(WEDNESDAY, "12:00")):
            assert verdict(what, TUESDAY, at) is Verdict.NOT_DUE


def test_who_trains_on_a_rest_day_or_a_paused_one_keeps_it() -> None:
    done = facts(TUESDAY)
    paused = replace(done, pauses=(Pause(TUESDAY, TUESDAY),))
    resting = replace(done, schedules=(ScheduleSince(MONDAY, frozenset({0})),))
    assert [verdict(what, TUESDAY, local(SUNDAY, "12:00")) for what in (paused, resting)] == [Verdict.KEPT] * 2


def test_a_tick_that_joined_keeps_the_day_and_one_for_the_history_does_not() -> None:
    now = local(THURSDAY, "12:00")
    joined, history = (replace(facts(), ticks=(Tick(TUESDAY, WEDNESDAY, each),)) for each in (True, False))
    assert [verdict(what, TUESDAY, now) for what in (joined, history)] == [Verdict.KEPT, Verdict.NOT_KEPT]


# --- outages


def let_down(begins: datetime, ends: datetime) -> Facts:
    """Somebody on Telegram with a prompt at 07:00, and an outage of ours."""
    long_ago = local(BEFORE, "20:00")
    slot, reached = DoSlot(SEVEN.at, SEVEN.weekdays, long_ago, None), ReachedSince(long_ago, remote=True)
    return replace(facts(), slots=(slot,), reached=(reached,), outages=(streaks.Outage(begins, ends),))


def test_an_outage_of_ours_excuses_the_day_from_its_finality_on() -> None:
    what = let_down(local(TUESDAY, "06:00"), local(TUESDAY, "12:00"))
    shown = [verdict(what, TUESDAY, local(day, "12:00")) for day in (TUESDAY, WEDNESDAY, SUNDAY)]
    assert shown == [Verdict.OPEN, Verdict.NOT_DUE, Verdict.NOT_DUE]


def test_an_outage_that_ended_after_finality_changes_nothing_for_the_team_though_the_streak_is_excused() -> None:
    what = let_down(local(TUESDAY, "06:00"), local(WEDNESDAY, "12:00") + SECOND)
    now = local(FRIDAY, "12:00")
    assert streaks.standing(what, now).days[2].state is DayState.EXCUSED
    assert verdict(what, TUESDAY, now) is Verdict.NOT_KEPT
    in_time = let_down(local(TUESDAY, "06:00"), local(WEDNESDAY, "12:00") - SECOND)
    assert verdict(in_time, TUESDAY, now) is Verdict.NOT_DUE


# --- travel


def flying(*legs: tuple[datetime, str], done: tuple[date, ...] = ()) -> Facts:
    home = facts(*done)
    return replace(home, zones=(*home.zones, *(ZoneSince(at, zone) for at, zone in legs)))


def test_a_flight_east_excuses_the_day_left_and_a_later_flight_does_not_move_the_verdict() -> None:
    west = (local(MONDAY, "08:00"), LOS_ANGELES)
    east = (local(TUESDAY, "12:00", LOS_ANGELES), TOKYO)
    home_again = (local(SATURDAY, "12:00", TOKYO), NEW_YORK)
    for what in (flying(west, east), flying(west, east, home_again)):
        assert verdict(what, TUESDAY, local(WEDNESDAY, "09:00", TOKYO)) is Verdict.OPEN
        assert verdict(what, TUESDAY, local(SUNDAY, "12:00")) is Verdict.NOT_DUE


def twice_east(done: tuple[date, ...] = ()) -> Facts:
    """Out of Monday, and out of Thursday, each time from New York to London in the late evening."""
    return flying(
        (local(BEFORE, "22:00"), NEW_YORK),
        (local(MONDAY, "23:00", NEW_YORK), LONDON),
        (local(WEDNESDAY, "12:00"), NEW_YORK),
        (local(THURSDAY, "23:00", NEW_YORK), LONDON),
        done=done,
    )


def test_of_two_flights_within_a_week_only_the_first_excuses() -> None:
    now = local(SUNDAY, "12:00")
    assert [verdict(twice_east(), label, now) for label in (MONDAY, THURSDAY)] == [Verdict.NOT_DUE, Verdict.NOT_KEPT]


def test_a_first_flight_on_a_day_that_was_kept_leaves_the_excuse_to_the_second() -> None:
    now = local(SUNDAY, "12:00")
    what = twice_east(done=(MONDAY,))
    assert [verdict(what, label, now) for label in (MONDAY, THURSDAY)] == [Verdict.KEPT, Verdict.NOT_DUE]


def test_with_a_snapshot_the_excuse_goes_by_what_the_snapshot_knows() -> None:
    """Facts after a snapshot hold no done day of before; the flights are all there."""
    what, now = twice_east(), local(SUNDAY, "12:00")
    calendar = Calendar(what.zones, what.day_starts)
    used, unused = Tally(label=TUESDAY, last_travel=MONDAY), Tally(label=TUESDAY, last_travel=None)
    assert team_day(what, calendar, THURSDAY, now, used) is Verdict.NOT_KEPT
    assert team_day(what, calendar, THURSDAY, now, unused) is Verdict.NOT_DUE


# --- which days count


def test_all_days_of_the_challenge_count_and_none_outside() -> None:
    lived = member("x . x x x x x x . x", first=BEFORE - ONE_DAY)
    assert labels(lived) == [MONDAY + n * ONE_DAY for n in range(7)]


def test_the_days_count_in_the_order_of_their_labels_however_they_are_given() -> None:
    lived = member("x . x x")
    assert counted(replace(lived, days=lived.days[::-1]), TERMS) == counted(lived, TERMS)


def test_a_late_joiner_is_due_from_the_day_after_joining() -> None:
    assert labels(member("x x . . x . x", joined=WEDNESDAY)) == [THURSDAY, FRIDAY, SATURDAY, SUNDAY]


@pytest.mark.parametrize(("sign", "expected"), [("x", [WEDNESDAY]), (".", []), ("-", []), ("o", [])])
def test_the_day_of_joining_counts_only_if_it_is_kept(sign: str, expected: list[date]) -> None:
    assert labels(member(f"x . {sign}", joined=WEDNESDAY)) == expected


def test_a_day_of_joining_before_the_challenge_is_not_in_it() -> None:
    assert labels(member("x x", joined=BEFORE, first=BEFORE)) == [MONDAY]


@pytest.mark.parametrize(("sign", "expected"), [("x", 3), (".", 2), ("o", 2)])
def test_after_leaving_nothing_is_due_and_the_day_of_leaving_counts_only_if_it_is_kept(
    sign: str, expected: int
) -> None:
    assert labels(member(f"x . {sign} . . x .", left=WEDNESDAY)) == [MONDAY + n * ONE_DAY for n in range(expected)]


def test_who_joins_and_leaves_on_one_day_has_at_most_that_day() -> None:
    assert labels(member("x x x", joined=TUESDAY, left=TUESDAY)) == [TUESDAY]
    assert labels(member("x . x", joined=TUESDAY, left=TUESDAY)) == []


def test_no_day_of_a_guest_or_of_someone_who_only_cheers_counts() -> None:
    assert labels(member("x x x", joined=None)) == []
    assert labels(replace(member("x x x"), cheer_only=True)) == []


# --- sets


@pytest.mark.parametrize(
    ("sets", "quick", "score"),
    [(0, False, 0), (1, False, 1), (7, False, 7), (8, False, 7), (40, False, 7), (5, True, 1)],
)
def test_sets_are_capped_for_each_day_and_a_quick_day_is_worth_one(sets: int, quick: bool, score: int) -> None:
    assert sets_counted(MemberDay(MONDAY, Verdict.KEPT, sets, quick, final=True), TERMS) == score


def test_a_day_that_was_only_ticked_has_no_sets_quick_or_not() -> None:
    assert sets_counted(MemberDay(MONDAY, Verdict.KEPT, 0, quick=True, final=True), TERMS) == 0


# --- two memberships


def test_who_leaves_and_joins_again_is_one_entry_from_the_earlier_joining_and_the_days_between_are_due() -> None:
    before = member("x . . . x", joined=BEFORE, left=TUESDAY)
    again = member("x . . . x", joined=THURSDAY)
    one = merged(again, before)
    assert (one.joined_on, one.left_on) == (BEFORE, None)
    assert [day.verdict for day in counted(one, TERMS)] == [day.verdict for day in days("x . . . x")]


def test_merging_keeps_who_it_is_and_the_later_leaving_and_a_guest_takes_over_the_joining() -> None:
    first, second = member("x", joined=MONDAY, left=TUESDAY), member("x", joined=WEDNESDAY, left=FRIDAY)
    kept = replace(first, id="bob", cheer_only=True)
    assert merged(kept, second) == replace(kept, joined_on=MONDAY, left_on=FRIDAY)
    assert merged(second, first).joined_on == MONDAY
    guest = member("x", joined=None)
    assert [merged(guest, each).joined_on for each in (second, guest)] == [WEDNESDAY, None]
