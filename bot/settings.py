"""Environment or `.env` -> one frozen Settings. Nobody else reads the environment; secrets have no readable form."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SQLITE, POSTGRES = "sqlite:///", "postgresql+psycopg://"
HEALTH_PORT = 9464  # where exporters of metrics are looked for
IN_FILES = (
    "telegram_bot_token",
    "telegram_webhook_secret",
    "discord_bot_token",
    "toehold_access_token",
    "database_url",
)


class WrongSettingError(Exception):
    """A setting cannot be used. The message is one sentence: its name, what is wrong, what to do. Never its value."""


class Settings(BaseSettings):
    """Every setting, with its default. The names of the environment variables are stable; see `.env.example`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file_encoding="utf-8", env_ignore_empty=True)

    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    database_url: SecretStr = SecretStr("")  # it may hold a password
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr | None = None
    toehold_webhook_host: str = "127.0.0.1"
    toehold_webhook_port: Annotated[int, Field(ge=0, le=65535)] = 8443
    toehold_lease_seconds: Annotated[float, Field(ge=2, le=60)] = (
        30  # beats.AWAY_AFTER must stay longer than a take-over
    )
    toehold_in_flight: Annotated[int, Field(ge=1, le=32)] = 4
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
    telegram_webhook_secret_file: Path | None = None
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

    @field_validator("telegram_webhook_url")
    @classmethod
    def _is_a_public_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("must look like https://bot.example.org/telegram, without a question mark")
        return url

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _is_a_header(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret.get_secret_value()):
            raise ValueError("must be 1 to 256 letters, digits, underscores and dashes, as Telegram wants it")
        return secret

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
    def _is_a_database(cls, secret: SecretStr) -> SecretStr:
        url = secret.get_secret_value()
        if url.startswith(POSTGRES) and not _names_a_database(url):
            raise ValueError(
                f"must look like {POSTGRES}user:password@host:5432/database, with %40 for an @ in the password and %2F for a /"
            )
        if url and not url.startswith((SQLITE, POSTGRES)):
            raise ValueError(f"must begin with {SQLITE} followed by a file, or with {POSTGRES}")
        return secret

    @field_validator("toehold_log_level", mode="before")
    @classmethod
    def _any_case(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def on_server(self) -> bool:
        """Whether the data is on a PostgreSQL server."""
        return self.database_url.get_secret_value().startswith(POSTGRES)

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        url = self.database_url.get_secret_value()
        return Path(url.removeprefix(SQLITE)) if url else self.toehold_data_dir / "toehold.sqlite"

    @property
    def database(self) -> Path | str:
        """The SQLite file, or the URL of a PostgreSQL database, password and all."""
        return self.database_url.get_secret_value() if self.on_server else self.database_path

    @property
    def database_shown(self) -> str:
        """What may be told of it: the file, or the server and the name, but nothing of who logs in."""
        if isinstance(self.database, Path):
            return str(self.database)
        parts = urlsplit(self.database)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def secrets(self) -> list[str]:
        """What may never be read in a log, in every form in which it is used."""
        tokens = (
            self.telegram_bot_token,
            self.telegram_webhook_secret,
            self.discord_bot_token,
            self.toehold_access_token,
        )
        password = urlsplit(self.database).password if isinstance(self.database, str) else None
        passwords = [password, unquote(password)] if password else []
        return [each.get_secret_value() for each in tokens if each is not None] + passwords

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
    def received_by_all(self) -> frozenset[str]:
        """The platforms on which every process receives, and not only the one whose turn it is."""
        each = {"telegram": bool(self.telegram_webhook_url), "discord": self.discord_shards is not None}
        return frozenset(name for name, is_so in each.items() if is_so)

    @property
    def discord_shards(self) -> tuple[tuple[int, ...], int] | None:
        """The shards that this process connects, and how many there are in all; None: Discord is asked."""
        return read_shards(self.toehold_discord_shards) if self.toehold_discord_shards else None


def _names_a_database(url: str) -> bool:
    """Whether server and database can be told apart from the password, whatever stands in it."""
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError:
        return False
    return parts.netloc.count("@") <= 1 and bool(parts.path.strip("/")) and "@" not in parts.path and not parts.fragment


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
    if settings.telegram_webhook_url and settings.telegram_webhook_secret is None:
        raise WrongSettingError(
            "TELEGRAM_WEBHOOK_SECRET: must be set together with TELEGRAM_WEBHOOK_URL, or anybody could send updates. "
            "Set it to a long random text of letters and digits."
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
