"""One's own part in a team challenge, in private: joining by a link, alias, cheer only, leaving. One tap each."""

from bot.actions import Team, TeamMove
from bot.cards import Place
from bot.coach import scoring
from bot.coach.desk import Answer, Desk
from bot.store import challenges, posts
from bot.store.challenges import Challenge, Membership, State
from bot.views import challenges as view
from bot.views import notes

ALIAS_MOST = 32  # characters: a board line holds a name and a score on the narrowest phone
PAYLOAD = "c_"  # what the link from a board begins with


def opened(desk: Desk, payload: str) -> Answer | None:
    """ "/start c_CODE": the link of a board. None: not one of those, or nothing to join."""
    if not payload.startswith(PAYLOAD):
        return None
    challenge = challenges.by_code(desk.tx, payload.removeprefix(PAYLOAD))
    if challenge is None or challenge.state is not State.RUNNING:
        return Answer(view.TeamNote("over"), Place.NEW)
    known = challenges.membership(desk.tx, challenge.id, desk.person.id)
    if known is None and challenge.open_to == "chat":
        return Answer(view.TeamNote("join-there"), Place.NEW)  # the link was passed on to somebody outside of the chat
    if known is None:
        scoring.join(desk.tx, challenge, desk.person, desk.catalog, desk.now)
    return Answer(_part(desk, challenge), Place.NEW)


def show(desk: Desk) -> Answer:
    """/challenge in private: the part in the newest challenge; or where challenges are started."""
    running = challenges.running_of(desk.tx, desk.person.id)
    if not running:
        return Answer(view.TeamNote("private"), Place.NEW)
    return Answer(_part(desk, running[-1]), Place.NEW)


def pressed(desk: Desk, action: Team) -> Answer:
    challenge = challenges.load(desk.tx, action.challenge)
    member = challenges.membership(desk.tx, action.challenge, desk.person.id) if challenge else None
    if challenge is None or member is None:
        return Answer(notes.NothingChanged("button"))
    if challenge.state is not State.RUNNING:
        return Answer(view.TeamNote("over"))
    match action.move:
        case TeamMove.JOIN:
            scoring.join(desk.tx, challenge, desk.person, desk.catalog, desk.now)
            return Answer(_part(desk, challenge, "joined"))
        case TeamMove.LEAVE:
            scoring.leave(desk.tx, challenge, desk.person, desk.catalog, desk.now)
            return Answer(_part(desk, challenge, "left"))
        case TeamMove.CHEER_ONLY if action.arg in ("yes", "no"):
            return _change(desk, challenge, member, "cheer", cheer_only=action.arg == "yes")
        case TeamMove.ALIAS if action.arg == "off":
            desk.change(asking=None, asking_arg=None)
            return _change(desk, challenge, member, "name", alias="")
        case TeamMove.ALIAS:
            desk.change(asking="alias", asking_arg=challenge.id)
            return Answer(view.AskAlias(challenge.id))
        case _:
            return Answer(_part(desk, challenge))


def typed_alias(desk: Desk, text: str) -> Answer:
    """The answer to "how shall the others see you?"."""
    challenge = challenges.load(desk.tx, desk.person.asking_arg or "")
    member = challenges.membership(desk.tx, challenge.id, desk.person.id) if challenge else None
    alias = " ".join("".join(char for char in text if char.isprintable()).split())
    if challenge is None or member is None:
        desk.change(asking=None, asking_arg=None)
        return Answer(notes.NothingChanged("button"), Place.NEW)
    if not 1 <= len(alias) <= ALIAS_MOST:
        return Answer(view.AskAlias(challenge.id, "no"), Place.NEW)
    others = (each for each in challenges.members(desk.tx, challenge.id) if each.id != member.id)
    if alias.casefold() in {(each.alias or each.name).casefold() for each in others}:
        return Answer(view.AskAlias(challenge.id, "taken"), Place.NEW)
    desk = desk.change(asking=None, asking_arg=None)
    answer = _change(desk, challenge, member, "name", alias=alias)
    return Answer(answer.scene, Place.NEW)


def _change(desk: Desk, challenge: Challenge, member: Membership, told: str, **values: object) -> Answer:
    challenges.change_member(desk.tx, member.id, **values)
    scoring.touched(desk.tx, desk.person.id, desk.catalog, desk.now)  # whoever cheers only holds nobody up
    posts.want(desk.tx, challenge.id)
    return Answer(_part(desk, challenge, told))


def _part(desk: Desk, challenge: Challenge, told: str | None = None) -> view.Part:
    member = challenges.membership(desk.tx, challenge.id, desk.person.id)
    assert member is not None
    counts_from = None
    if member.joined_on is not None:
        counts_from = scoring.counts_from(challenge, member.joined_on)
    return view.Part(
        challenge=challenge.id,
        kind=challenge.kind,
        last=challenge.last_day,
        shown_as=member.alias or member.name or desk.words("board.someone"),
        has_alias=bool(member.alias),
        cheer_only=member.cheer_only,
        left=member.left_on is not None,
        counts_from=counts_from,
        told=told,
    )
