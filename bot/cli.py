"""The command line: run, check, demo. A start that cannot work ends with one sentence and exit code 2."""

import asyncio
import signal
import sys
from typing import Annotated, NoReturn

import structlog
import typer

from bot import logs, words
from bot import settings as settings_module
from bot.platforms.port import CannotStart
from bot.settings import Settings, WrongSettingError
from bot.store.faults import StoreFault
from drills.catalog import CatalogError
from drills.localtime import use_packaged_rules

EXIT_WRONG = 2

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
    try:
        asyncio.run(_run(settings))
    except (StoreFault, CatalogError, CannotStart) as error:
        _fail(_sentence(error, settings))


async def _run(settings: Settings) -> None:
    from bot.build import running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(settings) as bot:
        await _announce(settings, bot.platforms)
        await stop.wait()
        log.info("bot.stopping")
    log.info("bot.stopped")


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
    print(texts("cli.data-here", path=settings.database_path), flush=True)


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
    secrets = (
        settings.telegram_bot_token,
        settings.telegram_webhook_secret,
        settings.discord_bot_token,
        settings.toehold_access_token,
    )
    logs.configure(level or settings.toehold_log_level, [s.get_secret_value() for s in secrets if s is not None])


def _sentence(error: Exception, settings: Settings) -> str:
    if isinstance(error, StoreFault):
        return words.load()(f"start.store-{error.kind}", path=settings.database_path)
    return str(error)


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(EXIT_WRONG)


def main() -> None:
    app()
