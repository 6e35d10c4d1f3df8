"""/link: the code, the question before two accounts become one person, and what has come of it."""

from dataclasses import dataclass

from bot.actions import Link, Screen, Set, Setting, Show
from bot.cards import Block, Button, Card, Fine, Labelled, Lead, Points, Style
from bot.views import standing as standing_view
from bot.words import Words
from drills.streaks import Standing


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A new code, as it is typed on the other platform; `here`: the platform that this account is on."""

    code: str
    minutes: int
    here: str


@dataclass(frozen=True, slots=True)
class LinkAsk:
    """Shall the accounts be joined? The code was made `there`, by an account that bears `name`, and typed `here`.

    `days`: practised in all, there and here; None: this account is not set up.
    """

    code: str
    name: str
    there: str
    here: str
    days_there: int
    days_here: int | None


@dataclass(frozen=True, slots=True)
class Linked:
    """Joined. `platform`: where prompts go now, one of `platforms`."""

    standing: Standing
    hidden: bool
    platform: str
    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkNote:
    """Nothing was joined, and why: the tail of "link-note.…"."""

    what: str


def draw_code(words: Words, scene: LinkCode) -> Card:
    blocks: list[Block] = [
        Lead(words("link.code-lead", n=scene.minutes)),
        Labelled(words("link.code-label"), f"/link {scene.code}"),
        words("link.code-settings", platform=words(f"platform.{scene.here}")),
        words("link.for-good"),
        Fine(words("link.code-secret")),
    ]
    return Card(words("link.title"), tuple(blocks))


def draw_ask(words: Words, scene: LinkAsk) -> Card:
    there = words(f"platform.{scene.there}")
    days_here = words("link.not-set-up") if scene.days_here is None else words("streak.days", n=scene.days_here)
    blocks: list[Block] = [
        Lead(words("link.ask", there=there, name=scene.name)),
        Labelled(words(f"platform-name.{scene.there}"), words("streak.days", n=scene.days_there)),
        Labelled(words(f"platform-name.{scene.here}"), days_here),
        Points((words("link.ask-history"), words("link.ask-settings", there=there), words("link.for-good"))),
        Fine(words("link.ask-own")),
    ]
    yes = Button(words("link.join"), Link(scene.code, "yes"), Style.PRIMARY)
    return Card(words("link.title"), tuple(blocks), ((yes, Button(words("link.apart"), Link(scene.code, "no"))),))


def draw_linked(words: Words, scene: Linked) -> Card:
    blocks: list[Block] = [
        Lead(words("link.done")),
        standing_view.line(words, scene.standing, scene.hidden),
        words("link.prompts", platform=words(f"platform.{scene.platform}")),
    ]
    choices = tuple(
        Button(
            words(f"platform-name.{name}"),
            Set(Setting.PLATFORM, name),
            Style.PRIMARY if name == scene.platform else Style.PLAIN,
        )
        for name in scene.platforms
    )
    rows = (choices, (Button(words("button.today"), Show(Screen.TODAY)),))
    return Card(words("link.title-done"), tuple(blocks), rows)


def draw_note(words: Words, scene: LinkNote) -> Card:
    return Card(
        words("link.title"),
        (Lead(words(f"link-note.{scene.what}")),),
        ((Button(words("button.today"), Show(Screen.TODAY)),),),
    )
