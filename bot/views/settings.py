"""Settings, and the questions that they ask."""

from dataclasses import dataclass
from datetime import time

from bot.actions import Screen, Set, Setting, Show
from bot.cards import Ask, AskKind, Block, Button, Card, Control, Fine, Labelled, Lead, Style
from bot.views import when
from bot.words import Words
from drills.programme import MINUTES


@dataclass(frozen=True, slots=True)
class SettingsScene:
    zone_name: str
    minutes: int
    band: bool
    quiet: tuple[time, time] | None
    streak_hidden: bool
    follow_ups: bool
    gentle: bool
    freezes: bool = True
    due: frozenset[int] = when.EVERY_DAY
    day_start: time = time(3)
    changed: str | None = None
    """What was just changed: the tail of "settings.changed-…"."""
    in_channel: bool = False
    """The card stands in a channel: where prompts come is then no matter of course."""
    platform: str | None = None
    """Where prompts go, for whoever is on several platforms."""
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskQuiet:
    understood: bool = True


def draw(words: Words, scene: SettingsScene) -> Card:
    on, off = words("settings.on"), words("settings.off")
    quiet = words("settings.off")
    if scene.quiet:
        quiet = words("settings.span", start=when.clock(scene.quiet[0]), end=when.clock(scene.quiet[1]))
    resting = when.EVERY_DAY - scene.due
    rest = when.weekdays(words, resting) if resting else words("settings.no-rest")
    blocks: list[Block] = []
    if scene.changed:
        blocks.append(Lead(words(f"settings.changed-{scene.changed}")))
    blocks += [
        Labelled(words("settings.zone"), scene.zone_name),
        Labelled(words("settings.minutes"), words("minutes.button", n=scene.minutes)),
        Labelled(words("settings.band"), words("band.yes" if scene.band else "band.no")),
        Labelled(words("settings.quiet"), quiet),
        Labelled(words("settings.follow-ups"), on if scene.follow_ups else off),
        Labelled(words("settings.streak"), words("settings.hidden" if scene.streak_hidden else "settings.shown")),
        Labelled(words("settings.freezes"), on if scene.freezes else off),
        Labelled(words("settings.rest"), rest),
        Labelled(words("settings.day-start"), when.clock(scene.day_start)),
    ]
    elsewhere = [name for name in scene.platforms if scene.platform and name != scene.platform]
    if elsewhere:
        blocks.append(Labelled(words("settings.platform"), words(f"platform.{scene.platform}")))
    if scene.gentle:
        blocks.append(Fine(words("ready.gentle")))
    minutes = tuple(
        Button(
            words("minutes.button", n=n),
            Set(Setting.MINUTES, str(n)),
            Style.PRIMARY if n == scene.minutes else Style.PLAIN,
        )
        for n in MINUTES
    )
    rows: tuple[tuple[Control, ...], ...] = (
        minutes,
        (
            Button(words("settings.button-times"), Show(Screen.TIMES)),
            Button(words("settings.button-zone"), Set(Setting.ZONE, "ask")),
            Button(words("settings.button-quiet"), Set(Setting.QUIET, "ask")),
        ),
        (
            Button(words("settings.button-band"), Set(Setting.BAND, "no" if scene.band else "yes")),
            Button(words("settings.button-follow-ups"), Set(Setting.FOLLOW_UPS, "no" if scene.follow_ups else "yes")),
            Button(words("settings.button-freezes"), Set(Setting.FREEZES, "no" if scene.freezes else "yes")),
            Button(
                words("settings.button-show" if scene.streak_hidden else "settings.button-hide"),
                Set(Setting.HIDE_STREAK, "no" if scene.streak_hidden else "yes"),
            ),
        ),
        (
            Button(words("button.pause"), Show(Screen.PAUSE)),
            Button(words("settings.button-rest"), Show(Screen.REST)),
            Button(words("settings.button-day-start"), Show(Screen.DAY_START)),
            *((Button(words("reach.button"), Show(Screen.REACH)),) if scene.in_channel else ()),
        ),
        (
            Button(words("button.export"), Show(Screen.EXPORT)),
            Button(words("button.erase"), Show(Screen.ERASE), Style.DANGER),
            *(
                Button(
                    words("settings.button-platform", platform=words(f"platform.{name}")), Set(Setting.PLATFORM, name)
                )
                for name in elsewhere
            ),
        ),
    )
    return Card(words("settings.title"), tuple(blocks), rows)


def draw_ask_quiet(words: Words, scene: AskQuiet) -> Card:
    blocks = (Lead(words("quiet.ask" if scene.understood else "quiet.not-understood")), Fine(words("quiet.what")))
    rows = (
        (
            Button("22:00–07:00", Set(Setting.QUIET, "2200-0700")),
            Button("21:00–08:00", Set(Setting.QUIET, "2100-0800")),
        ),
        (Button(words("quiet.off"), Set(Setting.QUIET, "off")),),
    )
    return Card(words("quiet.title"), blocks, rows, Ask(AskKind.TEXT, words("quiet.hint")))
