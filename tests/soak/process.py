"""`toehold run` as a process that is killed: started, its log kept, and nothing of it left behind."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds; used up by failures only
# However the harness ends, what it started ends with it.
_LEASH = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()


class Process:
    """`name` tells several on one folder apart: each writes a log of its own, and so does each of its lives on its end."""

    def __init__(self, folder: Path, settings: Mapping[str, str], name: str = "toehold") -> None:
        self.log = folder / f"{name}.log"
        self.began = 0.0
        self._folder = folder
        self._settings = dict(settings)
        self._running: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.returncode is None

    async def start(self) -> None:
        settings = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TOEHOLD_DATA_DIR": str(self._folder),
            "TOEHOLD_HEALTH_PORT": "0",
            **self._settings,
        }
        self.began = time.monotonic()
        with self.log.open("ab") as log:
            # In the folder, so that no .env of somebody's is read.
            self._running = await asyncio.create_subprocess_exec(
                *_LEASH, sys.executable, "-m", "bot", "run", cwd=self._folder, env=settings, stdout=log, stderr=log
            )

    async def end(self, by: signal.Signals) -> tuple[int, float]:
        """Send the signal and wait. The exit code, and the seconds that it took; one that does not obey is killed."""
        assert self._running is not None
        asked = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self._running.send_signal(by)
        try:
            async with asyncio.timeout(PATIENCE):
                code = await self._running.wait()
        except TimeoutError:
            self._running.kill()
            code = await self._running.wait()
        return code, time.monotonic() - asked

    async def close(self) -> None:
        if self.is_running:
            await self.end(signal.SIGKILL)


def resident_mb(pid: int) -> float:
    """Resident memory of a process; 0 where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
