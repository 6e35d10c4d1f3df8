"""In a team chat: challenges are started, joined, cheered for and ended; everything else leads to the private chat.

A tap here is answered by a notice alone. What the others see is the board, and it is kept true by `bot/boards.py`, in one
edit for many taps.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.actions import Play, Team, TeamMove
from bot.cards import Place
from bot.coach import scoring
from bot.coach.desk import Answer
from bot.ids import new_id
from bot.platforms.port import Press, Said
from bot.store import challenges, minutes, nudges, people, posts, sessions
from bot.store.challenges import Challenge, Membership, State
from bot.store.people import Person
from bot.store.unit import Tx
from bot.views import challenges as view
from bot.views import notes, when
from bot.words import Words
from drills.catalog import Catalog
from drills.challenges import KINDS, WEEKS, Terms
from drills.localtime import instant, local_date, zone_of
from scheduler.nudge import NudgeKind

MINUTE_LASTS = timedelta(minutes=15)  # from the call: time to see it, to sit down, and a minute
MINUTES_APART = timedelta(minutes=30)
MEMBERS_MOST = 5000  # in one challenge: a board of so many is measured; more would not fit into one edit's time
RECAP_AFTER = timedelta(days=3)  # there is little to tell before
RECAP_BEFORE = timedelta(days=4)  # the result tells it all soon enough
RECAP_WEEKDAY, RECAP_AT = 4, time(16)  # Friday afternoon: the end of a team's week

_ONE_DAY = timedelta(days=1)
_RIGHTS = (TeamMove.DRAFT, TeamMove.START, TeamMove.KEEP, TeamMove.ASK_END, TeamMove.END)
_FRESH = (TeamMove.ASK_END, TeamMove.END)
_ON_THE_BOARD = (TeamMove.JOIN, TeamMove.PART, TeamMove.CHEER, TeamMove.PAGE, TeamMove.MINUTE)


@dataclass(frozen=True, slots=True)
class Floor:
    """What is known in a team chat: who spoke (None: nobody that we know), where, and whether they may manage here."""

    tx: Tx
    now: datetime
    catalog: Catalog
    words: Words
    heard: Press | Said
    person: Person | None
    may_manage: bool

    @property
    def room(self) -> int:
        return challenges.team_room(self.tx, self.heard.address)


def needs_rights(heard: Press | Said) -> bool:
    """Whether the platform must be asked, before the unit, if this person may manage the chat."""
    if isinstance(heard, Said):
        return heard.text.split(" ")[0].lower() == "/challenge"
    return isinstance(heard.action, Team) and heard.action.move in _RIGHTS


def needs_fresh_rights(heard: Press | Said) -> bool:
    """Ending takes something away from everybody: what was known a minute ago is not enough."""
    return isinstance(heard, Press) and isinstance(heard.action, Team) and heard.action.move in _FRESH


def heard(floor: Floor) -> Answer | None:
    said = floor.heard
    if isinstance(said, Press):
        return _pressed(floor, said)
    if not said.text.startswith("/"):
        return None
    name, _, rest = said.text[1:].partition(" ")
    if name.lower() == "challenge":
        return _challenge(floor, rest.strip())
    return Answer(notes.TeamRoom(), Place.NEW)


# --- commands


def _challenge(floor: Floor, rest: str) -> Answer:
    if rest:
        return _bring_in(floor, rest)
    if not challenges.running_in(floor.tx, floor.room):
        draft = _draft(floor, "share-2-t-chat")
        return Answer(draft if floor.may_manage else view.TeamNote("no-rights"), Place.NEW)
    return Answer(_running(floor), Place.NEW)


def _running(floor: Floor) -> view.Running:
    running = challenges.running_in(floor.tx, floor.room)
    known = tuple((each.id, each.kind, each.last_day) for each in running)
    may_start = floor.may_manage and len(running) < challenges.RUNNING_MOST
    may_end = floor.may_manage or any(_may_end(floor, each) for each in running)
    return view.Running(known, may_start, may_end)


def _bring_in(floor: Floor, code: str) -> Answer:
    """`/challenge CODE`: a challenge of another chat is played here too."""
    challenge = challenges.by_code(floor.tx, code) if len(code) <= 12 else None
    what = _why_not_here(floor, challenge)
    if challenge is not None and what is None:
        challenges.add_room(floor.tx, challenge, floor.room, _recaps(challenge, floor.now), floor.now)
        what = "brought-in"
    return Answer(view.TeamNote(what or "unknown-code"), Place.NEW)


def _why_not_here(floor: Floor, challenge: Challenge | None) -> str | None:
    if challenge is None or challenge.open_to != "code":
        return "unknown-code"
    if not floor.may_manage:
        return "no-rights"
    if challenge.state is not State.RUNNING:
        return "over"
    if challenges.is_in_room(floor.tx, challenge.id, floor.room):
        return "here-already"
    return "too-many" if _is_full(floor) else None


# --- buttons


def _pressed(floor: Floor, press: Press) -> Answer:
    action = press.action
    if isinstance(action, Play):
        kept = sessions.load(floor.tx, action.session)
        if kept and (floor.person is None or kept.person != floor.person.id):
            return _notice(floor, "notice.not-yours", alert=True)
    if not isinstance(action, Team):
        return Answer(notes.TeamRoom())
    if action.move in (TeamMove.DRAFT, TeamMove.START):
        if not floor.may_manage:
            return _notice(floor, "team-note.no-rights", alert=True)
        return _start(floor, action.arg) if action.move is TeamMove.START else Answer(_draft(floor, action.arg))
    challenge = challenges.load(floor.tx, action.challenge)
    if challenge is None or not challenges.is_in_room(floor.tx, challenge.id, floor.room):
        return _notice(floor, "team-note.not-here", alert=True)  # a forged button, or one carried to another chat
    if challenge.state is not State.RUNNING:
        return _notice(floor, "team-note.over", alert=True)
    answer = _moved(floor, challenge, action)
    if action.move in _ON_THE_BOARD and answer.scene is None:
        return replace(answer, living=posts.living(posts.BOARD, challenge.id))
    return answer


def _moved(floor: Floor, challenge: Challenge, action: Team) -> Answer:
    match action.move:
        case TeamMove.JOIN:
            return _join(floor, challenge)
        case TeamMove.PART:
            return Answer(None, notice=floor.words("notice.part"), opens=f"c_{challenge.code}")
        case TeamMove.CHEER:
            return _cheer(floor, challenge)
        case TeamMove.PAGE:
            return _page(floor, challenge, action.arg)
        case TeamMove.SHOW:
            return Answer(
                scoring.board(floor.tx, challenge, floor.room), living=posts.living(posts.BOARD, challenge.id)
            )
        case TeamMove.KEEP:
            return Answer(_running(floor))
        case TeamMove.MINUTE:
            return _call_minute(floor, challenge)
        case TeamMove.TAKE:
            return _take_minute(floor, challenge, action.arg)
        case TeamMove.ASK_END | TeamMove.END if not _may_end(floor, challenge):
            return _notice(floor, "team-note.no-rights", alert=True)
        case TeamMove.ASK_END:
            return Answer(view.AskEnd(challenge.id, challenge.kind))
        case TeamMove.END:
            scoring.end(floor.tx, challenge, State.ENDED, floor.now)
            return Answer(view.TeamNote("ended"))
        case _:
            return _notice(floor, "notice.old-card")


def _start(floor: Floor, data: str) -> Answer:
    draft = _draft(floor, data)
    if _is_full(floor):
        return Answer(view.TeamNote("too-many"))
    starter, zone = _starter(floor), _zone(floor)
    terms = Terms(draft.kind, draft.first, draft.last)
    made = challenges.create(floor.tx, terms, zone, draft.open_to, starter, floor.now)
    challenges.add_room(floor.tx, made, floor.room, _recaps(made, floor.now), floor.now)
    return Answer(view.TeamNote("started"))


def _join(floor: Floor, challenge: Challenge) -> Answer:
    if _member(floor, challenge) is None and challenges.count_members(floor.tx, challenge.id) >= MEMBERS_MOST:
        return _notice(floor, "notice.full", alert=True)
    person = floor.person or people.create(
        floor.tx,
        new_id(),
        floor.heard.sender.account,
        floor.heard.sender.name,
        floor.words.language,
        floor.now,
        state="new",  # we may not write to them before they have opened the chat with us
    )
    new = scoring.join(floor.tx, challenge, person, floor.catalog, floor.now)
    if people.is_reachable(floor.tx, person.id) and person.joined_day is not None:
        if not new:
            return _notice(floor, "notice.in-already")
        member = challenges.membership(floor.tx, challenge.id, person.id)
        first = scoring.counts_from(challenge, (member and member.joined_on) or challenge.first_day)
        return Answer(None, notice=floor.words("notice.joined", day=when.day(floor.words, first)))
    return Answer(None, notice=floor.words("notice.join-private"), opens=f"c_{challenge.code}")


def _cheer(floor: Floor, challenge: Challenge) -> Answer:
    member = _member(floor, challenge)
    if member is None:
        return _notice(floor, "notice.cheer-join")
    today = local_date(floor.now, zone_of(challenge.zone))
    if member.cheered_on == today:
        return _notice(floor, "notice.cheered-already")
    challenges.change_member(floor.tx, member.id, cheered_on=today)
    challenges.cheer(floor.tx, challenge.id)
    posts.want(floor.tx, challenge.id)
    return _notice(floor, "notice.cheered")


def _page(floor: Floor, challenge: Challenge, arg: str) -> Answer:
    page = int(arg) if arg.isdecimal() and len(arg) < 4 else 0
    challenges.turn_page(floor.tx, challenge.id, floor.room, page)
    posts.want(floor.tx, challenge.id)
    return _notice(floor, "notice.page")


# --- the team minute


def _call_minute(floor: Floor, challenge: Challenge) -> Answer:
    if _member(floor, challenge) is None:
        return _notice(floor, "notice.minute-join")
    last = minutes.last_called(floor.tx, challenge.id)
    if last is not None and floor.now < last.called_at + MINUTES_APART:
        return _notice(floor, "notice.minute-soon")
    number = minutes.call(floor.tx, challenge.id, floor.now, floor.now + MINUTE_LASTS)
    return _take_minute(floor, challenge, str(number))


def _take_minute(floor: Floor, challenge: Challenge, arg: str) -> Answer:
    minute = minutes.load(floor.tx, challenge.id, int(arg)) if arg.isdecimal() and len(arg) < 6 else None
    if minute is None or floor.now >= minute.ends_at:
        return _notice(floor, "notice.minute-over")
    member = _member(floor, challenge)
    if member is None or floor.person is None:
        return _notice(floor, "notice.minute-join")
    if floor.person.joined_day is None or not people.is_reachable(floor.tx, floor.person.id):
        return Answer(None, notice=floor.words("notice.join-private"), opens=f"c_{challenge.code}")
    if minutes.take(floor.tx, challenge.id, minute.number, floor.person.id, floor.now):
        today = local_date(floor.now, zone_of(floor.person.zone or "UTC"))
        key = f"minute:{challenge.id}:{minute.number}:{floor.person.id}"
        nudges.add(floor.tx, key, NudgeKind.MINUTE, floor.person.id, today, floor.now)
        posts.want(floor.tx, challenge.id, f"minute-{minute.number}")
    return _notice(floor, "notice.minute-in")


# --- parts


def _draft(floor: Floor, data: str) -> view.Draft:
    """The draft that a button carries; whatever is not one of ours becomes the default."""
    kind, weeks, start, open_to = [*data.split("-"), "", "", "", ""][:4]
    kind = kind if kind in KINDS else next(iter(KINDS))
    length = int(weeks) if weeks in [str(n) for n in WEEKS] else 2
    start = start if start in ("t", "m") else "t"
    first = local_date(floor.now, zone_of(_zone(floor))) + _ONE_DAY
    if start == "m":
        first += (7 - first.weekday()) % 7 * _ONE_DAY
    last = first + (7 * length - 1) * _ONE_DAY
    return view.Draft(kind, length, start, open_to if open_to in ("chat", "code") else "chat", first, last)


def _recaps(challenge: Challenge, now: datetime) -> list[tuple[str, datetime]]:
    """A recap on each Friday to come, but for the first days and the last; those are told by the board and the result."""
    zone = zone_of(challenge.zone)
    friday = challenge.first_day + (RECAP_WEEKDAY - challenge.first_day.weekday()) % 7 * _ONE_DAY
    moments: list[tuple[str, datetime]] = []
    if friday < challenge.first_day + RECAP_AFTER:
        friday += 7 * _ONE_DAY
    while friday + RECAP_BEFORE <= challenge.last_day:
        moments.append((f"recap-{len(moments) + 1}", instant(friday, RECAP_AT, zone)))
        friday += 7 * _ONE_DAY
    return [(what, at) for what, at in moments if at > now]


def _zone(floor: Floor) -> str:
    """The calendar that the challenge is announced by: the starter's. Everybody's days stay their own."""
    return (floor.person.zone if floor.person else None) or "UTC"


def _starter(floor: Floor) -> str:
    return floor.person.id if floor.person else ""


def _may_end(floor: Floor, challenge: Challenge) -> bool:
    is_starter = floor.person is not None and floor.person.id == challenge.starter
    return floor.may_manage or is_starter


def _member(floor: Floor, challenge: Challenge) -> Membership | None:
    if floor.person is None:
        return None
    found = challenges.membership(floor.tx, challenge.id, floor.person.id)
    return None if found is None or found.left_on is not None else found


def _is_full(floor: Floor) -> bool:
    return len(challenges.running_in(floor.tx, floor.room)) >= challenges.RUNNING_MOST


def _notice(floor: Floor, words: str, *, alert: bool = False) -> Answer:
    return Answer(None, notice=floor.words(words), alert=alert)
