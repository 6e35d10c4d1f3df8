"""Everything that enters or changes the transcript goes through one sender: echoes, answers, prompts and redraws."""

import asyncio
from dataclasses import dataclass, replace

from bot.cards import Attachment, Place, Reply
from bot.platforms.local.chats import address, exists, private_chat
from bot.platforms.local.files import Files
from bot.platforms.local.hub import Hub
from bot.platforms.local.lines import BOT, CardBody, File, SaidBody, dump, load, shown
from bot.platforms.local.render import Json, card_json
from bot.platforms.local.transcript import Line, Persona, Transcript
from bot.platforms.port import Address, Heard, MessageKind, Postbox, Posted, Press, Said
from scheduler.nudge import Broken, Outcome, Sent

RECENT = 200  # lines of a chat in which a repeated send looks for its echo, and which a page gets


@dataclass(frozen=True, slots=True)
class _Content:
    body: CardBody
    living: str | None
    photo: Attachment | None = None


class Speaker:
    """Edits read, change and write a line: the lock keeps two of them apart (there is one process)."""

    def __init__(self, transcript: Transcript, postbox: Postbox, hub: Hub, files: Files) -> None:
        self._transcript = transcript
        self._postbox = postbox
        self._hub = hub
        self._files = files
        self._lock = asyncio.Lock()

    async def echo(self, chat: str, person: Persona, text: str, request: str) -> Line:
        """The line of something typed. The same request gets the line that it already has."""
        async with self._lock:
            for line in reversed(await self._transcript.tail(chat, RECENT)):
                body = load(line.body)
                if isinstance(body, SaidBody) and body.request == request and line.author == person.id:
                    return line
            line = await self._transcript.add(chat, person.id, dump(SaidBody(person.name, text, request)))
            self._show(line)
            return line

    async def answer(self, heard: Heard, reply: Reply) -> bool:
        """False: the pressed line is no longer there, so what the open pages show is not what is kept (an erased chat)."""
        if not isinstance(heard, Press | Said):
            return True
        there = True
        async with self._lock:
            where = heard.address
            if reply.attachments and not heard.private:  # files are for the person alone
                home = address(private_chat(heard.sender.account.id))
                await self._add(home, _Content(CardBody(None, self._offer(reply)), None))
                reply = replace(reply, attachments=())
            if reply.card is not None or reply.attachments:
                content = self._content(reply)
                here = isinstance(heard, Press) and reply.place is Place.HERE and reply.card is not None
                there = not here or await self._edit(where, int(heard.message), content)
                if not (here and there):
                    await self._add(where, content)
        self._hub.tell(_answered(heard, reply))
        return there

    async def deliver(self, where: Address, reply: Reply) -> Outcome:
        if not await exists(self._transcript, where):
            return Broken(f"the local chat has no {where.chat!r}")
        async with self._lock:
            line = await self._add(where, self._content(reply))
        return Sent(str(line.id))

    async def redraw(self, where: Address, reply: Reply) -> None:
        if reply.living is None:
            return
        async with self._lock:
            last = await self._postbox.last(where, reply.living)
            if last is not None:
                await self._edit(where, int(last.message), self._content(reply))

    async def show(self, where: Address, reply: Reply) -> Outcome:
        if reply.living is None or reply.card is None:
            return Broken("nothing to show")
        if not await exists(self._transcript, where):
            return Broken(f"the local chat has no {where.chat!r}")
        async with self._lock:
            last = await self._postbox.last(where, reply.living)
            content = self._content(reply)
            if last is not None and await self._edit(where, int(last.message), content):
                return Sent(last.message)
            return Sent(str((await self._add(where, content)).id))

    async def snapshot(self, chat: str) -> list[Json]:
        return [self.shown(line) for line in await self._transcript.tail(chat, RECENT)]

    def shown(self, line: Line) -> Json:
        return shown(line, self._files.waiting)

    async def file_gone(self, id_: str) -> None:
        """A file was fetched: the line that offered it, if it is a recent one, says so from now on."""
        for person in await self._transcript.people():
            for line in await self._transcript.tail(private_chat(person.id), RECENT):
                body = load(line.body)
                if isinstance(body, CardBody) and any(file.id == id_ for file in body.files):
                    self._show(line)

    def _content(self, reply: Reply) -> _Content:
        card = None if reply.card is None else card_json(reply.card)
        return _Content(CardBody(card, self._offer(reply)), reply.living, reply.photo)

    def _offer(self, reply: Reply) -> tuple[File, ...]:
        return tuple(self._files.offer(each) for each in reply.attachments)

    async def _add(self, where: Address, content: _Content) -> Line:
        picture = None if content.photo is None else self._files.show(content.photo)
        line = await self._transcript.add(where.chat, BOT, dump(replace(content.body, picture=picture)))
        self._show(line)
        await self._remember(where, content, line.id)
        return line

    async def _edit(self, where: Address, id_: int, content: _Content) -> bool:
        """False: there is no such line of ours. Files that the line offered before stay on it, and its picture."""
        old = await self._transcript.get(where.chat, id_)
        before = None if old is None else load(old.body)
        if not isinstance(before, CardBody):
            return False
        body = replace(content.body, files=(*before.files, *content.body.files), picture=before.picture)
        if not await self._rewrite(where.chat, id_, body):
            return False
        await self._remember(where, content, id_)
        return True

    async def _remember(self, where: Address, content: _Content, id_: int) -> None:
        """The message lives under that name from now on; the one before it is history and loses its buttons."""
        if content.living is None:
            return
        last = await self._postbox.last(where, content.living)
        if last is not None and last.message == str(id_):
            return
        await self._postbox.put(where, content.living, Posted(str(id_), MessageKind.TEXT))
        old = None if last is None else await self._transcript.get(where.chat, int(last.message))
        body = None if old is None else load(old.body)
        if old is not None and isinstance(body, CardBody):
            await self._rewrite(where.chat, old.id, body.as_history())

    async def _rewrite(self, chat: str, id_: int, body: CardBody) -> bool:
        if not await self._transcript.edit(chat, id_, dump(body)):
            return False
        line = await self._transcript.get(chat, id_)
        if line is not None:
            self._show(line)
        return True

    def _show(self, line: Line) -> None:
        self._hub.tell({"type": "line", "chat": line.chat, "line": self.shown(line)})


def _answered(heard: Press | Said, reply: Reply) -> Json:
    """What ends the wait on the page: by the tap's receipt, or by the line that was typed."""
    return {
        "type": "answered",
        "chat": heard.address.chat,
        "persona": heard.sender.account.id,
        "request": heard.receipt if isinstance(heard, Press) else "",
        "line": int(heard.message),
        "notice": reply.notice or "",
        "opens": reply.opens or "",
        "alert": reply.alert,
    }
