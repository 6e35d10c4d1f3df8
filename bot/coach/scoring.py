"""Scores of team challenges: what each member's own days came to, kept beside the membership, and the board drawn from it.

A member's days are reckoned anew when they practise, take something back or tick a day, and when a day of theirs becomes
final. So a board costs what its members are, not what they ever did.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import starmap
from typing import Any

from bot.store import challenges, nudges, people, posts, sessions, streak
from bot.store.challenges import Challenge, Membership, State
from bot.store.people import Person
from bot.store.posts import BOARD, RESULT
from bot.store.unit import Tx
from bot.views import challenges as view
from drills import challenges as rule
from drills.catalog import Catalog
from drills.challenges import Member, MemberDay, Standing, Terms, Verdict
from drills.localtime import local_date, zone_of
from drills.streaks import Calendar, Tally
from scheduler.nudge import NudgeKind

JUDGED_AT_ONCE = 10  # members in one unit: some 80 ms, so that no press waits long behind it
_ONE_DAY = timedelta(days=1)
_LOOKED_BACK = timedelta(days=15)  # days before a challenge that may have used up a traveller's excuse
_LETTERS = {Verdict.KEPT: "k", Verdict.NOT_KEPT: "m", Verdict.NOT_DUE: "n", Verdict.OPEN: "o"}
_VERDICTS = {letter: verdict for verdict, letter in _LETTERS.items()}


# --- who is in


def join(tx: Tx, challenge: Challenge, person: Person, catalog: Catalog, now: datetime) -> bool:
    """In, or in again. A person who is not set up yet is a guest: on the board, and not due. False: was in already."""
    new = challenges.join(tx, challenge.id, person.id, _joined_on(tx, person, now), None, now)
    if new:
        _refresh_of(tx, challenge, person.id, catalog, now)
        posts.want(tx, challenge.id)
    return new


def counts_from(challenge: Challenge, joined_on: date) -> date:
    """The first day that is due for somebody who joined on this one."""
    return max(challenge.first_day, joined_on + _ONE_DAY)


def leave(tx: Tx, challenge: Challenge, person: Person, catalog: Catalog, now: datetime) -> None:
    """Stays on the board as left, with the days as they stand now: what people do after leaving is shown to nobody."""
    member = challenges.membership(tx, challenge.id, person.id)
    if member is None or member.left_on is not None:
        return
    refresh(tx, challenge, member, catalog, now)
    challenges.change_member(tx, member.id, left_on=_today(tx, person, now), next_final_at=None)
    posts.want(tx, challenge.id)


def set_up(tx: Tx, person: Person, catalog: Catalog, now: datetime) -> None:
    """A guest who has just been set up counts from the next practice day on."""
    for member in challenges.memberships_of(tx, person.id):
        if member.joined_on is None:
            challenges.change_member(tx, member.id, joined_on=_joined_on(tx, person, now))
    touched(tx, person.id, catalog, now)


def united(tx: Tx, person: Person, shared: list[str], catalog: Catalog, now: datetime) -> None:
    """Two accounts are one person now, whose days come from the facts of both. `shared`: where both were members; there the
    score is of the united facts even if the person has left, or the challenge is over."""
    set_up(tx, person, catalog, now)
    for challenge_id in shared:
        challenge, member = challenges.load(tx, challenge_id), challenges.membership(tx, challenge_id, person.id)
        if challenge is None or challenge.state is State.ENDED or member is None:
            continue  # what was ended before its time is scored no more
        if member.joined_on is not None:
            score, _ = _reckoned(tx, challenge, member, person, catalog, now)
            challenges.change_member(tx, member.id, score=score)
    for member in challenges.memberships_of(tx, person.id):
        posts.want(tx, member.challenge)


def touched(tx: Tx, person_id: str, catalog: Catalog, now: datetime) -> None:
    """Something that this person did may have changed a day."""
    for member in challenges.memberships_of(tx, person_id):
        challenge = challenges.load(tx, member.challenge)
        if challenge is not None and member.left_on is None:
            refresh(tx, challenge, member, catalog, now)
            posts.want(tx, challenge.id)


# --- time


def judge_due(tx: Tx, catalog: Catalog, now: datetime) -> int:
    """Judge the days that have become final, and close what is over. Returns how many members were looked at."""
    due = challenges.due_members(tx, now, JUDGED_AT_ONCE)
    known: dict[str, Challenge | None] = {}
    for member in due:
        if member.challenge not in known:
            known[member.challenge] = challenges.load(tx, member.challenge)
        challenge = known[member.challenge]
        if challenge is not None:
            refresh(tx, challenge, member, catalog, now)
    for scored in filter(None, known.values()):
        posts.want(tx, scored.id)
    for challenge in challenges.closing(tx, now):
        end(tx, challenge, State.OVER, now)
    return len(due)


def end(tx: Tx, challenge: Challenge, state: State, now: datetime) -> None:
    """It is over (the result is told), or was ended before its time (the board says so)."""
    if not challenges.close(tx, challenge.id, state, now):
        return
    posts.drop(tx, challenge.id, [f"recap-{week}" for week in range(1, 5)])
    posts.want(tx, challenge.id, BOARD)
    if not challenges.count_members(tx, challenge.id):
        return  # there is no result to tell
    if state is State.OVER and posts.is_heard(tx, challenge.id):
        posts.add_post(tx, challenge.id, RESULT, now)
    elif state is State.OVER:  # put out of every chat: whoever played hears the result in private
        for member in challenges.members(tx, challenge.id):
            if member.member and member.joined_on and member.left_on is None:
                key = f"result:{challenge.id}:{member.member}"
                label = challenge.last_day
                nudges.add(tx, key, NudgeKind.RESULT, member.member, label, now, session=challenge.id)


# --- reckoning


def refresh(tx: Tx, challenge: Challenge, member: Membership, catalog: Catalog, now: datetime) -> None:
    """Reckon this member's days anew from their facts. Whoever the close does not wait for keeps the days as they stand."""
    person = people.load(tx, member.member) if member.member else None
    if person is None or member.joined_on is None or not rule.is_awaited(_member(member), _terms(challenge)):
        challenges.change_member(tx, member.id, next_final_at=None)
        return
    score, next_final_at = _reckoned(tx, challenge, member, person, catalog, now)
    challenges.change_member(tx, member.id, score=score, next_final_at=next_final_at)


def _reckoned(
    tx: Tx, challenge: Challenge, member: Membership, person: Person, catalog: Catalog, now: datetime
) -> tuple[dict[str, Any], datetime | None]:
    """The days of a member who has joined, up to their leaving, as they are kept; and when the next of them is final."""
    rows = streak.versions(tx, person.id)
    calendar = streak.calendar(person, rows)
    newest = calendar.newest(now)
    since = challenge.first_day - _LOOKED_BACK
    facts = streak.facts(tx, person, rows, newest, since)
    first = max(challenge.first_day, member.joined_on or challenge.first_day)
    last = min(challenge.last_day, member.left_on or challenge.last_day)
    sets = sessions.sets_by_day(tx, person.id, first - _ONE_DAY)
    quick = sessions.quick_days(tx, person.id, first - _ONE_DAY, catalog)
    labels = [first + n * _ONE_DAY for n in range((last - first).days + 1)]
    finals = {label: calendar.final_at(label) for label in labels}
    days = [
        MemberDay(
            label,
            rule.team_day(facts, calendar, label, now, Tally(label=since)),
            sets[label],
            label in quick,
            now >= finals[label],
        )
        for label in labels
        if label <= newest
    ]
    awaited = [
        final for final in finals.values() if now < final
    ]  # not always in the order of the labels, after flights
    return _packed(days, newest), min(awaited, default=None)


def standing_of(challenge: Challenge, members: list[Membership]) -> Standing:
    return rule.standing([_member(each) for each in members], _terms(challenge))


def board(tx: Tx, challenge: Challenge, room: int) -> view.Board:
    members = challenges.members(tx, challenge.id)
    return view.Board(
        challenge=challenge.id,
        code=challenge.code,
        kind=challenge.kind,
        first=challenge.first_day,
        last=challenge.last_day,
        state=challenge.state,
        standing=standing_of(challenge, members),
        names={each.id: each.alias or each.name for each in members},
        cheering=sum(each.cheer_only and each.left_on is None for each in members),
        cheers=challenge.cheers,
        page=challenges.page_of(tx, challenge.id, room),
        others=challenge.open_to == "code",
    )


# --- parts


def _terms(challenge: Challenge) -> Terms:
    return Terms(challenge.kind, challenge.first_day, challenge.last_day, **challenge.settings)


def _member(member: Membership) -> Member:
    days, today = _unpacked(member.score)
    return Member(member.id, member.joined_on, member.left_on, member.cheer_only, days, today)


def _packed(days: list[MemberDay], today: date) -> dict[str, Any]:
    if not days:
        return {}
    return {
        "today": today.isoformat(),
        "first": days[0].label.isoformat(),
        "verdicts": "".join(_LETTERS[day.verdict] for day in days),
        "sets": [day.sets for day in days],
        "quick": [number for number, day in enumerate(days) if day.quick],
        "final": "".join("y" if day.final else "n" for day in days),
    }


def _unpacked(score: dict[str, Any] | None) -> tuple[tuple[MemberDay, ...], date]:
    """The days as they were reckoned, and which of them is today."""
    if not score:
        return (), date.min
    labels = _labels(score["first"], len(score["verdicts"]))
    quick = [number in score["quick"] for number in range(len(labels))] if score["quick"] else [False] * len(labels)
    days = starmap(_day, zip(labels, score["verdicts"], score["sets"], quick, score["final"], strict=True))
    return tuple(days), _date(score["today"])


# A big team has a hundred thousand days, and only so many different ones: they are made once, and kept.
_date = lru_cache(maxsize=64)(date.fromisoformat)


@lru_cache(maxsize=256)
def _labels(first: str, count: int) -> tuple[date, ...]:
    return tuple(date.fromisoformat(first) + number * _ONE_DAY for number in range(count))


@lru_cache(maxsize=8192)
def _day(label: date, letter: str, sets: int, quick: bool, final: str) -> MemberDay:
    return MemberDay(label, _VERDICTS[letter], sets, quick, final == "y")


def _refresh_of(tx: Tx, challenge: Challenge, person_id: str, catalog: Catalog, now: datetime) -> None:
    member = challenges.membership(tx, challenge.id, person_id)
    if member is not None:
        refresh(tx, challenge, member, catalog, now)


def _joined_on(tx: Tx, person: Person, now: datetime) -> date | None:
    return None if person.joined_day is None else _today(tx, person, now)


def _today(tx: Tx, person: Person, now: datetime) -> date:
    if person.zone is None:
        return local_date(now, zone_of("UTC"))
    known: Calendar = streak.calendar(person, streak.versions(tx, person.id))
    return known.newest(now)
