"""What arrives from Discord -> RawUpdate, our own small JSON of it -> Heard.

The two halves never meet in memory: between them lies the inbox. So the second one trusts nothing that it reads: what is
missing or has another type than the first half writes is Unreadable. Nobody is known here by more than an id and a name.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.actions import decode
from bot.cards import TEXT_MAX
from bot.platforms.cleaning import clean, clean_name
from bot.platforms.discord import commands
from bot.platforms.discord.fields import (
    PLATFORM,
    TYPED,
    get_id,
    is_locale,
    is_payload,
    meaning,
    moment_of,
    opened_by,
    said_by,
)
from bot.platforms.discord.receipts import Kind, Receipt
from bot.platforms.fields import Fields, get_flag, get_number, get_text
from bot.platforms.port import Account, Address, Heard, Press, RawUpdate, RoomChanged, Said, Sender, Unreadable

_TEXT, _GUILD = "t", "g"  # beside the kinds of interactions, which are `Kind`
_KINDS = {
    discord.InteractionType.application_command: Kind.COMMAND,
    discord.InteractionType.component: Kind.BUTTON,
    discord.InteractionType.modal_submit: Kind.MODAL,
}
_CHAT_INPUT = 1  # a command with a slash; the others hang on people and messages
_NESTED = (1, 2)  # an option that is a subcommand, or a group of them
_TOLD = (discord.MessageType.default, discord.MessageType.reply)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What Discord said beside an interaction: the bits of who acted and of us, in that channel of a server."""

    address: Address
    account: Account
    member: int
    app: int
    is_thread: bool


def interaction(arrived: "discord.Interaction[Any]") -> RawUpdate | None:
    """None for what is no deed: a ping, a request for suggestions, a menu on a person or a message."""
    kind = _KINDS.get(arrived.type)
    user: discord.User | discord.Member | None = arrived.user or None
    data: Mapping[str, Any] = arrived.data or {}
    if kind is None or user is None or (kind is Kind.COMMAND and data.get("type", _CHAT_INPUT) != _CHAT_INPUT):
        return None
    fields: dict[str, object] = {
        "kind": kind.value,
        "id": str(arrived.id),
        "token": arrived.token,
        "user": str(user.id),
        "name": user.display_name,
        "locale": str(arrived.locale),
        "guild": _text_of(arrived.guild_id),
        "channel": _text_of(arrived.channel_id),
        "is_thread": isinstance(arrived.channel, discord.Thread),
        # Without a server it is our own chat with them, unless they use us in a chat of theirs with others.
        "is_direct": arrived.guild_id is None and not arrived.context.private_channel,
        "member": arrived.permissions.value,
        "app": arrived.app_permissions.value,
    }
    if kind is Kind.COMMAND:
        path, options = _command(data)
        fields |= {"path": path, "options": options}
    else:
        message = arrived.message
        fields |= {
            "custom_id": str(data.get("custom_id", "")),
            "message": _text_of(message.id if message else None),
            "is_hidden": message is not None and message.flags.ephemeral,
        }
    if kind is Kind.MODAL:
        fields["text"] = _typed(data.get("components") or ())
    return _raw(f"i{arrived.id}", str(user.id), fields)


def message(arrived: discord.Message) -> RawUpdate | None:
    """Only what a person writes to us directly: elsewhere Discord does not tell us what is said."""
    direct = arrived.channel.type is discord.ChannelType.private
    if not direct or arrived.author.bot or arrived.type not in _TOLD or not arrived.content:
        return None
    author = arrived.author
    fields = {"kind": _TEXT, "message": str(arrived.id), "user": str(author.id), "name": author.display_name}
    return _raw(f"m{arrived.id}", str(author.id), {**fields, "text": arrived.content[:TEXT_MAX]})


def guild(guild_id: int, present: bool, key: str) -> RawUpdate:
    """We came into a server, or are no longer in it. `key`: each such event needs one of its own."""
    return _raw(key, str(guild_id), {"kind": _GUILD, "guild": str(guild_id), "present": present})


def opened(raw: RawUpdate, payload: str) -> RawUpdate:
    """The same interaction, heard a second time, as what opens the private conversation."""
    return _raw(f"{raw.key}.opens", raw.lane, {**json.loads(raw.payload), "opens": payload})


def understand(raw: RawUpdate, bot: str) -> Heard | None:
    """Raises Unreadable; whatever the payload is, nothing else."""
    fields = _read(raw)
    kind = get_text(fields, "kind")
    if kind == _GUILD:
        room = Address(PLATFORM, bot, get_id(fields, "guild"))
        return RoomChanged(Sender(Account(PLATFORM, bot, ""), ""), room, get_flag(fields, "present"))
    if kind == _TEXT:
        return _written(fields, bot)
    if kind not in [each.value for each in Kind]:
        raise Unreadable("of an unknown kind")
    return _Interaction(fields, bot).heard()


def permissions(raw: RawUpdate, bot: str) -> Permissions | None:
    """None for what did not come from a server. Raises Unreadable."""
    fields = _read(raw)
    if get_text(fields, "kind") not in [each.value for each in Kind] or not get_text(fields, "guild"):
        return None
    return Permissions(
        Address(PLATFORM, bot, get_id(fields, "guild"), get_id(fields, "channel")),
        Account(PLATFORM, bot, get_id(fields, "user")),
        get_number(fields, "member"),
        get_number(fields, "app"),
        get_flag(fields, "is_thread"),
    )


class _Interaction:
    """One of them, read."""

    def __init__(self, fields: Fields, bot: str) -> None:
        self._fields = fields
        self._bot = bot
        self._sender = _sender(fields, bot)
        self._kind = Kind(get_text(fields, "kind"))
        token = get_text(fields, "token")
        receipt = Receipt.parse(str(Receipt(self._kind, get_id(fields, "id"), token)))
        if receipt is None:
            raise Unreadable("its token is not one")
        self._receipt = receipt

    def heard(self) -> Heard | None:
        if "opens" in self._fields:
            payload = get_text(self._fields, "opens")
            if not is_payload(payload):
                raise Unreadable("opens with what cannot be a payload")
            return self._said(f"/start {payload}", private=True)
        if self._kind is Kind.COMMAND:
            path = _path(self._fields)
            return self._said(commands.said(path, _options(self._fields)), commands.is_private(path[0]))
        custom_id = get_text(self._fields, "custom_id")
        if self._kind is Kind.MODAL:
            return self._said(get_text(self._fields, "text"), private=True) if said_by(custom_id) else None
        payload = opened_by(custom_id) or ""
        return self._said(f"/start {payload}", private=True) if payload else self._press(custom_id)

    def _said(self, text: str, private: bool) -> Said | None:
        text = _readable(text)
        if not text:
            return None
        address = self._address(private)
        return Said(
            self._sender,
            address,
            _is_private(address),
            text,
            "" if self._kind is Kind.COMMAND else self._message(),
            sent_at=self._receipt.made_at,
            receipt=str(self._receipt),
        )

    def _press(self, custom_id: str) -> Press:
        address = self._address(get_flag(self._fields, "is_hidden"))
        action = decode(meaning(custom_id))
        return Press(self._sender, address, _is_private(address), action, self._message(), str(self._receipt))

    def _message(self) -> str:
        return get_id(self._fields, "message")

    def _address(self, private: bool) -> Address:
        """Their chat with us; in a channel, the conversation that only they see, or the channel itself."""
        person = f"@{self._sender.account.id}"
        if get_flag(self._fields, "is_direct"):
            return Address(PLATFORM, self._bot, person)
        channel = get_id(self._fields, "channel")
        if private or not get_text(self._fields, "guild"):
            return Address(PLATFORM, self._bot, person, channel)
        return Address(PLATFORM, self._bot, get_id(self._fields, "guild"), channel)


def _written(fields: Fields, bot: str) -> Said | None:
    text, number = _readable(get_text(fields, "text")), get_id(fields, "message")
    if not text:
        return None
    sender = _sender(fields, bot)
    address = Address(PLATFORM, bot, f"@{sender.account.id}")
    return Said(sender, address, True, text, number, sent_at=moment_of(number))


def _is_private(address: Address) -> bool:
    return address.chat.startswith("@")


def _sender(fields: Fields, bot: str) -> Sender:
    account = Account(PLATFORM, bot, get_id(fields, "user"))
    locale = fields.get("locale")
    language = locale if isinstance(locale, str) and is_locale(locale) else ""
    return Sender(account, clean_name(get_text(fields, "name")[:TEXT_MAX]), language)


def _readable(text: str) -> str:
    return clean(text[:TEXT_MAX]).strip()


def _path(fields: Fields) -> list[str]:
    path = fields.get("path")
    if not isinstance(path, list) or not path or not all(isinstance(name, str) and name for name in path):
        raise Unreadable("path is not that of a command")
    return path


def _options(fields: Fields) -> dict[str, str]:
    options = fields.get("options")
    if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
        raise Unreadable("options are not texts")
    return options


def _command(data: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Where in the tree of commands the called one stands, and what was given to it."""
    path, options = [str(data.get("name", ""))], data.get("options") or []
    while options and options[0].get("type") in _NESTED:
        path.append(str(options[0].get("name", "")))
        options = options[0].get("options") or []
    return path, {str(option.get("name", "")): str(option.get("value", ""))[:TEXT_MAX] for option in options}


def _typed(components: Sequence[Mapping[str, Any]]) -> str:
    """What stands in our one field, however deep: in a label, or in a row as older clients send it."""
    for component in components:
        if component.get("custom_id") == TYPED:
            return str(component.get("value", ""))[:TEXT_MAX]
        inner = component.get("component")
        found = _typed([*(component.get("components") or ()), *([inner] if inner else ())])
        if found:
            return found
    return ""


def _text_of(number: int | None) -> str:
    return "" if number is None else str(number)


def _raw(key: str, lane: str, fields: Mapping[str, object]) -> RawUpdate:
    """ASCII JSON on purpose: a lone surrogate or a NUL in a name must not make a database refuse it."""
    return RawUpdate(key, lane, json.dumps(fields, ensure_ascii=True, separators=(",", ":")))


def _read(raw: RawUpdate) -> Fields:
    try:
        fields = json.loads(raw.payload)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON, or nested too deep") from error
    if not isinstance(fields, dict):
        raise Unreadable("not an object")
    return fields
