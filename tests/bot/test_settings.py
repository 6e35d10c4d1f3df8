"""Settings: every wrong one is one plain sentence with its name, and never shows a secret."""

from pathlib import Path

import pytest

from bot.settings import Settings, WrongSettingError, load, mode_if_open

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
        ("DATABASE_URL", "mysql://localhost/toehold"),
        ("DATABASE_URL", "postgresql://localhost/toehold"),
        ("DATABASE_URL", "postgresql+psycopg://localhost"),
        ("DATABASE_URL", "postgresql+psycopg://ann:pass@word@localhost/toehold"),
        ("DATABASE_URL", "postgresql+psycopg://ann:pass/word@localhost/toehold"),
        ("DATABASE_URL", "postgresql+psycopg://ann:12/word@localhost/toehold"),
        ("DATABASE_URL", "postgresql+psycopg://ann:12?word@localhost/toehold"),
        ("DATABASE_URL", "postgresql+psycopg://ann:12#word@localhost/toehold"),
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
    if name in ("TELEGRAM_BOT_TOKEN", "DATABASE_URL"):
        assert value not in message
        assert "ann" not in message


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
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "MTIzNDU2.canary.discord")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://toehold:canary@db.example/toehold")
    shown = repr(load(None)) + str(load(None)) + str(load(None).model_dump()) + load(None).database_shown
    assert TOKEN not in shown
    assert "canary" not in shown


def test_a_database_on_a_server_is_named_without_who_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql+psycopg://toehold:can%40ry@db.example:5433/toehold?sslpassword=canary"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    settings = load(None)
    assert settings.on_server
    assert settings.database == url
    assert settings.database_shown == "postgresql://db.example:5433/toehold"
    assert {TOKEN, "can%40ry", "can@ry"} == set(settings.secrets), "what the log hides"


@pytest.mark.parametrize("url", ["", "sqlite:///here.sqlite"])
def test_a_file_is_named_as_it_is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    settings = load(None)
    assert not settings.on_server
    assert settings.database == settings.database_path == Path(settings.database_shown)
    assert settings.secrets == []


def test_a_discord_token_puts_the_local_chat_and_its_time_machine_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "MTIzNDU2.abc.def")
    settings = load(None)
    assert not settings.local_chat
    assert not settings.time_machine


@pytest.mark.parametrize("token", ["MTIzNDU2", "a.b", "a..c", "a.b.c.d", "ä.b.c"])
def test_a_discord_token_that_cannot_be_one_is_named(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", token)
    with pytest.raises(WrongSettingError, match=r"^DISCORD_BOT_TOKEN: must be three parts"):
        load(None)


def test_the_discord_api_is_never_spoken_to_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_API_URL", "http://proxy.example/api/v10")
    with pytest.raises(WrongSettingError, match=r"^DISCORD_API_URL: must begin with https://"):
        load(None)
    monkeypatch.setenv("DISCORD_API_URL", "http://127.0.0.1:9000/api/v10/")
    assert load(None).discord_api_url == "http://127.0.0.1:9000/api/v10"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", None),
        ("0/1", ((0,), 1)),
        ("0-3/8", ((0, 1, 2, 3), 8)),
        ("0,2/4", ((0, 2), 4)),
        (" 1 , 0-1 / 2 ", ((0, 1), 2)),
    ],
)
def test_the_shards_of_one_process_are_read(
    text: str, share: tuple[tuple[int, ...], int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOEHOLD_DISCORD_SHARDS", text)
    assert load(None).discord_shards == share


@pytest.mark.parametrize("text", ["1", "0/0", "4/4", "3-1/8", "a/4", "0-/4", "/4", "0/99999", "-1/4", "²/4"])
def test_shards_that_make_no_sense_are_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOEHOLD_DISCORD_SHARDS", text)
    with pytest.raises(WrongSettingError, match=r"^TOEHOLD_DISCORD_SHARDS: must look like 0-3/8"):
        load(None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", TOKEN),
        ("DISCORD_BOT_TOKEN", "MTIzNDU2.abc.def"),
        ("TOEHOLD_ACCESS_TOKEN", "long and random"),
        ("DATABASE_URL", "sqlite:////tmp/elsewhere.sqlite"),
    ],
)
def test_a_secret_may_stand_in_a_file_of_its_own(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    expected = load(None).model_dump()[name.lower()]
    monkeypatch.delenv(name)
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    monkeypatch.setenv(f"{name}_FILE", str(file))
    assert load(None).model_dump()[name.lower()] == expected


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "the file cannot be read (No such file or directory). Set it to a readable file."),
        (b"\xff\xfe", "the file cannot be read (it is not UTF-8 text). Set it to a readable file."),
        (b" \n", "the file is empty. Put the value into it, or leave the setting out."),
    ],
)
def test_a_file_that_holds_no_secret_is_named(
    content: bytes | None, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(file))
    with pytest.raises(WrongSettingError) as caught:
        load(None)
    assert str(caught.value) == f"TELEGRAM_BOT_TOKEN_FILE: {sentence}"


def test_a_wrong_token_in_a_file_is_named_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("canary, not a token")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "secret"))
    with pytest.raises(WrongSettingError, match=r"^TELEGRAM_BOT_TOKEN: must look like") as caught:
        load(None)
    assert "canary" not in str(caught.value)


def test_a_secret_in_two_places_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(TOKEN)
    (tmp_path / ".env").write_text(f"TELEGRAM_BOT_TOKEN_FILE={tmp_path / 'secret'}\n")
    assert load(tmp_path / ".env").has_token
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    with pytest.raises(WrongSettingError, match=r"^TELEGRAM_BOT_TOKEN_FILE: TELEGRAM_BOT_TOKEN is set too"):
        load(tmp_path / ".env")


def test_an_env_file_with_a_secret_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert mode_if_open(file) is None
    file.write_text(f"TOEHOLD_PORT=9000\nexport TELEGRAM_BOT_TOKEN = {TOKEN}\n")
    for mode, told in ((0o600, None), (0o640, "640"), (0o644, "644"), (0o711, None)):
        file.chmod(mode)
        assert mode_if_open(file) == told
    file.write_text("# TELEGRAM_BOT_TOKEN=...\nTELEGRAM_BOT_TOKEN=\nTOEHOLD_PORT=9000\n")
    file.chmod(0o644)
    assert mode_if_open(file) is None, "nothing in it is secret"


def test_the_health_page_is_there_with_a_token_and_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(None).health_port is None
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assert (load(None).toehold_health_host, load(None).health_port) == ("127.0.0.1", 9464)
    monkeypatch.setenv("TOEHOLD_HEALTH_PORT", "0")
    assert load(None).health_port is None
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    monkeypatch.setenv("TOEHOLD_HEALTH_PORT", "9000")
    assert load(None).health_port == 9000
