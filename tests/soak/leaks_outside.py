"""The error paths that an operator meets: wrong settings, commands that cannot work, pages that refuse."""

import asyncio
import itertools
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from bot import settings
from tests.bot.test_crash import Process
from tests.bot.test_operating import free_port
from tests.kit.discord import TOKEN as DISCORD_TOKEN
from tests.kit.discord import DiscordServer
from tests.kit.telegram import TOKEN as TELEGRAM_TOKEN
from tests.kit.telegram import TelegramServer
from tests.soak.leaks import ACCESS, PASSWORD, WEBHOOK_SECRET, Heard, raised

ROOT = Path(__file__).parents[2]
SERVER = f"postgresql+psycopg://toehold:{PASSWORD}@127.0.0.1:1/toehold"
WRONG_SETTINGS: list[dict[str, str]] = [
    *(
        {"TELEGRAM_BOT_TOKEN": spoiled}
        for spoiled in ("canary", "canary:", ":canary", "1;canary", "1:canäry", "x1:canary")
    ),
    *(
        {"DISCORD_BOT_TOKEN": spoiled}
        for spoiled in ("canary", "a.canary", "a..canary", "a.b.c.canary", "a.b.cänary canary")
    ),
    *({"TELEGRAM_WEBHOOK_SECRET": spoiled} for spoiled in ("canary!", "canary " * 50, "canary\u00e4", "canary/../x")),
    {"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/t"},
    {"TELEGRAM_WEBHOOK_URL": "http://bot.example.org/t", "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET},
    {"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/?canary", "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET},
    *(
        {"DATABASE_URL": url}
        for url in (
            "postgres://toehold:canary@127.0.0.1/x",
            "postgresql://toehold:canary@127.0.0.1/x",
            "postgresql+psycopg://toehold:canary@127.0.0.1",
            "postgresql+psycopg://toehold:can@ary-canary@127.0.0.1/x",
            "postgresql+psycopg://toehold:canary/x@127.0.0.1/x",
            "postgresql+psycopg://toehold:canary#x@127.0.0.1/x",
            "postgresql+psycopg://toehold:canary@127.0.0.1:port/x",
            "mysql://toehold:canary@127.0.0.1/x",
            "canary",
        )
    ),
    {"TOEHOLD_HOST": "0.0.0.0"},
    {"TOEHOLD_HOST": "0.0.0.0", "TOEHOLD_ACCESS_TOKEN": ACCESS, "TOEHOLD_PORT": "99999"},
    {"TOEHOLD_ACCESS_TOKEN": ACCESS, "TOEHOLD_LOG_LEVEL": "LOUD"},
    {"TOEHOLD_ACCESS_TOKEN": ACCESS, "TOEHOLD_IN_FLIGHT": "many"},
    {"TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_API_URL": "ftp://x"},
    {"TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_API_URL": "http://example.org"},
    {"DISCORD_BOT_TOKEN": DISCORD_TOKEN, "TOEHOLD_DISCORD_SHARDS": "9/3"},
    {"TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_BOT_TOKEN_FILE": "token"},
    {"TELEGRAM_BOT_TOKEN_FILE": "nowhere"},
    {"DATABASE_URL_FILE": "empty"},
    {"DISCORD_BOT_TOKEN_FILE": "latin"},
    {"TELEGRAM_BOT_TOKEN_FILE": "wrong"},
]
RIGHT = {
    "TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN,
    "DISCORD_BOT_TOKEN": DISCORD_TOKEN,
    "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
    "TOEHOLD_ACCESS_TOKEN": ACCESS,
    "DATABASE_URL": SERVER,
}


def settings_that_are_wrong(heard: Heard, folder: Path) -> None:
    (folder / "empty").write_text("")
    (folder / "latin").write_bytes(b"canary \xff")
    (folder / "wrong").write_text("1;canary")
    for number, wrong in enumerate(WRONG_SETTINGS):
        file = folder / f"{number}.env"
        in_files = {name: str(folder / value) if name.endswith("_FILE") else value for name, value in wrong.items()}
        file.write_text("".join(f"{name}='{value}'\n" for name, value in in_files.items()))
        heard.path(f"settings: {', '.join(wrong)} ({number})", raised(partial(settings.load, file)))
    file = folder / "right.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in RIGHT.items()))
    right = settings.load(file)
    shown = {
        "repr": repr(right),
        "str": str(right),
        "a dict": right.model_dump(),
        "JSON": right.model_dump_json(),
        "the database": right.database_shown,
    }
    for how, text in shown.items():
        heard.path(f"settings, shown as {how}", text)
    for each in folder.iterdir():
        each.unlink()


async def commands(heard: Heard, folder: Path) -> None:
    """Each command, where it cannot do its work, as a process of its own; and what it leaves behind."""
    async with TelegramServer.running() as telegram, DiscordServer.running() as discord:
        urls = {"TELEGRAM_API_URL": telegram.url, "DISCORD_API_URL": discord.url}
        damaged = folder / "damaged.sqlite"
        damaged.write_bytes(b"no database" * 500)
        with closing(sqlite3.connect(folder / "fine.sqlite")) as connection:
            connection.execute("CREATE TABLE x (y)")
        situations = {
            "a server that is not there": RIGHT | urls,
            "a damaged database": RIGHT | urls | {"DATABASE_URL": f"sqlite:///{damaged}"},
            "a database of somebody else's": RIGHT | urls | {"DATABASE_URL": f"sqlite:///{folder / 'fine.sqlite'}"},
            "a folder that cannot be made": RIGHT | urls | {"DATABASE_URL": "sqlite:////proc/nowhere/x.sqlite"},
            "tokens that nobody knows": RIGHT
            | urls
            | {
                "DATABASE_URL": f"sqlite:///{folder / 'new.sqlite'}",
                "TELEGRAM_BOT_TOKEN": "999:canary-unknown-token-of-the-right-length",
                "DISCORD_BOT_TOKEN": f"{DISCORD_TOKEN.partition('.')[0]}.canary.of-nobody",
            },
        }
        words = [("check",), ("migrate",), ("backup", "copy.sqlite"), ("restore", "copy.sqlite"), ("run",)]
        for (situation, environment), command in itertools.product(situations.items(), words):
            said = await _toehold(folder, environment, *command)
            heard.path(f"toehold {command[0]}, {situation}", said)
    heard.files(folder)


async def _toehold(folder: Path, environment: dict[str, str], *command: str) -> str:
    """Its two outputs. A bot that runs after all is stopped."""
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TOEHOLD_DATA_DIR": str(folder / "data")}
    quiet = {"TOEHOLD_PORT": "0", "TOEHOLD_HEALTH_PORT": "0", "TOEHOLD_LOG_LEVEL": "DEBUG"}
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *command,
        cwd=folder,
        env={**own, **quiet, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(8):
            said, complained = await started.communicate()
    except TimeoutError:
        started.terminate()
        said, complained = await started.communicate()
    return said.decode() + complained.decode()


async def pages(heard: Heard, folder: Path) -> None:
    """The page, the health page and the webhook of a bot that runs, asked in every wrong way."""
    house = folder / "house"
    house.mkdir()
    health, hook = free_port(), free_port()
    async with TelegramServer.running() as telegram:
        process = Process(
            house,
            TELEGRAM_BOT_TOKEN=TELEGRAM_TOKEN,
            TELEGRAM_API_URL=telegram.url,
            TELEGRAM_WEBHOOK_URL="https://bot.example.org/hook",
            TELEGRAM_WEBHOOK_SECRET=WEBHOOK_SECRET,
            TOEHOLD_WEBHOOK_PORT=str(hook),
            TOEHOLD_HEALTH_PORT=str(health),
            TOEHOLD_LOCAL="true",
            TOEHOLD_ACCESS_TOKEN=ACCESS,
            TOEHOLD_LOG_LEVEL="DEBUG",
        )
        await process.start()
        page = (await process.url()).rstrip("/")
        await telegram.until(lambda: bool(telegram.polls.webhook), "the webhook", seconds=30)
        async with aiohttp.ClientSession() as http:
            for name, method, url, extra in _requests(
                page, f"http://127.0.0.1:{health}", f"http://127.0.0.1:{hook}/hook"
            ):
                async with http.request(method, url, allow_redirects=False, **extra) as answer:
                    heard.path(f"HTTP: {name}", dict(answer.headers), await answer.text(errors="replace"))
        backup = {"DATABASE_URL": f"sqlite:///{house / 'data' / 'toehold.sqlite'}"}
        heard.path("toehold backup, beside the bot", await _toehold(house, RIGHT | backup, "backup"))
        ended = await process.stop()
        # Where it is to be told: whoever starts the bot opens the page with this line.
        announced = ended.said.replace(f"#access={ACCESS}", "")
        heard.path("the whole log of the bot that ran", announced, ended.complained)
    heard.files(house)


def _requests(page: str, health: str, hook: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    secret = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
    wrong = {"X-Telegram-Bot-Api-Secret-Token": f"{WEBHOOK_SECRET}x"}
    as_json = {"Content-Type": "application/json"}
    update = json.dumps({"update_id": 1, "message": {"text": "x"}})
    return [
        *(
            (f"{path} of the health page", "GET", health + path, {})
            for path in ("/healthz", "/readyz", "/metrics", "/x")
        ),
        ("the health page, by a foreign name", "GET", health + "/metrics", {"headers": {"Host": "evil.test"}}),
        *((f"{path} of the chat", "GET", page + path, {}) for path in ("/", "/ws", "/nothing", "/../../etc/passwd")),
        ("the chat, by a foreign name", "GET", page + "/", {"headers": {"Host": "evil.test"}}),
        ("the chat, with a cookie of somebody's", "GET", page + "/", {"headers": {"Cookie": "toehold-1=canned"}}),
        ("the chat's door, with a wrong token", "POST", page + "/access", {"data": {"token": f"{ACCESS}x"}}),
        ("the chat's door, with the right one", "POST", page + "/access", {"data": {"token": ACCESS}}),
        ("the hook without a secret", "POST", hook, {"data": update, "headers": as_json}),
        ("the hook with a wrong secret", "POST", hook, {"data": update, "headers": wrong | as_json}),
        ("the hook, another path", "POST", hook + "x", {"data": update, "headers": secret | as_json}),
        ("the hook, with a GET", "GET", hook, {"headers": secret}),
        ("the hook, no JSON", "POST", hook, {"data": "x", "headers": secret}),
        ("the hook, garbage", "POST", hook, {"data": "{", "headers": secret | as_json}),
        ("the hook, a list", "POST", hook, {"data": "[]", "headers": secret | as_json}),
        ("the hook, no update", "POST", hook, {"data": "{}", "headers": secret | as_json}),
        ("the hook, a poor update", "POST", hook, {"data": update, "headers": secret | as_json}),
        ("the hook, too much", "POST", hook, {"data": "x" * 2_000_000, "headers": secret | as_json}),
    ]
