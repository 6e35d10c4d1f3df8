"""python-telegram-bot's JobQueue: one `run_daily` a person. It keeps nothing, so a start adds everybody anew."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from apscheduler import events
from telegram.ext import ApplicationBuilder, CallbackContext

from benchmarks.rivals.message import Message, request, token
from benchmarks.rivals.task import Task
from benchmarks.rivals.watch import Watch

_SETTLED = events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR | events.EVENT_JOB_MISSED | events.EVENT_JOB_MAX_INSTANCES


async def run(task: Task, watch: Watch) -> None:
    builder = ApplicationBuilder().token(token(task)).base_url(f"{task.url}/bot")
    chosen = request(task)
    if chosen is not None:
        builder = builder.request(chosen)
        if task.aiohttp:
            from bot.platforms.telegram.transport import Transport

            builder = builder.get_updates_request(Transport(task.token, 1))
    application = builder.build()
    queue = application.job_queue
    assert queue is not None
    message = Message(task, application.bot, watch)

    async def remind(context: CallbackContext[Any, Any, Any, Any]) -> None:
        assert context.job is not None
        assert context.job.chat_id is not None
        await message.send(context.job.chat_id)

    left = task.people

    def settled(event: events.JobExecutionEvent) -> None:
        nonlocal left
        left -= 1
        if event.code == events.EVENT_JOB_MISSED:
            watch.count("missed")
        if not left:
            watch.over()

    # Its default, a second, is what APScheduler gives a job that names none.
    grace = {} if task.grace else {"misfire_grace_time": None}
    for number, chat in enumerate(task.chats):
        queue.run_daily(remind, _time(task, number), chat_id=chat, job_kwargs=grace)
    queue.scheduler.add_listener(settled, _SETTLED)
    await application.initialize()
    await application.start()
    print("ready", flush=True)
    if task.due is None:
        await watch.idle({"tick": queue.scheduler._process_jobs})
    else:
        watch.begin()
        await watch.burst()
    queue.scheduler.shutdown(wait=False)


def _time(task: Task, number: int) -> time:
    if task.due is not None:
        return datetime.fromtimestamp(task.due, UTC).timetz()
    spread = timedelta(hours=1) + timedelta(hours=22) * number / task.people
    return (datetime.now(UTC) + spread).timetz()
