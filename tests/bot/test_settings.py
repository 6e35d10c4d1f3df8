"""Settings: every wrong one is one plain sentence with its name, and never shows a secret."""

from pathlib import Path

import pytest

from bot.settings import Settings, WrongSettingError, load

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_with_nothing_set_the_local_chat_runs_on_this_computer_only() -> None:
    settings = load(None)
    assert settings.local_chat
    assert settings.time_machine
    assert settings.toehold_host == "127.0.0.1"
    assert settings.database_path == Path("data/toehold.sqlite")


def test_a_token_turns_the_local_chat_and_the_time_machine_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assert not load(None).local_chat
    monkeypatch.setenv("TOEHOLD_LOCAL", "1")
    assert load(None).local_chat
    assert not load(None).time_machine


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "not a token"),
        ("TELEGRAM_BOT_TOKEN", "98765"),
        ("TELEGRAM_BOT_TOKEN", "12:ü"),
        ("TELEGRAM_API_URL", "http://example.com"),
        ("TELEGRAM_API_URL", "ftp://127.0.0.1:1"),
        ("DATABASE_URL", "postgresql+psycopg://localhost/toehold"),
        ("TOEHOLD_PORT", "70000"),
        ("TOEHOLD_PORT", "eighty"),
        ("TOEHOLD_LOCAL", "perhaps"),
        ("TOEHOLD_LOG_LEVEL", "loud"),
        ("TOEHOLD_HOST", "0.0.0.0"),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettingError) as caught:
        load(None)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None
    if name == "TELEGRAM_BOT_TOKEN":
        assert value not in message


def test_an_env_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TOEHOLD_PORT=\xff\xfe")
    with pytest.raises(WrongSettingError, match=r"^\.env: "):
        load(tmp_path / ".env")


def test_an_env_file_is_read_and_empty_values_are_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TOEHOLD_PORT=9000\nTELEGRAM_BOT_TOKEN=\nDATABASE_URL=sqlite:////tmp/x.sqlite\n")
    settings = load(tmp_path / ".env")
    assert settings.toehold_port == 9000
    assert settings.telegram_bot_token is None
    assert settings.database_path == Path("/tmp/x.sqlite")


def test_no_secret_is_readable_in_any_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TOEHOLD_ACCESS_TOKEN", "canary-access")
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "canary-discord")
    shown = repr(load(None)) + str(load(None)) + str(load(None).model_dump())
    assert TOKEN not in shown
    assert "canary" not in shown
