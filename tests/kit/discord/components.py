"""The rules for the buttons and texts of a message, as Discord enforces them, and what it adds to them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.kit.discord.refusals import invalid
from tests.kit.discord.world import File

ROW, BUTTON, TEXT_INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = (
    *(1, 2, 4, 9, 10, 11, 12, 13, 14, 17),
    18,
)
SELECTS = (3, 5, 6, 7, 8)
_TOP = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}
Component = dict[str, Any]
# What an answer has even if the request had it not.
_UNDERSTOOD: Mapping[int, Mapping[str, Any]] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}


def walk(components: Sequence[Component], path: str = "components") -> Iterator[tuple[str, Component]]:
    """Every component with its place, from the outside in."""
    for number, component in enumerate(components):
        here = f"{path}.{number}"
        yield here, component
        yield from walk(component.get("components", []), f"{here}.components")
        for name in ("accessory", "component"):
            if isinstance(component.get(name), dict):
                yield f"{here}.{name}", component[name]


def check(components: Sequence[Component], v2: bool) -> None:
    """Refuse what Discord refuses, with 50035 and the place."""
    if v2:
        _check_tree(components)
    elif len(components) > 5:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for number, component in enumerate(components):
        if component.get("type") not in (_TOP if v2 else {ROW}):
            raise invalid(f"components.{number}.type", "UNION_TYPE_CHOICES", "Value of field type is not allowed here.")
    names: set[str] = set()
    for path, component in walk(components):
        _CHECKS.get(component.get("type", 0), _pass)(path, component)
        custom = component.get("custom_id")
        if custom is None:
            continue
        if not 1 <= len(custom) <= 100:
            raise invalid(f"{path}.custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        if custom in names:
            raise invalid(
                f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        names.add(custom)


def check_files(components: Sequence[Component], files: Sequence[File]) -> None:
    """Everything shown must be attached; and in a message of components, everything attached must be shown."""
    names = {file.name for file in files}
    for path, media in _media(components):
        url = media.get("url", "")
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            words = f"The referenced attachment {url} was not found"
            raise invalid(f"{path}.url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", words)


def finish(components: list[Component], files: Sequence[File]) -> None:
    """Number the components, add what is understood, and point `attachment://` at the files."""
    taken = {component["id"] for _, component in walk(components) if component.get("id")}
    free = (number for number in range(1, 1000) if number not in taken)
    for _, component in walk(components):
        if not component.get("id"):
            component["id"] = next(free)
        for name, value in _UNDERSTOOD.get(component.get("type", 0), {}).items():
            component.setdefault(name, value)
        for item in component.get("items", []):
            item |= {"description": item.get("description"), "spoiler": item.get("spoiler", False)}
    by_name = {file.name: file for file in files}
    for number, (_, media) in enumerate(_media(components), start=1):
        media.setdefault("id", str(number))
        media.setdefault("proxy_url", media.get("url"))
        file = by_name.get(media.get("url", "").removeprefix("attachment://"))
        if file is not None:
            media |= {"url": file.url, "proxy_url": file.url, "attachment_id": str(file.id)}
            media |= {"content_type": file.media_type, "loading_state": 2, "flags": 0}
    for _, component in walk(components):
        shown = [file for file in files if component.get("type") == FILE and file.url == component["file"].get("url")]
        component.update({"name": shown[0].name, "size": len(shown[0].content)} if shown else {})


def _media(components: Sequence[Component]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, component in walk(components):
        match component.get("type"):
            case 12:
                for number, item in enumerate(component.get("items", [])):
                    yield f"{path}.items.{number}.media", item.get("media", {})
            case 13:
                yield f"{path}.file", component.get("file", {})
            case 11:
                yield f"{path}.media", component.get("media", {})


def _check_tree(components: Sequence[Component]) -> None:
    everything = [component for _, component in walk(components)]
    if len(everything) > 40:
        words = "Total number of components cannot exceed 40"
        raise invalid("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", words)
    length = sum(len(component.get("content", "")) for component in everything if component.get("type") == TEXT)
    if length > 4000:
        words = "Total length of the text displays cannot exceed 4000"
        raise invalid("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)


def _check_row(path: str, row: Component) -> None:
    inside = row.get("components", [])
    if not 1 <= len(inside) <= 5:
        raise invalid(f"{path}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    kinds = {component.get("type") for component in inside}
    if not kinds <= {BUTTON, *SELECTS} or (kinds & set(SELECTS) and len(inside) > 1):
        raise invalid(f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The row has no room for these.")


def _check_button(path: str, button: Component) -> None:
    label, style = button.get("label") or "", button.get("style")
    if len(label) > 80:
        raise invalid(f"{path}.label", "BASE_TYPE_BAD_LENGTH", "Must be 80 or fewer in length.")
    if not label and not button.get("emoji"):
        raise invalid(f"{path}.label", "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
    if style == 5:
        if "url" not in button or "custom_id" in button:
            raise invalid(f"{path}.url", "BUTTON_COMPONENT_INVALID_URL", "A link button has a url and no custom id")
    elif style in (1, 2, 3, 4):
        if not button.get("custom_id") or button.get("url"):
            words = "A custom id is required"
            raise invalid(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_REQUIRED", words)
    else:
        raise invalid(f"{path}.style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")


def _check_select(path: str, select: Component) -> None:
    if not select.get("custom_id"):
        raise invalid(f"{path}.custom_id", "BASE_TYPE_REQUIRED", "This field is required")
    options = select.get("options", [])
    if select["type"] == 3 and not 1 <= len(options) <= 25:
        raise invalid(f"{path}.options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    values = [option["value"] for option in options]
    if len(set(values)) < len(values):
        raise invalid(
            f"{path}.options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is used"
        )
    for number, option in enumerate(options):
        if not 1 <= len(option["label"]) <= 100 or not 1 <= len(option["value"]) <= 100:
            words = "Must be between 1 and 100 in length."
            raise invalid(f"{path}.options.{number}", "BASE_TYPE_BAD_LENGTH", words)


def _check_section(path: str, section: Component) -> None:
    inside = section.get("components", [])
    if not 1 <= len(inside) <= 3 or any(component.get("type") != TEXT for component in inside):
        raise invalid(f"{path}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 text displays.")
    if not isinstance(section.get("accessory"), dict) or section["accessory"].get("type") not in (BUTTON, THUMBNAIL):
        raise invalid(f"{path}.accessory", "BASE_TYPE_REQUIRED", "This field is required")


def _check_text(path: str, text: Component) -> None:
    if not text.get("content", "").strip():
        raise invalid(f"{path}.content", "BASE_TYPE_REQUIRED", "This field is required")


def _check_container(path: str, container: Component) -> None:
    inside = container.get("components", [])
    if not inside or any(component.get("type") not in _TOP - {CONTAINER} for component in inside):
        raise invalid(f"{path}.components", "UNION_TYPE_CHOICES", "A container needs components that may be in it.")


def _check_gallery(path: str, gallery: Component) -> None:
    if not 1 <= len(gallery.get("items", [])) <= 10:
        raise invalid(f"{path}.items", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")


def _pass(path: str, component: Component) -> None:
    """Nothing to check."""


_CHECKS: Mapping[int, Callable[[str, Component], None]] = {
    ROW: _check_row,
    BUTTON: _check_button,
    **dict.fromkeys(SELECTS, _check_select),
    SECTION: _check_section,
    TEXT: _check_text,
    CONTAINER: _check_container,
    GALLERY: _check_gallery,
}
