"""The content of a message, checked and stored: the same rules for sending, editing, and answering an interaction."""

import copy
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.kit.discord import components, rights
from tests.kit.discord.refusals import invalid, refused
from tests.kit.discord.shapes import texts
from tests.kit.discord.world import DM, EPHEMERAL, SILENT, V2, Channel, File, Message, Notice, World

_FILE_BYTES = 10 * 1024 * 1024
_LEGACY = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2"
_EMBED_TEXT = 6000


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes


@dataclass
class Parts:
    """What a message will consist of once all of it has passed."""

    content: str
    flags: int
    components: list[dict[str, Any]]
    embeds: list[dict[str, Any]]
    files: list[File]
    allowed_mentions: Mapping[str, Any] | None


@dataclass
class Drafts:
    world: World
    notices: list[Notice] = field(default_factory=list)

    def create(
        self, channel: Channel, body: Mapping[str, Any], uploads: Mapping[int, Upload], allowed: int, number: int
    ) -> Parts:
        """Of a new message; `allowed` are the flags that may be set here."""
        flags = body.get("flags") or 0
        if flags & ~allowed:
            raise invalid("flags", "MESSAGE_FLAGS_INVALID", f"The flags {flags & ~allowed} cannot be set here")
        return self._parts(channel, body, uploads, Parts("", flags, [], [], [], None), number)

    def edit(self, message: Message, body: Mapping[str, Any], uploads: Mapping[int, Upload]) -> None:
        """An edit: what it does not name stays as it was. A message of components stays one."""
        flags = body.get("flags") or 0
        if flags & ~(V2 | SILENT | EPHEMERAL | 1 << 2):
            raise invalid("flags", "MESSAGE_FLAGS_INVALID", "Only SUPPRESS_EMBEDS and IS_COMPONENTS_V2 can be edited")
        old = Parts(
            message.content,
            message.flags | (flags & V2),
            copy.deepcopy(message.components),
            message.embeds,
            message.files,
            message.allowed_mentions,
        )
        parts = self._parts(message.channel, body, uploads, old, message.id)
        self.put(message, parts)
        message.edited = self.world.clock()

    def put(self, message: Message, parts: Parts) -> None:
        message.content = parts.content
        message.flags = parts.flags
        message.components = parts.components
        message.embeds = parts.embeds
        message.files = parts.files
        message.allowed_mentions = parts.allowed_mentions

    def _parts(
        self, channel: Channel, body: Mapping[str, Any], uploads: Mapping[int, Upload], old: Parts, number: int
    ) -> Parts:
        content = body.get("content", old.content) or ""
        embeds = list(body.get("embeds", old.embeds) or [])
        tree = copy.deepcopy(body.get("components", old.components) or [])
        v2 = bool(old.flags & V2)
        if v2 and (content or embeds):
            raise invalid("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", _LEGACY)
        if len(content) > 2000:
            raise invalid("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
        _check_embeds(embeds)
        components.check(tree, v2)
        files = self._files(channel, body, uploads, old.files, number)
        components.check_files(tree, files)
        components.finish(tree, files)
        if not (tree if v2 else content.strip() or embeds or files):
            raise refused(50006)
        mentions = body.get("allowed_mentions", old.allowed_mentions)
        _check_mentions(mentions)
        return Parts(content, old.flags, tree, embeds, files, mentions)

    def _files(
        self,
        channel: Channel,
        body: Mapping[str, Any],
        uploads: Mapping[int, Upload],
        old: Sequence[File],
        number: int,
    ) -> list[File]:
        """Those that stay, as `attachments` names them, and those that come; without a word all stay."""
        listed = body.get("attachments")
        kept = list(old)
        words: dict[int, Mapping[str, Any]] = {}
        if listed is not None:
            by_id = {int(entry["id"]): entry for entry in listed}
            kept = [file for file in old if file.id in by_id]
            words = {key: entry for key, entry in by_id.items() if key not in {file.id for file in old}}
            for position, key in enumerate(words):
                if key not in uploads:
                    text = f"Attachment {key} is neither uploaded nor on the message"
                    raise invalid(f"attachments.{position}.id", "MESSAGE_ATTACHMENT_NOT_FOUND", text)
        if uploads and channel.type != DM and not rights.bot_may(channel, "attach_files"):
            raise refused(50013)
        for key, upload in uploads.items():
            if len(upload.content) > _FILE_BYTES:
                raise refused(40005)
            entry = words.get(key, {})
            name = entry.get("filename") or upload.name
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            new = self.world.snowflake()
            url = f"{self.world.files_url}/attachments/{channel.id}/{new}/{name}"
            kept.append(File(new, name, upload.content, kind, url, entry.get("description")))
        if len(kept) > 10:
            raise invalid("attachments", "BASE_TYPE_BAD_LENGTH", "Must be 10 or fewer in length.")
        return kept

    def tell(self, message: Message) -> None:
        """Keep the short words of a message that has just been shown or changed; see `Seat.notices`."""
        source = message.interaction
        person = source.person.id if source is not None and message.ephemeral else None
        if is_notice(message):
            self.world.notices.append(Notice(message.channel.id, person, "\n".join(_said(message))))
            return
        for component in notice_displays(message):
            self.world.notices.append(Notice(message.channel.id, person, component["content"]))


def notice_displays(message: Message) -> list[dict[str, Any]]:
    """The text displays at the top that stand before the first container; none without a container."""
    kinds = [component["type"] for component in message.components]
    if components.CONTAINER not in kinds:
        return []
    before = message.components[: kinds.index(components.CONTAINER)]
    return [component for component in before if component["type"] == components.TEXT]


def is_notice(message: Message) -> bool:
    """An ephemeral message with nothing to press and no container, in answer to a tap or to a form."""
    source = message.interaction
    kinds = {component["type"] for _, component in components.walk(message.components)}
    plain = not kinds & {components.CONTAINER, components.BUTTON, *components.SELECTS}
    return message.ephemeral and plain and source is not None and source.type in (3, 5)


def _said(message: Message) -> list[str]:
    embeds = [text for embed in message.embeds for text in (embed.get("title"), embed.get("description")) if text]
    return [text for text in [message.content, *embeds, *texts(message.components)] if text]


def _check_embeds(embeds: Sequence[Mapping[str, Any]]) -> None:
    if len(embeds) > 10:
        raise invalid("embeds", "BASE_TYPE_BAD_LENGTH", "Must be 10 or fewer in length.")
    total = 0
    for number, embed in enumerate(embeds):
        fields = embed.get("fields") or []
        texts_ = [(embed.get("title"), 256), (embed.get("description"), 4096)]
        texts_ += [((embed.get("footer") or {}).get("text"), 2048), ((embed.get("author") or {}).get("name"), 256)]
        texts_ += [(field_["name"], 256) for field_ in fields] + [(field_["value"], 1024) for field_ in fields]
        if len(fields) > 25 or any(len(text or "") > longest for text, longest in texts_):
            raise invalid(f"embeds.{number}", "BASE_TYPE_MAX_LENGTH", "Too long.")
        total += sum(len(text or "") for text, _ in texts_)
    if total > _EMBED_TEXT:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_mentions(mentions: Mapping[str, Any] | None) -> None:
    for kind in ("users", "roles"):
        if mentions and kind in (mentions.get("parse") or ()) and mentions.get(kind):
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            raise invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
