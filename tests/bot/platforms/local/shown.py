"""A message as the local chat's page shows it, for tests that read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """One line of a chat as the page shows it."""

    chat: str
    raw: dict[str, Any]

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    @property
    def ours(self) -> bool:
        """Whether the bot wrote it."""
        return bool(self.raw["author"] == "bot")

    @property
    def title(self) -> str:
        return str((self.raw.get("card") or {}).get("title", ""))

    @property
    def text(self) -> str:
        """All words of the message, a line a block."""
        if self.raw["kind"] == "said":
            return str(self.raw["text"])
        card = self.raw["card"] or {"title": "", "blocks": []}
        return "\n".join([card["title"], *(" ".join(_words(block)) for block in card["blocks"])]).strip()

    @property
    def controls(self) -> list[dict[str, Any]]:
        return [control for row in (self.raw.get("card") or {}).get("rows", []) for control in row]

    @property
    def buttons(self) -> list[str]:
        """The labels of all controls, in order."""
        return [str(control["label"]) for control in self.controls]

    @property
    def ask(self) -> str | None:
        ask = (self.raw.get("card") or {}).get("ask")
        return None if ask is None else str(ask["kind"])

    @property
    def files(self) -> list[dict[str, Any]]:
        return list(self.raw.get("files", []))

    def has(self, label: str) -> bool:
        return label in self.buttons


def _words(value: object) -> Iterator[str]:
    """Every text in a block but its type and marks, depth first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in {"type", "mark", "tone"}:
                yield from _words(each)
