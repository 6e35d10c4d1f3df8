"""Random histories of a few accounts, written straight into the tables: what `bot.store.uniting` has to make one of."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert

from bot.store import snapshot, streak
from bot.store import tables as t
from bot.store.unit import Tx
from drills import catalog, day, programme
from drills.localtime import zone_of
from drills.practice import SessionId, begin
from drills.programme import Needs
from drills.safety import Caution, Colour, Screened
from drills.streaks import Tally
from tests.kit.clock import WEDNESDAY

NOW = WEDNESDAY + timedelta(hours=13)  # 20:00 in Berlin
TODAY = date(2026, 11, 25)
BERLIN = zone_of("Europe/Berlin")
CATALOG = catalog.load()
_NEEDS = Needs(minutes=3, band=True, gentle=False, caution=Caution(frozenset(), frozenset(), frozenset()))
PLAN = programme.one_minute(programme.todays_plan(CATALOG, TODAY, _NEEDS))
ROUNDS = len(PLAN[0].rounds)
PLATFORMS = {"a": "telegram", "b": "local", "c": "discord"}
CHALLENGES = {"running": (-9, 4), "over": (-20, -8), "ended": (-15, 6)}

_ago = st.integers(0, 20)
_minutes = st.integers(0, 24 * 60)


@dataclass(frozen=True)
class Sitting:
    """A session begun so many days and minutes ago. `rounds`: False is one that was undone; `over`: the person ended it."""

    days: int
    minutes: int
    pressed_after: int
    rounds: tuple[bool, ...]
    over: bool
    red: bool


@dataclass(frozen=True)
class History:
    """What one account brings. Days and moments are told in days (and minutes) before now."""

    joined: int
    zone: str
    screened: Screened
    sittings: tuple[Sitting, ...]
    ticks: dict[int, tuple[int, str]]
    pauses: tuple[tuple[int, int | None], ...]
    told: dict[tuple[int, int], int]
    edits: tuple[tuple[str, int, str], ...]
    members: dict[str, tuple[int, int | None]]
    minutes: dict[int, tuple[int, int | None]]


_sittings = st.builds(
    Sitting,
    days=st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 8, 13]),
    minutes=_minutes,
    pressed_after=st.integers(0, 90),
    rounds=st.lists(st.booleans() | st.just(True), max_size=ROUNDS).map(tuple),
    over=st.booleans(),
    red=st.booleans(),
)
_edits = st.one_of(
    st.tuples(st.just("zone"), _ago, st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "America/New_York"])),
    st.tuples(st.just("day-start"), _ago, st.sampled_from(["03:00", "05:00"])),
    st.tuples(st.just("schedule"), _ago, st.sampled_from(["0123456", "01234", "135"])),
    st.tuples(st.just("freezes"), _ago, st.sampled_from(["on", "off"])),
)
_spans = st.tuples(st.integers(0, 15), st.none() | st.integers(0, 6))
histories = st.builds(
    History,
    joined=st.integers(1, 30),
    zone=st.sampled_from(["Europe/Berlin", "Europe/Berlin", "Asia/Tokyo"]),
    screened=st.sampled_from(Screened),
    sittings=st.lists(_sittings, max_size=6).map(tuple),
    ticks=st.dictionaries(st.integers(1, 9), st.tuples(_minutes, st.sampled_from(["streak", "history"])), max_size=3),
    pauses=st.lists(_spans, max_size=2).map(tuple),
    told=st.dictionaries(st.tuples(st.sampled_from([1, 7]), st.integers(0, 3)), _minutes, max_size=3),
    edits=st.lists(_edits, max_size=4).map(tuple),
    members=st.dictionaries(st.sampled_from(sorted(CHALLENGES)), _spans, max_size=3),
    minutes=st.dictionaries(st.integers(1, 2), st.tuples(_minutes, st.none() | _minutes), max_size=2),
)


def write(tx: Tx, name: str, history: History) -> None:
    """The account `name` with all of its rows."""
    created = NOW - timedelta(days=history.joined, minutes=ord(name))
    _person(tx, name, history, created)
    for number, sitting in enumerate(history.sittings):
        _sitting(tx, name, f"{name}{number}", sitting)
    for back, (minutes, counts_for) in history.ticks.items():
        at = NOW - timedelta(minutes=minutes)
        label, tapped_on = _label(back), at.date()
        row = {"person": name, "practice_day": label, "at": at, "tapped_on": tapped_on, "counts_for": counts_for}
        tx.execute(insert(t.tick).values(row))
    for number, (back, length) in enumerate(history.pauses):
        last = None if length is None else _label(back - length)
        row = {"id": f"{name}{number}", "person": name, "first_day": _label(back), "last_day": last, "entered_at": NOW}
        tx.execute(insert(t.pause).values(row))
    for (what, back), minutes in history.told.items():
        at = NOW - timedelta(minutes=minutes)
        tx.execute(insert(t.told).values(person=name, what=f"milestone-{what}", label=_label(back), at=at))
    for kind, back, value in history.edits:
        at = NOW - timedelta(
            days=back, minutes=ord(name)
        )  # never at the instant of another account's: there a rule decides
        key = {"person": name, "kind": kind, "effective_from": at}
        if kind != "zone" or at > created:
            row = {**key, "value": value, "from_day": _label(back - 1) if kind == "schedule" else None}
            tx.execute(insert(t.setting_version).prefix_with("OR REPLACE").values(row))
    _in_teams(tx, name, history)


def _person(tx: Tx, name: str, history: History, created: datetime) -> None:
    tx.execute(
        insert(t.person).values(
            id=name,
            created_at=created,
            joined_day=created.date(),
            zone=history.zone,
            day_start=time(3),
            minutes=3,
            band=True,
            agreed_at=created,
            screened=history.screened,
            screened_on=created.date(),
            heard_on=_label(history.joined % 5),
        )
    )
    where = {"platform": PLATFORMS[name], "bot_id": "1", "person": name}
    tx.execute(insert(t.account).values(external_id=name, name=name, state="reachable", first_seen_at=created, **where))
    tx.execute(insert(t.room).values(chat_id=name, thread_id="", kind="private", state="open", **where))
    tx.execute(insert(t.setting_version).values(person=name, kind="zone", effective_from=created, value=history.zone))
    tx.execute(
        insert(t.slot).values(
            id=name,
            person=name,
            at=time(7, 30),
            weekdays="0123456",
            role="do",
            created_at=created,
            next_due_at=NOW + timedelta(hours=12),
            next_label=TODAY + timedelta(days=1),
            tz_rules="1",
        )
    )
    streak.keep_snapshot(tx, name, Tally(label=_label(24), streak=99, best=99, done=99))  # which holds no more


def _sitting(tx: Tx, name: str, key: str, sitting: Sitting) -> None:
    begun = NOW - timedelta(days=sitting.days, minutes=sitting.minutes)
    label = day.practice_day(begun, BERLIN, time(3))
    fresh = begin(SessionId(key), PLAN)
    position = snapshot.position_to_json(fresh)
    if sitting.over:
        position["place"] = {"at": "over"}
    tx.execute(
        insert(t.session).values(
            id=key,
            person=name,
            kind="p",
            practice_day=label,
            zone="Europe/Berlin",
            offset_minutes=60,
            started_at=begun,
            last_press_at=min(NOW, begun + timedelta(minutes=sitting.pressed_after)),
            ends_at=day.begins(label + timedelta(days=1), BERLIN, time(3)),
            plan=snapshot.plan_to_json(PLAN),
            position=position,
            rev=len(sitting.rounds),
            state="over" if sitting.over else "open",
        )
    )
    for number, done in enumerate(sitting.rounds):
        at = begun + timedelta(minutes=number)
        row: dict[str, Any] = {"session": key, "item": 0, "set_no": 0, "round_no": number, "of": ROUNDS, "rev": number}
        row |= {"at": at, "slipped": False, "undone_at": None if done else at}
        tx.execute(insert(t.round_done).values(row))
    if sitting.red:
        row = {"id": key, "person": name, "session": key, "drill": PLAN[0].drill, "colour": Colour.RED, "at": begun}
        tx.execute(insert(t.pain).values(row))


def write_challenges(tx: Tx) -> None:
    """Three challenges, each with a minute; nobody is in them yet."""
    for number, (name, (first, last)) in enumerate(CHALLENGES.items()):
        tx.execute(
            insert(t.challenge).values(
                id=name,
                code=f"CODE{number}",
                kind="share",
                first_day=_label(-first),
                last_day=_label(-last),
                zone="Europe/Berlin",
                open_to="chat",
                settings={"lights": 33, "sets_per_day": 7},
                starter="b",
                state=name,
                created_at=NOW - timedelta(days=30),
            )
        )


def _in_teams(tx: Tx, name: str, history: History) -> None:
    for number, (challenge, (back, length)) in enumerate(history.members.items()):
        left = None if length is None else _label(back - length)
        tx.execute(
            insert(t.challenge_member).values(
                id=f"{name}{number}",
                challenge=challenge,
                member=name,
                joined_at=NOW - timedelta(days=back, minutes=ord(name)),
                joined_on=_label(back),
                left_on=left,
            )
        )
    for number, (back, done) in history.minutes.items():
        joined_at = NOW - timedelta(minutes=back)
        done_at = None if done is None else NOW - timedelta(minutes=done)
        row = {"challenge": "running", "number": number, "member": name, "joined_at": joined_at, "done_at": done_at}
        tx.execute(insert(t.minute_taker).values(row))


def _label(back: int) -> date:
    return TODAY - timedelta(days=back)
