"""M-22: every secret is a canary, and the bot is led through every kind of error at DEBUG: nobody may hear it sing.

What is searched: the log, stdout and stderr, what exceptions and objects say when they are printed, every answer over HTTP,
what people are shown, and every file that is left. Each secret holds the needle, so one search finds them all, also in parts.
"""

import io
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot import logs
from tests.kit.discord import TOKEN as DISCORD_TOKEN
from tests.kit.telegram import TOKEN as TELEGRAM_TOKEN
from tests.soak.report import Asked, Report

NEEDLE = "canary"
WEBHOOK_SECRET = "canary-webhook-secret"
ACCESS = "canary-access-token-of-the-page"
PASSWORD = "canary-p%40ss"
SECRETS = [TELEGRAM_TOKEN, DISCORD_TOKEN, WEBHOOK_SECRET, ACCESS, PASSWORD, "canary-p@ss"]
PATHS_LEAST = 150


@dataclass
class Heard:
    """What was said anywhere, path by path. `hits`: where the needle was in it."""

    stream: io.StringIO = field(default_factory=io.StringIO)
    paths: list[str] = field(default_factory=list)
    hits: list[str] = field(default_factory=list)
    characters: int = 0
    redacted: int = 0

    def path(self, name: str, *said: object) -> None:
        """One way through an error is over; `said` is what came of it beside the log."""
        self.paths.append(name)
        written = self.stream.getvalue()
        self.redacted += written.count(logs.HIDDEN)
        for where, text in (("log", written), *(("said", str(each)) for each in said)):
            self.search(f"{name} ({where})", text)
        self.stream.seek(0)
        self.stream.truncate()

    def search(self, where: str, text: str) -> None:
        self.characters += len(text)
        place = text.lower().find(NEEDLE)
        if place >= 0:
            self.hits.append(f"{where}: …{text[max(0, place - 60) : place + 40]!r}…")

    def files(self, folder: Path, belongs: tuple[str, ...] = ()) -> None:
        for file in sorted(each for each in folder.rglob("*") if each.is_file() and each.name not in belongs):
            self.search(f"file {file.name}", file.read_bytes().decode("latin-1"))


async def run(asked: Asked) -> Report:
    """`--quick`: a few of the faults, and no process of its own."""
    from tests.soak.leaks_outside import commands, pages, settings_that_are_wrong
    from tests.soak.leaks_wire import discord, telegram

    heard = Heard()
    few = slice(asked.seed % 7, None, 7) if asked.quick else slice(None)
    with listening(heard.stream):
        await telegram(heard, few)
        await discord(heard, few)
        settings_that_are_wrong(heard, asked.folder)
    if not asked.quick:
        await commands(heard, asked.folder)
        await pages(heard, asked.folder)
    short = [] if asked.quick or len(heard.paths) >= PATHS_LEAST else [f"only {len(heard.paths)} paths"]
    return Report(
        "M-22",
        "every secret a canary, every kind of error, at DEBUG",
        f"≥ {PATHS_LEAST} error paths, 0 hits",
        {
            "error paths": str(len(heard.paths)),
            "characters searched": f"{heard.characters:,}",
            "hits": str(len(heard.hits)),
            "times that the log's own filter was needed": str(heard.redacted),
        },
        heard.hits + short,
    )


@contextmanager
def listening(stream: io.StringIO) -> Iterator[None]:
    """The log as the bot configures it, at DEBUG, and the two outputs of the process."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure("DEBUG", SECRETS, stream)
    try:
        with redirect_stdout(stream), redirect_stderr(stream):
            yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


def told(error: BaseException) -> str:
    """All that an exception says of itself, with its causes, their arguments and its traceback."""
    parts = ["".join(traceback.format_exception(error))]
    link: BaseException | None = error
    while link is not None:
        parts += [repr(link), repr(link.args), repr(vars(link) if hasattr(link, "__dict__") else "")]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(parts)


def raised(work: Callable[[], object]) -> str:
    """What is told of its failure; or what it gives, printed."""
    try:
        given = work()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - every failure is of interest here
        return told(error)
    return f"{given!r} {given} {given:}" if type(given).__format__ is object.__format__ else f"{given!r} {given}"
