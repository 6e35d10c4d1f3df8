"""Streaks, fair by construction: facts -> day states -> streak, best, total, strength and freezes.

Nothing is counted up. What happened is stored as facts, and the standing is folded from them, so that it can be rebuilt at
any time and explained day by day. Read in this order:

1. `calendar.py`   when each practice day runs and is final, wherever the person flies
2. `facts.py`      what is stored; `outages.py`: when we were not there
3. `states.py`     the state of one day on its own
4. `chain.py`      days in order: freezes, comeback, strength
5. `standing.py`   the whole, and what a card may promise
6. `counting.py`   what a new fact counts for, decided when it is written; `milestones.py`
"""

from drills.streaks.calendar import Calendar, DayStartSince, ZoneSince
from drills.streaks.chain import MOST_FREEZES, Day, Tally
from drills.streaks.counting import TICKED_BACK, Ticked, label_of_session, pause_from, session_is_open, tick
from drills.streaks.facts import DoSlot, Facts, FreezesSince, Pause, ReachedSince, ScheduleSince, Tick, Weekdays
from drills.streaks.milestones import milestone
from drills.streaks.outages import Outage, counting
from drills.streaks.standing import (
    SETTLED_AFTER,
    WELCOME_AFTER,
    Comeback,
    Standing,
    standing,
    standing_by,
    without_days,
)
from drills.streaks.states import EVERY_DAY, Cause, DayState, Judge, is_scheduled

__all__ = [
    "EVERY_DAY",
    "MOST_FREEZES",
    "SETTLED_AFTER",
    "TICKED_BACK",
    "WELCOME_AFTER",
    "Calendar",
    "Cause",
    "Comeback",
    "Day",
    "DayStartSince",
    "DayState",
    "DoSlot",
    "Facts",
    "FreezesSince",
    "Judge",
    "Outage",
    "Pause",
    "ReachedSince",
    "ScheduleSince",
    "Standing",
    "Tally",
    "Tick",
    "Ticked",
    "Weekdays",
    "ZoneSince",
    "counting",
    "is_scheduled",
    "label_of_session",
    "milestone",
    "pause_from",
    "session_is_open",
    "standing",
    "standing_by",
    "tick",
    "without_days",
]
