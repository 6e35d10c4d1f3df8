"""Holds every request against the published description of the HTTP API, when that file lies beside the project."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

_FILE = Path(__file__).resolve().parents[3].parent / "shared" / "specs" / "discord-openapi.json"
_SNOWFLAKE = re.compile(r"(0|[1-9][0-9]*)\Z")

# A check gives what is wrong with a value at a path; nothing when it is right.
Check: TypeAlias = Callable[[Any, str], Iterator[str]]

# What discord.py sends and Discord takes, but the description does not have; each with the reason.
_UNDESCRIBED = {
    r"PUT /applications/\{application_id\}/commands: \[\d+\]\.nsfw": "age-restricted commands, in Discord's documentation",
    r"PATCH /channels/\{channel_id\}/messages/\{message_id\}: tts": "read aloud: means nothing in an edit, and is ignored",
    r"PATCH /webhooks/\{webhook_id\}/\{webhook_token\}/messages/(@original|\{message_id\}): tts": "the same",
    r"POST /interactions/\{interaction_id\}/\{interaction_token\}/callback: data\.tts": "the same, in a type 7",
}
_EXCEPTIONS = re.compile(rf"(?:{'|'.join(_UNDESCRIBED)}) is unknown")


@lru_cache
def description() -> dict[str, Any] | None:
    if not _FILE.exists():
        return None
    loaded: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


def violations(method: str, path: str, query: Mapping[str, str], body: Any) -> list[str]:
    """What the description forbids about this request; nothing when there is no description."""
    if description() is None:
        return []
    found = _find(method, path)
    if found is None:
        return [f"{method} {path}: no such route"]
    template, parameters, check, required = found
    name = f"{method} {template}"
    wrong = [f"{name}: unknown query parameter {key}" for key in query if key not in parameters]
    if body is None:
        return wrong + ([f"{name}: the body is missing"] if required else [])
    if check is None:
        return [*wrong, f"{name}: has no body"]
    wrong += [f"{name}: {error}" for error in check(body, "")]
    return [line for line in wrong if not _EXCEPTIONS.fullmatch(line)]


def misanswers(method: str, path: str, status: int, answer: Any) -> list[str]:
    """What the description does not say about this answer of the fake itself; more fields than it has are well."""
    found = _find(method, path)
    api = description()
    if found is None or api is None:
        return []
    responses = api["paths"][found[0]][method.lower()]["responses"]
    contents = [responses[code].get("content", {}) for code in (str(status), "201", "2XX") if code in responses]
    schema = next((content["application/json"]["schema"] for content in contents if content), None)
    if schema is None:
        return []
    wrong = [error for error in _check(schema)(answer, "") if not error.endswith(" is unknown")]
    return [f"{method} {found[0]}: {error}" for error in wrong]


def _find(method: str, path: str) -> tuple[str, set[str], Check | None, bool] | None:
    for pattern, template in _templates(path.count("/")):
        if pattern.fullmatch(path):
            return _operation(method, template)
    return None


@lru_cache
def _templates(slashes: int) -> list[tuple[re.Pattern[str], str]]:
    """Those with the fewest braces first: what is spelled out goes before a name."""
    api = description() or {"paths": {}}
    fitting = [path for path in api["paths"] if path.count("/") == slashes]
    fitting.sort(key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), path) for path in fitting]


@lru_cache
def _operation(method: str, template: str) -> tuple[str, set[str], Check | None, bool] | None:
    api = description()
    assert api is not None
    entry = api["paths"][template]
    operation = entry.get(method.lower())
    if operation is None:
        return None
    parameters = [*entry.get("parameters", []), *operation.get("parameters", [])]
    names = {parameter["name"] for parameter in parameters if parameter.get("in") == "query"}
    body = operation.get("requestBody")
    if body is None:
        return template, names, None, False
    content = body["content"]
    schema = content.get("application/json", content.get("multipart/form-data"))["schema"]
    return template, names, _check(schema), bool(body.get("required"))


def _named(name: str) -> Check:
    """A schema by name, built when it is first needed: they refer to each other in circles."""

    def check(value: Any, path: str) -> Iterator[str]:
        yield from _build(name)(value, path)

    return check


@lru_cache
def _build(name: str) -> Check:
    api = description()
    assert api is not None
    return _check(api["components"]["schemas"][name])


def _check(schema: Mapping[str, Any]) -> Check:
    """A schema, as a function. Several parts of one schema must all hold."""
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2])
    if schema.get("format") == "snowflake":
        return _snowflake
    parts: list[Check] = []
    if "type" in schema:
        parts.append(_typed(schema))
    if "enum" in schema:
        parts.append(_one_of(schema["enum"]))
    if "const" in schema:
        parts.append(_one_of([schema["const"]]))
    parts += [_check(part) for part in schema.get("allOf", ())]
    for word in ("oneOf", "anyOf"):
        if word in schema:
            parts.append(_either(schema[word]))
    if len(parts) == 1:
        return parts[0]
    return lambda value, path: (error for part in parts for error in part(value, path))


def _snowflake(value: Any, path: str) -> Iterator[str]:
    """Ids may be sent as numbers, says the description's own README."""
    if isinstance(value, bool) or not _SNOWFLAKE.match(str(value)):
        yield f"{path or 'the body'} is no id: {value!r}"


def _one_of(values: list[Any]) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:
        if value not in values:
            yield f"{path or 'the body'} is {value!r}, not one of {values}"

    return check


def _either(options: list[Mapping[str, Any]]) -> Check:
    if all("const" in option for option in options):
        return _one_of([option["const"] for option in options])
    options = sorted(options, key=lambda option: option.get("type") == "null")  # the last to complain
    checks = [_check(option) for option in options]

    @cache
    def meant(kind: Any) -> list[Check]:
        """Those that are known by this "type": a value that has one is held against no other."""
        return [one for option, one in zip(options, checks, strict=True) if kind in _kinds(option)]

    def check(value: Any, path: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        wrong: list[str] | None = None
        for one in (meant(kind) if isinstance(kind, int | str) else ()) or checks:
            found = list(one(value, path))
            if not found:
                return
            wrong = wrong or found
        yield from wrong or ()

    return check


def _kinds(option: Mapping[str, Any]) -> list[Any]:
    """The values of "type" by which one of several schemas is known."""
    name = option.get("$ref", "").rpartition("/")[2]
    api = description()
    schema = api["components"]["schemas"][name] if api is not None and name else option
    kinds: list[Any] = schema.get("properties", {}).get("type", {}).get("enum", [])
    return kinds


def _typed(schema: Mapping[str, Any]) -> Check:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    checks = {kind: _KINDS[kind](schema) for kind in kinds}

    def check(value: Any, path: str) -> Iterator[str]:
        kind = _kind_of(value)
        if kind == "integer" and kind not in checks:
            kind = "number"
        if kind not in checks:
            return iter([f"{path or 'the body'} is {value!r}, not {' or '.join(kinds)}"])
        return checks[kind](value, path)

    return check


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]


def _nothing_more(schema: Mapping[str, Any]) -> Check:
    del schema
    return lambda value, path: iter(())


def _ranged(schema: Mapping[str, Any]) -> Check:
    least, most = schema.get("minimum"), schema.get("maximum")

    def check(value: Any, path: str) -> Iterator[str]:
        if (least is not None and value < least) or (most is not None and value > most):
            yield f"{path} is {value}, not from {least} to {most}"

    return check


def _text(schema: Mapping[str, Any]) -> Check:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    pattern = re.compile(schema["pattern"]) if "pattern" in schema else None

    def check(value: Any, path: str) -> Iterator[str]:
        if len(value) < shortest or (longest is not None and len(value) > longest):
            yield f"{path} has {len(value)} characters, not {shortest} to {longest}"
        if pattern is not None and not pattern.search(value):
            yield f"{path} does not look right: {value!r}"

    return check


def _array(schema: Mapping[str, Any]) -> Check:
    inside = _check(schema["items"]) if "items" in schema else _nothing_more(schema)
    fewest, most, unique = schema.get("minItems", 0), schema.get("maxItems"), schema.get("uniqueItems")

    def check(value: Any, path: str) -> Iterator[str]:
        if len(value) < fewest or (most is not None and len(value) > most):
            yield f"{path or 'the body'} has {len(value)} entries, not {fewest} to {most}"
        if unique and len({json.dumps(entry, sort_keys=True) for entry in value}) < len(value):
            yield f"{path} has an entry twice"
        for number, entry in enumerate(value):
            yield from inside(entry, f"{path}[{number}]")

    return check


def _object(schema: Mapping[str, Any]) -> Check:
    fields = {name: _check(field) for name, field in schema.get("properties", {}).items()}
    required = schema.get("required", ())
    others = schema.get("additionalProperties", not fields)
    other = _check(others) if isinstance(others, dict) else None

    def check(value: Any, path: str) -> Iterator[str]:
        dot = f"{path}." if path else ""
        for name in required:
            if name not in value:
                yield f"{dot}{name} is missing"
        for name, entry in value.items():
            if name in fields:
                yield from fields[name](entry, f"{dot}{name}")
            elif other is not None:
                yield from other(entry, f"{dot}{name}")
            elif not others:
                yield f"{dot}{name} is unknown"

    return check


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], Check]] = {
    "null": _nothing_more,
    "boolean": _nothing_more,
    "integer": _ranged,
    "number": _ranged,
    "string": _text,
    "array": _array,
    "object": _object,
}
