"""Receipt: what answers an interaction. It travels as text in `Press.receipt` and `Said.receipt`.

Its token lets anybody who has it speak as us for a quarter of an hour, so it stands in no `repr` and in no log.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.platforms.discord.fields import is_id, moment_of

TOKEN_LASTS = timedelta(minutes=15)
TOKEN_MAX = 1024

_SPARE = timedelta(seconds=30)  # for the clocks, which differ, and for the way


class Kind(StrEnum):
    """What was done: each is answered another way. MODAL: one that a message's button had opened."""

    COMMAND = "c"
    BUTTON = "b"
    MODAL = "m"


@dataclass(frozen=True, slots=True)
class Receipt:
    kind: Kind
    id: str
    token: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}:{self.token}"

    @classmethod
    def parse(cls, text: str) -> "Receipt | None":
        """What `str` wrote; None for anything else."""
        kind, _, rest = text.partition(":")
        number, _, token = rest.partition(":")
        known = kind in [member.value for member in Kind] and is_id(number)
        if not known or not 0 < len(token) <= TOKEN_MAX or not token.isascii() or not token.isprintable():
            return None
        return cls(Kind(kind), number, token)

    @property
    def made_at(self) -> datetime:
        return moment_of(self.id)

    def is_open(self, now: datetime) -> bool:
        """Whether its token still works, as far as can be told by the clock."""
        return now < self.made_at + TOKEN_LASTS - _SPARE
