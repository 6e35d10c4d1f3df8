"""How Discord says no: its error codes with their HTTP status and words, and the form of its JSON."""

from collections.abc import Mapping
from typing import Any

_CODES: Mapping[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    20028: (429, "The write action you are performing on the channel has hit the write rate limit"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40003: (403, "You are opening direct messages too fast"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on this channel type"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160005: (403, "Thread is locked"),
}


class Refused(Exception):
    """An answer that is not a success, as it goes over the wire."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None, code: int | None = None
    ) -> None:
        super().__init__(f"{status} {body.get('message')}")
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.code = body.get("code", 0) if code is None else code


def refused(code: int, **more: Any) -> Refused:
    """One of Discord's errors by its code; `more` joins the body."""
    status, words = _CODES[code]
    return Refused(status, {"message": words, "code": code, **more})


def invalid(path: str, code: str, message: str) -> Refused:
    """50035 with the place of the mistake, "components.0.custom_id", in Discord's nested form."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(path.split(".")):
        errors = {part: errors}
    return refused(50035, errors=errors)


def limited(retry_after: float, everywhere: bool, scope: str = "user", code: int = 0) -> Refused:
    """429: too many requests on this route, or `everywhere`."""
    headers = {"Retry-After": str(max(1, round(retry_after))), "X-RateLimit-Scope": "global" if everywhere else scope}
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    words = _CODES[code][1] if code else "You are being rate limited."
    body = {"message": words, "retry_after": retry_after, "global": everywhere}
    return Refused(429, body | ({"code": code} if code else {}), headers, code)
