"""`python -m benchmarks.rivals task.json`: one contender. Prints a line when it is ready."""

import asyncio
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.rivals.task import Task, read
from benchmarks.rivals.watch import Watch


async def run(task: Task) -> None:
    await import_module(f"benchmarks.rivals.{task.contender}").run(task, Watch(task))


asyncio.run(run(read(Path(sys.argv[1]))))
