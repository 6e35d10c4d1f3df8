"""What a platform is given by `build.py`, and what it gives back: Intake, Postbox, Platform, and the values they exchange."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from bot.actions import Action
from bot.addresses import Account, Address, MessageKind, Posted, RawUpdate
from bot.cards import Reply
from scheduler.nudge import Outcome


@dataclass(frozen=True, slots=True)
class Sender:
    """Who spoke. `name` was typed by a person: hostile until a platform's render escapes it."""

    account: Account
    name: str
    language: str = ""
    zone_hint: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A tap on a button. `action` is None when its data is not one of ours. `receipt` answers the tap.

    `mark` is that of the reply whose message was tapped, and never trusted: "" where it had none, or has been edited since.
    """

    sender: Sender
    address: Address
    private: bool
    action: Action | None
    message: str
    receipt: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A typed message or command. `sent_at` is the platform's own time, where it tells one. `receipt` answers a command.

    `anonymous`: an admin spoke as the group itself; then the sender is the chat with its title, and not a person.
    """

    sender: Sender
    address: Address
    private: bool
    text: str
    message: str
    sent_at: datetime | None = None
    anonymous: bool = False
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """The person blocked us (`reachable` False) or let us in again (True). Comes from private chats only."""

    sender: Sender
    address: Address
    reachable: bool


@dataclass(frozen=True, slots=True)
class RoomMoved:
    """A chat got a new id (Telegram: group -> supergroup). Both signals of it may come, in any order, twice."""

    sender: Sender
    old: Address
    new: Address


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """We were added to a team chat (`present`) or removed from it, by `sender`. May come twice, and for a chat that has moved."""

    sender: Sender
    address: Address
    present: bool


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """`sender` left a team chat or was removed from it. Not every platform tells, not always, and sometimes twice."""

    sender: Sender
    address: Address


Heard: TypeAlias = Press | Said | Reached | RoomMoved | RoomChanged | MemberLeft


class CannotStart(Exception):
    """A platform cannot be used at all: a refused token, a taken port. The message is one sentence for the operator.

    `for_good` is False where the same settings may well work in a new process.
    """

    for_good = True


class Unreadable(Exception):
    """This update cannot be understood; it is quarantined and the next one goes on."""


class Intake(Protocol):
    async def accept(self, platform: str, bot: str, updates: Sequence[RawUpdate]) -> None:
        """Store the updates and return after the commit; only then may the platform confirm them. Known keys are ignored."""

    async def missed(self, platform: str) -> None:
        """The platform was not reached for so long that it has forgotten taps meanwhile. Never raises."""


class Turn(Protocol):
    """Of several processes on one database, one receives for a bot."""

    async def during(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it while it is our turn: begun when the turn comes, cancelled when it goes, and begun again."""


class Postbox(Protocol):
    """Remembers the last message of each living thing in a chat, and which chats have moved."""

    async def last(self, address: Address, living: str) -> Posted | None: ...

    async def put(self, address: Address, living: str, posted: Posted) -> Posted | None:
        """This is the last one now; returns the one before it."""

    def note(self, address: Address, living: str, posted: Posted, tell: Callable[[Posted | None], None]) -> None:
        """The same for what the engine has delivered: written together with its outcome. `tell` is then given the one before."""

    async def moved(self, old: Address, new: Address) -> None: ...


class Platform(Protocol):
    """One transport. `run` works until it is cancelled; the others may be called while it runs."""

    @property
    def name(self) -> str: ...

    @property
    def bot(self) -> str: ...

    @property
    def problem(self) -> str | None:
        """Why nothing arrives, in a sentence for the operator; None when all is well."""

    def understand(self, raw: RawUpdate) -> Heard | None:
        """None: nothing for us. Raises Unreadable for what cannot be parsed."""

    async def answer(self, heard: Heard, reply: Reply) -> None:
        """Show the reply to whoever spoke. Never raises for what the platform answers; it is logged."""

    async def deliver(self, address: Address, reply: Reply) -> Outcome:
        """Send a reply that nobody has asked for just now (a prompt)."""

    async def redraw(self, address: Address, reply: Reply) -> None:
        """Edit the message that lives under `reply.living`, if there is one; otherwise do nothing."""

    async def show(self, address: Address, reply: Reply) -> Outcome:
        """Keep the message that lives under `reply.living` as `reply` says: edit it, or send it (anew) if it is not there.

        Never raises. Later: not now, and `seconds` until it is worth another try; what was to be shown then may be newer.
        """

    async def may_manage(self, address: Address, account: Account, fresh: bool = False) -> bool:
        """Whether this account may manage challenges in that chat; False when nobody can tell.

        The answer may be up to a minute old, unless `fresh` (for what cannot be taken back).
        """

    async def run(self) -> None: ...


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One command of the platform's menu; `team`: it also makes sense in a team chat."""

    name: str
    description: str
    team: bool


__all__ = [
    "Account",
    "Address",
    "CannotStart",
    "Heard",
    "Intake",
    "MemberLeft",
    "MenuEntry",
    "MessageKind",
    "Platform",
    "Postbox",
    "Posted",
    "Press",
    "RawUpdate",
    "Reached",
    "RoomChanged",
    "RoomMoved",
    "Said",
    "Sender",
    "Turn",
    "Unreadable",
]
