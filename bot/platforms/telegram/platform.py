"""The Telegram platform: what `build.py` makes, and `probe` for `toehold check`."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from telegram import BotCommand, BotCommandScope, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, User
from telegram.error import InvalidToken, TelegramError

from bot.cards import Reply
from bot.platforms.breaker import Breaker
from bot.platforms.patience import NETWORK_CEILING, Pause, backoff
from bot.platforms.port import Account, Address, Heard, Intake, MenuEntry, Postbox, RawUpdate, Turn
from bot.platforms.reposts import Now
from bot.platforms.telegram import inbound
from bot.platforms.telegram.boards import Boards
from bot.platforms.telegram.connection import Connection, TokenRefused
from bot.platforms.telegram.courier import Courier
from bot.platforms.telegram.errors import Meaning, read
from bot.platforms.telegram.fields import PLATFORM
from bot.platforms.telegram.limits import LIMITS
from bot.platforms.telegram.outbound import Outbound
from bot.platforms.telegram.poller import HOLD_SECONDS, SPOKEN_AFTER, Poller
from bot.platforms.telegram.rights import Rights
from bot.platforms.telegram.traffic import Traffic
from bot.platforms.telegram.webhook import Hook, Webhook
from bot.words import Words, load
from scheduler.nudge import Outcome
from scheduler.pacing import Pacer, Timer

# getMe is answered at once or not at all.
INTRODUCE_SECONDS = 10.0
# What is sent before we know our own name waits for it: links into the private chat are made of it.
NAME_SECONDS = 2.0
# The menu is a convenience: it is tried for some minutes, and again at the next start.
MENU_TRIES = 8

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Telegram knows it. `reads_groups`: its privacy mode is off, and it sees everything that a group says."""

    id: str
    username: str
    reads_groups: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Why Telegram cannot be used, in a sentence."""

    sentence: str


class Telegram:
    """`bot.platforms.port.Platform` on the Bot API. Raises TokenRefused for what cannot be a token.

    `api_url` is the server's, without the token ("https://api.telegram.org"). `now` is people's time; `timer` is that of the
    limits. `hook`: updates are brought there; without it they are asked for, and only while it is our `turn`. `pause` and
    `hold` (seconds that a poll waits) are for tests.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        intake: Intake,
        postbox: Postbox,
        words: Words,
        menu: Sequence[MenuEntry],
        now: Now,
        *,
        hook: Hook | None = None,
        turn: Turn | None = None,
        pause: Pause = asyncio.sleep,
        timer: Timer | None = None,
        hold: int = HOLD_SECONDS,
    ) -> None:
        self._connection = Connection(token, api_url, words)
        self._words = words
        self._menu = tuple(menu)
        self._pause = pause
        self._username = ""
        self._named = asyncio.Event()
        self._start_problem: str | None = None
        self._receiver: Poller | Webhook = (
            Poller(self._connection.bot, self.bot, intake, words, pause, now, hold)
            if hook is None
            else Webhook(hook, self._connection.bot, self.bot, intake, words, pause)
        )
        self._turn = turn
        pacer = Pacer(LIMITS, timer)
        self.on_the_wire = pacer.on_the_wire
        self._breaker = Breaker(pacer.time)
        courier = Courier(self._connection.bot, postbox, pacer, self._breaker)
        traffic = Traffic(courier, postbox, lambda: self._username)
        self._outbound = Outbound(traffic, pause)
        self._boards = Boards(traffic, now)
        self._rights = Rights(courier, now)

    def __repr__(self) -> str:
        return f"Telegram(bot={self.bot})"

    @property
    def name(self) -> str:
        return PLATFORM

    @property
    def bot(self) -> str:
        return self._connection.me

    @property
    def username(self) -> str:
        """Ours, without the @; "" until Telegram has told it."""
        return self._username

    @property
    def problem(self) -> str | None:
        """Why nothing arrives, or nothing is sent, in a sentence for the health page; None when all is well."""
        waits = self._words("telegram.deliveries-wait") if self._breaker.is_open else None
        return self._start_problem or self._receiver.problem or waits

    @property
    def webhook_port(self) -> int:
        """Where updates are taken; 0 while nothing listens, or when they are asked for."""
        return self._receiver.port if isinstance(self._receiver, Webhook) else 0

    def understand(self, raw: RawUpdate) -> Heard | None:
        return inbound.understand(raw, self.bot, self._username)

    async def answer(self, heard: Heard, reply: Reply) -> None:
        await self._outbound.answer(heard, reply)

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        await self._name()
        return await self._outbound.deliver(address, reply)

    async def redraw(self, address: Address, reply: Reply) -> None:
        await self._outbound.redraw(address, reply)

    async def show(self, address: Address, reply: Reply) -> Outcome:
        await self._name()
        return await self._boards.show(address, reply)

    async def may_manage(self, address: Address, account: Account, fresh: bool = False) -> bool:
        return await self._rights.may_manage(address, account, fresh)

    async def run(self) -> None:
        """Until cancelled. Raises CannotStart: Telegram itself does not know the token, or the webhook's port is taken."""
        async with self._connection.open():
            me = await self._introduce()
            self._username = me.username or ""
            self._named.set()
            log.info("telegram ready", bot=self.bot, username=self._username)
            await self._work()

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._receive())
                group.create_task(self._outbound.tidy())
                group.create_task(self._publish_menu())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _receive(self) -> None:
        if self._turn is None or isinstance(self._receiver, Webhook):
            await self._receiver.run()
        else:
            await self._turn.during(self._receiver.run)

    async def _name(self) -> None:
        """Return when our name is known; should Telegram not tell it, soon all the same."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NAME_SECONDS):
                await self._named.wait()

    async def _introduce(self) -> User:
        failures = 0
        while True:
            try:
                me = await self._connection.introduce(INTRODUCE_SECONDS)
            except Exception as error:  # noqa: BLE001 - whatever answers in Telegram's place, we ask again
                if refused(error):
                    raise TokenRefused(self._words("telegram.token-refused")) from None
                fault = read(error)
            else:
                self._start_problem = None
                return me
            failures += 1
            log.warning("telegram not reached", bot=self.bot, reason=fault.reason, failures=failures)
            if failures >= SPOKEN_AFTER:
                self._start_problem = self._words("telegram.unreachable")
            await self._pause(fault.seconds or backoff(failures, NETWORK_CEILING))

    async def _publish_menu(self) -> None:
        team = [entry for entry in self._menu if entry.team]
        for entries, scope in (
            (self._menu, BotCommandScopeAllPrivateChats()),
            (team, BotCommandScopeAllGroupChats()),
        ):
            await self._publish([BotCommand(entry.name, entry.description) for entry in entries], scope)

    async def _publish(self, commands: list[BotCommand], scope: BotCommandScope) -> None:
        for attempt in range(1, MENU_TRIES + 1):
            try:
                await self._connection.bot.set_my_commands(commands, scope=scope)
            except Exception as error:  # noqa: BLE001 - a missing menu must not stop the bot
                fault = read(error)
            else:
                return
            if fault.meaning is Meaning.BROKEN:
                break
            await self._pause(fault.seconds or backoff(attempt, NETWORK_CEILING))
        log.warning("menu not published", bot=self.bot, scope=scope.type, reason=fault.reason)


def refused(error: Exception) -> bool:
    """Telegram's own 401 or 404. A page that is not JSON is a proxy's, and goes away."""
    return isinstance(error, InvalidToken) and not isinstance(error.__cause__, TelegramError)


async def probe(token: str, api_url: str, words: Words | None = None) -> Me | Problem:
    """Ask Telegram once who we are."""
    words = words or load()
    try:
        connection = Connection(token, api_url, words)
        async with connection.open():
            me = await connection.introduce(INTRODUCE_SECONDS)
    except TokenRefused as error:
        return Problem(str(error))
    except Exception as error:  # noqa: BLE001 - the question is just whether Telegram answers
        if refused(error):
            return Problem(words("telegram.token-refused"))
        unreadable = read(error).reason == "not-json"
        return Problem(words("telegram.probe-unreadable" if unreadable else "telegram.probe-unreachable"))
    return Me(str(me.id), me.username or "", bool(me.can_read_all_group_messages))
