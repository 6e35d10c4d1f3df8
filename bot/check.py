"""`toehold check`: settings, database, migrations, time-zone data, drills, tokens; in plain words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot import words
from bot.clock import TravelClock
from bot.settings import Settings
from bot.store import beats, streak
from bot.store.faults import StoreFault
from bot.store.opening import HEAD, AlreadyRunningError, attach, inspect_database, lock_database
from drills import catalog
from drills.catalog import CatalogError
from drills.localtime import rules_version

# A rule of 2026 that older zone data does not know: Vancouver stays on UTC-7 in winter (engine notes 2.3).
_CANARY = (datetime(2026, 12, 1, tzinfo=UTC), "America/Vancouver", -7)
NAMED_MOST = 20  # ids of people in one line
AT_ONCE = 100  # people compared between two looks at Ctrl+C


async def examine(settings: Settings, say: Callable[[str], object], rebuild: bool = False) -> bool:
    """Look at everything that a start needs and say a line for each. True when all is well.

    `rebuild`: also fold every person's streak from all facts, and compare it with the one from the stored snapshot.
    """
    texts = words.load()
    good = True

    def line(well: bool, message: str, **fields: object) -> None:
        nonlocal good
        good = good and well
        say(f"{'✓' if well else '✗'} {texts(message, **fields)}")

    line(True, "check.settings")
    try:
        line(True, "check.drills", n=len(catalog.load()))
    except CatalogError as error:
        line(False, "check.drills-broken", reason=error)
    moment, zone, hours = _CANARY
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    fresh = offset is not None and offset.total_seconds() == hours * 3600
    line(fresh, "check.zones" if fresh else "check.zones-old", version=rules_version())
    path, kind = settings.database_shown, "postgres" if settings.on_server else "store"
    try:
        found = inspect_database(settings.database)
        if found is None:
            line(True, "check.database-new", path=path)
        elif found.complaint:
            line(False, "start.store-damaged", path=path)
        elif (found.revision or "") > HEAD:
            line(False, f"start.{kind}-too-new", path=path, reason=found.revision)
        elif found.server is not None and found.revision != HEAD:
            line(False, "start.postgres-behind", path=path, reason=found.revision or "empty")
        else:
            current = found.revision == HEAD
            if found.server is not None:
                line(True, "check.server", path=path, server=found.server, revision=found.revision)
            elif current:
                line(True, "check.database", path=path, revision=found.revision)
            else:
                line(True, "check.database-migrates", path=path, revision=found.revision)
            if rebuild and not current:
                line(True, "check.streaks-later")
            elif rebuild:
                count, differing = await _compare_streaks(settings)
                named = ", ".join(differing[:NAMED_MOST]) + (" …" if len(differing) > NAMED_MOST else "")
                if differing:
                    line(False, "check.streaks-differ", n=len(differing), people=count, ids=named, path=path)
                else:
                    line(True, "check.streaks", n=count)
    except AlreadyRunningError:
        line(True, "check.database-running", path=path)
    except StoreFault as fault:
        line(False, f"start.{kind}-{fault.kind}", path=path, reason=fault)
    if settings.telegram_bot_token is not None:
        from bot.platforms.telegram.platform import Me, probe

        answer = await probe(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url, texts)
        if isinstance(answer, Me):
            line(True, "check.telegram", username=answer.username)
        else:
            line(False, "check.telegram-refused", reason=answer.sentence)
    else:
        line(True, "check.no-telegram")
    if settings.discord_bot_token is not None:
        from bot.platforms.discord.platform import Me as DiscordMe
        from bot.platforms.discord.platform import probe as probe_discord

        found_there = await probe_discord(
            settings.discord_bot_token.get_secret_value(), settings.discord_api_url, texts
        )
        if isinstance(found_there, DiscordMe):
            line(True, "check.discord", username=found_there.username)
            for warning in found_there.warnings:
                line(False, "check.discord-warning", reason=warning)
            line(True, "check.discord-invite", url=found_there.invite_url)
        else:
            line(False, "check.discord-refused", reason=found_there.sentence)
    else:
        line(True, "check.no-discord")
    if settings.local_chat:
        line(True, "check.local", host=settings.toehold_host, port=settings.toehold_port)
    say(texts("check.all-well" if good else "check.not-well"))
    return good


async def _compare_streaks(settings: Settings) -> tuple[int, list[str]]:
    """How many people have joined, and the ids of those whose snapshot and facts disagree. Raises StoreFault."""
    lock = lock_database(settings.database)
    store = attach(settings.database)  # only read from: on SQLite its writer connects with the first unit
    try:
        ahead = await store.read(beats.travelled) if settings.time_machine else timedelta()
        now = TravelClock(ahead).now()
        count, differing, last = 0, list[str](), ""
        while page := await store.read(partial(streak.compared, now=now, after=last, most=AT_ONCE)):
            count, last = count + len(page), page[-1][0]
            differing += [person for person, equal in page if not equal]
        return count, differing
    finally:
        await store.close()
        lock.free()
