"""Whoever does not answer is prompted less and less, and then not at all."""

from scheduler.backoff import may_prompt


def days_prompted(until: int) -> list[int]:
    """The quiet days on which a prompt is sent, if there is one to send every day."""
    sent: list[int] = []
    for day in range(1, until):
        since = day - sent[-1] if sent else None
        if may_prompt(day, since, sum(each > 30 for each in sent)):
            sent.append(day)
    return sent


def test_daily_then_every_second_day_then_weekly_then_three_last_tries() -> None:
    assert days_prompted(400) == [1, 2, 3, 5, 7, 9, 16, 23, 30, 44, 58, 72]


def test_whoever_answered_today_is_always_prompted() -> None:
    assert may_prompt(0, 1, 0)


def test_a_weekly_slot_goes_on_weekly_for_a_month() -> None:
    assert all(may_prompt(day, 7, 0) for day in (7, 14, 21, 28))
    assert not may_prompt(35, 7, 0)


def test_a_second_slot_of_the_same_day_counts_as_the_same_prompt() -> None:
    assert may_prompt(20, 0, 0)
