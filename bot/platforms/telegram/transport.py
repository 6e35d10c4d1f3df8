"""The wire: a python-telegram-bot `BaseRequest` over aiohttp, and the only object that knows the token.

Why not the shipped httpx transport: it collapses above 8 requests in flight and it logs the URL, which holds the token.
PTB itself is given `stand_in(token)` and never sees the token: it would put it into `repr(bot)`, the text of
`InvalidToken`, and every URL. The true URL is built here, on the way out, and what comes back is searched for the token
(some proxies answer with a page that repeats the URL).
"""

import json
import re
from typing import Any, TypeAlias
from urllib.parse import urlencode

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

JSONDict: TypeAlias = dict[str, Any]

# Telegram's server may hold a send for up to 60 s in a flood wait before it answers (reliability, fact 7);
# giving up earlier would turn sent messages into unknown ones.
READ_SECONDS = 70.0
CONNECT_SECONDS = 5.0
POOL_SECONDS = 5.0
# aiohttp has no time limit for writing; an upload that stalls half-way would hang for ever without a total.
UPLOAD_SECONDS = 180.0
# A 429 that names no time, or 0 seconds.
FLOOD_SECONDS = 5.0
URLS_MOST = 64  # more than there are methods that we call
_URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


class NotOpen(Exception):
    """The platform is not running yet, or no longer."""


# A request that failed with one of these never left this machine; after any other it may have been carried out.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, NotOpen)
# Of these we know that neither text nor attributes hold the URL, so they may be chained. Others carry `request_info`.
_HARMLESS = (
    aiohttp.ClientOSError,
    aiohttp.ServerDisconnectedError,
    aiohttp.ServerTimeoutError,
    aiohttp.ClientPayloadError,
    aiohttp.ClientConnectionResetError,
    TimeoutError,
)

_TOKEN = re.compile(r"([0-9]{1,20}):[A-Za-z0-9_-]{1,200}\Z")


class Flooded(NetworkError):
    """HTTP 429: not carried out; wait `seconds`.

    Raised here because PTB turns a 429 without a time into a plain NetworkError, and the constructor of its RetryAfter
    warns of a deprecation each time.
    """

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too Many Requests: retry after {seconds:g}")
        self.seconds = seconds


class Withheld(Exception):
    """Stands in the chain of causes for an exception that may hold the URL, and so the token."""


def bot_id(token: str) -> str | None:
    """The bot's own id, which is the part of the token before the colon; None when this cannot be a token."""
    match = _TOKEN.match(token)
    return match[1] if match else None


def stand_in(token: str) -> str:
    """What PTB is given instead of the token."""
    return f"{bot_id(token)}:***"


class Transport(BaseRequest):
    """One pool of connections. `connections`: how many at once."""

    __slots__ = ("_connections", "_secrets", "_session", "_stand_in", "_token", "_urls")

    def __init__(self, token: str, connections: int) -> None:
        self._token = token
        self._stand_in = stand_in(token)
        self._connections = connections
        # As it is, and as a URL shows it.
        self._secrets = (token.encode(), token.replace(":", "%3A").encode(), token.replace(":", "%3a").encode())
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    def __repr__(self) -> str:
        return "Transport(token=***)"

    @property
    def read_timeout(self) -> float:
        return READ_SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        connect = _seconds(connect_timeout, CONNECT_SECONDS)
        uploads = request_data is not None and request_data.contains_files
        limits = aiohttp.ClientTimeout(
            total=UPLOAD_SECONDS if uploads else None,
            # aiohttp's `connect` is the wait for a free connection and the making of a new one together.
            connect=_seconds(pool_timeout, POOL_SECONDS) + connect,
            sock_connect=connect,
            sock_read=_seconds(read_timeout, READ_SECONDS),
        )
        try:
            status, body = await self._exchange(url, method, request_data, limits)
        except (aiohttp.ClientError, OSError, RuntimeError, ValueError) as error:
            failure = _failure(error)
        else:
            body = self._redacted(body)
            if status == 429:
                raise Flooded(_retry_after(body))
            return status, body
        # Outside of `except`, so that the original does not stay behind as the context.
        raise failure

    def _redacted(self, body: bytes) -> bytes:
        for secret in self._secrets:
            body = body.replace(secret, b"***")
        return body

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """As PTB's, which also logs the whole body as an error: a sign-in page, again at each poll."""
        try:
            parsed: JSONDict = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise TelegramError("Invalid server response") from error
        return parsed

    def _true(self, url: str) -> URL:
        """Taken apart once for each method; with parameters in it, which uploads and downloads may have, each time."""
        known = self._urls.get(url)
        if known is None:
            known = URL(url.replace(self._stand_in, self._token))
            if len(self._urls) < URLS_MOST:
                self._urls[url] = known
        return known

    async def _exchange(
        self, url: str, method: str, data: RequestData | None, limits: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise NetworkError("The connection is not open") from NotOpen()
        true_url = self._true(url)
        # A redirect would take the token to another place.
        form = _form(data)
        headers = _URLENCODED if isinstance(form, bytes) else None
        async with self._session.request(
            method, true_url, data=form, headers=headers, timeout=limits, allow_redirects=False
        ) as response:
            return response.status, await response.read()


def _form(data: RequestData | None) -> aiohttp.FormData | bytes | None:
    if data is None:
        return None
    if not data.contains_files:
        # As aiohttp would encode it, which makes a multipart writer with a random boundary first.
        return urlencode(data.json_parameters).encode()
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form


def _failure(error: Exception) -> NetworkError:
    """PTB's exception for aiohttp's, chained to it where that is harmless; without frames, whose variables hold the URL."""
    name = type(error).__name__
    failure = (
        TimedOut(f"Timed out ({name})") if isinstance(error, TimeoutError) else NetworkError(f"No answer ({name})")
    )
    if isinstance(error, _HARMLESS):
        link: BaseException | None = error
        while link is not None:
            link.__traceback__, link.__context__ = None, None
            link = link.__cause__
        failure.__cause__ = error
    else:
        failure.__cause__ = Withheld(name)
    return failure


def _retry_after(body: bytes) -> float:
    try:
        seconds = json.loads(body)["parameters"]["retry_after"]
    except (ValueError, LookupError, TypeError):
        return FLOOD_SECONDS
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else FLOOD_SECONDS


def _seconds(given: object, default: float) -> float:
    return float(given) if isinstance(given, int | float) else default
