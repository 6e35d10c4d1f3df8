"""APScheduler's AsyncIOScheduler with its SQLAlchemyJobStore on a SQLite file: one cron job a person."""

import pickle
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from apscheduler import events
from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.util import datetime_to_utc_timestamp
from sqlalchemy import create_engine, event
from telegram import Bot

from benchmarks.rivals.message import Message, request, token
from benchmarks.rivals.task import Task
from benchmarks.rivals.watch import Watch

ADDED_SINGLY = 100
_SETTLED = events.EVENT_JOB_EXECUTED | events.EVENT_JOB_ERROR | events.EVENT_JOB_MISSED | events.EVENT_JOB_MAX_INSTANCES

_messages: list[Message] = []  # a stored job is found by name, so it can be bound to nothing


async def remind(chat: int) -> None:
    await _messages[0].send(chat)


def fill(task: Task) -> float:
    """Everybody's job, pickled as the store does it, but all in one transaction. Returns how many a second `add_job` of the
    store itself takes, which commits each."""
    store = _store(task)
    jobs = _jobs(task)
    store.jobs_t.create(store.engine, checkfirst=True)
    few = list(islice(jobs, min(ADDED_SINGLY, task.people)))
    began = time.perf_counter()
    for job in few:
        store.add_job(job)
    rate = len(few) / (time.perf_counter() - began)
    with store.engine.begin() as tx:
        while rows := [_row(store, job) for job in islice(jobs, 10_000)]:
            tx.execute(store.jobs_t.insert(), rows)
    store.shutdown()
    return rate


async def run(task: Task, watch: Watch) -> None:
    bot = Bot(token(task), base_url=f"{task.url}/bot", request=request(task))
    left = task.people

    def settled(event: events.JobExecutionEvent) -> None:
        nonlocal left
        left -= 1
        if event.code == events.EVENT_JOB_MISSED:
            watch.count("missed")
        if not left:
            watch.over()

    async with bot:
        _messages.append(Message(task, bot, watch))
        scheduler = AsyncIOScheduler(jobstores={"default": _store(task)}, timezone="UTC")
        scheduler.add_listener(settled, _SETTLED)
        scheduler.start()
        print("ready", flush=True)
        if task.due is None:
            await watch.idle({"tick": scheduler._process_jobs})
        else:
            watch.begin()
            await watch.burst()
        scheduler.shutdown(wait=False)


def _store(task: Task) -> SQLAlchemyJobStore:
    engine = create_engine(f"sqlite:///{task.database}")
    if task.patient:  # the best that it can be given: commits without a wait for the disk

        @event.listens_for(engine, "connect")
        def _connected(connection: object, _record: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
            connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]

    return SQLAlchemyJobStore(engine=engine)


def _jobs(task: Task) -> Iterator[Job]:
    scheduler = AsyncIOScheduler(timezone="UTC")
    now = datetime.now(UTC)
    for number, chat in enumerate(task.chats):
        if task.due is None:
            first = now + timedelta(hours=1) + timedelta(hours=22) * number / task.people
        else:
            first = datetime.fromtimestamp(task.due, UTC)
        yield Job(
            scheduler,
            id=str(chat),
            name="remind",
            func=remind,
            args=(chat,),
            kwargs={},
            trigger=CronTrigger(hour=first.hour, minute=first.minute, second=first.second, timezone="UTC"),
            executor="default",
            misfire_grace_time=task.grace,
            coalesce=True,
            max_instances=1,
            next_run_time=first,
        )


def _row(store: SQLAlchemyJobStore, job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "next_run_time": datetime_to_utc_timestamp(job.next_run_time),
        "job_state": pickle.dumps(job.__getstate__(), store.pickle_protocol),
    }
