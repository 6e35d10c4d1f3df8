"""A crowd that presses Done and Undo, and times itself: pressed -> the tap is answered and the card is redrawn.

Everybody goes up to seven rounds and down again, one revision a press, so a press is only ever counted when the one before
it was: the data of all presses is known beforehand, and the session's revision tells at the end how many had an effect.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.model import MESSAGE
from benchmarks.people import Open

UP = 7  # of the eight rounds of Heel Circle: the eighth would end the session

_ROWS = (
    ("Done ✓",),
    ("Undo", "Steps", "Easier"),
    ("Stop",),
    ("Something hurts",),
)
TEXT = (
    "<b>Heel Circle</b>\n\n<i>Set 1 of 2</i>\n\n<b>Right foot, clockwise: 5 circles</b>\n\n✓ L ↻  ✓ L ↺  ▶ R ↻  · R ↺\n"
    "· L ↻  · L ↺  · R ↻  · R ↺\n\n<b>Tempo:</b> 4 s a circle, the same speed all the way round\n\n"
    "<i>Stop when: sharp pain; a cramp that does not let go</i>"
)


@dataclass(slots=True)
class Tap:
    """One press; times in seconds of the loop. `rev`: the one that the pressed card quotes."""

    chat: int
    rev: int
    data: str
    at: float
    answered: float | None = None
    drawn: float | None = None

    @property
    def took(self) -> float | None:
        """Seconds until both were seen; None: not yet."""
        if self.answered is None or self.drawn is None:
            return None
        return max(self.answered, self.drawn) - self.at


class Crowd:
    def __init__(self, sessions: Sequence[Open]) -> None:
        self._sessions = sessions
        self._next = 0
        self.taps: list[Tap] = []
        self.settled = asyncio.Event()  # every tap so far is answered and drawn
        self._open = 0
        self._undrawn: dict[tuple[int, int], Tap] = {}

    def press(self, at: float) -> tuple[int, Tap]:
        """The next person's next press, and its number."""
        number = self._next
        self._next += 1
        step, who = divmod(number, len(self._sessions))
        session = self._sessions[who]
        rev = session.rev + step
        data = f"1p.{session.session}.{rev}.{'d' if step % (2 * UP) < UP else 'u'}."
        tap = Tap(session.chat, rev, data, at)
        self.taps.append(tap)
        self._open += 1
        self.settled.clear()
        self._undrawn[tap.chat, rev + 1] = tap
        return number, tap

    def answered(self, number: int, at: float) -> None:
        tap = self.taps[number]
        if tap.answered is None:
            tap.answered = at
            self._count(tap)

    def drawn(self, chat: int, rev: int, at: float) -> None:
        """A card of this revision was shown; a card that nobody's press asked for (a rest has ended) counts for nothing."""
        tap = self._undrawn.pop((chat, rev), None)
        if tap is not None:
            tap.drawn = at
            self._count(tap)

    def _count(self, tap: Tap) -> None:
        if tap.took is not None:
            self._open -= 1
            if not self._open:
                self.settled.set()

    def rounds_done(self, presses: int) -> int:
        """How many rounds count when the first `presses` had their effect."""
        turns, rest = divmod(presses, len(self._sessions))
        return rest * _height(turns + 1) + (len(self._sessions) - rest) * _height(turns)


def update(number: int, tap: Tap) -> str:
    """The press as Telegram tells it, with the whole message below which the button stands."""
    chat = {"id": tap.chat, "type": "private", "first_name": "Ann"}
    session, rev = tap.data.split(".")[1:3]
    query = {
        "id": str(number),
        "from": {"id": tap.chat, "is_bot": False, "first_name": "Ann", "language_code": "en"},
        "message": {
            "message_id": MESSAGE,
            "from": {"id": 1, "is_bot": True, "first_name": "Toehold", "username": "toehold_bot"},
            "chat": chat,
            "date": 1_790_000_000,
            "edit_date": 1_790_000_001,
            "text": TEXT,
            "reply_markup": {"inline_keyboard": keyboard(session, int(rev))},
        },
        "chat_instance": "1",
        "data": tap.data,
    }
    return json.dumps({"update_id": number + 1, "callback_query": query})


def keyboard(session: str, rev: int) -> list[list[dict[str, str]]]:
    """As many buttons, with as much data, as the card of a round has."""
    moves = iter("dubeqh")
    return [[{"text": label, "callback_data": f"1p.{session}.{rev}.{next(moves)}."} for label in row] for row in _ROWS]


def _height(turns: int) -> int:
    place = turns % (2 * UP)
    return min(place, 2 * UP - place)
