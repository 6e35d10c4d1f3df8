"""Ours: the whole bot on its database, with the pulse that beats it, as `toehold run` has it."""

import asyncio
from pathlib import Path

from pydantic import SecretStr

from benchmarks.rivals.task import Task
from benchmarks.rivals.watch import Watch
from bot import logs
from bot.build import running
from bot.platforms.telegram import platform
from bot.settings import Settings
from drills.localtime import use_packaged_rules
from scheduler.pacing import Limits


async def run(task: Task, watch: Watch) -> None:
    use_packaged_rules()
    logs.configure("ERROR")
    vars(platform)["LIMITS"] = Limits(total=())  # the server allows everything, so we may send as fast as we can
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        telegram_bot_token=SecretStr(task.token),
        telegram_api_url=task.url,
        toehold_data_dir=Path(task.folder),
        toehold_in_flight=task.at_once,
    )
    async with running(settings, pulse=task.due is not None) as bot:
        telegram = bot.platforms["telegram"]
        assert isinstance(telegram, platform.Telegram)
        while not telegram.username:  # noqa: ASYNC110 - it has no event, and a start needs none
            await asyncio.sleep(0.01)
        print("ready", flush=True)
        if task.due is None:
            await watch.idle(
                {"tick": lambda: bot.engine.tick(bot.clock.now()), "beat": bot.heart.beat},
            )
        else:
            watch.begin()
            await watch.burst()
