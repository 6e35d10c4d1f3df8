"""LocalChat: the platform that needs no account. A page on this computer, served until `run` is cancelled."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from aiohttp import web

from bot.cards import Reply
from bot.platforms.local import chats, inbound
from bot.platforms.local.files import Files
from bot.platforms.local.frames import FRAME_MAX
from bot.platforms.local.guard import WILDCARD, Guard, bracketed, is_loopback
from bot.platforms.local.hub import Hub
from bot.platforms.local.machine import TimeMachine
from bot.platforms.local.outbound import Speaker
from bot.platforms.local.pages import Pages
from bot.platforms.local.talk import Talk
from bot.platforms.local.transcript import Transcript
from bot.platforms.local.travel import Trips
from bot.platforms.port import Account, Address, CannotStart, Heard, Intake, MenuEntry, Postbox, RawUpdate
from bot.words import Words
from scheduler.nudge import Outcome, Unknown

SHUTDOWN_SECONDS = 1.0

log = structlog.get_logger(__name__)


class CannotListen(CannotStart):
    """The page cannot be served there; the text is one plain sentence for the operator."""


class PortTaken(CannotListen):
    """Another program (often a second Toehold) has the port."""


class LocalChat:
    """`zone_of` tells the zone that an account lives in, so that the page shows its clock; without it the browser's is used.

    Raises ValueError for a host that others can reach, when there is no access token (reliability X-04).
    """

    def __init__(
        self,
        host: str,
        port: int,
        intake: Intake,
        postbox: Postbox,
        transcript: Transcript,
        words: Words,
        menu: Sequence[MenuEntry],
        machine: TimeMachine | None,
        now: Callable[[], datetime],
        access_token: str | None = None,
        zone_of: Callable[[Account], Awaitable[str | None]] | None = None,
    ) -> None:
        if not is_loopback(host) and not access_token:
            raise ValueError(words("local.needs_token", host=host))
        self.ready = asyncio.Event()
        self._host = host
        self._wanted_port = port
        self._access_token = access_token or None
        self._transcript = transcript
        self._words = words
        self._zone_of = zone_of
        self._zones: dict[str, str] = {}
        self._guard = Guard(host, self._access_token)
        self._guard.port = port
        self._hub = Hub(now)
        files = Files()
        self._speaker = Speaker(transcript, postbox, self._hub, files)
        self._trips = None if machine is None else Trips(machine, self._hub)
        self._pages = Pages(self._guard, self._speaker, files, words, menu, machine is not None)
        self._talk = Talk(
            self._guard, self._hub, self._speaker, intake, transcript, words, self._trips, now, self._read_zones
        )

    @property
    def name(self) -> str:
        return chats.PLATFORM

    @property
    def bot(self) -> str:
        return chats.BOT

    @property
    def problem(self) -> None:
        """It is served for as long as it runs at all."""

    @property
    def url(self) -> str:
        """Where to open the page. With an access token it is in the fragment, which no browser sends or logs."""
        host = "127.0.0.1" if bracketed(self._host) in WILDCARD else bracketed(self._host)
        fragment = f"#access={self._access_token}" if self._access_token else ""
        return f"http://{host}:{self._guard.port}/{fragment}"

    def understand(self, raw: RawUpdate) -> Heard | None:
        return inbound.read(raw)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        if not await self._speaker.answer(heard, reply):
            self._hub.tell(await self._talk.snapshot())
        await self._tell_zone(heard.sender.account)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        return await self._speaker.deliver(address, reply)

    async def redraw(self, address: Address, reply: Reply) -> None:
        await self._speaker.redraw(address, reply)

    async def show(self, address: Address, reply: Reply) -> Outcome:
        try:
            return await self._speaker.show(address, reply)
        except Exception as error:
            log.exception("local.not-shown", chat=address.chat)
            return Unknown(type(error).__name__)

    async def may_manage(self, address: Address, account: Account, fresh: bool = False) -> bool:
        """Everybody: this is your own computer, and whoever can open the page can play any of its people."""
        del address, account, fresh
        return True

    async def run(self) -> None:
        """Raises CannotListen (PortTaken) at once, or serves until it is cancelled."""
        if not await self._transcript.people():
            await self._transcript.add_person(self._words("local.you"))
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await self._listen(runner)
            async with asyncio.TaskGroup() as trips:  # what is started here ends with the server
                if self._trips is not None:
                    self._trips.tasks = trips
                self.ready.set()
                log.info("local.ready", port=self._guard.port)
                await asyncio.Event().wait()
        finally:
            self.ready.clear()
            await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard.gate], client_max_size=FRAME_MAX)
        app.add_routes([*self._pages.routes(), web.get("/talk", self._talk.open, allow_head=False)])
        app.on_response_prepare.append(self._guard.sign)
        app.on_shutdown.append(self._say_goodbye)
        return app

    async def _say_goodbye(self, _app: web.Application) -> None:
        self._hub.close()

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self._host.strip("[]"), self._wanted_port).start()
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                raise PortTaken(self._words("local.port_taken", port=self._wanted_port)) from None
            raise CannotListen(self._words("local.cannot_listen", host=self._host)) from None
        self._guard.port = runner.addresses[0][1]

    async def _read_zones(self) -> dict[str, str]:
        """The zone of everybody who is played and set up, by persona."""
        if self._zone_of is None:
            return {}
        zones = {each.id: await self._zone_of(chats.account(each.id)) for each in await self._transcript.people()}
        self._zones = {persona: zone for persona, zone in zones.items() if zone}
        return self._zones

    async def _tell_zone(self, account: Account) -> None:
        """An answer may have moved somebody: then the clock on the page follows."""
        zone = None if self._zone_of is None else await self._zone_of(account)
        if zone and zone != self._zones.get(account.id):
            self._zones[account.id] = zone
            self._hub.tell({"type": "zones", "zones": self._zones})
