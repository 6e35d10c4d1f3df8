"""Days that are not due: rest days, pauses, travel, our own outages; and the hour at which a day begins."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.store import tables as t
from tests.kit.stage import BERLIN, Player, Stage

NEW_YORK, TOKYO, LOS_ANGELES = "America/New_York", "Asia/Tokyo", "America/Los_Angeles"


async def ready(stage: Stage) -> Player:
    """Ann joined on Wednesday; it is Thursday 07:00 in Berlin."""
    ann = await stage.person("Ann")
    await ann.set_up("07:30")
    await stage.until("07:00")
    return ann


def prompts(ann: Player) -> int:
    return sum("time for your feet" in message.text for message in ann.messages)


# --- /rest


async def test_rest_days_break_nothing_bring_no_prompt_and_a_set_on_them_counts(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/rest sat sun")
    ann.sees("Changed. It holds from Fri 27 Nov.", "Rest: weekends.")
    await stage.days(ann, "xx")
    await stage.until("07:00")
    before = prompts(ann)
    await stage.until("09:00", days=1)
    assert prompts(ann) == before
    await ann.say("/today")
    ann.sees("Today is a rest day", "Streak 2")
    await ann.one_set()
    ann.sees("Streak 3", "Next prompt: tomorrow 07:30")
    await ann.say("/why")
    ann.sees("Sun 29 Nov: done. Streak 3.", "Sat 28 Nov: rest day.")


async def test_rest_days_are_toggled_by_buttons_and_today_cannot_be_turned_into_rest(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/rest")
    ann.sees("No rest days: every day is due.")
    await ann.tap("Thu")
    ann.sees("Rest: Thu.", "Changed. It holds from Fri 27 Nov.")
    await ann.tap("Weekends off")
    ann.sees("Rest: weekends.")
    await ann.tap("Sat: rest")
    ann.sees("Rest: Sun.")
    await stage.until("13:00", days=1)
    await ann.say("/why")
    ann.sees("Thu 26 Nov: missed.")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("sometimes", "I did not understand. Try: sat sun"),
        ("mon-sun", "Seven rest days would leave no day to train."),
        ("none", "No rest days: every day is due."),
    ],
)
async def test_rest_days_that_cannot_be_are_refused_with_a_reason(stage: Stage, typed: str, told: str) -> None:
    ann = await ready(stage)
    await ann.say(f"/rest {typed}")
    ann.sees(told)
    await ann.say("/settings")
    ann.sees("Rest days none")


# --- /day_start


async def test_a_later_begin_of_the_day_lets_a_late_evening_count_for_its_own_day(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/day_start 5:30")
    ann.sees("Your day begins at 05:30, from the next one on.", "Thursday ends at tomorrow 05:30.")
    await stage.until("05:00")
    await ann.one_set()
    ann.sees("Counted for Thursday: your day ends at 05:30.", "Streak 1")
    await stage.until("05:31")
    await ann.one_set()
    ann.sees("Counted for Friday", "Streak 2")


async def test_an_earlier_begin_never_shortens_the_day_in_progress(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/day_start")
    ann.sees("Your day begins at 03:00.")
    await ann.tap("00:00")
    ann.sees("Your day begins at 00:00, from the next one on.", "Thursday ends at tomorrow 03:00.")
    await stage.until("02:00")
    await ann.one_set()
    ann.sees("Counted for Thursday")
    await stage.until("00:30")
    await ann.one_set()
    ann.sees("Counted for Saturday")


@pytest.mark.parametrize(
    ("typed", "told"), [("7", "between 00:00 and 06:00"), ("soon", "I did not understand. Try: 4")]
)
async def test_a_day_cannot_begin_at_any_hour(stage: Stage, typed: str, told: str) -> None:
    ann = await ready(stage)
    await ann.say(f"/day_start {typed}")
    ann.sees(told)
    await ann.say("4:30")
    ann.sees("Your day begins at 04:30")


# --- /pause


async def test_ten_days_of_pause_bring_no_prompt_and_a_day_trained_in_them_adds(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "xx")
    await stage.until("07:00")
    await ann.say("/pause 10 days")
    ann.sees("Paused until Mon 7 Dec, that day included.")
    before = prompts(ann)
    await stage.days(ann, "...x......")
    assert prompts(ann) == before
    await ann.say("/streak")
    ann.sees("3 days", "Monday is paused.")
    await stage.until("07:30")
    ann.sees("Tuesday: time for your feet", "Streak 3")


async def test_a_pause_that_is_typed_twice_is_one_pause(stage: Stage) -> None:
    ann = await ready(stage)
    for _ in range(2):
        await ann.say("/pause 2 days")
        ann.sees("Noted.", "Paused until")
    assert len(await stage.bot.store.read(lambda tx: tx.execute(select(t.pause)).all())) == 1


async def test_a_pause_is_planned_told_of_and_cancelled(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/pause")
    await ann.say("1 dec to 7 dec")
    ann.sees("Noted.", "Planned: from Tue 1 Dec to Mon 7 Dec.")
    await ann.say("/pause")
    await ann.tap("Cancel what is planned")
    ann.sees("The planned pause is cancelled.")
    ann.sees_no("Planned:")


async def test_the_reason_of_a_pause_is_private_and_may_be_left_out(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/pause sick until friday")
    ann.sees("Paused until Fri 27 Nov", "Reason Sick") if stage.platform != "local" else ann.sees(
        "Paused until Fri 27 Nov"
    )
    await ann.tap("Resume")
    ann.sees("Welcome back. Prompts come again, and days count from tomorrow.")
    await ann.say("/pause")
    await ann.tap("Pause 3 days", "Travel")
    ann.sees("Noted. Only you see this.", "Travel")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("blue", "I did not understand. Try: 10 days"),
        ("2020-01-01", "Those days are over."),
        ("500 days", "That is more than a year."),
        ("from 7 dec to 1 dec", "It ends before it begins."),
    ],
)
async def test_a_pause_that_cannot_be_is_refused_with_a_reason(stage: Stage, typed: str, told: str) -> None:
    ann = await ready(stage)
    await ann.say(f"/pause {typed}")
    ann.sees(told)
    await ann.say("/times")
    ann.sees("Next prompt: 07:30")


async def test_after_sixty_days_of_pause_it_is_asked_once_whether_it_shall_go_on(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/pause")
    await ann.tap("Pause until I resume")
    await stage.forward(days=59)
    said = len(ann.messages)
    await stage.forward(days=2)
    ann.sees("You have paused for 60 days.")
    assert len(ann.messages) == said + 1
    await stage.forward(days=70)
    assert len(ann.messages) == said + 1
    await ann.tap("Resume")
    ann.sees("Welcome back.")


# --- travel


async def test_flying_east_leaves_the_old_day_to_be_earned_beside_the_new_one(stage: Stage) -> None:
    """New York, Monday 22:00, not done -> London, Tuesday 03:00 (vector 11b)."""
    ann = await ready(stage)
    await ann.say(f"/settings zone {NEW_YORK}")
    await stage.days(ann, "xxxx", at="22:00", zone=NEW_YORK)
    await stage.until("22:00", NEW_YORK)
    await ann.say("/settings zone London")
    ann.sees("Monday still counts until 08:00, beside Tuesday.")
    await stage.until("06:00", "Europe/London")
    await ann.one_set()
    ann.sees("Counted for Tuesday")
    await stage.until("07:00", "Europe/London")
    await ann.say("/today")
    ann.sees("Monday still runs, until 08:00: a set now counts for it.")
    await ann.tap("1-minute version")
    await ann.whole_session()
    ann.sees("Counted for Monday: your day ends at 08:00.", "Streak 6")


async def test_a_day_lost_over_the_pacific_is_excused_once(stage: Stage) -> None:
    """Los Angeles, Tuesday noon -> Tokyo, Wednesday 05:00 (vector 11, in winter)."""
    ann = await ready(stage)
    await ann.say(f"/settings zone {LOS_ANGELES}")
    await stage.days(ann, "xxxxx", at="12:00", zone=LOS_ANGELES)
    await stage.until("12:00", LOS_ANGELES)
    await ann.say("/settings zone Tokyo")
    ann.sees("Tuesday still counts until 20:00, beside Wednesday.")
    await stage.until("12:30", TOKYO)
    await ann.one_set()
    await stage.until("13:00", TOKYO, days=1)
    await ann.say("/why")
    ann.sees("Wed 2 Dec: done. Streak 6.", "Tue 1 Dec: excused, you flew east and the day was short.")


async def test_flying_west_makes_the_day_longer_and_not_two(stage: Stage) -> None:
    """Tokyo, Wednesday 13:00, nothing done -> Los Angeles, Tuesday 20:00 (vector 11c)."""
    ann = await ready(stage)
    await ann.say("/settings zone Tokyo")
    await stage.until("13:00", TOKYO, days=4)
    await ann.say(f"/settings zone {LOS_ANGELES}")
    ann.sees("It stays Tuesday until Wed 2 Dec 03:00.")
    await ann.one_set()
    ann.sees("Counted for Tuesday", "Streak 1")
    await stage.until("22:00", LOS_ANGELES, days=1)
    await ann.one_set()
    ann.sees("Counted for Tuesday", "Streak 1", "1 day in all")


async def test_choosing_the_same_zone_again_is_no_journey(stage: Stage) -> None:
    ann = await ready(stage)
    await ann.say("/settings zone Berlin")
    ann.sees_no("still counts", "It stays")


async def test_a_wrong_first_answer_while_setting_up_is_no_journey(stage: Stage) -> None:
    ann = await stage.person("Ann")
    await ann.say("/start")
    await ann.tap("OK, let's set up")
    await ann.say("Auckland")
    ann.sees("Pacific/Auckland")
    await ann.press("1w.America/Los_Angeles")
    await ann.say("07:30")
    await ann.tap("3 min", "No band", "None of these", "Start now")
    await ann.whole_session()
    ann.sees("Counted for Tuesday")


# --- our outages


async def test_a_day_that_our_outage_spoiled_is_excused_and_told(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x" * 8)
    await stage.until("06:00")
    await stage.sleep_through(hours=6)
    spoiled = "We were down on Friday. If it stays open it is excused and costs you nothing."
    assert (spoiled in ann.card.text) == (stage.platform != "local")
    await stage.until("13:00", days=1)
    await ann.say("/why")
    if stage.platform != "local":
        ann.sees("Fri 4 Dec: excused, we were down.", "Sorry about that.")
        await ann.say("/today")
        ann.sees("Friday is excused: we were down, and that was our fault.", "Streak 8")
    else:
        ann.sees("Fri 4 Dec: missed, a freeze 🧊 keeps it.")


async def test_an_outage_costs_nobody_who_did_the_day(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x" * 8)
    await stage.until("06:00")
    await stage.sleep_through(hours=6)
    await ann.one_set()
    ann.sees("Streak 9")
    ann.sees_no("We were down")


async def test_a_short_restart_is_no_outage(stage: Stage) -> None:
    ann = await ready(stage)
    await stage.days(ann, "x" * 8)
    await stage.until("07:00")
    await stage.sleep_through(hours=1, minutes=30)
    ann.sees("time for your feet")
    await stage.until("13:00", days=1)
    await ann.say("/why")
    ann.sees("Fri 4 Dec: missed, a freeze 🧊 keeps it.")


# --- a month


async def test_a_month_of_training_missing_pausing_and_flying_is_told_to_the_last_line(stage: Stage) -> None:
    """March 2027: Berlin -> New York -> Tokyo and home, over both spring nights. Every line as a person would tell it."""
    stage.clock.travel_to(datetime(2027, 3, 1, 6, 0, tzinfo=UTC))  # a Monday, 07:00 in Berlin
    ann = await stage.person("Ann")
    await ann.set_up("07:30")

    async def at(day: int, clock: str, zone: str = BERLIN) -> None:
        there = datetime.fromisoformat(f"2027-03-{day:02} {clock}").replace(tzinfo=ZoneInfo(zone))
        await stage.forward(seconds=(there.astimezone(UTC) - stage.clock.now()).total_seconds())

    async def train(day: int, clock: str, zone: str = BERLIN) -> None:
        await at(day, clock, zone)
        await ann.one_set()

    for day in range(2, 9):
        await train(day, "08:00")
    await train(10, "08:00")
    await at(11, "10:00")
    await ann.say("/settings zone New York")
    await train(11, "12:00", NEW_YORK)
    await train(12, "23:30", NEW_YORK)
    await train(14, "00:30", NEW_YORK)  # before the day begins: it is Saturday's
    await train(14, "04:30", NEW_YORK)  # and the clocks went forward in between
    await at(14, "20:00", NEW_YORK)
    await ann.say("/pause sick 3 days")
    await train(17, "12:00", NEW_YORK)
    await at(18, "20:00", NEW_YORK)
    await ann.say("/settings zone Tokyo")
    ann.sees("Thursday still counts until 16:00, beside Friday.")
    await train(19, "10:00", TOKYO)
    await train(20, "10:00", TOKYO)
    await ann.say("/rest sun")
    await train(22, "10:00", TOKYO)
    await at(22, "10:30", TOKYO)
    await ann.say("/settings zone Berlin")  # 02:30 there, still Sunday's night
    ann.sees("It stays Monday until tomorrow 03:00.")
    await train(22, "20:00")
    await train(23, "20:00")
    await at(25, "11:00")
    await ann.say("/streak")
    await ann.tap("✔ I did do it (Wed)")
    await train(25, "20:00")
    await train(26, "20:00")
    await train(27, "23:00")
    await train(28, "03:30")  # the clocks went forward at 02:00
    await train(31, "13:00")

    await ann.say("/why")
    told = ledger(ann)
    await ann.tap("Earlier")
    told += ledger(ann)
    await ann.tap("Earlier")
    told += ledger(ann)
    assert told == MONTH
    await ann.say("/streak")
    ann.sees("23 days", "In all 23 days", "Best 23 days", "🧊 0 of 2")


def ledger(ann: Player) -> list[str]:
    """The lines of /why: each begins with its day."""
    days = re.compile(
        r"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} Mar: .*?)(?=\s*(?:•|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d|\n|$))", re.S
    )
    return [" ".join(line.split()) for line in days.findall(ann.card.text)]


MONTH = [
    "Wed 31 Mar: done. 2 freezes spent. Streak 23.",
    "Tue 30 Mar: missed, a freeze 🧊 keeps it. Streak 22.",
    "Mon 29 Mar: missed, a freeze 🧊 keeps it. Streak 22.",
    "Sun 28 Mar: done. Streak 22.",
    "Sat 27 Mar: done. Streak 21.",
    "Fri 26 Mar: done. Streak 20.",
    "Thu 25 Mar: done. Streak 19.",
    "Wed 24 Mar: done, ticked later. Streak 18.",
    "Tue 23 Mar: done. Streak 17.",
    "Mon 22 Mar: done. Streak 16.",
    "Sun 21 Mar: rest day.",
    "Sat 20 Mar: done. Streak 15.",
    "Fri 19 Mar: done. A freeze earned: 2 in the bank. Streak 14.",
    "Thu 18 Mar: excused, you flew east and the day was short.",
    "Wed 17 Mar: done. Streak 13.",
    "Tue 16 Mar: paused.",
    "Mon 15 Mar: paused.",
    "Sun 14 Mar: done. Streak 12.",
    "Sat 13 Mar: done. Streak 11.",
    "Fri 12 Mar: done. Streak 10.",
    "Thu 11 Mar: done. Streak 9.",
    "Wed 10 Mar: done. 1 freeze spent. Streak 8.",
    "Tue 9 Mar: missed, a freeze 🧊 keeps it. Streak 7.",
    "Mon 8 Mar: done. A freeze earned: 2 in the bank. Streak 7.",
    "Sun 7 Mar: done. Streak 6.",
    "Sat 6 Mar: done. Streak 5.",
    "Fri 5 Mar: done. Streak 4.",
    "Thu 4 Mar: done. Streak 3.",
    "Wed 3 Mar: done. Streak 2.",
    "Tue 2 Mar: done. Streak 1.",
    "Mon 1 Mar: the day you joined, not due.",
]
