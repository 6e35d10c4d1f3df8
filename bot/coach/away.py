"""After an outage, ours or the network's: whoever was in the middle of a session is shown the open step again, once.

Telegram keeps a tap for 150 seconds (reliability, fact 2): what was tapped in a longer outage is lost, and its card stands
there as if nothing had been tapped. Elsewhere a tap that nobody takes fails visibly.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.cards import Card
from bot.coach import practice
from bot.coach.desk import Desk
from bot.coach.quiet import quiet_until
from bot.store import beats, nudges, people, sessions
from bot.store.unit import Tx
from bot.words import Words
from scheduler.nudge import Nudge, NudgeKind
from scheduler.ports import Drop, Verdict

FORGETS_TAPS = ("telegram",)
PRESSED_WITHIN = timedelta(days=1)
WORTH_IT = timedelta(hours=1)  # later the step has been forgotten anyway


def plan(tx: Tx, now: datetime, platform: str | None = None) -> None:
    """For everybody (on that platform) with an open session that was pressed within the last day.

    What an earlier outage has planned and nobody could send is said now; what was said a moment ago is not said again.
    """
    for kept in sessions.lately_pressed(tx, now - PRESSED_WITHIN):
        address = people.private_address(tx, kept.person)
        if address is not None and address.platform in FORGETS_TAPS and platform in (None, address.platform):
            nudges.drop_planned(tx, kept.person, (NudgeKind.AWAY,), "again")
            if nudges.said_since(tx, kept.person, NudgeKind.AWAY, now - beats.AWAY_AFTER):
                continue
            key = f"away:{kept.person}:{now:%Y%m%dT%H%M%S}"
            nudges.add(tx, key, NudgeKind.AWAY, kept.person, kept.day, now, session=kept.session.id)


def judge(desk: Desk, nudge: Nudge) -> Verdict:
    kept = practice.unfinished(desk)
    if kept is None or kept.session.id != nudge.session:
        return Drop("session over")
    if kept.last_press_at >= nudge.due_at:
        return Drop("pressed since")
    if desk.now - nudge.due_at > WORTH_IT:
        return Drop("stale")
    return Drop("quiet hours") if quiet_until(desk.person, desk.zone, desk.now) is not None else None


def say(card: Card, words: Words) -> Card:
    return replace(card, blocks=(words("away.tap-again"), *card.blocks))
