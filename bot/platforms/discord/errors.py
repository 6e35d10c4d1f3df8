"""What Discord's refusals mean: one table, from exception to Fault, and from Fault to Outcome (reliability §4.0, D-rows).

Discord's own code says what is wrong, but discord.py reads it only from an answer that is JSON; anything else is a page of
somebody in between, and says nothing about the person. Cloudflare's ban (a 429 without JSON, D-14) keeps the whole bot quiet
for ten minutes. `toll` counts the 401, 403 and 429 that would lead to it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import aiohttp
import discord

from scheduler.nudge import Broken, Gone, Later, Outcome, Unknown

# Not sent, and nobody is to blame: long enough that a dead network is probed, not hammered.
PROBE_SECONDS = 5.0
# A refused token heals only by hand.
TOKEN_SECONDS = 60.0
# We may not write there, or the thread is locked: somebody has to change that first.
RIGHTS_SECONDS = 3600.0
# Too many private chats opened lately; Discord does not say for how long.
OPENING_SECONDS = 600.0
CLOUDFLARE_SECONDS = 600.0

NO_ANSWER = "no-answer"
"""The reason when our patience ended: the request may still be under way, and the next one would queue behind it."""


class Meaning(StrEnum):
    LOST = "lost"
    """The message to edit is gone, or may not be edited any more: send it anew."""
    ARCHIVED = "archived"
    """The thread is archived: take it out, and once again."""
    STALE = "stale"
    """The interaction's token is of no use: another way must be found, or none."""
    DONE = "done"
    """The interaction has been acknowledged before: success."""
    WAIT = "wait"
    """Not sent: wait `seconds`."""
    NOT_SENT = "not-sent"
    GONE = "gone"
    RIGHTS = "rights"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    TOKEN = "token"  # noqa: S105 - a meaning, not a secret


@dataclass(frozen=True, slots=True)
class Fault:
    """`reason` is for logs and for the database: a code, never a sentence, a name or a token."""

    meaning: Meaning
    reason: str
    seconds: float = 0.0
    everyone: bool = False


_CODES: dict[int, Fault] = {
    10003: Fault(Meaning.GONE, "channel-gone"),
    10004: Fault(Meaning.GONE, "server-gone"),
    10008: Fault(Meaning.LOST, "message-gone"),
    10013: Fault(Meaning.GONE, "user-gone"),
    10015: Fault(Meaning.STALE, "interaction-gone"),
    10062: Fault(Meaning.STALE, "interaction-gone"),
    30046: Fault(Meaning.LOST, "edited-too-often"),
    40003: Fault(Meaning.WAIT, "opening-too-fast", OPENING_SECONDS),
    40005: Fault(Meaning.BROKEN, "too-large"),
    40060: Fault(Meaning.DONE, "acknowledged-before"),
    50001: Fault(Meaning.RIGHTS, "no-access"),
    50005: Fault(Meaning.LOST, "not-ours"),
    50007: Fault(Meaning.GONE, "dm-closed"),
    50013: Fault(Meaning.RIGHTS, "no-rights"),
    50027: Fault(Meaning.STALE, "interaction-expired"),
    50035: Fault(Meaning.BROKEN, "invalid"),
    50083: Fault(Meaning.ARCHIVED, "thread-archived"),
    50278: Fault(Meaning.GONE, "dm-closed"),
    160005: Fault(Meaning.RIGHTS, "thread-locked"),
}

_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


def read(error: Exception) -> Fault:
    """What an exception of discord.py means. Whatever is not in the table may have been carried out: unknown."""
    match error:
        case discord.InteractionResponded():  # discord.py remembers an answer of ours that arrived
            return Fault(Meaning.DONE, "acknowledged-before")
        case discord.RateLimited():
            return Fault(Meaning.WAIT, "rate-limited", error.retry_after)
        case discord.HTTPException():
            return _CODES.get(error.code) or _by_status(error)
        case discord.LoginFailure() | discord.GatewayNotFound() if isinstance(error.__cause__, discord.HTTPException):
            return read(error.__cause__)
        case _ if isinstance(error, _NOT_SENT):
            return Fault(Meaning.NOT_SENT, type(error).__name__)
        case _:  # cut connections, time-outs, answers that discord.py could not read
            return Fault(Meaning.UNKNOWN, type(error).__name__)


def _by_status(error: discord.HTTPException) -> Fault:
    is_json = error.response.headers.get("Content-Type") == "application/json"
    if error.status >= 500:
        return Fault(Meaning.UNKNOWN, f"http-{error.status}")
    if error.status == 429:
        if not is_json:
            return Fault(Meaning.WAIT, "cloudflare", CLOUDFLARE_SECONDS, everyone=True)
        return Fault(Meaning.WAIT, "rate-limited", PROBE_SECONDS)
    if not is_json:
        return Fault(Meaning.UNKNOWN, "not-json")
    if error.status == 401:
        return Fault(Meaning.TOKEN, "token-refused")
    return Fault(Meaning.BROKEN, f"refused-{error.code or error.status}")


def places(error: Exception) -> list[str]:
    """Which fields of a message Discord did not like (50035): their names alone, for the rest may quote what was typed."""
    return re.findall(r"^In ([\w.]+):", error.text, re.MULTILINE) if isinstance(error, discord.HTTPException) else []


def outcome(fault: Fault) -> Outcome:
    """What a delivery reports when no remedy is left."""
    match fault.meaning:
        case Meaning.WAIT:
            return Later(fault.seconds, fault.reason, everyone=fault.everyone)
        case Meaning.NOT_SENT:
            return Later(PROBE_SECONDS, fault.reason, everyone=True)
        case Meaning.TOKEN:
            return Later(TOKEN_SECONDS, fault.reason, everyone=True)
        case Meaning.RIGHTS | Meaning.ARCHIVED:
            return Later(RIGHTS_SECONDS, fault.reason)
        case Meaning.GONE:
            return Gone(fault.reason)
        case Meaning.UNKNOWN:
            return Unknown(fault.reason)
        case Meaning.BROKEN | Meaning.LOST | Meaning.STALE | Meaning.DONE:
            return Broken(fault.reason)
        case _:
            assert_never(fault.meaning)
