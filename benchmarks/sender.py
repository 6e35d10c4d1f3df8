"""What `benchmarks.burst` starts: a bare client, or our engine with all that belongs to a prompt. Prints one line of JSON."""

import asyncio
import json
import resource
import sys
import threading
import time
from pathlib import Path

from pydantic import SecretStr
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode

from benchmarks.burst import TOKEN
from bot import logs
from bot.build import running
from bot.platforms.telegram import platform
from bot.platforms.telegram.transport import Transport, stand_in
from bot.settings import Settings
from drills.localtime import use_packaged_rules
from scheduler.pacing import Limits

THREADS = {"MainThread": "loop", "store-read": "reading", "store-write": "writing"}
LOOK_SECONDS = 0.01
LINGER_SECONDS = 1.0  # whoever pressed last while the burst went out is answered
FIRST_CHAT = 1_000_000_000
TEXT = "<b>Wednesday: time for your feet</b>\n\nOutward Roll and Heel Circle. About 6 minutes."
ROWS = (("Start", "1-minute version"), ("In 15 min", "In 1 h", "Tonight 20:00", "Later…"), ("Not today",))


async def bare(url: str, count: int, at_once: int) -> None:
    """The shortest loop: the same text and keyboard to everybody, and nothing is kept."""
    transport = Transport(TOKEN, at_once)
    await transport.initialize()
    bot = Bot(stand_in(TOKEN), base_url=f"{url}/bot", request=transport, get_updates_request=Transport(TOKEN, 1))
    markup = InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data="1s.20261125.p..x") for label in row] for row in ROWS]
    )
    chats = iter(range(FIRST_CHAT, FIRST_CHAT + count))

    async def send() -> None:
        for chat in chats:
            await bot.send_message(chat, TEXT, parse_mode=ParseMode.HTML, reply_markup=markup)

    used = time.process_time()
    await asyncio.gather(*(send() for _ in range(at_once)))
    cpu = time.process_time() - used
    await transport.shutdown()
    print(json.dumps({"cpu": cpu}))


async def ours(url: str, folder: Path, at_once: int, free: bool) -> None:
    if free:
        vars(platform)["LIMITS"] = Limits(total=())
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        telegram_bot_token=SecretStr(TOKEN),
        telegram_api_url=url,
        toehold_data_dir=folder,
        toehold_in_flight=at_once,
    )
    lags: list[float] = []
    loop = asyncio.get_running_loop()

    async def look() -> None:
        while True:
            due = loop.time() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            lags.append(loop.time() - due)

    async with running(settings, pulse=False) as bot:
        telegram = bot.platforms["telegram"]
        assert isinstance(telegram, platform.Telegram)
        while not telegram.username:  # noqa: ASYNC110 - it has no event, and a start needs none
            await asyncio.sleep(0.01)
        looking = asyncio.create_task(look())
        used, before = time.process_time(), _threads()
        await bot.heart.beat()
        cpu = time.process_time() - used
        by_thread = {name: seconds - before[name] for name, seconds in _threads().items()}
        looking.cancel()
        await asyncio.sleep(LINGER_SECONDS)
    lags.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"lag": lags[int(0.99 * (len(lags) - 1))], "cpu": cpu, "memory": memory} | by_thread))


def _threads() -> dict[str, float]:
    """CPU seconds: of the event loop, of those that read (and judge, and draw), and of the one that writes."""
    used = dict.fromkeys(THREADS.values(), 0.0)
    for thread in threading.enumerate():
        name = next((name for prefix, name in THREADS.items() if thread.name.startswith(prefix)), None)
        if name is not None and thread.ident is not None:
            used[name] += time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    return used


def main() -> None:
    use_packaged_rules()
    logs.configure("ERROR")
    what, url, *rest = sys.argv[1:]
    if what == "bare":
        asyncio.run(bare(url, int(rest[0]), int(rest[1])))
    else:
        asyncio.run(ours(url, Path(rest[0]), int(rest[1]), rest[2] == "free"))


if __name__ == "__main__":
    main()
