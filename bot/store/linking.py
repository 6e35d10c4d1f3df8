"""The codes of /link: made by one account, typed by another, used once. Only a hash of each is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from bot.store import tables as t
from bot.store.challenges import CODE_LETTERS
from bot.store.unit import Tx

LASTS = timedelta(minutes=10)
LENGTH = 26  # of 32 letters each: 130 random bits, so that nobody can guess one in ten minutes, nor ever
_GROUP = 4


def make_code(tx: Tx, person: str, now: datetime) -> str:
    """A new code of this person, which is told once and never stored; an older one holds no more."""
    forget_codes(tx, person)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(LENGTH))
    tx.execute(insert(t.link_code).values(code_hash=_hash(code), person=person, expires_at=now + LASTS))
    return code


def in_groups(code: str) -> str:
    """As it is shown: "ABCD-EFGH-…"."""
    return "-".join(code[begin : begin + _GROUP] for begin in range(0, LENGTH, _GROUP))


def read_code(text: str) -> str | None:
    """What was typed, without spaces and dashes, in whatever case; None for what cannot be a code."""
    code = "".join(letter for letter in text.upper() if letter.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(CODE_LETTERS) else None


def look_up(tx: Tx, code: str, now: datetime) -> str | None:
    """Whose code this is, while it holds."""
    holds = (t.link_code.c.code_hash == _hash(code), t.link_code.c.expires_at > now)
    found: str | None = tx.execute(select(t.link_code.c.person).where(*holds)).scalar()
    return found


def forget_codes(tx: Tx, person: str) -> None:
    """A code is used once; afterwards nothing is left of it."""
    tx.execute(delete(t.link_code).where(t.link_code.c.person == person))


def forget_expired(tx: Tx, now: datetime) -> int:
    return tx.execute(delete(t.link_code).where(t.link_code.c.expires_at <= now)).rowcount


def platforms(tx: Tx, person: str) -> tuple[str, ...]:
    """Where this person has a private chat with us, in the order in which they came."""
    rooms = select(t.room.c.platform).where(t.room.c.person == person, t.room.c.kind == "private")
    return tuple(dict.fromkeys(tx.execute(rooms.order_by(t.room.c.id)).scalars()))


def name(tx: Tx, person: str, platform: str) -> str:
    """The name that this person's account there bears."""
    mine = (t.account.c.person == person, t.account.c.platform == platform)
    found: str | None = tx.execute(select(t.account.c.name).where(*mine).order_by(t.account.c.first_seen_at)).scalar()
    return found or ""


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
