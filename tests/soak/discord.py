"""M-03: the same kills on Discord, where a sending has a number of its own: however often it is repeated, it is seen once.

`run` keeps Discord's memory of numbers (some minutes); `forgotten` takes it away, as if an hour lay between: then only the look
into the chat's history keeps a second copy out.
"""

import asyncio
import base64
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any
from unittest import mock

from tests.kit.discord import messages as kept_numbers
from tests.kit.discord.faults import RateLimits, Slow
from tests.kit.discord.server import TOKEN, DiscordServer
from tests.kit.discord.world import Message as Shown
from tests.soak import oracles, people
from tests.soak.history import History, Message
from tests.soak.kills import Killer
from tests.soak.ledger import Ledger
from tests.soak.process import Process
from tests.soak.prompts import DOUBT_SECONDS, LOOK_SECONDS, extra, figures
from tests.soak.report import Asked, Report

DUE, KILLS = 10_000, 200
DUE_SHORT, KILLS_SHORT = 80, 3
ME = base64.b64decode(TOKEN.partition(".")[0] + "==").decode()  # the bot's own id, as the token says it
TRAVEL = 0.1  # seconds from when a message is seen until the bot hears so
START_SECONDS = 2.5  # discord.py takes longer


async def run(asked: Asked) -> Report:
    return await _run(asked, "M-03", remembers=True)


async def forgotten(asked: Asked) -> Report:
    with mock.patch.object(kept_numbers, "NONCE_SECONDS", -1):
        return await _run(asked, "M-03h", remembers=False)


async def _run(asked: Asked, id: str, *, remembers: bool) -> Report:  # noqa: A002
    due, kills = asked.either(asked.due, DUE, DUE_SHORT), asked.either(asked.kills, KILLS, KILLS_SHORT)
    history, file = History(), asked.folder / "toehold.sqlite"
    async with AsyncExitStack() as around:
        server = await around.enter_async_context(DiscordServer.running(time.time))
        server.limits = RateLimits()
        server.faults.add("POST /channels/*/messages", Slow(TRAVEL), times=1_000_000_000)
        _overhear(server, history)
        chats = await asyncio.to_thread(_fill, server, file, due)
        ledger = Ledger(file)
        around.callback(ledger.close)
        process = Process(asked.folder, {"DISCORD_BOT_TOKEN": TOKEN, "DISCORD_API_URL": server.url})
        around.push_async_callback(process.close)
        killer = Killer(
            process,
            random.Random(asked.seed),
            history,
            _until(server),
            lambda: len(history.messages),
            due / kills * 0.9,
            ledger.sending,
            start_seconds=START_SECONDS,
        )
        began = time.monotonic()
        for _ in range(kills):
            await killer.kill()
        await process.start()
        drained = await _drained(ledger, asked.quick, due / 10 + 4 * DOUBT_SECONDS)
        took = time.monotonic() - began
        await process.end(signal.SIGTERM)
        rows = ledger.rows()
        by_chat: dict[str, list[Message]] = {}
        for message in history.messages:
            by_chat.setdefault(message.chat, []).append(message)
        logs = {each.name: each.read_text(errors="replace") for each in asked.folder.glob("*.log")}
        faults = killer.faults + ([] if drained else ["O1: something was still owed when the patience was over"])
        faults += oracles.o1_none_lost(chats, rows, {row.mark: by_chat.get(row.chat, []) for row in rows})
        faults += oracles.o2_copies_within_bound(history.copies(), [])  # not one more, whoever was on the wire
        faults += oracles.o2_copies_within_bound(by_chat, [])
        faults += oracles.o8_no_secrets(logs, [TOKEN])
        faults += oracles.o9_whole(*ledger.integrity())
        faults += [f"strict fake: {violation}" for violation in sorted(set(server.violations))]
    seen = figures(history, took) | {"visible duplicates": str(extra(history))}
    seen |= {"given back by number": str(server.messages.deduplicated)}
    del seen["extra copies"], seen["presses"], seen["429"]
    title = f"{due:,} due on Discord, kill -9 × {kills}" + ("" if remembers else ", its memory of numbers gone")
    return Report(id, title, "0 lost, 0 visible duplicates", seen, faults)


def _fill(server: DiscordServer, file: Path, due: int) -> list[str]:
    """The people of a soak as Discord users, each with whom the bot may speak."""
    with closing(sqlite3.connect(file)) as tx:
        names = people.fill_due(file, due)
        moved = [(str(server.person(f"Ann {name}").id), name) for name in names]
        tx.executemany(
            "UPDATE account SET platform = 'discord', bot_id = ?1, external_id = ?2 WHERE external_id = ?3",
            [(ME, user, name) for user, name in moved],
        )
        tx.executemany(
            "UPDATE room SET platform = 'discord', bot_id = ?1, chat_id = ?2 WHERE chat_id = ?3",
            [(ME, f"@{user}", name) for user, name in moved],
        )
        tx.commit()
    return [f"@{user}" for user, _ in moved]


def _overhear(server: DiscordServer, history: History) -> None:
    """Every message of the bot's, when it is first seen."""
    add: Callable[[Shown], None] = server.world.add

    def noted(message: Shown) -> None:
        add(message)
        person = message.channel.person
        if message.author["id"] == server.world.me["id"] and person is not None:
            ids = tuple(_ids(message.components))
            key = next((found for each in ids if (found := each.partition("~")[2])), "")
            at, chat = time.monotonic(), f"@{person.id}"
            history.messages.append(Message(at, chat, "send", message.content, key, message.id, ids))

    server.world.add = noted  # type: ignore[method-assign]


def _ids(components: Any) -> Iterator[str]:
    for each in components:
        if isinstance(each, Mapping):
            if isinstance(each.get("custom_id"), str):
                yield each["custom_id"]
            for name in ("components", "accessory"):
                inside = each.get(name) or ()
                yield from _ids([inside] if isinstance(inside, Mapping) else inside)


def _until(server: DiscordServer) -> Callable[[Callable[[], bool], float], Any]:
    async def until(condition: Callable[[], bool], seconds: float) -> bool:
        try:
            await server.until(condition, "it", seconds)
        except AssertionError:
            return False
        return True

    return until


async def _drained(ledger: Ledger, quick: bool, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while ledger.left():
        if time.monotonic() > until:
            return False
        if quick:
            ledger.pass_doubt()
        await asyncio.sleep(LOOK_SECONDS)
    return True
