"""The postbox: the last message of each living thing in a chat; and chats that got a new id."""

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.addresses import Address, MessageKind, Posted
from bot.store import tables as t
from bot.store.erasing import is_erased_chat
from bot.store.faults import StoreFault
from bot.store.unit import Store, Tx


class StoredPostbox:
    """`bot.platforms.port.Postbox` over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unsaved: dict[tuple[Address, str], Posted] = {}
        """Messages that are out while the database failed: they must not be sent again because nobody knows of them."""

    async def last(self, address: Address, living: str) -> Posted | None:
        if (unsaved := self._unsaved.get((address, living))) is not None:
            await self.put(address, living, unsaved)
            return unsaved

        def query(tx: Tx) -> Posted | None:
            row = tx.execute(
                select(t.postbox.c.message_id, t.postbox.c.kind).where(*_at(address), t.postbox.c.living == living)
            ).one_or_none()
            return Posted(row.message_id, MessageKind(row.kind)) if row else None

        return await self._store.read(query)

    async def put(self, address: Address, living: str, posted: Posted) -> None:
        def unit(tx: Tx) -> None:
            """A message lives under one name: the card that becomes the player is no longer an old screen."""
            if is_erased_chat(tx, address):
                return
            others = (t.postbox.c.message_id == posted.message, t.postbox.c.living != living)
            tx.execute(delete(t.postbox).where(*_at(address), *others))
            values = {"message_id": posted.message, "kind": posted.kind}
            known = tx.execute(update(t.postbox).where(*_at(address), t.postbox.c.living == living).values(**values))
            if not known.rowcount:
                tx.execute(
                    insert(t.postbox).values(
                        platform=address.platform,
                        bot_id=address.bot,
                        chat_id=address.chat,
                        thread_id=address.thread,
                        living=living,
                        **values,
                    )
                )

        try:
            await self._store.run(unit)
        except StoreFault:
            self._unsaved[address, living] = posted
            raise
        self._unsaved.pop((address, living), None)

    async def moved(self, old: Address, new: Address) -> None:
        await self._store.run(lambda tx: move_room(tx, old, new))


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
