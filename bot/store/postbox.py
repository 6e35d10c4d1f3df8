"""The postbox: the last message of each living thing in a chat; and chats that got a new id."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import ColumnElement, bindparam, delete, select, update

from bot.addresses import Address, MessageKind, Posted
from bot.store import tables as t
from bot.store.erasing import erased_chats
from bot.store.faults import StoreFault
from bot.store.unit import Store, T, Tx
from bot.store.upsert import upsert

_IN_CHATS = select(t.postbox).where(
    t.postbox.c.platform == bindparam("platform"),
    t.postbox.c.bot_id == bindparam("bot"),
    t.postbox.c.chat_id.in_(bindparam("chats", expanding=True)),
)


log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Putting:
    address: Address
    living: str
    posted: Posted
    tell: Callable[[Posted | None], None] | None = None


class StoredPostbox:
    """`bot.platforms.port.Postbox` over the store. What is only noted is written with the next unit that goes `along`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: list[_Putting] = []
        self._turn = asyncio.Lock()  # one writes at a time, or an older message might be written over a newer one

    async def last(self, address: Address, living: str) -> Posted | None:
        for noted in reversed(self._noted):
            if (noted.address, noted.living) == (address, living):
                await self._try_again()
                return noted.posted

        def query(tx: Tx) -> Posted | None:
            row = tx.execute(
                select(t.postbox.c.message_id, t.postbox.c.kind).where(*_at(address), t.postbox.c.living == living)
            ).one_or_none()
            return Posted(row.message_id, MessageKind(row.kind)) if row else None

        return await self._store.read(query)

    async def put(self, address: Address, living: str, posted: Posted) -> Posted | None:
        found: list[Posted | None] = []
        mine = _Putting(address, living, posted)
        try:
            await self.along(lambda tx: found.append(put_all(tx, [mine])[0]))
        except StoreFault:
            self._noted.append(mine)  # it is out, and must not be sent again because nobody knows of it
            raise
        return found[-1]  # the unit may have run more than once

    def note(self, address: Address, living: str, posted: Posted, tell: Callable[[Posted | None], None]) -> None:
        self._noted.append(_Putting(address, living, posted, tell))

    async def along(self, unit: Callable[[Tx], T]) -> T:
        """What is noted is written first, then `unit`, and one commit serves both. What cannot be written is given up: it
        must not hold up the other. What the database could not take just now stays noted."""
        left: list[_Putting] = []
        async with self._turn:
            noted = tuple(self._noted)
            try:
                before, value = await self._store.run(lambda tx: (put_all(tx, noted), unit(tx)))
                written = list(zip(noted, before, strict=True))
            except Exception:
                if not noted:
                    raise
                value = await self._store.run(unit)
                written = [(each, was) for each in noted for was in await self._alone(each, left)]
            self._noted[: len(noted)] = left
        for each, was in written:
            if each.tell is not None:
                each.tell(was)
        return value

    async def _try_again(self) -> None:
        """What the database could not take is written as soon as somebody asks for it."""
        with suppress(StoreFault):
            await self.along(lambda _: None)

    async def _alone(self, noted: _Putting, left: list[_Putting]) -> list[Posted | None]:
        try:
            return await self._store.run(lambda tx: put_all(tx, [noted]))
        except StoreFault:
            left.append(noted)
        except Exception:
            log.exception("delivery not remembered", chat=noted.address.chat, message=noted.posted.message)
        return []

    async def moved(self, old: Address, new: Address) -> None:
        await self.along(lambda tx: move_room(tx, old, new))


def put_all(tx: Tx, puttings: Sequence[_Putting]) -> list[Posted | None]:
    """Returns what lived there before. A message lives under one name: the card that becomes the player is no longer an old
    screen."""
    if not puttings:
        return []
    erased = erased_chats(tx, {each.address for each in puttings})
    living = _living(tx, {each.address for each in puttings}, {each.living for each in puttings})
    before: list[Posted | None] = []
    changed: dict[tuple[Address, str], Posted] = {}
    for each in puttings:
        here = living.setdefault(each.address, {})
        was = here.get(each.living)
        before.append(was)
        if was == each.posted or each.address in erased:
            continue
        for other in [name for name, one in here.items() if name != each.living and one.message == each.posted.message]:
            tx.execute(delete(t.postbox).where(*_at(each.address), t.postbox.c.living == other))
            del here[other]
            changed.pop((each.address, other), None)
        here[each.living] = changed[each.address, each.living] = each.posted
    if changed:
        new = upsert(tx, t.postbox)
        values = {"message_id": new.excluded.message_id, "kind": new.excluded.kind}
        tx.execute(
            new.on_conflict_do_update(index_elements=list(t.postbox.primary_key), set_=values),
            [
                {
                    "platform": address.platform,
                    "bot_id": address.bot,
                    "chat_id": address.chat,
                    "thread_id": address.thread,
                    "living": name,
                    "message_id": posted.message,
                    "kind": posted.kind,
                }
                for (address, name), posted in changed.items()
            ],
        )
    return before


def _living(tx: Tx, addresses: Collection[Address], names: Collection[str]) -> dict[Address, dict[str, Posted]]:
    found: dict[Address, dict[str, Posted]] = {}
    for platform, bot in {(address.platform, address.bot) for address in addresses}:
        chats = {address.chat for address in addresses if (address.platform, address.bot) == (platform, bot)}
        for row in tx.execute(_IN_CHATS, {"platform": platform, "bot": bot, "chats": sorted(chats)}):
            address = Address(platform, bot, row.chat_id, row.thread_id)
            kind = (
                MessageKind(row.kind) if row.living in names else MessageKind.TEXT
            )  # of the others, only the number counts
            found.setdefault(address, {})[row.living] = Posted(row.message_id, kind)
    return found


def move_room(tx: Tx, old: Address, new: Address) -> None:
    """A chat got a new id. Both signals may come, in any order and twice: the second finds nothing left to move."""
    same = (t.room.c.platform == old.platform, t.room.c.bot_id == old.bot)
    known = tx.execute(select(t.room.c.id).where(*same, t.room.c.chat_id == new.chat)).first()
    if known:
        tx.execute(
            update(t.room)
            .where(*same, t.room.c.chat_id == old.chat, t.room.c.moved_to.is_(None))
            .values(state="moved", moved_to=new.chat)
        )
    else:
        tx.execute(update(t.room).where(*same, t.room.c.chat_id == old.chat).values(chat_id=new.chat))
    # Messages stay behind in the old chat, so what lived there has no message any more.
    tx.execute(delete(t.postbox).where(*_at(old)))


def _at(address: Address) -> tuple[ColumnElement[bool], ...]:
    c = t.postbox.c
    return (
        c.platform == address.platform,
        c.bot_id == address.bot,
        c.chat_id == address.chat,
        c.thread_id == address.thread,
    )
