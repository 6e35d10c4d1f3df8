"""The command line: run, check, migrate, backup, restore, demo. What cannot work ends with one sentence and exit code 2."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer

from bot import logs, words
from bot import settings as settings_module
from bot.platforms.port import CannotStart
from bot.settings import Settings, WrongSettingError
from bot.starting import may_pass, wait_for_server
from bot.store.faults import StoreFault
from drills.catalog import CatalogError
from drills.localtime import use_packaged_rules

EXIT_WRONG = 2
EXIT_AGAIN = 1  # whoever keeps us running should start us again

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
log = structlog.get_logger()


@app.callback()
def _toehold() -> None:
    """Toehold coaches people through foot drills, on Telegram, on Discord, or in a chat page on this computer."""


@app.command()
def run() -> None:
    """Start the bot: on Telegram and Discord when their tokens are set, otherwise in the local chat."""
    settings = _settings()
    _configure_logs(settings)
    if mode := settings_module.mode_if_open():
        print(words.load()("operate.env-open", mode=mode), file=sys.stderr)
    try:
        asyncio.run(_run(settings))
    except CannotStart as error:
        _fail(str(error), EXIT_WRONG if error.for_good else EXIT_AGAIN)
    except StoreFault as error:
        _fail(_sentence(error, settings), EXIT_AGAIN if settings.on_server and may_pass(error) else EXIT_WRONG)
    except CatalogError as error:
        _fail(str(error))


async def _run(settings: Settings) -> None:
    from bot.build import running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await _server_is_there(settings, stop)
    if stop.is_set():
        return
    async with running(settings) as bot:
        await _announce(settings, bot.platforms)
        await stop.wait()
        log.info("bot.stopping")
    log.info("bot.stopped")


async def _server_is_there(settings: Settings, stop: asyncio.Event) -> None:
    def say(fault: StoreFault, seconds: int) -> None:
        sentence = words.load()("start.postgres-waiting", path=settings.database_shown, reason=fault, seconds=seconds)
        print(sentence, file=sys.stderr, flush=True)

    await wait_for_server(settings.database, stop, say)


async def _announce(settings: Settings, platforms: object) -> None:
    from bot.platforms.local.platform import LocalChat

    texts = words.load()
    assert isinstance(platforms, dict)
    local = platforms.get("local")
    if isinstance(local, LocalChat):
        await local.ready.wait()
        print(texts("cli.open-here", url=local.url), flush=True)
    if "telegram" in platforms:
        print(texts("cli.telegram-on"), flush=True)
    if "discord" in platforms:
        print(texts("cli.discord-on"), flush=True)
    print(texts("cli.data-here", path=settings.database_shown), flush=True)


@app.command()
def check(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Also fold every streak anew from all its facts, and compare.")
    ] = False,
) -> None:
    """Look at settings, database, time-zone data and tokens, and say in plain words what is wrong."""
    from bot.check import examine

    settings = _settings()
    _configure_logs(settings, level="ERROR")
    good = asyncio.run(examine(settings, print, rebuild))
    raise typer.Exit(0 if good else 1)


@app.command()
def migrate() -> None:
    """Bring the database to this version. PostgreSQL needs it before each new version starts; SQLite does it by itself."""
    from bot.store import opening

    settings = _settings()
    _configure_logs(settings)
    texts, steps = words.load(), list[str]()
    try:
        opening.migrate(settings.database, steps.append)
    except StoreFault as error:
        _fail(_sentence(error, settings))
    for revision in steps or [opening.HEAD]:
        name = "cli.migrated" if steps else "cli.nothing-to-migrate"
        print(texts(name, path=settings.database_shown, before=revision, revision=opening.HEAD))


@app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; a new name in the folder backups beside the database by default.")
    ] = None,
    keep: Annotated[int | None, typer.Option(min=1, help="Then keep only so many in that folder.")] = None,
) -> None:
    """Copy the database while the bot runs, and open the copy to see that it is whole."""
    from bot.keeping import keep_copy

    keep_copy(_settings(), file, keep, print, _fail)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    old: Annotated[bool, typer.Option("--old", help="Even if it is more than 30 days old.")] = False,
) -> None:
    """Put a backup in the place of the database, with the bot stopped. The database that was there is kept beside it."""
    from bot.keeping import put_back

    settings = _settings()
    _configure_logs(settings, level="ERROR")
    try:
        put_back(settings, file, old, print, _fail)
    except StoreFault as error:
        _fail(_sentence(error, settings))


@app.command()
def demo(
    slowly: Annotated[bool, typer.Option(help="Pause between the messages, to read along.")] = False,
) -> None:
    """Play the first three days of one person in the terminal."""
    from bot.demo import play

    use_packaged_rules()
    logs.configure("ERROR")
    asyncio.run(play(print, slowly=slowly))


def _settings() -> Settings:
    use_packaged_rules()
    try:
        return settings_module.load()
    except WrongSettingError as error:
        _fail(str(error))


def _configure_logs(settings: Settings, level: str | None = None) -> None:
    logs.configure(level or settings.toehold_log_level, settings.secrets)


def _sentence(error: Exception, settings: Settings) -> str:
    if isinstance(error, StoreFault):
        texts, path = words.load(), settings.database_shown
        if settings.on_server:
            return texts(f"start.postgres-{error.kind}", path=path, reason=error)
        return texts(f"start.store-{error.kind}", path=path)
    return str(error)


def _fail(sentence: str, code: int = EXIT_WRONG) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(code)


def main() -> None:
    app()
