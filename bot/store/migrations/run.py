"""Runs the migrations on an engine, without an alembic.ini: where the scripts are is known."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from bot.store import tables


def config(engine: Engine) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["engine"] = engine
    settings.attributes["metadata"] = tables.metadata
    return settings


def upgrade(engine: Engine, revision: str = "head") -> None:
    command.upgrade(config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    command.downgrade(config(engine), revision)
