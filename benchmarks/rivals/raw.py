"""The raw client in a tight loop: nothing is planned, nothing is kept."""

import asyncio
import time

from telegram import Bot

from benchmarks.rivals.message import Message, request, token
from benchmarks.rivals.task import Task
from benchmarks.rivals.watch import Watch


async def run(task: Task, watch: Watch) -> None:
    bot = Bot(token(task), base_url=f"{task.url}/bot", request=request(task))
    async with bot:
        message = Message(task, bot, watch)
        print("ready", flush=True)
        chats = iter(task.chats)

        async def send() -> None:
            for chat in chats:
                await message.send(chat)

        watch.begin(time.time())
        await asyncio.gather(*(send() for _ in range(task.at_once)))
        watch.over()
        await watch.burst()
