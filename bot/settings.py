"""Environment or `.env` -> one frozen Settings. Nobody else reads the environment; secrets have no readable form."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEALTH_PORT = 9464  # where exporters of metrics are looked for
IN_FILES = ("telegram_bot_token", "discord_bot_token", "toehold_access_token", "database_url")


class WrongSettingError(Exception):
    """A setting cannot be used. The message is one sentence: its name, what is wrong, what to do. Never its value."""


class Settings(BaseSettings):
    """Every setting, with its default. The names of the environment variables are stable; see `.env.example`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file_encoding="utf-8", env_ignore_empty=True)

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    database_url: str = ""
    toehold_host: str = "127.0.0.1"
    toehold_port: Annotated[int, Field(ge=0, le=65535)] = 8765
    toehold_data_dir: Path = Path("data")
    toehold_local: bool | None = None
    toehold_access_token: SecretStr | None = None
    toehold_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    discord_bot_token: SecretStr | None = None
    discord_api_url: str = "https://discord.com/api/v10"
    toehold_discord_shards: str = ""
    toehold_health_host: str = "127.0.0.1"
    toehold_health_port: Annotated[int | None, Field(ge=0, le=65535)] = None
    telegram_bot_token_file: Path | None = None
    discord_bot_token_file: Path | None = None
    toehold_access_token_file: Path | None = None
    database_url_file: Path | None = None

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None:
            number, colon, rest = token.get_secret_value().partition(":")
            if not (number.isdecimal() and colon and rest and token.get_secret_value().isascii()):
                raise ValueError("must look like 123456:ABC-DEF, as BotFather gives it")
        return token

    @field_validator("discord_bot_token")
    @classmethod
    def _looks_like_a_discord_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None:
            parts = token.get_secret_value().split(".")
            if len(parts) != 3 or not all(parts) or not token.get_secret_value().isascii():
                raise ValueError("must be three parts with dots between them, as the Discord developer page gives it")
        return token

    @field_validator("toehold_discord_shards")
    @classmethod
    def _is_a_share(cls, text: str) -> str:
        if text and read_shards(text) is None:
            raise ValueError("must look like 0-3/8 or 0,2/4: the shards of this process, and how many there are in all")
        return text

    @field_validator("telegram_api_url", "discord_api_url")
    @classmethod
    def _is_a_safe_url(cls, url: str) -> str:
        url = url.rstrip("/")
        plain_loopback = any(url.startswith((f"http://{host}:", f"http://[{host}]:")) for host in LOOPBACK)
        if not url.startswith("https://") and not plain_loopback:
            raise ValueError("must begin with https:// (plain http:// only for this computer)")
        return url

    @field_validator("database_url")
    @classmethod
    def _is_sqlite(cls, url: str) -> str:
        if url and not url.startswith("sqlite:///"):
            raise ValueError(
                "must begin with sqlite:/// followed by a file; this version keeps its data in SQLite only"
            )
        return url

    @field_validator("toehold_log_level", mode="before")
    @classmethod
    def _any_case(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def on_server(self) -> bool:
        """Whether the data is on a PostgreSQL server."""
        return self.database_url.startswith("postgresql")

    @property
    def database_path(self) -> Path:
        if self.database_url:
            return Path(self.database_url.removeprefix("sqlite:///"))
        return self.toehold_data_dir / "toehold.sqlite"

    @property
    def health_port(self) -> int | None:
        """None: off. Without a setting it is on where a platform token is set."""
        if self.toehold_health_port is None:
            return HEALTH_PORT if self.has_token else None
        return self.toehold_health_port or None

    @property
    def local_chat(self) -> bool:
        """On when no platform token is set, or when it is asked for."""
        return not self.has_token if self.toehold_local is None else self.toehold_local

    @property
    def time_machine(self) -> bool:
        """Only where no real person is prompted: time must not be moved for them."""
        return not self.has_token

    @property
    def has_token(self) -> bool:
        return self.telegram_bot_token is not None or self.discord_bot_token is not None

    @property
    def discord_shards(self) -> tuple[tuple[int, ...], int] | None:
        """The shards that this process connects, and how many there are in all; None: Discord is asked."""
        return read_shards(self.toehold_discord_shards) if self.toehold_discord_shards else None


SHARDS_MOST = 4096


def read_shards(text: str) -> tuple[tuple[int, ...], int] | None:
    """ "0-3/8" or "0,2/4". None for anything else."""
    ids, slash, of = text.replace(" ", "").partition("/")
    if not slash or not _is_number(of) or not 1 <= int(of) <= SHARDS_MOST:
        return None
    found: set[int] = set()
    for part in ids.split(","):
        first, dash, last = part.partition("-")
        last = last if dash else first
        if not _is_number(first) or not _is_number(last) or not int(first) <= int(last) < int(of):
            return None
        found.update(range(int(first), int(last) + 1))
    return tuple(sorted(found)), int(of)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4


def load(env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings. Raises WrongSettingError with one sentence for the first that is wrong."""
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings' own argument
        if in_files := _read_files(settings):
            settings = Settings(_env_file=env_file, **in_files)  # type: ignore[call-arg, arg-type]  # as text
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        reason = first["msg"].removeprefix("Value error, ")
        raise WrongSettingError(
            f"{name}: {reason[:1].lower()}{reason[1:]}. Set it in the environment or in .env."
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        raise WrongSettingError(f".env: cannot be read ({type(error).__name__}). Save it as UTF-8 text.") from None
    if settings.toehold_host not in LOOPBACK and settings.local_chat and settings.toehold_access_token is None:
        raise WrongSettingError(
            "TOEHOLD_HOST: opens the local chat to other computers, so TOEHOLD_ACCESS_TOKEN must be set too. "
            "Set it to a long random text, or leave TOEHOLD_HOST at 127.0.0.1."
        )
    return settings


def _read_files(settings: Settings) -> dict[str, str]:
    """The secrets that stand in files of their own, as containers and service managers hand them over."""
    found: dict[str, str] = {}
    for name in IN_FILES:
        path: Path | None = getattr(settings, f"{name}_file")
        if path is None:
            continue
        setting = f"{name}_file".upper()
        if name in settings.model_fields_set:
            raise WrongSettingError(f"{setting}: {name.upper()} is set too. Leave one of the two.")
        try:
            found[name] = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise WrongSettingError(
                f"{setting}: the file cannot be read ({reason}). Set it to a readable file."
            ) from None
        if not found[name]:
            raise WrongSettingError(f"{setting}: the file is empty. Put the value into it, or leave the setting out.")
    return found


def mode_if_open(env_file: Path = Path(".env")) -> str | None:
    """The mode of an `.env` that holds a secret and that others on this computer can read, such as "644"; None: all is well."""
    try:
        mode = env_file.stat().st_mode & 0o777
        text = env_file.read_text(encoding="utf-8") if mode & 0o044 else ""
    except (OSError, UnicodeDecodeError):
        return None
    secret = re.compile(rf"^[ \t]*(export[ \t]+)?({'|'.join(IN_FILES)})[ \t]*=[ \t]*\S", re.IGNORECASE | re.MULTILINE)
    return f"{mode:o}" if secret.search(text) else None
