"""One message to Discord, or one change of a message, with the remedies that a refusal allows; and who is reached where.

Each remedy is tried once. Nothing here raises for what Discord answers: a call gives its result, or the Fault that is left.
"""

import io
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import discord
import structlog
from discord import ui

from bot.cards import Attachment
from bot.platforms.discord import gateway
from bot.platforms.discord.chats import DirectChats
from bot.platforms.discord.client import Client
from bot.platforms.discord.connection import Connection
from bot.platforms.discord.errors import Fault, Meaning
from bot.platforms.discord.fields import is_id, moment_of
from bot.platforms.discord.receipts import Kind, Receipt
from bot.platforms.discord.render import Item
from bot.platforms.port import Address, MessageKind, Posted
from bot.platforms.reposts import Now

SEARCHED = 20  # messages of a channel, for one that may have been sent before
# Older messages may only be edited so often (D-30).
EDITED_FREELY = timedelta(hours=1)

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be said. `draw` is given the picture that the message has, if it has one; `meant`: for whom it rings."""

    draw: Callable[[Attachment | None], list[Item]]
    nonce: str
    key: str = ""
    photo: Attachment | None = None
    silent: bool = False
    meant: str = ""

    def view(self, photo: Attachment | None) -> ui.LayoutView:
        view = ui.LayoutView(timeout=None)
        for item in self.draw(photo):
            view.add_item(item)
        view.stop()  # what is over when it is sent is not kept by discord.py: presses are ours to understand
        return view

    def mentions(self) -> discord.AllowedMentions:
        users = [discord.Object(int(self.meant))] if self.meant else []
        return discord.AllowedMentions(everyone=False, roles=False, users=users, replied_user=False)


class Courier:
    """`now` is the clock by which messages grow old."""

    def __init__(self, connection: Connection, chats: DirectChats, now: Now) -> None:
        self._connection = connection
        self._chats = chats
        self._now = now

    async def channel(self, address: Address) -> int | Fault:
        """The channel that an address means: somebody's private chat, or one of a server."""
        if address.thread:
            return int(address.thread)
        if address.chat.startswith("@"):
            return await self._chats.find(address.chat.removeprefix("@"))
        return Fault(Meaning.BROKEN, "no-channel")

    async def send(self, channel: int, parcel: Parcel) -> Posted | Fault:
        photo = parcel.photo
        while True:
            result = await self._in_thread(channel, self._sending(channel, parcel, photo))
            if isinstance(result, Fault) and photo is not None and result.meaning in (Meaning.RIGHTS, Meaning.BROKEN):
                # A channel may allow words and forbid files; the card says in words what the picture shows.
                log.info("picture refused", channel=channel, reason=result.reason)
                photo = None
                continue
            return result if isinstance(result, Fault) else _posted(result, photo)

    async def edit(self, channel: int, posted: Posted, parcel: Parcel) -> Posted | Fault:
        """A picture stays where it is, and is shown again when the parcel has one."""
        view = parcel.view(_kept(parcel, posted.kind))

        async def edit(client: Client) -> None:
            message = client.get_partial_messageable(channel).get_partial_message(int(posted.message))
            await message.edit(view=view, allowed_mentions=parcel.mentions())

        result = await self._in_thread(channel, edit)
        if not isinstance(result, Fault):
            return posted
        # discord.py does not tell 30046 from any other 429.
        if result.reason == "rate-limited" and self._is_old(posted):
            return Fault(Meaning.LOST, "edited-too-often")
        return result

    async def fill(self, receipt: Receipt, parcel: Parcel, kind: MessageKind) -> Posted | Fault:
        """Through its token: the first answer to a command, or the message (of that kind) that a button hangs on."""
        new = parcel.photo if receipt.kind is Kind.COMMAND else None
        files = [_file(new)] if new else None
        view = parcel.view(new or _kept(parcel, kind))

        async def edit(client: Client) -> discord.Message:
            more: dict[str, Any] = {"attachments": files} if files else {}
            mentions = parcel.mentions()
            return await gateway.hook(client, receipt.token).edit_message(
                gateway.ORIGINAL, view=view, allowed_mentions=mentions, **more
            )

        result = await self._connection.call(edit)
        return result if isinstance(result, Fault) else Posted(str(result.id), MessageKind.PHOTO if new else kind)

    async def edit_by(self, receipt: Receipt, posted: Posted, parcel: Parcel) -> Posted | Fault:
        """Through a token: a message that only the one sees who has pressed one of its buttons."""
        view = parcel.view(_kept(parcel, posted.kind))
        result = await self._connection.call(
            lambda client: gateway.hook(client, receipt.token).edit_message(int(posted.message), view=view)
        )
        return result if isinstance(result, Fault) else posted

    async def follow_up(self, receipt: Receipt, parcel: Parcel, hidden: bool) -> Posted | Fault:
        """Through a token: a further message, which only the one sees who has pressed, or everybody there."""
        view, photo, mentions = parcel.view(parcel.photo), parcel.photo, parcel.mentions()

        async def send(client: Client) -> discord.Message:
            files = [_file(photo)] if photo else []
            return await gateway.hook(client, receipt.token).send(
                view=view, ephemeral=hidden, wait=True, files=files, allowed_mentions=mentions
            )

        result = await self._connection.call(send)
        return result if isinstance(result, Fault) else _posted(result, photo)

    async def dismiss(self, receipt: Receipt) -> None:
        """Nothing will be said: take away that we are thinking."""
        await self._connection.call(lambda client: gateway.hook(client, receipt.token).delete_message(gateway.ORIGINAL))

    async def attach(self, channel: int, attachment: Attachment, nonce: str) -> Fault | None:
        def send(client: Client) -> Awaitable[object]:
            return client.get_partial_messageable(channel).send(file=_file(attachment), nonce=nonce)

        return _fault(await self._connection.call(send))

    async def attach_by(self, receipt: Receipt, attachment: Attachment) -> Fault | None:
        def send(client: Client) -> Awaitable[object]:
            return gateway.hook(client, receipt.token).send(file=_file(attachment), ephemeral=True, wait=True)

        return _fault(await self._connection.call(send))

    async def find(self, channel: int, parcel: Parcel) -> Posted | Fault | None:
        """The same parcel among the last messages: its key is in its buttons (D-18)."""

        async def search(client: Client) -> Posted | None:
            async for message in client.get_partial_messageable(channel).history(limit=SEARCHED):
                ours = client.user is not None and message.author.id == client.user.id
                if ours and (message.nonce == parcel.nonce or parcel.key in set(_keys(message.components))):
                    return Posted(str(message.id), MessageKind.PHOTO if message.attachments else MessageKind.TEXT)
            return None

        return await self._connection.call(search)

    async def strip(self, channel: int, message: str) -> Fault | None:
        """Take the buttons off a message that another one has replaced. One with a picture keeps them, and it."""

        async def strip(client: Client) -> None:
            found = await client.get_partial_messageable(channel).fetch_message(int(message))
            if found.attachments or not found.flags.components_v2:
                return
            view = ui.LayoutView.from_message(found, timeout=None)
            if _take_buttons(view):
                view.stop()
                await found.edit(view=view)

        return _fault(await self._connection.call(strip))

    async def delete(self, channel: int, message: str) -> Fault | None:
        def delete(client: Client) -> Awaitable[object]:
            return client.get_partial_messageable(channel).get_partial_message(int(message)).delete()

        return _fault(await self._connection.call(delete))

    async def pin(self, channel: int, message: str) -> Fault | None:
        def pin(client: Client) -> Awaitable[object]:
            return client.get_partial_messageable(channel).get_partial_message(int(message)).pin()

        return _fault(await self._connection.call(pin))

    def _sending(
        self, channel: int, parcel: Parcel, photo: Attachment | None
    ) -> Callable[[Client], Awaitable[discord.Message]]:
        view, mentions = parcel.view(photo), parcel.mentions()

        def send(client: Client) -> Awaitable[discord.Message]:
            files = [_file(photo)] if photo else []
            return client.get_partial_messageable(channel).send(
                view=view, nonce=parcel.nonce, silent=parcel.silent, files=files, allowed_mentions=mentions
            )

        return send

    async def _in_thread(self, channel: int, make: Callable[[Client], Awaitable[T]]) -> T | Fault:
        """A thread that Discord has put away because nobody wrote is taken out once (C-85)."""

        async def unarchive(client: Client) -> None:
            thread = await client.fetch_channel(channel)
            if isinstance(thread, discord.Thread):
                await thread.edit(archived=False)

        result = await self._connection.call(make)
        if isinstance(result, Fault) and result.meaning is Meaning.ARCHIVED:
            fault = await self._connection.call(unarchive)
            return fault if isinstance(fault, Fault) else await self._connection.call(make)
        return result

    def _is_old(self, posted: Posted) -> bool:
        return is_id(posted.message) and self._now() > moment_of(posted.message) + EDITED_FREELY


def _posted(message: discord.Message, photo: Attachment | None) -> Posted:
    return Posted(str(message.id), MessageKind.TEXT if photo is None else MessageKind.PHOTO)


def _kept(parcel: Parcel, kind: MessageKind) -> Attachment | None:
    return parcel.photo if kind is MessageKind.PHOTO else None


def _file(attachment: Attachment) -> discord.File:
    return discord.File(io.BytesIO(attachment.content), filename=attachment.name, description=attachment.alt or None)


def _fault(result: object) -> Fault | None:
    return result if isinstance(result, Fault) else None


def _keys(components: Iterable[object]) -> Iterator[str]:
    """Behind the custom ids of all buttons, however deep."""
    for component in components:
        yield from (getattr(component, "custom_id", None) or "").split("~")[1:]
        yield from _keys(getattr(component, "children", ()))


def _take_buttons(view: ui.LayoutView) -> bool:
    """False when it has none."""
    rows = [item for item in view.walk_children() if isinstance(item, ui.ActionRow)]
    for row in rows:
        home = row.parent if isinstance(row.parent, ui.Container) else view
        home.remove_item(row)
    return bool(rows)
