"""`toehold check` says in plain words what is well and what is not."""

import sqlite3
from pathlib import Path

from pydantic import SecretStr

from bot.check import examine
from bot.settings import Settings
from bot.store.opening import lock_database, open_store
from tests.kit.telegram import TelegramServer


async def told(settings: Settings) -> tuple[bool, str]:
    lines: list[str] = []
    good = await examine(settings, lines.append)
    return good, "\n".join(lines)


async def test_a_new_folder_is_well(tmp_path: Path) -> None:
    good, text = await told(Settings(toehold_data_dir=tmp_path))
    assert good
    assert "no database yet" in text
    assert "3 drills" in text
    assert "All is well." in text
    assert list(tmp_path.iterdir()) == [], "looking changes nothing"


async def test_a_database_is_examined_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    settings = Settings(toehold_data_dir=tmp_path)
    await open_store(settings.database_path).close()
    good, text = await told(settings)
    assert good
    assert "the database is whole" in text

    settings.database_path.write_bytes(b"this is not a database" * 100)
    good, text = await told(settings)
    assert not good
    assert "✗" in text
    assert "not a readable Toehold database" in text


async def test_a_database_in_use_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(toehold_data_dir=tmp_path)
    await open_store(settings.database_path).close()
    lock = lock_database(settings.database_path)
    good, text = await told(settings)
    lock.free()
    assert good
    assert "in use by a running Toehold" in text


async def test_a_newer_database_is_told(tmp_path: Path) -> None:
    settings = Settings(toehold_data_dir=tmp_path)
    await open_store(settings.database_path).close()
    with sqlite3.connect(settings.database_path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    good, text = await told(settings)
    assert not good
    assert "newer version of Toehold" in text


async def test_the_token_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    async with TelegramServer.running() as server:
        right = Settings(
            toehold_data_dir=tmp_path, telegram_bot_token=SecretStr(server.token), telegram_api_url=server.url
        )
        good, text = await told(right)
        assert good
        assert "@ToeholdTestBot" in text
        assert server.token not in text

        wrong = right.model_copy(update={"telegram_bot_token": SecretStr("999:not-the-token")})
        good, text = await told(wrong)
        assert not good
        assert "does not know this bot token" in text
        assert "not-the-token" not in text
