"""M-15: every zone, every day of 18 years, 48 times of day: exactly one prompt for each date, against a naive oracle.

The oracle knows the offsets of a zone (asked hour by hour, each change found to the second) and counts in whole seconds:
of a wall time that occurs twice the first, of one that does not occur as long after the leap as it lies in it, and a date
that no clock ever shows has none. It shares no line with `scheduler/slot.py` or `drills/localtime.py`.
"""

import hashlib
import os
import sys
from bisect import bisect_right
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from drills.localtime import use_packaged_rules
from scheduler.slot import EVERY_DAY, Rule, next_due
from tests.soak.report import Asked, Report

FIRST, LAST = date(2020, 1, 1), date(2037, 12, 31)
HALF_HOURS = 48
SHORT_YEAR = 2026
SHORT_EVERY = 5  # the short form looks at every fifth zone
DAY, HOUR = 86_400, 3_600
FOR_EVER = 2**62
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()


async def run(asked: Asked) -> Report:
    """`--quick`: the days around each change of one year, in a fifth of the zones."""
    walked = short(asked.seed) if asked.quick else walk(asked.seed)
    extent = f"around each change of {SHORT_YEAR}" if asked.quick else f"{FIRST} to {LAST}"
    return Report(
        "M-15",
        f"every zone, {extent}, {HALF_HOURS} times of day",
        "exactly one prompt per local date, monotone; 0 misses, 0 doubles",
        {
            "zone names": f"{walked.names} ({walked.rules} different rules)",
            "prompts": f"{walked.prompts:,}",
            "wrong": str(len(walked.wrong)),
        },
        walked.wrong,
    )


@dataclass(frozen=True, slots=True)
class Spans:
    """The offsets of one zone: from `begins[i]` (Unix seconds) on clocks are `offsets[i]` seconds ahead of UTC."""

    begins: list[int]
    offsets: list[int]

    def walls(self) -> Iterator[tuple[int, int, int]]:
        """What clocks show in each span: from, until (excluded), and the offset."""
        ends = [*self.begins[1:], FOR_EVER]
        for begin, end, offset in zip(self.begins, ends, self.offsets, strict=True):
            yield begin + offset, end + offset, offset


def spans(zone: ZoneInfo, first: date, last: date) -> Spans:
    begin, end = _seconds(first) - 10 * DAY, _seconds(last) + 10 * DAY

    def offset(at: int) -> int:
        ahead = (EPOCH + timedelta(seconds=at)).astimezone(zone).utcoffset()
        assert ahead is not None
        return int(ahead.total_seconds())

    begins, offsets = [begin], [offset(begin)]
    for hour in range(begin + HOUR, end, HOUR):
        if offset(hour) == offsets[-1]:
            continue
        before, after = hour - HOUR, hour
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if offset(middle) == offsets[-1] else (before, middle)
        begins.append(after)
        offsets.append(offset(after))
    return Spans(begins, offsets)


def expected(known: Spans, at: time, first: date, last: date) -> list[tuple[int, int]]:
    """(days since 1970, Unix seconds) of every prompt, as a person with a table of offsets would write them down."""
    walls = list(known.walls())
    found = []
    second = at.hour * HOUR + at.minute * 60
    for label in range(first.toordinal() - EPOCH_DAY, last.toordinal() - EPOCH_DAY + 1):
        midnight = label * DAY
        near = max(0, bisect_right(known.begins, midnight - 2 * DAY) - 1)
        if not any(begin < midnight + DAY and end > midnight for begin, end, _ in walls[near : near + 4]):
            continue  # no clock ever showed this date
        wall = midnight + second
        shown = [wall - offset for begin, end, offset in walls[near : near + 4] if begin <= wall < end]
        if not shown:  # leapt over: counted on with the offset from before the leap
            shown = [wall - offset for _, end, offset in walls[near : near + 4] if end <= wall][-1:]
        found.append((label, min(shown)))
    return found


def wrong(name: str, known: Spans, at: time, first: date, last: date) -> tuple[int, str | None]:
    """How many prompts were compared, and the first that differs."""
    rule = Rule(at, EVERY_DAY, name)
    wanted = expected(known, at, first, last)
    after, label = EPOCH + timedelta(seconds=wanted[0][1] - 1), None
    for day, second in wanted:
        due = next_due(rule, after, label)
        if due.label.toordinal() - EPOCH_DAY != day or due.at.timestamp() != second or due.at <= after:
            should = f"{date.fromordinal(day + EPOCH_DAY)} at {EPOCH + timedelta(seconds=second):%Y-%m-%d %H:%M:%S} UTC"
            return 0, f"{name} {at:%H:%M}: {due.label} at {due.at:%Y-%m-%d %H:%M:%S} UTC, should be {should}"
        after, label = due.at, due.label
    return len(wanted), None


def alike() -> list[list[str]]:
    """All zone names, those with the very same rules together: a link is the same file under another name."""
    by_rules: dict[bytes, list[str]] = {}
    for name in sorted(available_timezones()):
        file = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
        by_rules.setdefault(hashlib.sha256(file.read_bytes()).digest(), []).append(name)
    return list(by_rules.values())


def times_of_day(seed: int) -> list[time]:
    """48, half an hour apart; another seed moves them all by some minutes."""
    return [time(half // 2, half % 2 * 30 + seed % 30) for half in range(HALF_HOURS)]


@dataclass(frozen=True, slots=True)
class Walked:
    names: int
    rules: int
    prompts: int
    wrong: list[str]


def walk(seed: int, workers: int | None = None, first: date = FIRST, last: date = LAST) -> Walked:
    """All of it, on as many processes as there are cores."""
    groups = alike()
    jobs = [(group[seed % len(group)], seed, first, last) for group in groups]
    prompts, found = 0, list[str]()
    with ProcessPoolExecutor(workers or os.cpu_count(), initializer=use_packaged_rules) as pool:
        for done, (count, differences) in enumerate(pool.map(_one_zone, jobs, chunksize=2), start=1):
            prompts += count
            found += differences
            if done % 25 == 0:
                sys.stderr.write(f"  {done} of {len(jobs)} zones, {prompts:,} prompts, {len(found)} wrong\n")
    return Walked(sum(map(len, groups)), len(groups), prompts, found)


def _one_zone(job: tuple[str, int, date, date]) -> tuple[int, list[str]]:
    name, seed, first, last = job
    known = spans(ZoneInfo(name), first, last)
    results = [wrong(name, known, at, first, last) for at in times_of_day(seed)]
    return sum(count for count, _ in results), [difference for _, difference in results if difference]


def short(seed: int) -> Walked:
    """The days around each change of one year, in some of the zones."""
    prompts, found = 0, list[str]()
    names = [group[seed % len(group)] for group in alike()][seed % SHORT_EVERY :: SHORT_EVERY]
    for name in names:
        known = spans(ZoneInfo(name), date(SHORT_YEAR, 1, 1), date(SHORT_YEAR, 12, 31))
        for begin in known.begins[1:]:
            day = (EPOCH + timedelta(seconds=begin)).date()
            for at in times_of_day(seed):
                count, difference = wrong(name, known, at, day - timedelta(days=2), day + timedelta(days=2))
                prompts += count
                found += [difference] if difference else []
    return Walked(len(names), len(names), prompts, found)


def _seconds(day: date) -> int:
    return (day.toordinal() - EPOCH_DAY) * DAY
