"""Samples of every scene of team challenges, for the gallery: the standings are scored by the real rules."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.store.challenges import State
from bot.views import challenges as view
from bot.views.scenes import Scene
from drills.challenges import KINDS, Member, MemberDay, Standing, Terms, Verdict, standing

ID, CODE = "k3Jv9Qw2xYs", "FX7K2Q"
FIRST, TODAY, LAST = date(2026, 11, 16), date(2026, 11, 25), date(2026, 11, 29)
NOTES = (
    "started",
    "brought-in",
    "unknown-code",
    "no-rights",
    "over",
    "here-already",
    "too-many",
    "not-here",
    "ended",
    "join-there",
    "private",
)
_VERDICTS = {"k": Verdict.KEPT, "m": Verdict.NOT_KEPT, "n": Verdict.NOT_DUE, "o": Verdict.OPEN}


def _member(
    name: str,
    days: str = "",
    *,
    joined: date | None = FIRST,
    left: date | None = None,
    cheer_only: bool = False,
    sets: int = 5,
    quick: bool = False,
) -> Member:
    """`days`: one sign a day from joining on: k kept, m missed, n not due, o open."""
    lived = [
        MemberDay(
            label=(joined or FIRST) + timedelta(days=number),
            verdict=_VERDICTS[sign],
            sets=sets if sign == "k" else 0,
            quick=quick and sign == "k",
            final=sign != "o",
        )
        for number, sign in enumerate(days)
    ]
    return Member(name, joined, left, cheer_only, tuple(lived), TODAY)


def team() -> list[Member]:
    """Everybody that a board may have to show."""
    return [
        _member("Ann", "kkkkkkkkkk"),
        _member("Ben", "kkkkknnkkk", sets=7),
        _member("Chidi", "kkkkknnkkk", sets=7),
        _member("Dora", "kmkkmnnkko", quick=True, sets=9),
        _member("Emil", "kko", joined=TODAY - timedelta(days=2)),
        _member("Fatima", "mmmmmmmmmo"),
        _member("Gus", "kkk", left=FIRST + timedelta(days=3)),
        _member("Hana", joined=None),
        _member("", "kkkmmkkkkk"),
        _member("Ivo", "kkk", cheer_only=True),
    ]


def _many(people: int) -> list[Member]:
    """A team of this size, with all shares from low to high."""
    return [_member(f"Runner {n + 1}", ("k" * (n % 10 + 1)).rjust(10, "m")) for n in range(people)]


def _standing(kind: str, members: list[Member]) -> Standing:
    return standing(members, Terms(kind, FIRST, LAST))


def board(
    kind: str,
    members: list[Member],
    state: State = State.RUNNING,
    *,
    cheers: int = 0,
    page: int = 0,
    others: bool = False,
) -> view.Board:
    cheering = sum(member.cheer_only for member in members)
    names = {member.id: member.id for member in members}
    score = _standing(kind, members)
    return view.Board(ID, CODE, kind, FIRST, LAST, state, score, names, cheering, cheers, page, others)


def samples() -> Iterator[tuple[str, Scene]]:
    """(what it shows, the scene), in the order in which a team meets them."""
    yield from _begin()
    yield from _boards()
    yield from _end()
    yield from _parts()
    yield from _notes()


def _begin() -> Iterator[tuple[str, Scene]]:
    for kind in KINDS:
        yield f"a new challenge: {kind}", view.Draft(kind, 2, "t", "chat", FIRST, LAST)
    yield "a new challenge, for several chats", view.Draft("share", 1, "m", "code", FIRST, FIRST + timedelta(days=6))


def _boards() -> Iterator[tuple[str, Scene]]:
    for kind in KINDS:
        yield f"a board: {kind}, nobody yet", board(kind, [])
        yield f"a board: {kind}, not begun", board(kind, [_member("Ann"), _member("Ben"), _member("Hana", joined=None)])
        yield f"a board: {kind}", board(kind, team(), cheers=4)
    for page in (0, 1, 2):
        yield f"a board of many, page {page + 1}", board("share", _many(45), page=page)
    yield "a board: all lights are lit", board("light", _many(12))
    yield "a board, open to other chats", board("share", team()[:2], others=True)
    yield "a board that nobody has begun", board("share", [_member("Fatima", "mmmmmmmmmo")])


def _end() -> Iterator[tuple[str, Scene]]:
    for kind in KINDS:
        yield f"the recap: {kind}", view.Recap(board(kind, team()), 1)
    for kind in KINDS:
        yield f"a board that is over: {kind}", board(kind, team(), State.OVER, cheers=31)
        yield f"the result: {kind}", view.ResultCard(board(kind, team(), State.OVER, cheers=31))
    yield "a big board that is over", board("share", _many(45), State.OVER, page=1)
    yield "the result of many", view.ResultCard(board("share", _many(45), State.OVER))
    yield "the result of nobody", view.ResultCard(board("share", [], State.OVER))
    yield "a board that was ended", board("share", team(), State.ENDED)


def _parts() -> Iterator[tuple[str, Scene]]:
    def part(kind: str = "share", name: str = "Ann", *, told: str | None = None, **how: bool) -> view.Part:
        flags = {"has_alias": False, "cheer_only": False, "left": False} | how
        return view.Part(ID, kind, LAST, name, **flags, counts_from=FIRST, told=told)

    for kind in KINDS:
        yield f"my part: {kind}", part(kind)
    yield "my part, a guest", view.Part(ID, "share", LAST, "Hana", False, False, False, None)
    yield "my part: joined", part(told="joined")
    yield "my part: another name", part(name="Toe<b>rrific", has_alias=True, told="name")
    yield "my part: cheer only", part(cheer_only=True, told="cheer")
    yield "my part: playing again", part(told="cheer")
    yield "my part: left", part(left=True, told="left")
    yield "my part, left before", part(left=True)
    yield "another name", view.AskAlias(ID)
    yield "another name, not understood", view.AskAlias(ID, refused="no")


def _notes() -> Iterator[tuple[str, Scene]]:
    one = (ID, "share", LAST)
    for many in (0, 1, 3):
        yield f"running here: {many}", view.Running((one,) * many, may_start=many < 3)
    yield "end it?", view.AskEnd(ID, "share")
    for what in NOTES:
        yield f"a team note: {what}", view.TeamNote(what)
    yield "feet up", view.Minute(ID, 1, 1, (), "07:15")
    yield "feet up, some are done", view.Minute(ID, 1, 2, ("Ann", "Ben"), "07:15")
    yield "feet up, over", view.Minute(ID, 1, 1, ("Ann", "Ben"), None)
    yield "feet up, over, and nobody did it", view.Minute(ID, 1, 1, (), None)
    yield "feet up, a big team", view.Minute(ID, 1, 0, tuple(f"Runner {n + 1}" for n in range(34)), None)
    yield "feet up, in private", view.MinuteCall(TODAY)
