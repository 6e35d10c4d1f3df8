"""How prompts reach somebody who began in a channel: their private chat, or one quiet line where others talk."""

from dataclasses import dataclass

from bot.actions import Screen, Set, Setting, Show
from bot.cards import Block, Button, Card, Control, Fine, Lead, Points, PrivateLink, Style
from bot.words import Words

TODAY, MEND = "today", "reach"  # what the line's buttons say to us in private


@dataclass(frozen=True, slots=True)
class ReachScene:
    """`closed`: the private chat did not take our last message. `line`: whether the quiet line is wanted.

    `here`: the card stands in a channel, so the line may be chosen for it. `told`: the tail of "reach.told-…", or None.
    """

    closed: bool
    line: bool
    here: bool
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Hello:
    """The first words in the private chat: prompts will come here."""


@dataclass(frozen=True, slots=True)
class QuietLine:
    """Everybody in the channel sees it, so it says nothing of the person."""


def draw_reach(words: Words, scene: ReachScene) -> Card:
    blocks: list[Block] = []
    if scene.told:
        blocks.append(Lead(words(f"reach.told-{scene.told}")))
    else:
        blocks.append(Lead(words("reach.closed" if scene.closed else "reach.open")))
    if scene.closed:
        blocks += [words("reach.how"), Points((words("reach.step-privacy"), words("reach.step-allow")))]
    blocks.append(Fine(words("reach.line-on" if scene.line else "reach.line-off")))
    rows: list[tuple[Control, ...]] = [
        (Button(words("reach.try"), Set(Setting.LINE, "try"), Style.PRIMARY if scene.closed else Style.PLAIN),)
    ]
    if scene.line:
        rows.append((Button(words("reach.no-line"), Set(Setting.LINE, "off"), Style.QUIET),))
    elif scene.here:
        rows.append((Button(words("reach.line-here"), Set(Setting.LINE, "here"), Style.QUIET),))
    rows.append((Button(words("button.today"), Show(Screen.TODAY), Style.QUIET),))
    return Card(words("reach.title"), tuple(blocks), tuple(rows))


def draw_hello(words: Words, _scene: Hello) -> Card:
    rows = ((Button(words("button.today"), Show(Screen.TODAY), Style.PRIMARY),),)
    return Card(words("reach.hello-title"), (Lead(words("reach.hello")),), rows)


def draw_line(words: Words, _scene: QuietLine) -> Card:
    rows = ((PrivateLink(words("reach.line-start"), TODAY), PrivateLink(words("reach.line-mend"), MEND)),)
    return Card(words("reach.line"), (), rows)
