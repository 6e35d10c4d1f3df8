"""When a challenge is over (`drills.challenges.closing`)."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from drills.challenges import Member, MemberDay, Terms, Verdict, closes_at, is_awaited, is_over, last_final
from drills.streaks import Calendar, DayStartSince, ZoneSince
from tests.drills.streak_model.histories import (
    BERLIN,
    FRIDAY,
    HELSINKI,
    MONDAY,
    NEW_YORK,
    ONE_DAY,
    SATURDAY,
    SECOND,
    SUNDAY,
    THURSDAY,
    TOKYO,
    local,
    utc,
)

TERMS = Terms("share", MONDAY, SUNDAY)
HONOLULU = "Pacific/Honolulu"
NEXT_MONDAY = SUNDAY + ONE_DAY
LONG_AGO = local(MONDAY - 30 * ONE_DAY, "12:00")
STARTER = local(NEXT_MONDAY, "12:00")


def calendar(zone: str, *flights: tuple[datetime, str], day_start: str = "03:00") -> Calendar:
    legs = [ZoneSince(LONG_AGO, zone), *(ZoneSince(at, there) for at, there in flights)]
    return Calendar(legs, [DayStartSince(LONG_AGO, time.fromisoformat(day_start))])


def seen(name: str, own: Calendar, now: datetime, joined: date | None = MONDAY - ONE_DAY) -> Member:
    """Nothing was done; their days up to their newest one at `now`, and which of them are final."""
    today = own.newest(now)
    labels = [MONDAY + n * ONE_DAY for n in range((min(today, SUNDAY) - MONDAY).days + 1)]
    days = tuple(MemberDay(each, Verdict.OPEN, 0, quick=False, final=now >= own.final_at(each)) for each in labels)
    return Member(name, joined, None, cheer_only=False, days=days, today=today)


def test_with_a_member_in_honolulu_the_board_is_final_at_their_monday_noon() -> None:
    """Vector 20 of `streaks.md`."""
    finals = [last_final(calendar(zone), TERMS) for zone in (BERLIN, HONOLULU, TOKYO)]
    assert closes_at(finals, STARTER) == local(NEXT_MONDAY, "12:00", HONOLULU) == utc("2026-06-08 22:00")


def test_it_is_over_at_that_instant_and_not_a_second_before() -> None:
    homes = {"ann": calendar(BERLIN), "bob": calendar(HONOLULU), "cat": calendar(TOKYO)}
    noon = local(NEXT_MONDAY, "12:00", HONOLULU)
    for now, over in ((STARTER, False), (noon - SECOND, False), (noon, True)):
        team = [seen(name, home, now) for name, home in homes.items()]
        assert is_over(team, TERMS, now, STARTER) is over


def test_each_members_own_day_start_is_waited_for() -> None:
    late = last_final(calendar(BERLIN, day_start="06:00"), TERMS)
    assert (late, last_final(calendar(BERLIN), TERMS)) == (STARTER, STARTER)


def test_nobody_waits_for_those_who_left_guests_or_those_who_cheer() -> None:
    plays = seen("ann", calendar(HONOLULU), STARTER)
    assert is_awaited(plays, TERMS)
    others = [replace(plays, left_on=FRIDAY), replace(plays, joined_on=None), replace(plays, cheer_only=True)]
    assert [is_awaited(each, TERMS) for each in others] == [False, False, False]
    at_home = seen("bob", calendar(BERLIN), STARTER)
    assert is_over([at_home, *others], TERMS, STARTER, STARTER)
    assert not is_over([at_home, plays], TERMS, STARTER, STARTER)


@pytest.mark.parametrize(("joined", "awaited"), [(SATURDAY, True), (SUNDAY, True), (NEXT_MONDAY, False)])
def test_who_joins_on_the_last_day_can_still_keep_it_and_is_waited_for(joined: date, awaited: bool) -> None:
    assert is_awaited(seen("ann", calendar(BERLIN), STARTER, joined), TERMS) is awaited


def test_where_nobody_is_awaited_it_ends_with_the_day_of_whoever_started_it() -> None:
    guest = seen("ann", calendar(HONOLULU), STARTER, joined=None)
    for team in ([], [guest]):
        assert [is_over(team, TERMS, at, STARTER) for at in (STARTER - SECOND, STARTER)] == [False, True]
    assert closes_at([], STARTER) == STARTER


def test_in_the_middle_of_the_week_it_is_not_over_though_all_days_so_far_are_final() -> None:
    now = local(THURSDAY, "12:00")
    ann = seen("ann", calendar(BERLIN), now)
    final_ones = replace(ann, days=tuple(day for day in ann.days if day.final))
    assert not is_over([final_ones], TERMS, now, STARTER)
    assert not is_over([replace(ann, days=())], TERMS, STARTER, STARTER)


def test_days_before_the_challenge_and_after_it_hold_nobody_up() -> None:
    ann = seen("ann", calendar(BERLIN), STARTER)
    around = [MemberDay(day, Verdict.OPEN, 0, quick=False, final=False) for day in (MONDAY - ONE_DAY, NEXT_MONDAY)]
    assert is_over([replace(ann, days=(*ann.days, *around))], TERMS, STARTER, STARTER)


def test_a_flight_west_in_the_last_evening_moves_the_close() -> None:
    flown = calendar(BERLIN, (local(SUNDAY, "22:00"), HONOLULU))
    assert closes_at([last_final(flown, TERMS)], STARTER) == local(NEXT_MONDAY, "12:00", HONOLULU)
    now = STARTER
    assert not is_over([seen("ann", flown, now)], TERMS, now, STARTER)


def test_a_flight_after_the_last_day_has_ended_moves_nothing() -> None:
    flown = calendar(BERLIN, (local(NEXT_MONDAY, "03:01"), HONOLULU))
    assert last_final(flown, TERMS) == STARTER


def test_an_older_day_that_a_flight_east_keeps_open_longer_is_waited_for_too() -> None:
    """On Saturday from New York to Helsinki: Saturday keeps its old end, 10:00 there, so it is final at Monday's noon. Then
    on to Kathmandu in the night to Monday, where the noon that makes Sunday final comes earlier."""
    on = (local(NEXT_MONDAY, "02:00", HELSINKI), "Asia/Kathmandu")
    own = calendar(NEW_YORK, (local(SATURDAY, "14:00", NEW_YORK), HELSINKI), on)
    saturday, sunday = utc("2026-06-08 09:00"), utc("2026-06-08 06:15")
    assert (own.final_at(SATURDAY), own.final_at(SUNDAY)) == (saturday, sunday)
    assert last_final(own, TERMS) == saturday
    assert [is_over([seen("ann", own, at)], TERMS, at, STARTER) for at in (sunday, saturday)] == [False, True]
