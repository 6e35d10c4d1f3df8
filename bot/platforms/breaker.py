"""When the network is down: what nobody waits for stops being sent, and one of it tries now and then whether it is up again."""

from collections.abc import Callable

FAILURES = 5  # in a row; fewer are weather
PROBE_SECONDS, PROBE_CEILING = 5.0, 60.0  # doubled with each probe that fails


class Breaker:
    """`time` is monotonic, in seconds."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._failures = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= FAILURES

    def left(self) -> float:
        """Seconds until it is worth trying; 0 is leave to try, and while the first one tries the others wait."""
        if not self.is_open:
            return 0.0
        now = self._time()
        if now < self._until:
            return self._until - now
        self._until = now + PROBE_SECONDS
        return 0.0

    def failed(self) -> None:
        """No answer of the platform's. Answers are sent all the same, and count here too."""
        self._failures += 1
        if self.is_open:
            span = PROBE_SECONDS * 2.0 ** min(self._failures - FAILURES, 10)
            self._until = self._time() + min(span, PROBE_CEILING)

    def worked(self) -> None:
        """The platform has answered, whatever it said."""
        self._failures = 0
