"""The breaker: after some failures in a row nothing but answers is sent, and one message at a time tries whether it heals."""

from bot.platforms.breaker import FAILURES, PROBE_CEILING, PROBE_SECONDS, Breaker


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(time: Time) -> Breaker:
    breaker = Breaker(time)
    for _ in range(FAILURES):
        assert breaker.left() == 0
        breaker.failed()
    return breaker


def test_it_opens_after_some_failures_in_a_row_and_not_after_as_many_with_a_success_between() -> None:
    breaker = opened(Time())
    assert breaker.is_open
    assert breaker.left() == PROBE_SECONDS
    other = Breaker(Time())
    for _ in range(3 * FAILURES):
        other.failed()
        other.worked()
    assert not other.is_open


def test_one_message_tries_and_the_others_wait_for_what_it_finds() -> None:
    time = Time()
    breaker = opened(time)
    time.now += PROBE_SECONDS
    assert breaker.left() == 0
    assert breaker.left() == PROBE_SECONDS
    breaker.worked()
    assert breaker.left() == 0
    assert not breaker.is_open


def test_probes_become_rarer_and_never_stop() -> None:
    time = Time()
    breaker = opened(time)
    waits = []
    for _ in range(40):
        waits.append(breaker.left())
        time.now += waits[-1]
        assert breaker.left() == 0
        breaker.failed()
    assert waits[:4] == [5, 10, 20, 40]
    assert set(waits[4:]) == {PROBE_CEILING}
