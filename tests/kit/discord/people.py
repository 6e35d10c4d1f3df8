"""The people on the other side of the fake server: what they type, tap, fill in and see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.kit.discord.components import BUTTON
from tests.kit.discord.drafts import is_notice
from tests.kit.discord.lifecycle import (
    AUTOCOMPLETE,
    COMMAND,
    FORM,
    TAP,
    Choice,
    DidNotRespond,
    Interaction,
    Modal,
)
from tests.kit.discord.reading import Seen, button_rows, label, name_in, plain, seen, selects
from tests.kit.discord.shapes import channel_json, event_json, user_json
from tests.kit.discord.world import Channel, Message

if TYPE_CHECKING:
    from tests.kit.discord.server import DiscordServer

_KINDS = {4: "message", 5: "thinking", 6: "nothing", 7: "update", 8: "choices", 9: "modal"}


@dataclass(frozen=True)
class Answer:
    """How the bot has called back; more may have come since."""

    interaction: Interaction | None
    """None where a link was opened, which is nothing the bot hears of."""
    url: str = ""

    @property
    def kind(self) -> str:
        """ "message", "thinking", "nothing" (yet), "update", "choices", "modal"; "link"; or "" before the callback."""
        if self.interaction is None:
            return "link"
        return _KINDS.get(self.interaction.answer or 0, "")

    @property
    def ephemeral(self) -> bool:
        return self.interaction is not None and self.interaction.ephemeral

    @property
    def message_id(self) -> int | None:
        """Of the message that was sent or changed."""
        original = self.interaction.original if self.interaction is not None else None
        return original.id if original is not None else None


class Person:
    """A Discord user. `mutual`: shares a guild with the bot; without one the bot cannot write to them."""

    def __init__(self, server: "DiscordServer", number: int, name: str, locale: str) -> None:
        self.server = server
        self.id = number
        self.name = name
        self.locale = locale
        self.dms_closed = False
        self.mutual = True
        self._seats: dict[int, Seat] = {}

    def json(self) -> dict[str, Any]:
        return user_json(self.id, self.name.lower().replace(" ", "_"), self.name)

    def dm(self) -> "Seat":
        """Their seat in the direct chat with the bot."""
        return self._seat(self.server.world.dm(self))

    def at(self, channel: Channel) -> "Seat":
        """Their seat in a channel or thread; whoever is not in the guild joins it."""
        assert channel.guild is not None
        channel.guild.join(self)
        return self._seat(channel)

    @property
    def seats(self) -> list["Seat"]:
        """Wherever they have sat down."""
        return list(self._seats.values())

    def _seat(self, channel: Channel) -> "Seat":
        if channel.id not in self._seats:
            self._seats[channel.id] = Seat(self.server, self, channel)
        return self._seats[channel.id]


class Seat:
    """One person in one channel: `messages` is what they see there, `notices` what they were told in passing."""

    def __init__(self, server: "DiscordServer", person: Person, channel: Channel) -> None:
        self.server = server
        self.person = person
        self.channel = channel
        self.modal: Modal | None = None
        """The form that the last tap or command has opened."""
        self._dismissed: set[int] = set()

    async def say(self, text: str) -> int:
        """Type a message; its number. In a guild the bot is not told what it says, and most bots not even of it."""
        world, channel = self.server.world, self.channel
        message = world.post(channel, self.person.json(), content=text)
        guild = channel.guild
        if guild is not None and channel.archived and not channel.locked:
            channel.archived = False
            world.emit("THREAD_UPDATE", channel_json(channel), guild)
        body = event_json(world, message)
        if guild is not None and f"<@{world.bot_id}>" not in text:
            body |= {"content": "", "embeds": [], "attachments": [], "components": []}
        if guild is None or guild.bot_in:
            world.emit("MESSAGE_CREATE", body, guild)
        self.server.touch()
        await self.server.told()
        return message.id

    async def command(self, *path: str, wait: bool = True, seconds: float | None = None, **options: Any) -> Answer:
        """Type a command, `command("settings", "zone", text="Berlin")`; it must be registered, and so its options."""
        data = self.server.commands.data(self.person, self.channel, path, options)
        return await self._interact(COMMAND, data, None, wait, seconds)

    async def autocomplete(self, *path: str, seconds: float | None = None, **options: Any) -> list[Choice]:
        """Type as far as the last of the options, which is not done yet; what the bot suggests for it."""
        *_, focused = options
        data = self.server.commands.data(self.person, self.channel, path, options, focused)
        answer = await self._interact(AUTOCOMPLETE, data, None, True, seconds)
        assert answer.interaction is not None
        return answer.interaction.choices

    async def tap(
        self,
        label: str,
        message: Seen | None = None,
        back: int = 0,
        wait: bool = True,
        seconds: float | None = None,
    ) -> Answer:
        """Tap the newest button with this label, or else with this in its label; `back` 1: on the message before it."""
        button, shown = self._button(label, message, back)
        if "url" in button:
            return Answer(None, button["url"])
        data = {"custom_id": button["custom_id"], "component_type": BUTTON, "id": button["id"]}
        return await self._interact(TAP, data, shown, wait, seconds)

    async def press(
        self, custom_id: str, message: Seen | None = None, wait: bool = True, seconds: float | None = None
    ) -> Answer:
        """Press a button with any id on any message, or the bot's newest, as a forged or ancient client may."""
        found = [m for m in reversed(self._all()) if (m.id == message.id if message else m.author == self._me)]
        assert found, f"nothing of the bot to press on:\n{self.transcript()}"
        data = {"custom_id": custom_id, "component_type": BUTTON, "id": 1}
        return await self._interact(TAP, data, found[0], wait, seconds)

    async def choose(self, option: str, back: int = 0, wait: bool = True, seconds: float | None = None) -> Answer:
        """Pick the option with this label in the newest menu that has it."""
        found = [
            (select, one["value"], message)
            for message in reversed(self._all())
            for select in selects(message.components)
            for one in select.get("options", [])
            if one["label"] == option and not select.get("disabled")
        ]
        assert len(found) > back, f"no option {option!r} in:\n{self.transcript()}"
        select, value, shown = found[back]
        data = {
            "custom_id": select["custom_id"],
            "component_type": select["type"],
            "id": select["id"],
            "values": [value],
        }
        return await self._interact(TAP, data, shown, wait, seconds)

    async def fill(
        self, values: Mapping[str, Any] | None = None, wait: bool = True, seconds: float | None = None
    ) -> Answer:
        """Send the open form. A value is found by the custom id or the label of its field; others stay as they stand."""
        modal = self.modal
        assert modal is not None, f"no form is open:\n{self.transcript()}"
        data = {"custom_id": modal.custom_id, "components": _filled(modal, dict(values or {}))}
        self.modal = None
        return await self._interact(FORM, data, modal.source, wait, seconds)

    @property
    def messages(self) -> list[Seen]:
        """All that stands in the channel for this person, oldest first; what is a notice (see there) is not here."""
        return [seen(self.server.world, message) for message in self._all() if not is_notice(message)]

    @property
    def notices(self) -> list[str]:
        """The short words of the bot, in order, without markup. These are

        - each text display at the top of a message that stands *before* its first container, once for every time
          that the message was sent or edited with it; everybody in the channel gets it, of an ephemeral message only
          its person;
        - each ephemeral message with no container and nothing to press in it that answers a tap or a form, as the
          first answer or as a follow-up. What answers a command in that way is an ordinary message.
        """
        world = self.server.world
        mine = [n for n in world.notices if n.channel == self.channel.id and n.person in (None, self.person.id)]
        return [plain(notice.text, name_in(world)) for notice in mine]

    @property
    def last(self) -> Seen:
        """The bot's newest message."""
        return next(message for message in reversed(self.messages) if message.ours)

    async def expect(self, what: str | Callable[[Seen], bool], seconds: float = 5.0) -> Seen:
        """Wait until the bot shows a message that has this text, or of which this holds; the newest such message."""

        def found() -> Seen | None:
            ours = [message for message in reversed(self.messages) if message.ours]
            return next((m for m in ours if (what in m.text if isinstance(what, str) else what(m))), None)

        try:
            await self.server.until(lambda: found() is not None, repr(what), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the channel shows:\n{self.transcript()}") from None
        shown = found()
        assert shown is not None
        return shown

    async def delete(self, message: Seen) -> None:
        """Delete a message for everybody, as an admin can in a guild."""
        found = self.server.world.find(self.channel.id, message.id)
        assert found is not None
        self.server.messages.remove(found)
        await self.server.told()

    def dismiss(self, message: Seen) -> None:
        """Dismiss an ephemeral message; the bot is not told, and may edit it still."""
        assert message.ephemeral
        self._dismissed.add(message.id)

    def transcript(self) -> str:
        lines = []
        for message in self.messages:
            marks = "".join(f" ({name})" for name in ("ephemeral", "pinned", "silent") if getattr(message, name))
            lines.append(f"{'bot' if message.ours else 'person'} {message.id}{marks}: {message.text}")
            lines += ["    " + " ".join(f"[{label}]" for label in row) for row in message.rows]
        open_ = [i for i in self.server.world.interactions.values() if i.channel is self.channel and i.thinking]
        lines += ["bot is thinking…" for _ in open_]
        lines += [f"form: {self.modal.text}"] if self.modal is not None else []
        return "\n".join([*lines, *(f"notice: {notice}" for notice in self.notices)])

    @property
    def _me(self) -> Mapping[str, Any]:
        return self.server.world.me

    def _all(self) -> list[Message]:
        shown = self.server.world.visible(self.channel, self.person)
        return [message for message in shown if message.id not in self._dismissed]

    def _button(self, wanted: str, message: Seen | None, back: int) -> tuple[dict[str, Any], Message]:
        shown = [m for m in reversed(self._all()) if message is None or m.id == message.id]
        for fits in (lambda text: text == wanted, lambda text: wanted in text):
            found = []
            for m in shown:
                buttons = [button for row in button_rows(m.components) for button in row if not button.get("disabled")]
                found += [(button, m) for button in buttons if fits(label(button))][:1]
            if len(found) > back:
                return found[back]
        raise AssertionError(f"no button {wanted!r}; the channel shows:\n{self.transcript()}")

    async def _interact(
        self, kind: int, data: Mapping[str, Any], message: Message | None, wait: bool, seconds: float | None
    ) -> Answer:
        server, channel = self.server, self.channel
        world, guild = server.world, channel.guild
        number = world.snowflake()
        token = f"aW50ZXJhY3Rpb246{number:x}-{len(world.interactions):032d}-canary"
        interaction = Interaction(number, kind, token, self.person, channel, world.clock(), data, message)
        world.interactions[token] = interaction
        if message is not None:
            message.newest = interaction
        if (guild is not None and not (guild.bot_in and guild.available)) or not server.gateway.reaches(guild):
            interaction.lost = True
            raise DidNotRespond("This application did not respond: no gateway session is there to hear of it")
        server.gateway.emit("INTERACTION_CREATE", interaction.json(world), guild)
        if not wait:
            return Answer(interaction)
        limit = world.answer_seconds if seconds is None else seconds
        try:
            await server.until(lambda: interaction.answer is not None, "an answer", limit)
        except AssertionError:
            interaction.lost = True
            raise DidNotRespond(f"This application did not respond in {limit:g} s to {dict(data)}") from None
        if interaction.modal is not None:
            self.modal = interaction.modal
        return Answer(interaction)


def _filled(modal: Modal, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The form as Discord sends it; AssertionError for what a person could not send."""
    known = [name for title, component in modal.fields for name in (title, component["custom_id"])]
    unknown = [name for name in values if name not in known]
    assert not unknown, f"no fields {unknown} in the form: {known}"

    def entry(component: Mapping[str, Any], title: str) -> dict[str, Any]:
        custom, kind = component["custom_id"], component["type"]
        given = values.get(custom, values.get(title))
        body = {"type": kind, "custom_id": custom, "id": component.get("id") or 1}
        if kind == 4:
            text = str(component.get("value") or "" if given is None else given)
            assert text or not component.get("required", True), f"the field {title!r} must be filled in"
            shortest, longest = component.get("min_length") or 0, component.get("max_length") or 4000
            assert not text or shortest <= len(text) <= longest, f"{title!r}: {shortest} to {longest} characters"
            return body | {"value": text}
        if kind in (21, 23):
            return body | {"value": given}
        return body | {"values": [given] if isinstance(given, str) else list(given or ())}

    filled: list[dict[str, Any]] = []
    for number, outer in enumerate(modal.components, start=1):
        body = {"type": outer["type"], "id": outer.get("id") or number}
        match outer["type"]:
            case 18:
                filled.append(body | {"component": entry(outer["component"], str(outer["label"]))})
            case 1:
                inside = [entry(inner, str(inner.get("label", ""))) for inner in outer["components"]]
                filled.append(body | {"components": inside})
            case _:
                filled.append(body)
    return filled
