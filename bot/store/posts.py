"""Posts: the cards that we keep true in team chats (the board, a recap, the result, a team minute).

Whatever changes a post raises `wanted`; whoever shows it writes down which version was shown. So many changes become one
edit, and a crash in between shows it again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, true, update

from bot.addresses import Address
from bot.store import tables as t
from bot.store.unit import Tx

BOARD_EVERY = timedelta(seconds=20)  # between two edits of one board (Telegram: 20 messages a minute and group)
BOARD, RESULT = "board", "result"
LIVING_MOST = 32  # characters that the postbox keeps of a name
AT_ITS_END = "-end"  # of a post's name: the same card once more, when it is over


@dataclass(frozen=True, slots=True)
class Post:
    challenge: str
    room: int
    what: str
    wanted: int
    address: Address


def living(what: str, challenge: str) -> str:
    """What the postbox remembers this post by; a post at its end is the same message."""
    return f"{what.removesuffix(AT_ITS_END)}:{challenge}"[:LIVING_MOST]


def want(tx: Tx, challenge: str, what: str = BOARD) -> None:
    """Something on this post has changed, in every room."""
    tx.execute(
        update(t.post).where(t.post.c.challenge == challenge, t.post.c.what == what).values(wanted=t.post.c.wanted + 1)
    )


def add_post(tx: Tx, challenge: str, what: str, not_before: datetime) -> None:
    """A new post in every room of the challenge; once, whatever happens."""
    rooms = select(t.challenge_room.c.room).where(t.challenge_room.c.challenge == challenge)
    for room in tx.execute(rooms).scalars().all():
        same = (t.post.c.challenge == challenge, t.post.c.room == room, t.post.c.what == what)
        if tx.execute(select(t.post.c.wanted).where(*same)).first() is None:
            tx.execute(
                insert(t.post).values(challenge=challenge, room=room, what=what, wanted=1, not_before=not_before)
            )


def is_heard(tx: Tx, challenge: str) -> bool:
    """Whether we may still speak in one of its rooms."""
    rooms = select(t.challenge_room.c.room).where(t.challenge_room.c.challenge == challenge)
    found = select(t.room.c.id).where(t.room.c.id.in_(rooms), t.room.c.state == "open")
    return tx.execute(found.limit(1)).first() is not None


def due(tx: Tx, now: datetime, most: int, platforms: Collection[str] | None = None) -> list[Post]:
    """What is to be shown, in the chats of these platforms; None: anywhere."""
    due = (
        select(t.post, t.room.c.platform, t.room.c.bot_id, t.room.c.chat_id, t.room.c.thread_id)
        .join(t.room, t.room.c.id == t.post.c.room)
        .where(t.post.c.wanted > t.post.c.shown, t.post.c.not_before <= now, t.room.c.state == "open")
        .where(_in_chats_of(platforms))
        .order_by(t.post.c.not_before)
        .limit(most)
    )
    return [
        Post(
            row.challenge, row.room, row.what, row.wanted, Address(row.platform, row.bot_id, row.chat_id, row.thread_id)
        )
        for row in tx.execute(due)
    ]


def shown(tx: Tx, post: Post, was_shown: bool, not_before: datetime) -> None:
    """What became of showing it: `was_shown` up to the version that was drawn; nothing more before `not_before`."""
    values: dict[str, object] = {"not_before": not_before}
    if was_shown:
        values["shown"] = post.wanted
    here = (t.post.c.challenge == post.challenge, t.post.c.room == post.room, t.post.c.what == post.what)
    tx.execute(update(t.post).where(*here).values(**values))


def drop(tx: Tx, challenge: str, whats: Sequence[str]) -> None:
    tx.execute(delete(t.post).where(t.post.c.challenge == challenge, t.post.c.what.in_(whats), t.post.c.shown == 0))


def next_due(tx: Tx, platforms: Collection[str] | None = None) -> datetime | None:
    """The next moment at which there is something to show."""
    found: datetime | None = tx.execute(
        select(func.min(t.post.c.not_before))
        .join(t.room, t.room.c.id == t.post.c.room)
        .where(t.post.c.wanted > t.post.c.shown, t.room.c.state == "open")
        .where(_in_chats_of(platforms))
    ).scalar()
    return found


def _in_chats_of(platforms: Collection[str] | None) -> ColumnElement[bool]:
    return true() if platforms is None else t.room.c.platform.in_(sorted(platforms))
