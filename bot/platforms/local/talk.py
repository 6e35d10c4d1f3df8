"""The WebSocket half of the door: one conversation with one open page."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.platforms.local import inbound
from bot.platforms.local.chats import BOT, PLATFORM, TEAM, find_person, owner, private_chat
from bot.platforms.local.frames import FRAME_MAX, BadFrame, NewPerson, Say, Tap, Travel, parse
from bot.platforms.local.guard import Guard
from bot.platforms.local.hub import Hub, Listener
from bot.platforms.local.lines import BOT as OURSELVES
from bot.platforms.local.names import clean_name
from bot.platforms.local.outbound import Speaker
from bot.platforms.local.render import Json
from bot.platforms.local.transcript import Persona, Transcript
from bot.platforms.local.travel import Trips
from bot.platforms.port import Intake
from bot.words import Words

PROTOCOL = "toehold.1"
TICKET = "token."  # the one-time token travels as a subprotocol: never in a URL, checked before the upgrade
PEOPLE_MAX = 12
FRAMES_PER_SECOND = 20.0
BURST = 60.0
HEARTBEAT_SECONDS = 20.0

log = structlog.get_logger(__name__)


class Pace:
    """Frames of one connection: a faster page simply waits in its own socket; nothing is lost."""

    def __init__(self) -> None:
        self._left = BURST
        self._at = asyncio.get_running_loop().time()

    async def wait(self) -> None:
        now = asyncio.get_running_loop().time()
        self._left = min(BURST, self._left + (now - self._at) * FRAMES_PER_SECOND)
        self._at = now
        self._left -= 1
        if self._left < 0:
            await asyncio.sleep(-self._left / FRAMES_PER_SECOND)


class Talk:
    def __init__(
        self,
        guard: Guard,
        hub: Hub,
        speaker: Speaker,
        intake: Intake,
        transcript: Transcript,
        words: Words,
        trips: Trips | None,
        now: Callable[[], datetime],
        zones: Callable[[], Awaitable[dict[str, str]]],
    ) -> None:
        self._guard = guard
        self._hub = hub
        self._speaker = speaker
        self._intake = intake
        self._transcript = transcript
        self._words = words
        self._trips = trips
        self._now = now
        self._zones = zones

    async def open(self, request: web.Request) -> web.StreamResponse:
        if not (self._guard.own_origin(request) and self._guard.admitted(request)):
            raise web.HTTPForbidden(text="403")
        offered = [each.strip() for each in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        tokens = [each.removeprefix(TICKET) for each in offered if each.startswith(TICKET)]
        if PROTOCOL not in offered or len(tokens) != 1 or not self._guard.redeem(tokens[0]):
            raise web.HTTPForbidden(text="403")
        if self._hub.full:
            raise web.HTTPServiceUnavailable(text="503")
        socket = web.WebSocketResponse(protocols=(PROTOCOL,), max_msg_size=FRAME_MAX, heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        listener = self._hub.join()
        async with asyncio.TaskGroup() as both:  # ends with the connection: a nursery of exactly two
            both.create_task(_write(socket, listener))
            try:
                self._hub.whisper(listener, await self.snapshot())
                await self._listen(socket, listener)
            finally:
                self._hub.leave(listener)
        return socket

    async def snapshot(self) -> Json:
        """All that a page shows, as it stands."""
        people = await self._transcript.people()
        chats = [TEAM, *(private_chat(person.id) for person in people)]
        return {
            "type": "snapshot",
            "people": _people_json(people),
            "chats": {chat: await self._speaker.snapshot(chat) for chat in chats},
            "travelling": self._trips is not None and self._trips.under_way,
            "zones": await self._zones(),
        }

    async def _listen(self, socket: web.WebSocketResponse, listener: Listener) -> None:
        pace = Pace()
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                await socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
                return
            await pace.wait()
            try:
                frame = parse(message.data)
            except BadFrame as error:
                log.warning("local.bad_frame", why=str(error))
                await socket.close(code=WSCloseCode.POLICY_VIOLATION)
                return
            try:
                answer = await self._handle(frame)
            except Exception:  # the edge around one press: the page gets its button back, the connection lives
                log.exception("local.frame_failed", frame=frame.type)
                answer = self._refused(frame.request, "local.refused.failed", again=True)
            self._hub.whisper(listener, answer)

    async def _handle(self, frame: Say | Tap | NewPerson | Travel) -> Json:
        match frame:
            case NewPerson():
                return await self._add_person(frame)
            case Travel():
                started = self._trips is not None and self._trips.start(frame)
                return _ack(frame.request) if started else self._refused(frame.request, "local.refused.travel")
            case Say():
                return await self._say(frame)
            case Tap():
                return await self._tap(frame)

    async def _say(self, frame: Say) -> Json:
        person = await self._speaker_of(frame)
        if person is None:
            return self._refused(frame.request, "local.refused.chat")
        if len(frame.text) > inbound.TEXT_MAX:
            return self._refused(frame.request, "local.refused.long", limit=inbound.TEXT_MAX)
        if not frame.text.strip():
            return self._refused(frame.request, "local.refused.empty")
        line = await self._speaker.echo(frame.chat, person, frame.text, frame.request)
        update = inbound.said(
            frame.request,
            person,
            frame.chat,
            frame.text,
            line=line.id,
            zone=frame.zone,
            language=self._words.language,
            at=self._now(),
        )
        await self._intake.accept(PLATFORM, BOT, [update])
        return _ack(frame.request)

    async def _tap(self, frame: Tap) -> Json:
        person = await self._speaker_of(frame)
        if person is None:
            return self._refused(frame.request, "local.refused.chat")
        line = await self._transcript.get(frame.chat, frame.message)
        if line is None or line.author != OURSELVES:
            return self._refused(frame.request, "local.refused.message")
        update = inbound.press(
            frame.request,
            person,
            frame.chat,
            frame.data,
            line=line.id,
            zone=frame.zone,
            language=self._words.language,
        )
        await self._intake.accept(PLATFORM, BOT, [update])
        return _ack(frame.request)

    async def _speaker_of(self, frame: Say | Tap) -> Persona | None:
        """Whoever is played, if that chat is theirs or the team's."""
        if owner(frame.chat) not in {None, frame.persona}:
            return None
        return await find_person(self._transcript, frame.persona)

    async def _add_person(self, frame: NewPerson) -> Json:
        name = clean_name(frame.name)
        people = await self._transcript.people()
        if not name:
            return self._refused(frame.request, "local.refused.name")
        known = [person for person in people if person.name.casefold() == name.casefold()]
        if known:  # also what a repeated send finds
            return _ack(frame.request) | {"persona": known[0].id}
        if len(people) >= PEOPLE_MAX:
            return self._refused(frame.request, "local.refused.people", limit=PEOPLE_MAX)
        person = await self._transcript.add_person(name)
        self._hub.tell({"type": "people", "people": _people_json([*people, person])})
        return _ack(frame.request) | {"persona": person.id}

    def _refused(self, request: str, why: str, *, again: bool = False, **facts: object) -> Json:
        """`again`: our fault; the same request may be sent once more."""
        return {"type": "refused", "request": request, "text": self._words(why, **facts), "again": again}


def _ack(request: str) -> Json:
    return {"type": "ack", "request": request}


def _people_json(people: list[Persona]) -> list[Json]:
    return [{"id": person.id, "name": person.name, "chat": private_chat(person.id)} for person in people]


async def _write(socket: web.WebSocketResponse, listener: Listener) -> None:
    try:
        while (text := await listener.queue.get()) is not None:
            await socket.send_str(text)
        await socket.close(code=WSCloseCode.GOING_AWAY)
    except ConnectionError:
        log.debug("local.page_gone")
