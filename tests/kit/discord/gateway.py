"""The gateway: the websockets through which the bot hears of things, and their sessions, which outlive them."""

import asyncio
import json
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from tests.kit.discord.guilds import Guild
    from tests.kit.discord.world import World

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content
_KNOWN = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
_HEARTBEAT_MS = 41_250
_SENDS_A_MINUTE = 120


@dataclass(eq=False)
class Session:
    """What one shard has been told, and what it still is to be told, whether it is connected or not."""

    id: str
    shard: int
    shards: int
    intents: int
    seq: int = 0
    told: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=1000))
    """All events, for a replay: number and text."""
    sent: int = 0
    """The number of the last event written to the present connection."""
    socket: web.WebSocketResponse | None = None
    over: bool = False

    def hears_of(self, event: str, guild: "Guild | None") -> bool:
        wanted = _INTENTS.get(event)
        if wanted is not None and not self.intents & wanted[0 if guild is not None else 1]:
            return False
        return self.shard == ((guild.id >> 22) % self.shards if guild is not None else 0)

    def tell(self, event: str, data: Any) -> None:
        self.seq += 1
        self.told.append((self.seq, json.dumps({"op": 0, "t": event, "s": self.seq, "d": data})))


# Which intents an event needs, in a guild and in a direct chat; others are always told.
_INTENTS = {
    **dict.fromkeys(("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"), (GUILD_MESSAGES, DIRECT_MESSAGES)),
    "CHANNEL_PINS_UPDATE": (GUILDS, DIRECT_MESSAGES),
    **dict.fromkeys(
        ("GUILD_CREATE", "GUILD_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"), (GUILDS, GUILDS)
    ),
    **dict.fromkeys(("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "GUILD_UPDATE"), (GUILDS, GUILDS)),
}


class Gateway:
    """`shards` is what the bot is told to use; `granted` the privileged intents that it has."""

    def __init__(self, world: "World", token: str, touch: Callable[[], None]) -> None:
        self.world = world
        self.token = token
        self.touch = touch
        self.url = ""
        self.shards = 1
        self.granted = 0
        self.down = False
        """Nobody can connect: 503."""
        self.refuse: int | None = None
        """Close with this code instead of taking an IDENTIFY or a RESUME."""
        self.deaf = False
        """Events are numbered and kept, but not written: as if the line were dead and nobody had noticed yet."""
        self.sessions: list[Session] = []
        self.identified: list[dict[str, Any]] = []
        """What the bot sent to begin its sessions."""
        self.resumed = 0
        self.closed: list[int] = []
        """The codes with which we closed."""
        self._lines: set[_Line] = set()

    @property
    def connected(self) -> bool:
        """Every shard has a session that is connected."""
        here = {session.shard for session in self.sessions if session.socket is not None}
        return bool(here) and len(here) == max(s.shards for s in self.sessions if s.socket is not None)

    @property
    def delivered(self) -> bool:
        """All that was to be told to a connected session is written."""
        return self.deaf or all(s.sent == s.seq for s in self.sessions if s.socket is not None)

    def reaches(self, guild: "Guild | None", resumable: bool = False) -> bool:
        """Somebody is there to hear of something in that guild, or in a direct chat."""
        return any(
            session.hears_of("INTERACTION_CREATE", guild)
            and not session.over
            and (resumable or session.socket is not None)
            for session in self.sessions
        )

    def emit(self, event: str, data: Any, guild: "Guild | None" = None) -> None:
        """To the sessions of that shard that have asked for it; one that is cut off gets it when it resumes."""
        for session in self.sessions:
            if not session.over and session.hears_of(event, guild):
                session.tell(event, data)
        for line in self._lines:
            line.wake.set()

    async def reconnect(self) -> None:
        """Op 7: come again, and resume."""
        await self._send_all({"op": 7, "d": None})

    async def invalidate(self, resumable: bool = False) -> None:
        """Op 9: the session is no longer valid, or is it."""
        if not resumable:
            for session in self.sessions:
                session.over = True
        await self._send_all({"op": 9, "d": resumable})

    async def close(self, code: int) -> None:
        for line in list(self._lines):
            await line.close(code)

    def cut(self) -> None:
        """The TCP connections break, without a word."""
        for line in list(self._lines):
            line.abort()

    async def _send_all(self, message: dict[str, Any]) -> None:
        for line in list(self._lines):
            await line.send(json.dumps(message))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return web.Response(status=503)
        line = _Line(self, request)
        self._lines.add(line)
        try:
            return await line.run()
        finally:
            self._lines.discard(line)
            self.touch()


class _Line:
    """One websocket."""

    def __init__(self, gateway: Gateway, request: web.Request) -> None:
        self.gateway = gateway
        self.request = request
        self.socket = web.WebSocketResponse(max_msg_size=1 << 20, timeout=0.5)
        self.session: Session | None = None
        self.wake = asyncio.Event()
        compression = request.query.get("compress")
        self.packer = zlib.compressobj() if compression == "zlib-stream" else None
        self._sends: deque[float] = deque()

    async def run(self) -> web.StreamResponse:
        await self.socket.prepare(self.request)
        query = self.request.query
        if query.get("v") != "10" or query.get("encoding") != "json":
            await self.close(4012)
            return self.socket
        await self.send(json.dumps({"op": 10, "d": {"heartbeat_interval": _HEARTBEAT_MS, "_trace": []}}))
        writer = asyncio.create_task(self._write())
        try:
            async for message in self.socket:
                if message.type is not WSMsgType.TEXT:
                    await self.close(4002)
                    break
                await self._hear(message.data)
        finally:
            self._ended()  # without an await: this task may be cancelled when the connection is lost
            writer.cancel()
        return self.socket

    def _ended(self) -> None:
        session = self.session
        if session is not None and session.socket is self.socket:
            session.socket = None
            session.over = session.over or self.socket.close_code in (1000, 1001)  # the bot has said goodbye

    def abort(self) -> None:
        if self.session is not None:
            self.session.socket = None
        if self.request.transport is not None:
            self.request.transport.abort()

    async def close(self, code: int) -> None:
        self.gateway.closed.append(code)
        if self.session is not None:
            self.session.socket = None
            self.session.over = self.session.over or code in (4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014)
        await self.socket.close(code=code)

    async def send(self, text: str) -> None:
        if self.socket.closed:
            return
        if self.packer is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self.packer.compress(text.encode()) + self.packer.flush(zlib.Z_SYNC_FLUSH))

    async def _write(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            session = self.session
            if session is None or self.gateway.deaf:
                continue
            for number, text in [entry for entry in session.told if entry[0] > session.sent]:
                if session.socket is not self.socket:
                    return
                session.sent = number
                try:
                    await self.send(text)
                except ConnectionError:
                    return
            self.gateway.touch()

    async def _hear(self, text: str) -> None:
        now = time.monotonic()
        self._sends.append(now)
        while self._sends[0] < now - 60:
            self._sends.popleft()
        if len(self._sends) > _SENDS_A_MINUTE:
            return await self.close(4008)
        try:
            message = json.loads(text)
            op, data = message["op"], message["d"]
        except (ValueError, KeyError, TypeError):
            return await self.close(4002)
        if len(text) > 4096:
            return await self.close(4002)
        match op:
            case 1:
                return await self.send(json.dumps({"op": 11, "d": None}))
            case 2 if self.session is None:
                return await self._identify(data)
            case 6 if self.session is None:
                return await self._resume(data)
            case 2 | 6:
                return await self.close(4005)
            case 3 | 4 | 8 if self.session is not None:
                return None
            case _:
                return await self.close(4003 if self.session is None else 4001)

    async def _identify(self, data: dict[str, Any]) -> None:
        gateway = self.gateway
        gateway.identified.append(data)
        shard, shards = data.get("shard") or (0, 1)
        intents = data.get("intents")
        code = gateway.refuse
        if data.get("token") != gateway.token:
            code = 4004
        elif not 0 <= shard < shards:
            code = 4010
        elif not isinstance(intents, int) or intents & ~_KNOWN:
            code = 4013
        elif intents & PRIVILEGED & ~gateway.granted:
            code = 4014
        if code is not None or not isinstance(intents, int):
            return await self.close(code or 4013)
        for old in gateway.sessions:
            if old.shard == shard and old.socket is None:
                old.over = True
        session = Session(f"{len(gateway.sessions) + 1:032x}", shard, shards, intents)
        gateway.sessions.append(session)
        self._take(session)
        world = gateway.world
        guilds = [g for g in world.guilds.values() if g.bot_in and session.hears_of("GUILD_CREATE", g)]
        session.tell(
            "READY",
            {
                "v": 10,
                "user": {**world.me, "verified": True, "mfa_enabled": True, "email": None},
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": gateway.url + "/resume",
                "shard": [shard, shards],
                "application": {"id": str(world.bot_id), "flags": 1 << 23},
                "_trace": [],
            },
        )
        for guild in guilds:
            if guild.available:
                session.tell("GUILD_CREATE", guild.json() | {"unavailable": False})
        self.wake.set()
        return None

    async def _resume(self, data: dict[str, Any]) -> None:
        gateway = self.gateway
        if data.get("token") != gateway.token:
            return await self.close(4004)
        if gateway.refuse is not None:
            return await self.close(gateway.refuse)
        known = [s for s in gateway.sessions if s.id == data.get("session_id") and not s.over]
        if not known:
            return await self.send(json.dumps({"op": 9, "d": False}))
        session, seq = known[0], data.get("seq")
        if not isinstance(seq, int) or seq > session.seq:
            return await self.close(4007)
        gateway.resumed += 1
        gateway.deaf = False
        self._take(session)
        session.sent = seq
        session.tell("RESUMED", {"_trace": []})
        self.wake.set()
        return None

    def _take(self, session: Session) -> None:
        self.session = session
        session.socket = self.socket
        self.gateway.touch()
