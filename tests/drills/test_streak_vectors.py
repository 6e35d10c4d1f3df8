"""The table of vectors in the rules of streaks, one by one, for the real rules and for the naive model.

"The same tap delivered again" is the inbox's business (tests/bot), and when a slot speaks is `scheduler.slot`'s (18).
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import permutations

import pytest

from drills.streaks import Calendar, Cause, DayStartSince, DayState, Pause, ZoneSince, milestone, standing
from scheduler.slot import Rule, next_due
from tests.drills.streak_model.drive import drive, facts_at, written
from tests.drills.streak_model.histories import (
    BERLIN,
    EVERY_DAY,
    FRIDAY,
    HELSINKI,
    KIRITIMATI,
    LONDON,
    LOS_ANGELES,
    MONDAY,
    NEW_YORK,
    NIUE,
    ONE_DAY,
    SECOND,
    SUNDAY,
    THURSDAY,
    TOKYO,
    TUESDAY,
    WEDNESDAY,
    after,
    done_labels,
    history,
    life,
    local,
    seen,
    states,
    utc,
)
from tests.drills.streak_model.life import Again, Event, Move, PauseFrom, Press, Start, Undo
from tests.drills.streak_model.life import Outage as Down


def test_1_one_set_on_tuesday_at_two_fifty_nine_makes_monday_done() -> None:
    assert states(seen(life(Press(local(TUESDAY, "02:59")), now=local(TUESDAY, "10:00")))) == "x o"


def test_2_a_session_started_at_two_fifty_counts_all_of_its_sets_for_monday() -> None:
    session = Start(local(TUESDAY, "02:50")), Press(local(TUESDAY, "02:58")), Press(local(TUESDAY, "03:10"))
    assert states(seen(life(*session, now=local(TUESDAY, "10:00")))) == "x o"


@pytest.mark.parametrize(
    ("zone", "trained", "label"),
    [
        (BERLIN, "2026-03-29 00:59", date(2026, 3, 28)),
        (BERLIN, "2026-03-29 01:00", date(2026, 3, 29)),
        (HELSINKI, "2026-10-25 00:30", date(2026, 10, 24)),
        (HELSINKI, "2026-10-25 01:00", date(2026, 10, 25)),
    ],
    ids=["3-before-the-gap", "3-after-the-gap", "3b-the-first-half-past-three", "3b-the-later-three"],
)
def test_3_when_the_clocks_change_the_day_begins_where_the_gap_ends_or_at_the_later_of_two(
    zone: str, trained: str, label: date
) -> None:
    at = utc(trained)
    assert done_labels(life(Press(at), joined=at - 9 * ONE_DAY, zone=zone, now=at + timedelta(hours=5))) == [label]


def test_4_today_is_open_and_breaks_nothing() -> None:
    result = after("x x .", "10:00")
    assert (result.streak, states(result)) == (2, "x x o")


def test_5_a_freeze_keeps_a_missed_tuesday_is_reserved_and_then_spent() -> None:
    open_still = after("x . .", "11:59:59")
    assert (states(open_still), open_still.streak, open_still.bank, open_still.kept) == ("x o o", 1, 1, ())
    kept = after("x . .", "12:00")
    assert (states(kept), kept.streak, kept.bank, kept.kept) == ("x f o", 1, 1, (TUESDAY,))
    paid = after("x . x", "12:00")
    assert (states(paid), paid.streak, paid.bank, paid.kept) == ("x f x", 2, 0, ())


def test_6_two_missed_days_outgrow_a_bank_of_one_and_nothing_is_spent() -> None:
    before = after("x . . .", "11:59:59")
    assert (states(before), before.streak, before.bank) == ("x f o o", 1, 1)
    broken = after("x . . .", "12:00")
    assert (states(broken), broken.streak, broken.bank, broken.kept) == ("x m m o", 0, 1, ())


def test_7_i_did_do_it_on_wednesday_morning_makes_tuesday_done_and_uses_no_freeze() -> None:
    result = after("x t .")
    assert (states(result), result.streak, result.bank) == ("x x o", 2, 1)
    tuesday = result.days[2]
    assert (tuesday.label, tuesday.cause, tuesday.spent) == (TUESDAY, Cause.TICKED, 0)


def test_7b_a_third_tick_within_seven_days_goes_to_the_history_only() -> None:
    untouched, ticked = after("x t t . ."), history("x t t t .")
    assert drive(ticked).ticks == ("joined", "joined", "history")
    assert states(seen(ticked)) == states(untouched) == "x x x o o"
    assert (untouched.streak, untouched.total) == (3, 3)
    assert (seen(ticked).streak, seen(ticked).total) == (3, 4)


def test_8_rest_days_neither_break_nor_add() -> None:
    weekend = seen(history("x . . x", first=FRIDAY, rest=frozenset({5, 6})))
    assert (weekend.streak, states(weekend)) == (2, "x r r x")


def test_9_a_day_done_on_rest_adds_one() -> None:
    resting = frozenset({5})
    assert seen(history("x .", first=FRIDAY, rest=resting)).streak == 1
    assert seen(history("x x", first=FRIDAY, rest=resting)).streak == 2


def test_10_berlins_evening_tuesday_and_new_yorks_are_one_tuesday() -> None:
    day = (
        Press(local(MONDAY, "07:00")),
        Press(local(TUESDAY, "07:00")),
        Move(local(TUESDAY, "20:00"), NEW_YORK),
        Press(local(TUESDAY, "22:00", NEW_YORK)),
    )
    result = seen(life(*day, now=local(WEDNESDAY, "10:00", NEW_YORK)))
    assert (states(result), result.streak, result.total) == ("x x o", 2, 2)


class TestVector11:
    """July. Los Angeles, Monday done; on Tuesday at noon to Tokyo, where it is Wednesday 04:00."""

    monday = date(2026, 7, 6)
    tuesday, wednesday, thursday = date(2026, 7, 7), date(2026, 7, 8), date(2026, 7, 9)
    flown = (
        Press(local(monday, "07:00", LOS_ANGELES)),
        Move(local(tuesday, "12:00", LOS_ANGELES), TOKYO),
    )

    def seen_at(self, now: datetime, *more: Event) -> str:
        joined = local(self.monday - ONE_DAY, "20:00", LOS_ANGELES)
        result = seen(life(*self.flown, *more, joined=joined, zone=LOS_ANGELES, now=now))
        return f"{states(result)} {result.streak}"

    def test_11_the_day_flown_out_of_is_open_until_its_finality_and_then_excused(self) -> None:
        assert self.seen_at(local(self.wednesday, "04:00", TOKYO)) == "x o o 1"
        assert self.seen_at(local(self.thursday, "02:59", TOKYO)) == "x o o 1"
        assert self.seen_at(local(self.thursday, "11:59:59", TOKYO)) == "x o o o 1"
        trained = Press(local(self.wednesday, "20:00", TOKYO))
        assert self.seen_at(local(self.thursday, "12:00", TOKYO), trained) == "x e x o 2"

    @pytest.mark.parametrize(("clock", "outcome"), [("02:59", "x x x 3"), ("03:00", "x o x 2")])
    def test_11_it_is_earnable_until_its_old_end(self, clock: str, outcome: str) -> None:
        first = Press(local(self.wednesday, "08:00", TOKYO))
        second = local(self.wednesday, clock, LOS_ANGELES)
        assert self.seen_at(local(self.wednesday, "20:00", TOKYO), first, Start(second), Press(second)) == outcome


def test_11b_new_york_to_london_by_night_tuesday_is_earned_first_and_monday_after_it() -> None:
    flight = Move(local(MONDAY, "22:00", NEW_YORK), LONDON)
    six, seven = local(TUESDAY, "06:00", LONDON), local(TUESDAY, "07:00", LONDON)
    first, second = (Start(six), Press(six)), (Start(seven), Press(seven))
    assert states(seen(life(flight, *first, zone=NEW_YORK, now=six))) == "o x"
    assert states(seen(life(flight, *first, *second, zone=NEW_YORK, now=seven))) == "x x"


def test_11c_tokyo_to_los_angeles_wednesday_goes_on_and_there_is_no_second_tuesday() -> None:
    wednesday = date(2026, 1, 7)
    thursday = wednesday + ONE_DAY
    joined = local(wednesday - ONE_DAY, "20:00", TOKYO)
    flight = Move(local(wednesday, "13:00", TOKYO), LOS_ANGELES)
    evening = Press(local(wednesday - ONE_DAY, "21:00", LOS_ANGELES))
    late = Start(local(thursday, "02:59", LOS_ANGELES))
    too_late = Start(local(thursday, "03:00", LOS_ANGELES))

    trained = life(flight, evening, joined=joined, zone=TOKYO, now=evening.at)
    assert states(seen(trained)) == "x"
    assert written(trained).calendar.ends(wednesday) == local(thursday, "03:00", LOS_ANGELES)
    for start, label in ((late, wednesday), (too_late, thursday)):
        again = life(flight, start, Press(start.at), joined=joined, zone=TOKYO, now=start.at)
        assert done_labels(again) == [label]


def test_12_hopping_over_the_date_line_wins_one_day_early_and_no_more_until_that_day_is_over() -> None:
    def trained(at: datetime) -> tuple[Event, Event]:
        return Start(at), Press(at)

    out = local(MONDAY, "12:00", NIUE)
    back = out + timedelta(hours=2)
    hops: list[Event] = [*trained(out - timedelta(hours=1)), Move(out, KIRITIMATI), *trained(out + timedelta(hours=1))]
    hops += [Move(back, NIUE), *trained(back)]
    over = local(WEDNESDAY, "03:00", NIUE)  # Tuesday, as Niue has it, ends here
    for at in (back + timedelta(hours=9), local(TUESDAY, "07:00", NIUE), over - SECOND):
        assert done_labels(life(*hops, *trained(at), zone=NIUE, now=at)) == [MONDAY, TUESDAY]
    assert done_labels(life(*hops, *trained(over), zone=NIUE, now=over)) == [MONDAY, TUESDAY, WEDNESDAY]


def test_13_the_same_tap_delivered_three_times_is_one_set() -> None:
    seven = local(MONDAY, "07:00")
    thrice = Press(seven), Again(seven), Again(seven)
    assert states(seen(life(*thrice, now=seven))) == "x"
    undone = Undo(seven + SECOND)
    assert states(seen(life(*thrice, undone, now=undone.at))) == "o"


def test_14_undo_and_done_again_and_no_second_milestone() -> None:
    taps = Press(local(WEDNESDAY, "07:01")), Undo(local(WEDNESDAY, "07:02")), Press(local(WEDNESDAY, "07:03"))
    results = [after("x x .", "10:00", *taps[:n]) for n in (1, 2, 3)]
    assert [states(result) for result in results] == ["x x x", "x x o", "x x x"]
    assert [result.streak for result in results] == [3, 2, 3]
    assert milestone(2, 3, {}, WEDNESDAY) == 3
    assert milestone(2, 3, {3: WEDNESDAY}, WEDNESDAY) is None


def test_15_the_order_of_facts_does_not_matter_nor_does_a_later_change_of_the_zone() -> None:
    moves = Move(local(MONDAY, "20:00"), NEW_YORK), Move(local(WEDNESDAY, "20:00"), TOKYO)
    lived = history("x . . . .", "10:00", *moves)
    facts = facts_at(written(lived), lived, lived.now)
    pauses = Pause(TUESDAY, TUESDAY), Pause(TUESDAY, WEDNESDAY), Pause(FRIDAY, None)
    results = {
        standing(replace(facts, zones=z, pauses=p), lived.now)
        for z in permutations(facts.zones)
        for p in permutations(pauses)
    }
    assert len(results) == 1
    moved_on = replace(lived, events=(*lived.events, Move(lived.now, NIUE)))
    assert seen(moved_on).days[:-1] == seen(lived).days[:-1]


class TestVector16:
    """A chain of 41 with an empty bank; Wednesday is missed, Thursday and Friday are done."""

    chain = "x" * 36 + ".." + "x" * 5

    def test_16_the_chain_before_has_41_days_and_no_freeze_is_left(self) -> None:
        result = after(self.chain, "12:00", first=TUESDAY)
        assert (result.streak, result.bank) == (41, 0)
        assert result.today.label.strftime("%A") == "Tuesday"

    def test_16_while_wednesday_is_open_the_chain_goes_on(self) -> None:
        result = after(self.chain + ".x", "08:00", first=TUESDAY)
        assert (result.streak, states(result)[-5:]) == (42, "x o x")

    def test_16_at_noon_it_is_broken_and_one_day_is_there(self) -> None:
        result = after(self.chain + ".x", "12:00", first=TUESDAY)
        assert (result.streak, result.best, states(result)[-5:]) == (1, 41, "x m x")

    def test_16_after_friday_the_chain_is_joined_and_the_comeback_is_used(self) -> None:
        result = after(self.chain + ".xx", "08:00", first=TUESDAY)
        assert (result.streak, states(result)[-7:]) == (43, "x m x x")
        assert (result.today.came_back, result.comeback) == (41, None)


def test_17_a_pause_of_ten_days_keeps_the_chain_and_a_day_trained_in_it_adds_one() -> None:
    pause = PauseFrom(local(THURSDAY, "08:00"), 0, 10)
    idle = after("xxx .......... .", "10:00", pause)
    assert (idle.streak, states(idle)) == (3, "x x x p p p p p p p p p p o")
    trained = after("xxx ...x...... .", "10:00", pause)
    assert (trained.streak, states(trained)) == (4, "x x x p p p x p p p p p p o")


@pytest.mark.parametrize(
    ("date_of_slot", "instant", "label"),
    [
        (date(2026, 3, 29), "2026-03-29 01:30", date(2026, 3, 29)),
        (date(2026, 10, 25), "2026-10-25 00:30", date(2026, 10, 24)),
    ],
    ids=["at half past three", "at the first half past two"],
)
def test_18_a_session_begun_at_a_slot_of_half_past_two_on_the_nights_when_the_clocks_change(
    date_of_slot: date, instant: str, label: date
) -> None:
    slot = Rule(time(2, 30), EVERY_DAY, BERLIN)
    due = next_due(slot, local(date_of_slot - ONE_DAY, "12:00"))
    assert (due.label, due.at) == (date_of_slot, utc(instant))
    assert done_labels(life(Press(due.at), joined=due.at - 9 * ONE_DAY, now=due.at)) == [label]


def test_19_a_day_whose_slot_we_slept_through_is_open_and_then_excused() -> None:
    down = (Down(local(TUESDAY, "06:00"), local(TUESDAY, "12:00")),)
    before, final = (seen(history("x . .", clock, outages=down)) for clock in ("11:59:59", "12:00"))
    assert (states(before), before.streak) == ("x o o", 1)
    assert (states(final), final.streak, final.bank, final.days[2].cause) == ("x e o", 1, 1, Cause.OUTAGE)
    done = history("x . .", "12:00", Press(local(TUESDAY, "20:00")), outages=down)
    assert states(seen(done)) == "x x o"


def test_20_honolulus_sunday_is_final_at_honolulus_monday_noon() -> None:
    berlin, honolulu = (
        Calendar((ZoneSince(utc("2020-01-01"), zone),), (DayStartSince(utc("2020-01-01"), time(3)),))
        for zone in (BERLIN, "Pacific/Honolulu")
    )
    assert berlin.final_at(SUNDAY) == utc("2026-06-08 10:00")
    assert honolulu.final_at(SUNDAY) == utc("2026-06-08 22:00") == local(SUNDAY + ONE_DAY, "12:00", "Pacific/Honolulu")


def test_21_the_fourteenth_done_day_pays_for_a_gap_of_two_and_then_earns_one() -> None:
    waiting = after("x" * 13 + ". . .", "12:00")
    assert (waiting.streak, waiting.bank, len(waiting.kept)) == (13, 2, 2)
    closed = after("x" * 13 + ". . x", "12:00")
    assert (closed.streak, closed.bank, closed.kept) == (14, 1, ())
    assert (closed.today.spent, closed.today.earned, closed.today.state) == (2, True, DayState.DONE)
