"""What happened in a run, as the people and the checker saw it: messages, presses, lives and deaths. Times are monotonic."""

from collections.abc import Iterable
from dataclasses import dataclass, field

TOLD = "ok"


@dataclass(frozen=True, slots=True)
class Message:
    """One call that shows something in a chat. `mark` names the nudge, "" for what is no nudge of ours.

    `answer`: "ok", or what the caller was told instead; `shown`: whether people see it, whatever the caller was told.
    """

    at: float
    chat: str
    method: str
    text: str
    mark: str
    message: int
    buttons: tuple[str, ...] = ()
    answer: str = TOLD
    shown: bool = True

    @property
    def is_copy(self) -> bool:
        """A message that its reader sees as a nudge."""
        return self.shown and bool(self.mark) and self.method == "send"


@dataclass(frozen=True, slots=True)
class Press:
    """`key` is the update's; `mark`: of the nudge whose button it was, "" for any other."""

    at: float
    key: str
    chat: str
    data: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """One process. `sending`: the marks of the rows that were on the wire when it died."""

    began: float
    ended: float
    by: str
    sending: frozenset[str] = frozenset()
    first: float | None = None
    """When its first message arrived."""
    took: float = 0.0
    """Seconds from the signal to the end."""

    @property
    def to_first(self) -> float | None:
        return None if self.first is None else self.first - self.began


@dataclass(slots=True)
class History:
    messages: list[Message] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    refused: int = 0
    """How often the platform's limits said no."""

    def copies(self) -> dict[str, list[Message]]:
        """Of each nudge, what its reader saw."""
        found: dict[str, list[Message]] = {}
        for message in self.messages:
            if message.is_copy:
                found.setdefault(message.mark, []).append(message)
        return found


def share(values: Iterable[float], part: float) -> float:
    """The value below which `part` of them lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0
