"""The short form of M-15, and that its oracle can fail."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler import slot
from scheduler.slot import Due, Rule
from tests.soak import zones

BERLIN = "Europe/Berlin"
APIA = "Pacific/Apia"


def test_around_every_change_of_a_year_there_is_one_prompt_for_each_date() -> None:
    walked = zones.short(seed=0)
    assert walked.wrong == []
    assert walked.prompts > 5_000


def test_the_oracle_writes_down_what_a_person_would() -> None:
    known = zones.spans(ZoneInfo(BERLIN), date(2026, 3, 28), date(2026, 10, 26))
    assert len(known.begins) == 3
    in_the_gap = zones.expected(known, time(2, 30), date(2026, 3, 29), date(2026, 3, 29))
    assert [second for _, second in in_the_gap] == [datetime.fromisoformat("2026-03-29T01:30Z").timestamp()]
    twice = zones.expected(known, time(2, 30), date(2026, 10, 25), date(2026, 10, 25))
    assert [second for _, second in twice] == [datetime.fromisoformat("2026-10-25T00:30Z").timestamp()]


def test_the_oracle_knows_a_date_that_no_clock_showed() -> None:
    known = zones.spans(ZoneInfo(APIA), date(2011, 12, 28), date(2012, 1, 2))
    labels = [label for label, _ in zones.expected(known, time(7, 30), date(2011, 12, 29), date(2011, 12, 31))]
    assert [date.fromordinal(label + zones.EPOCH_DAY).day for label in labels] == [29, 31]


def test_a_zone_that_never_changes_has_a_prompt_on_every_day_of_the_eighteen_years() -> None:
    known = zones.spans(ZoneInfo("Etc/UTC"), zones.FIRST, zones.LAST)
    assert zones.wrong("Etc/UTC", known, time(7, 30), zones.FIRST, zones.LAST) == (6_575, None)


@pytest.mark.parametrize("hours", [-1, 1, 24])
def test_a_rule_that_is_wrong_on_one_day_is_found(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    right = slot.next_due

    def spoiled(rule: Rule, after: datetime, last_label: date | None = None) -> Due:
        due = right(rule, after, last_label)
        if due.label != date(2026, 10, 25):
            return due
        return Due(due.label, due.at + timedelta(hours=hours))

    monkeypatch.setattr(zones, "next_due", spoiled)
    known = zones.spans(ZoneInfo(BERLIN), date(2026, 10, 20), date(2026, 10, 30))
    _, difference = zones.wrong(BERLIN, known, time(2, 30), date(2026, 10, 21), date(2026, 10, 29))
    assert difference is not None
    assert "2026-10-25" in difference
