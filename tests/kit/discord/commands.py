"""Application commands: what the bot registers, and what a person types turned into what Discord sends."""

import copy
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.kit.discord.refusals import invalid, refused
from tests.kit.discord.rights import BITS
from tests.kit.discord.routes import Request, Routes
from tests.kit.discord.shapes import member_json
from tests.kit.discord.world import DM, Channel, World

if TYPE_CHECKING:
    from tests.kit.discord.people import Person

_NAME = re.compile(r"[-_'\w]{1,32}\Z")
_SUBCOMMAND, _GROUP, _STRING, _INTEGER, _BOOLEAN, _USER, _CHANNEL, _NUMBER = 1, 2, 3, 4, 5, 6, 7, 10


class Commands:
    def __init__(self, world: World) -> None:
        self.world = world
        self.written = 0
        """How many times the bot has replaced them."""

    def add_to(self, routes: Routes) -> None:
        routes.add("GET", "/applications/{application_id}/commands", lambda request: self._own(request).commands)
        routes.add("PUT", "/applications/{application_id}/commands", self.replace)

    def replace(self, request: Request) -> Any:
        world = self._own(request)
        names = set()
        for number, command in enumerate(request.body or []):
            _check_command(str(number), command)
            kind = (command.get("type") or 1, command["name"])
            if kind in names:
                words = "Application command names must be unique"
                raise invalid(str(number), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
            names.add(kind)
        world.commands[:] = [self._stored(command) for command in request.body or []]
        self.written += 1
        return world.commands

    def _stored(self, command: Mapping[str, Any]) -> dict[str, Any]:
        world = self.world
        known = [c for c in world.commands if (c["type"], c["name"]) == (command.get("type") or 1, command["name"])]
        number = known[0]["id"] if known else str(world.snowflake())
        defaults = {
            "type": 1,
            "description": "",
            "options": [],
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
            "dm_permission": True,
            "default_member_permissions": None,
        }
        body = {**defaults, **{k: v for k, v in copy.deepcopy(dict(command)).items() if v is not None}}
        if body["default_member_permissions"] is not None:
            body["default_member_permissions"] = str(body["default_member_permissions"])
        return body | {"id": number, "application_id": str(world.bot_id), "version": str(world.snowflake())}

    def _own(self, request: Request) -> World:
        if request.number("application_id") != self.world.bot_id:
            raise refused(50001)
        return self.world

    def data(
        self,
        person: "Person",
        channel: Channel,
        path: Sequence[str],
        given: Mapping[str, Any],
        focused: str | None = None,
    ) -> dict[str, Any]:
        """What Discord sends for a typed command; AssertionError where a person could not have typed it."""
        command = next((c for c in self.world.commands if c["name"] == path[0] and c["type"] == 1), None)
        known = sorted(c["name"] for c in self.world.commands)
        assert command is not None, f"no command /{path[0]}; registered are {known}"
        self._check_shown(command, person, channel)
        levels, options = [], command.get("options", [])
        for name in path[1:]:
            level = next((o for o in options if o["name"] == name and o["type"] in (_SUBCOMMAND, _GROUP)), None)
            assert level is not None, f"no subcommand {name!r} in /{' '.join(path)}: {[o['name'] for o in options]}"
            levels.append(level)
            options = level.get("options", [])
        below = [o["name"] for o in options if o["type"] in (_SUBCOMMAND, _GROUP)]
        assert not below, f"/{' '.join(path)} needs one of the subcommands {below}"
        resolved: dict[str, dict[str, Any]] = {}
        filled = _filled(options, given, channel, resolved, focused)
        for level in reversed(levels):
            filled = [{"name": level["name"], "type": level["type"], "options": filled}]
        body = {"id": command["id"], "name": command["name"], "type": 1}
        return body | ({"options": filled} if filled else {}) | ({"resolved": resolved} if resolved else {})

    def _check_shown(self, command: Mapping[str, Any], person: "Person", channel: Channel) -> None:
        name, contexts = command["name"], command["contexts"]
        here = 1 if channel.type == DM else 0
        shown = here in contexts if contexts is not None else here == 0 or command["dm_permission"]
        assert shown, f"/{name} is not shown in {'direct chats' if here else 'guilds'} (contexts {contexts})"
        installed = 0 if person.mutual or channel.guild is not None else 1
        assert installed in command["integration_types"], f"/{name} is not installed for {person.name}"
        needed = command["default_member_permissions"]
        if needed is not None and channel.guild is not None:
            has = channel.guild.permissions(person)
            may = has & int(needed) == int(needed) or has & BITS["administrator"]
            assert may, f"{person.name} is not shown /{name}: it needs the permissions {needed}"


def _filled(
    options: Sequence[Mapping[str, Any]],
    given: Mapping[str, Any],
    channel: Channel,
    resolved: dict[str, dict[str, Any]],
    focused: str | None,
) -> list[dict[str, Any]]:
    by_name = {option["name"]: option for option in options}
    unknown = set(given) - set(by_name)
    assert not unknown, f"no options {sorted(unknown)}; there are {sorted(by_name)}"
    missing = {name for name, option in by_name.items() if option.get("required")} - set(given)
    assert focused is not None or not missing, f"the options {sorted(missing)} are required"
    filled = []
    for name, value in given.items():
        option = by_name[name]
        entry = {"name": name, "type": option["type"], "value": _value(option, value, channel, resolved, focused)}
        if name == focused:
            assert option.get("autocomplete"), f"the option {name!r} does not autocomplete"
            entry["focused"] = True
        filled.append(entry)
    return filled


def _value(
    option: Mapping[str, Any], value: Any, channel: Channel, resolved: dict[str, dict[str, Any]], focused: str | None
) -> Any:
    name, kind = option["name"], option["type"]
    if name == focused:
        return str(value)
    match kind:
        case 3:
            assert isinstance(value, str), f"{name} is a text, not {value!r}"
            longest, shortest = option.get("max_length") or 6000, option.get("min_length") or 0
            assert shortest <= len(value) <= longest, f"{name} has {shortest} to {longest} characters, not {len(value)}"
        case 4 | 10:
            right = isinstance(value, int | float) and not isinstance(value, bool)
            right = right and (kind == _NUMBER or isinstance(value, int))
            assert right, f"{name} is a number, not {value!r}"
            assert option.get("min_value") is None or value >= option["min_value"], f"{name}: {value} is too small"
            assert option.get("max_value") is None or value <= option["max_value"], f"{name}: {value} is too great"
        case 5:
            assert isinstance(value, bool), f"{name} is a yes or no, not {value!r}"
        case 6:
            resolved.setdefault("users", {})[str(value.id)] = value.json()
            if channel.guild is not None and value.id in channel.guild.members:
                member = member_json(channel.guild, {}, channel.guild.roles_of(value))
                del member["user"], member["deaf"], member["mute"]
                member["permissions"] = str(channel.guild.permissions(value))
                resolved.setdefault("members", {})[str(value.id)] = member
            return str(value.id)
        case _:
            raise AssertionError(f"the fake cannot fill in an option of type {kind}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    assert not choices or value in choices, f"{name} is one of {choices}, not {value!r}"
    return value


def _check_command(path: str, command: Mapping[str, Any]) -> None:
    name, kind = command.get("name") or "", command.get("type") or 1
    if kind == 1 and (not _NAME.match(name) or name != name.lower()):
        words = "Command name is invalid"
        raise invalid(f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", words)
    if kind == 1 and not 1 <= len(command.get("description") or "") <= 100:
        raise invalid(f"{path}.description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    options = command.get("options") or []
    if len(options) > 25:
        raise invalid(f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be 25 or fewer in length.")
    seen: set[str] = set()
    optional = False
    for number, option in enumerate(options):
        here = f"{path}.options.{number}"
        _check_command(here, {**option, "type": 1})
        if option["name"] in seen:
            words = "Option names must be unique"
            raise invalid(f"{here}.name", "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", words)
        seen.add(option["name"])
        if option.get("required") and optional:
            words = "Required options must be placed before non-required options"
            raise invalid(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        optional = optional or not option.get("required")
        if option.get("autocomplete") and option.get("choices"):
            raise invalid(
                here, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Choices and autocomplete exclude each other"
            )
