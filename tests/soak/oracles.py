"""The oracles O1 to O10: pure functions from what happened to sentences about what should not have; none means that it held."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.pacing import Window
from tests.kit.telegram.entities import CannotParse, parse
from tests.soak.history import Life, Message, Press
from tests.soak.telegram import TRAVEL

# What ends a nudge without a message, and says why.
_WITH_REASON = frozenset({"dropped", "gone", "broken"})


@dataclass(frozen=True, slots=True)
class Row:
    """What the database says of a nudge at the end."""

    mark: str
    chat: str
    state: str
    reason: str = ""


def o1_none_lost(due: Iterable[str], rows: Iterable[Row], copies: Mapping[str, Sequence[Message]]) -> list[str]:
    """Each reminder that was due (named by its chat) was seen at least once, or says why not."""
    of_chat: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_chat[row.chat].append(row)
    faults = []
    for chat in due:
        if not of_chat[chat]:
            faults.append(f"O1: chat {chat} was due, and no nudge was ever planned")
        for row in of_chat[chat]:
            if row.state in _WITH_REASON:
                if not row.reason:
                    faults.append(f"O1: nudge {row.mark} is {row.state} without a reason")
            elif row.state != "sent":
                faults.append(f"O1: nudge {row.mark} is {row.state} for ever ({row.reason})")
            elif not copies.get(row.mark):
                faults.append(f"O1: nudge {row.mark} counts as sent, and nobody has seen it")
    return faults


def o2_copies_within_bound(
    copies: Mapping[str, Sequence[Message]], lives: Iterable[Life], in_doubt: Mapping[str, int] | None = None
) -> list[str]:
    """A nudge has at most one copy more for each death that found it on the wire, and for each answer that never came."""
    allowed = Counter(mark for life in lives for mark in life.sending)
    allowed.update(in_doubt or {})
    return [
        f"O2: nudge {mark} was seen {len(seen)} times, and {allowed[mark]} extra copies are explained"
        for mark, seen in copies.items()
        if len(seen) - 1 > allowed[mark]
    ]


def o2_a_press_proves(copies: Mapping[str, Sequence[Message]], presses: Iterable[Press]) -> list[str]:
    """Who has pressed a nudge's button has it: no copy comes after, but for one that is under way at that moment."""
    return [
        f"O2: nudge {press.mark} came again {copy.at - press.at:.1f} s after a press of its button"
        for press in presses
        if press.mark
        for copy in copies.get(press.mark, ())
        if copy.at > press.at + TRAVEL[1] / 2
    ]


def o3_one_effect_each(presses: Iterable[Press], effects: Mapping[str, int]) -> list[str]:
    """`effects`: by the key of a press, how many changes it has made."""
    pressed = {press.key for press in presses}
    faults = [f"O3: press {key} had {effects.get(key, 0)} effects" for key in pressed if effects.get(key, 0) != 1]
    return faults + [f"O3: {key} was never pressed, and had an effect" for key in effects.keys() - pressed]


def o4_counted_right(found: Mapping[str, object], brute: Mapping[str, object], what: str = "streak") -> list[str]:
    """What the bot has counted for each person is what counting by hand gives."""
    return [
        f"O4: {what} of {who}: {found.get(who)}, by hand {brute.get(who)}"
        for who in sorted(found.keys() | brute.keys())
        if found.get(who) != brute.get(who)
    ]


def o5_in_order(shown: Iterable[tuple[str, int]]) -> list[str]:
    """`shown`: chat and number (a revision, a place in the plan), as they were seen: within a chat never backwards."""
    last: dict[str, int] = {}
    faults = []
    for chat, number in shown:
        if number < last.get(chat, number):
            faults.append(f"O5: chat {chat} saw {number} after {last[chat]}")
        last[chat] = max(number, last.get(chat, number))
    return faults


def o6_silent_where_unwanted(messages: Iterable[Message], silent: Iterable[str]) -> list[str]:
    """Nothing is sent to who has blocked us, stopped, or was erased."""
    unwanted = frozenset(silent)
    return [f"O6: {each.method} to {each.chat}, who wants nothing" for each in messages if each.chat in unwanted]


def o7_within_limits(
    messages: Sequence[Message], total: Window | None, chat: Window | None = None, group: Window | None = None
) -> list[str]:
    """In no window that slides over time is there more than it allows. Edits count in their chat, not in the total."""
    faults = []
    if total is not None:
        faults += _slide("all chats", [each.at for each in messages if each.method == "send"], total)
    by_chat: dict[str, list[float]] = defaultdict(list)
    for each in messages:
        by_chat[each.chat].append(each.at)
    for name, times in by_chat.items():
        if chat is not None:
            faults += _slide(f"chat {name}", times, chat)
        if group is not None and name.startswith("-"):
            faults += _slide(f"group {name}", times, group)
    return faults


def _slide(name: str, times: Sequence[float], window: Window) -> list[str]:
    ordered = sorted(times)
    most = max(
        (place - bisect_right(ordered, at - window.seconds, 0, place) + 1 for place, at in enumerate(ordered)),
        default=0,
    )
    return [f"O7: {name}: {most} in {window.seconds:g} s, {window.count} are allowed"] if most > window.count else []


def o8_no_secrets(outputs: Mapping[str, str], secrets: Iterable[str]) -> list[str]:
    """`outputs`: logs and messages by name. The secret itself is not repeated here."""
    return [
        f"O8: secret number {number} stands in {name}"
        for number, secret in enumerate(secrets, 1)
        for name, text in outputs.items()
        if secret in text
    ]


def o9_whole(integrity: Sequence[str], orphans: Sequence[str]) -> list[str]:
    """The database is intact, and no row has lost its parent."""
    damaged = [f"O9: integrity check: {line}" for line in integrity if line != "ok"]
    return damaged + [f"O9: orphan row: {orphan}" for orphan in orphans]


def o10_known_and_escaped(messages: Iterable[Message], known: re.Pattern[str]) -> list[str]:
    """Every line of every message is one that we know, and its markup is whole."""
    faults = []
    for text in {each.text for each in messages}:
        try:
            plain, _ = parse(text)
        except CannotParse as error:
            faults.append(f"O10: {text!r:.120} cannot be parsed: {error}")
            continue
        faults += [
            f"O10: {line!r:.120} is no text of ours"
            for line in plain.splitlines()
            if line.strip() and not known.fullmatch(line)
        ]
    return faults
