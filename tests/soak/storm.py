"""M-10: an hour of bad weather at Telegram: floods, errors, lost and late answers. Then it clears up.

A nudge that may have arrived is sent again, so a lost answer may make one copy more; a tap on either of them heals it: the
tapped one becomes the card, and the other one loses its buttons.
"""

import asyncio
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.soak.history import History, Message
from tests.soak.prompts import Scene, extra, scene
from tests.soak.report import Asked, Report
from tests.soak.telegram import Fields, Spell, Telegram

MINUTES = 60.0
CALLS_SHORT = 50  # the short form counts calls: each flood costs it the five seconds until the next beat
A_MINUTE, DUE_SHORT = 8, 60  # how many fall due: every third call is a flood that stops all for half a minute
SHARES, SHARES_SHORT = (0.30, 0.05, 0.05, 0.02), (0.03, 0.05, 0.15, 0.05)  # 429, 5xx, cut after, slow
SLOW_SECONDS, SLOW_SHORT = 65.0, 1.0
CODES = (500, 502, 503)
HEAL_SECONDS = 30.0
PATIENCE = 3 * 3600.0


@dataclass(slots=True)
class Storm:
    """Until a moment, or for so many calls."""

    chance: random.Random
    short: bool
    until: float
    calls: int = 0

    def __call__(self, method: str, fields: Fields) -> Spell | None:
        del fields
        if method != "sendmessage" or self.is_over:
            return None
        self.calls += 1
        refused, broken, cut, slow = SHARES_SHORT if self.short else SHARES
        dice = self.chance.random()
        if dice < refused:
            return Spell(429, 1 if self.short else self.chance.randint(1, 60))
        if dice < refused + broken:
            return Spell(self.chance.choice(CODES))
        if dice < refused + broken + cut:
            return Spell(cut=True)
        if dice < refused + broken + cut + slow:
            return Spell(slow=SLOW_SHORT if self.short else SLOW_SECONDS)
        return None

    @property
    def is_over(self) -> bool:
        return self.calls >= CALLS_SHORT if self.short else time.monotonic() > self.until


async def run(asked: Asked) -> Report:
    minutes = asked.minutes if asked.minutes is not None else MINUTES
    due = asked.either(asked.due, max(1, round(A_MINUTE * minutes)), DUE_SHORT)
    history, chance = History(), random.Random(asked.seed)
    telegram = Telegram(history, chance)
    file = asked.folder / "toehold.sqlite"
    async with AsyncExitStack() as around:
        await around.enter_async_context(telegram.running())
        place = await asyncio.to_thread(scene, asked, file, file, telegram, due)
        around.callback(place.ledger.close)
        telegram.weather = Storm(chance, asked.quick, time.monotonic() + minutes * 60)
        process = place.process()
        around.push_async_callback(process.close)
        began = time.monotonic()
        await process.start()
        drained = await place.drained(minutes * 60 + PATIENCE)
        took = time.monotonic() - began
        twice = {mark: seen for mark, seen in history.copies().items() if len(seen) > 1}
        healed = await _tapped(place, twice)
        await process.close()
        faults = [] if drained else ["O1: something was still owed when the patience was over"]
        unknown = Counter(each.mark for each in history.messages if each.answer in ("cut", "slow"))
        faults += await asyncio.to_thread(place.judge, dict(unknown))
    faults += [f"target: nudge {mark} was not healed by a tap" for mark in twice.keys() - healed]
    answers = Counter(each.answer for each in history.messages if each.method == "send")
    figures = {
        "seen": f"{len(history.copies()):,}",
        "answers": ", ".join(f"{count} {name}" for name, count in sorted(answers.items())),
        "extra copies": str(extra(history)),
        "healed by a tap": f"{len(healed)} of {len(twice)}",
        "took": f"{took:.0f} s",
    }
    lasts = f"{CALLS_SHORT} calls" if asked.quick else f"{minutes:g} min"
    refused, broken, cut, slow = SHARES_SHORT if asked.quick else SHARES
    title = (
        f"{due:,} due, {lasts} of weather: {refused:.0%} 429, {broken:.0%} 5xx, {cut:.0%} cut after, {slow:.0%} slow"
    )
    return Report("M-10", title, "0 lost; ≤ 1 copy more for each cut or slow; healed on first tap", figures, faults)


async def _tapped(place: Scene, twice: dict[str, list[Message]]) -> set[str]:
    """Everybody who has two messages taps the older one. The marks of those whose others have lost their buttons."""
    telegram, history = place.telegram, place.history
    before = len(history.messages)
    for seen in twice.values():
        telegram.press(seen[0].chat, seen[0].buttons[0], seen[0].message)

    def healed() -> set[str]:
        return {mark for mark, seen in twice.items() if _is_healed(history.messages, before, seen)}

    await telegram.until(lambda: len(healed()) == len(twice), HEAL_SECONDS)
    await telegram.until(lambda: not place.ledger.unanswered(), HEAL_SECONDS)
    return healed()


def _is_healed(messages: list[Message], before: int, seen: list[Message]) -> bool:
    """The tapped one shows the next card; of the others every one has lost its buttons, before the tap or by it."""
    where = seen[0].chat
    drawn = any(each.chat == where and each.message == seen[0].message and each.buttons for each in messages[before:])
    bare = {each.message for each in messages if each.chat == where and each.method != "send" and not each.buttons}
    return drawn and all(copy.message in bare for copy in seen[1:])
