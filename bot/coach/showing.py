"""What a post in a team chat shows at this moment: the board, a recap, the result, a team minute."""

from datetime import datetime

from bot import words
from bot.coach import scoring
from bot.store import challenges, minutes
from bot.store.challenges import Challenge
from bot.store.posts import AT_ITS_END, BOARD, RESULT, Post
from bot.store.unit import Tx
from bot.views import challenges as view
from bot.views import when
from bot.views.scenes import Scene
from drills.localtime import zone_of


def scene(tx: Tx, post: Post, now: datetime) -> Scene | None:
    """None: there is nothing to show any more."""
    challenge = challenges.load(tx, post.challenge)
    if challenge is None:
        return None
    kind, _, number = post.what.removesuffix(AT_ITS_END).partition("-")
    if kind == "minute":
        return _minute(tx, challenge, int(number), now)
    board = scoring.board(tx, challenge, post.room)
    match kind:
        case "recap":
            return view.Recap(board, int(number))
        case _ if post.what == RESULT:
            return view.ResultCard(board)
        case _ if post.what == BOARD:
            return board
    return None


def _minute(tx: Tx, challenge: Challenge, number: int, now: datetime) -> view.Minute | None:
    minute = minutes.load(tx, challenge.id, number)
    if minute is None:
        return None
    names = {each.member: each.alias or each.name for each in challenges.members(tx, challenge.id)}
    takers = minutes.takers(tx, challenge.id, number)
    done = tuple(names.get(each.member, "") for each in takers if each.done_at is not None)
    until = when.moment(words.load(), minute.ends_at, now, zone_of(challenge.zone)) if now < minute.ends_at else None
    return view.Minute(challenge.id, number, len(takers) - len(done), done, until, challenge.zone)
