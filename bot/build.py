"""The composition root: the only file that names concrete classes and puts them together."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot import words
from bot.addresses import Account, Address
from bot.boards import Boards
from bot.clock import TravelClock
from bot.coach.door import Coach
from bot.coach.prompts import Prompts
from bot.cues import Cues
from bot.duty import Duty, Rhythm
from bot.health.vitals import Vitals
from bot.heart import Heart, Machine
from bot.ids import new_id
from bot.intake import Intake
from bot.measured import MeasuredDeliverer, MeasuredStore
from bot.nursery import Nursery
from bot.on_duty import OnDutyAll
from bot.platforms.port import MenuEntry, Platform
from bot.settings import Settings
from bot.store import beats, erasing, inbox, linking, outlived, people, slots
from bot.store.nudges import StoredNudges
from bot.store.opening import lock_database, open_store
from bot.store.postbox import StoredPostbox
from bot.store.transcript import StoredTranscript
from bot.store.unit import Store, Tx
from bot.views.notes import COMMANDS, TEAM_COMMANDS
from drills import catalog as drill_catalog
from drills.localtime import rules_version
from scheduler.engine import Engine
from scheduler.pulse import Pulse

REPLAN_AT_ONCE = 200  # people whose slots are recomputed in one unit after new time-zone rules
PURGE_SECONDS = 6 * 3600.0
OVERDUE_SECONDS = 15.0  # between two looks for what a neighbour that is gone left behind
BEAT_SECONDS = 1.5  # how long a stop waits for the beat under way; with the lanes' 5 s it stays under 8 s

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bot:
    """The whole, running."""

    store: Store
    clock: TravelClock
    coach: Coach
    intake: Intake
    engine: Engine
    heart: Heart
    machine: Machine
    duty: Duty
    platforms: dict[str, Platform]
    local_url: str | None = None


def menu() -> list[MenuEntry]:
    texts = words.load()
    return [MenuEntry(name, texts(f"command.{name}"), name in TEAM_COMMANDS) for name in COMMANDS]


Connect = Callable[[Intake, Machine], Mapping[str, Platform]]


@asynccontextmanager
async def running(
    settings: Settings, *, pulse: bool = True, clock: TravelClock | None = None, connect: Connect | None = None
) -> AsyncIterator[Bot]:
    """Open the database, connect the platforms, and work until the block ends. Raises what makes a start impossible.

    Without `pulse` nothing happens by itself: whoever holds the Bot beats its heart. `clock` stands in for the wall's,
    `connect` for the platforms that the settings name.
    """
    catalog = drill_catalog.load()
    lock = lock_database(settings.database)
    try:
        store = open_store(settings.database, lambda revision: log.info("store.migrating", revision=revision))
        try:
            async with _working(settings, MeasuredStore(store), catalog, pulse, clock, connect) as bot:
                yield bot
        finally:
            await store.close()
    finally:
        lock.free()


@asynccontextmanager
async def _working(
    settings: Settings,
    store: Store,
    catalog: drill_catalog.Catalog,
    pulse: bool,
    clock: TravelClock | None,
    connect: Connect | None,
) -> AsyncIterator[Bot]:
    if clock is None:
        clock = TravelClock(await store.read(beats.travelled) if settings.time_machine else timedelta())
    cues = Cues(clock)

    async def may_manage(address: Address, account: Account, fresh: bool) -> bool:
        platform = intake.platforms.get(address.platform)
        return platform is not None and await platform.may_manage(address, account, fresh=fresh)

    coach = Coach(store, catalog, clock, cues, may_manage)
    async with Nursery() as nursery:
        intake = Intake(store, coach, clock, nursery)
        owner = new_id()
        postbox = StoredPostbox(store)
        duty = Duty(store, owner, alone=not settings.on_server, rhythm=Rhythm.of(settings.toehold_lease_seconds))
        platforms = intake.platforms if duty.alone else OnDutyAll(intake.platforms, duty)
        boards = Boards(store, catalog, platforms, duty.covers)
        vitals = Vitals(words.load())
        deliverer = MeasuredDeliverer(Prompts(store, catalog, platforms), clock, vitals.moved)
        engine = Engine(StoredNudges(store, duty.covers, postbox), deliverer, owner, settings.toehold_in_flight)
        heart = Heart(store, engine, coach, cues, intake, clock, boards, lambda: duty.on)
        machine = Machine(store, heart, clock)
        if connect is None:
            _connect(settings, store, postbox, catalog, clock, intake, machine, duty)
        else:
            intake.platforms.update(connect(intake, machine))
        bot = Bot(store, clock, coach, intake, engine, heart, machine, duty, intake.platforms)

        async def take_up(platform: Platform) -> None:
            """What is left of whoever worked for this platform before."""
            await engine.recover(clock.now(), None if duty.alone else platform.name)
            if platform.name in settings.received_by_all and not duty.alone:
                await intake.take_up_overdue(platform.name, platform.bot)
            else:
                await intake.take_up(platform.name, platform.bot)
            nursery.start(coach.restore_cues(), "restore-cues")
            nursery.start(_replan(store, clock), "replan")

        for platform in intake.platforms.values():
            nursery.start(platform.run(), f"platform:{platform.name}", vital=True)
        await duty.begin(intake.platforms, take_up)
        intake.open()
        for platform in () if duty.alone else intake.platforms.values():
            nursery.start(duty.keep(platform, take_up), f"duty:{platform.name}", vital=True)
        nursery.start(cues.run(heart.ring), "cues")
        heartbeat = Pulse(vitals.beating(heart.beat), at_once=True)
        cleaning = Pulse(lambda: _purge(store, clock, duty), PURGE_SECONDS)
        looking = Pulse(lambda: _take_up_overdue(intake, duty), OVERDUE_SECONDS)
        async with AsyncExitStack() as around:
            if pulse:
                await _watch(settings, vitals, bot, nursery, around)
                heartbeat.start()
                cleaning.start()
                if not duty.alone:
                    looking.start()
            try:
                yield bot
            finally:
                await asyncio.gather(*(each.finish(BEAT_SECONDS) for each in (heartbeat, cleaning, looking)))
    await duty.leave()  # now that nothing of ours goes on any more


async def _watch(settings: Settings, vitals: Vitals, bot: Bot, nursery: Nursery, around: AsyncExitStack) -> None:
    """The watchdog, and the health page where one is wanted."""
    nursery.start(vitals.watch(), "watchdog", vital=True)
    if settings.health_port is not None:
        from bot.health.server import Health  # aiohttp's server takes a while to import

        health = Health(vitals, bot.store, bot.platforms, bot.intake.waiting, words.load(), bot.duty.holds)
        await around.enter_async_context(health.serving(settings.toehold_health_host, settings.health_port))


def _connect(
    settings: Settings,
    store: Store,
    postbox: StoredPostbox,
    catalog: drill_catalog.Catalog,
    clock: TravelClock,
    intake: Intake,
    machine: Machine,
    duty: Duty,
) -> None:
    texts = words.load()
    if settings.telegram_bot_token is not None:
        from bot.platforms.telegram.platform import Telegram  # python-telegram-bot takes a while to import
        from bot.platforms.telegram.webhook import Hook

        token, secret = settings.telegram_bot_token.get_secret_value(), settings.telegram_webhook_secret
        hook = None
        if settings.telegram_webhook_url and secret is not None:
            hook = Hook(
                settings.telegram_webhook_url,
                secret.get_secret_value(),
                settings.toehold_webhook_host,
                settings.toehold_webhook_port,
            )
        intake.platforms["telegram"] = Telegram(
            token,
            settings.telegram_api_url,
            intake,
            postbox,
            texts,
            menu(),
            clock.now,
            hook=hook,
            turn=duty.watch("telegram"),
            timer=clock.timer,
        )
    if settings.discord_bot_token is not None:
        from bot.platforms.discord.platform import Discord  # discord.py takes a while to import

        intake.platforms["discord"] = Discord(
            settings.discord_bot_token.get_secret_value(),
            settings.discord_api_url,
            intake,
            postbox,
            texts,
            menu(),
            [(drill.id, drill.name) for drill in catalog.values()],
            clock.now,
            shards=settings.discord_shards,
            timer=clock.timer,
            turn=duty.watch("discord"),
        )
    if settings.local_chat:
        from bot.platforms.local.platform import LocalChat

        access = settings.toehold_access_token
        intake.platforms["local"] = LocalChat(
            settings.toehold_host,
            settings.toehold_port,
            intake,
            postbox,
            StoredTranscript(store, clock.now),
            texts,
            menu(),
            machine if settings.time_machine else None,
            clock.now,
            access.get_secret_value() if access else None,
            lambda account: store.read(lambda tx: _zone_of(tx, account)),
        )


def _zone_of(tx: Tx, account: Account) -> str | None:
    person = people.by_account(tx, account)
    return person.zone if person else None


async def _replan(store: Store, clock: TravelClock) -> None:
    """Slots that older time-zone rules planned are planned again, in small units beside the work."""
    rules = rules_version()
    while outdated := await store.read(lambda tx: slots.outdated(tx, rules, REPLAN_AT_ONCE)):
        await _replan_some(store, clock, outdated, rules)
        log.info("slot.replanned", people=len(outdated), rules=rules)


async def _replan_some(store: Store, clock: TravelClock, people_ids: list[str], rules: str) -> None:
    await store.run(lambda tx: slots.replan_people(tx, people_ids, clock.now(), rules))


async def _take_up_overdue(intake: Intake, duty: Duty) -> None:
    for platform in intake.platforms.values():
        if duty.holds(platform.name):
            await intake.take_up_overdue(platform.name, platform.bot)


async def _purge(store: Store, clock: TravelClock, duty: Duty) -> None:
    """Forget what has had its time, and empty the log, so that what was erased leaves it too."""
    if not duty.on:
        return
    now = clock.now()
    updates = await inbox.purge(store, now)
    old = await outlived.purge(store, now)
    await store.run(lambda tx: linking.forget_expired(tx, now))
    stones = await store.run(lambda tx: erasing.forget_tombstones(tx, now))
    await store.checkpoint()
    log.info("store.purged", updates=updates, nudges=old, tombstones=stones)
