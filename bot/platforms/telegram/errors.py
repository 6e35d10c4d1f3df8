"""What Telegram's refusals mean: one table, from exception to Fault, and from Fault to Outcome (reliability §4.0, T-rows).

The texts are those of Telegram's own Bot API server and TDLib. PTB capitalises some of them, so they are matched in lower
case. Order matters: `BadRequest` and `TimedOut` are subclasses of `NetworkError`, and rights come before "forbidden".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.platforms.telegram.transport import NOT_SENT, Flooded
from scheduler.nudge import Broken, Gone, Later, Outcome, Unknown

# Not sent, and nobody is to blame: long enough that a dead network is probed, not hammered (T-17).
PROBE_SECONDS = 5.0
# A refused token heals only by hand, or when the proxy that answers 404 goes away (T-12).
TOKEN_SECONDS = 60.0
# The group forbids us to write: three tries in a day, for a fault of Telegram's once said so to good bots for hours (T-26).
RIGHTS_SECONDS = 8 * 3600.0


class Meaning(StrEnum):
    SAME = "same"
    """The message already looks like this: success."""
    LOST = "lost"
    """The message to edit is gone, or is not ours to edit: send it anew."""
    OTHER_KIND = "other-kind"
    """The message has a caption where we thought of a text, or the reverse: the other method."""
    STALE = "stale"
    """The tap is too old to be answered; its effect stays."""
    PLAIN = "plain"
    """Our markup was not understood: once again as plain text."""
    THREADLESS = "threadless"
    """The topic is closed or gone: once again without it."""
    MOVED = "moved"
    """The group has a new id (`chat`): once again there."""
    WAIT = "wait"
    """Flood control: not sent, wait `seconds`."""
    NOT_SENT = "not-sent"
    GONE = "gone"
    RIGHTS = "rights"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    TOKEN = "token"  # noqa: S105 - a meaning, not a secret
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Fault:
    """`reason` is for logs and for the database: a code, never a sentence, a name or a token."""

    meaning: Meaning
    reason: str
    seconds: float = 0.0
    chat: int = 0


# Text of a 400 (or of a 403: TDLib's all-capitals codes come as either) -> what it means. The first that is found counts.
_TEXTS: tuple[tuple[str, Meaning, str], ...] = (
    ("message is not modified", Meaning.SAME, "not-modified"),
    ("message to edit not found", Meaning.LOST, "message-not-found"),
    ("message_id_invalid", Meaning.LOST, "message-not-found"),
    ("message can't be edited", Meaning.LOST, "not-editable"),
    ("there is no text in the message to edit", Meaning.OTHER_KIND, "has-caption"),
    ("there is no caption in the message to edit", Meaning.OTHER_KIND, "has-text"),
    ("query is too old", Meaning.STALE, "query-too-old"),
    ("query id is invalid", Meaning.STALE, "query-too-old"),
    ("query_id_invalid", Meaning.STALE, "query-too-old"),
    ("can't parse entities", Meaning.PLAIN, "markup"),
    ("topic_closed", Meaning.THREADLESS, "topic-closed"),
    ("topic_deleted", Meaning.THREADLESS, "topic-deleted"),
    ("message thread not found", Meaning.THREADLESS, "topic-deleted"),
    ("not enough rights", Meaning.RIGHTS, "no-rights"),
    ("have no rights to send", Meaning.RIGHTS, "no-rights"),
    ("have no write access", Meaning.RIGHTS, "no-rights"),
    ("chat_write_forbidden", Meaning.RIGHTS, "no-rights"),
    ("chat_restricted", Meaning.RIGHTS, "restricted"),
    ("chat_admin_required", Meaning.RIGHTS, "no-rights"),
    ("chat_send_plain_forbidden", Meaning.RIGHTS, "no-text-allowed"),
    ("chat_send_photos_forbidden", Meaning.RIGHTS, "no-photos-allowed"),
    ("chat_guest_send_forbidden", Meaning.RIGHTS, "no-rights"),
    ("user_is_blocked", Meaning.GONE, "blocked"),
    ("bot was blocked by the user", Meaning.GONE, "blocked"),
    ("user is deactivated", Meaning.GONE, "account-deleted"),
    ("input_user_deactivated", Meaning.GONE, "account-deleted"),
    ("bot was kicked", Meaning.GONE, "kicked"),
    ("bot is not a member", Meaning.GONE, "not-a-member"),
    ("the group chat was deleted", Meaning.GONE, "chat-deleted"),
    ("can't initiate conversation", Meaning.GONE, "not-started"),
    ("chat not found", Meaning.GONE, "chat-not-found"),  # also "private chat not found"
    ("peer_id_invalid", Meaning.GONE, "chat-not-found"),
    ("user not found", Meaning.GONE, "chat-not-found"),
    ("message is too long", Meaning.BROKEN, "too-long"),
    ("caption is too long", Meaning.BROKEN, "too-long"),
    ("text is too long", Meaning.BROKEN, "too-long"),
    ("message text is empty", Meaning.BROKEN, "empty"),
    ("button_data_invalid", Meaning.BROKEN, "button-data"),
    ("message can't be deleted", Meaning.BROKEN, "not-deletable"),
    ("request entity too large", Meaning.BROKEN, "too-long"),
)


def read(error: Exception) -> Fault:
    """What an exception of a Bot API call means. Whatever is not in the table may have been carried out: unknown."""
    text = str(error).lower()
    match error:
        case Flooded():
            return Fault(Meaning.WAIT, "flood", seconds=error.seconds)
        case ChatMigrated():
            return Fault(Meaning.MOVED, "migrated", chat=error.new_chat_id)
        case InvalidToken() | EndPointNotFound():  # 401 and 404
            return Fault(Meaning.TOKEN, "token-refused")
        case TelegramError() if type(error.__cause__) is TelegramError:
            # The body was not JSON: a proxy or a captive portal spoke. Its 403 must not stop anybody's reminders.
            return Fault(Meaning.UNKNOWN, "not-json")
        case Conflict():
            return Fault(Meaning.CONFLICT, "conflict")
        case Forbidden():
            return _by_text(text) or Fault(Meaning.GONE, "forbidden")
        case BadRequest():
            return _by_text(text) or Fault(Meaning.BROKEN, "refused")
        case NetworkError():  # TimedOut too
            if isinstance(error.__cause__, NOT_SENT):
                return Fault(Meaning.NOT_SENT, type(error.__cause__).__name__)
            if error.__cause__ is None and "request entity too large" in text:  # HTTP 413, the only other sure "no"
                return Fault(Meaning.BROKEN, "too-long")
            return Fault(Meaning.UNKNOWN, type(error.__cause__ or error).__name__)
        case TelegramError():  # HTTP 200 with something that is not JSON: a captive portal, or a page of a proxy
            return Fault(Meaning.UNKNOWN, "not-json")
        case _:  # PTB could not read the answer of a call that was carried out
            return Fault(Meaning.UNKNOWN, type(error).__name__)


def _by_text(text: str) -> Fault | None:
    return next((Fault(meaning, reason) for part, meaning, reason in _TEXTS if part in text), None)


def outcome(fault: Fault) -> Outcome:
    """What a delivery reports when no remedy is left. `everyone` is added by whoever knows about the other chats."""
    match fault.meaning:
        case Meaning.WAIT:
            return Later(fault.seconds, fault.reason)
        case Meaning.NOT_SENT:
            return Later(max(fault.seconds, PROBE_SECONDS), fault.reason, everyone=True)
        case Meaning.TOKEN | Meaning.CONFLICT:
            return Later(TOKEN_SECONDS, fault.reason, everyone=True)
        case Meaning.RIGHTS | Meaning.THREADLESS:
            return Later(RIGHTS_SECONDS, fault.reason)
        case Meaning.MOVED:
            return Later(PROBE_SECONDS, fault.reason)
        case Meaning.GONE:
            return Gone(fault.reason)
        case Meaning.UNKNOWN:
            return Unknown(fault.reason)
        case Meaning.BROKEN | Meaning.PLAIN | Meaning.SAME | Meaning.LOST | Meaning.OTHER_KIND | Meaning.STALE:
            return Broken(fault.reason)
        case _:
            assert_never(fault.meaning)
