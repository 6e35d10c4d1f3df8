"""Practising: a session begins, moves, ends. The rule answers, the facts are appended, and only then is a card drawn."""

from dataclasses import replace
from datetime import date

from bot.actions import MoveCode, Play, Start, StartKind
from bot.cards import PLAYER, Place
from bot.coach import onboarding, scoring, times
from bot.coach import standing as standing_coach
from bot.coach.desk import Answer, Desk
from bot.ids import new_id
from bot.store import care, minutes, nudges, sessions
from bot.store.sessions import Kept
from bot.views import notes, when
from bot.views import onboarding as onboarding_view
from bot.views.practice import Playing
from bot.views.result import ClosedSession, Result
from bot.views.scenes import Scene
from bot.views.today import AllResting
from drills import practice as rule
from drills import programme, safety, streaks
from drills.localtime import local_date
from drills.model import DrillId
from drills.practice import PlanItem, SessionId
from drills.safety import Colour
from scheduler.nudge import NudgeKind


def start(desk: Desk, action: Start, place: Place = Place.HERE) -> Answer:
    """Begin, or go on with what is open: one session at a time."""
    closed = may_not_practise(desk)
    if closed is not None:
        return Answer(closed, place)
    open_session = unfinished(desk)
    if open_session is not None and open_session.session.done:
        return Answer(scene(desk, open_session), place, desk.words("notice.resumed"), living=PLAYER)
    today = desk.today
    if action.day != f"{today:%Y%m%d}":
        label = read_day(action.day)
        return Answer(ClosedSession(label, today) if label else notes.NothingChanged("button"), place)
    plan = _plan(desk, action, today)
    if plan is None:
        return Answer(notes.NothingChanged("drill"), place)
    if not plan:
        return Answer(AllResting(), place)
    if open_session is not None:  # nothing was done in it
        sessions.close(desk.tx, open_session)
    running = desk.calendar.running(desk.now)
    label = streaks.label_of_session(desk.judge()) if len(running) > 1 else today
    kept = _begin(desk, plan, action.kind, label)
    return Answer(scene(desk, kept), place, living=PLAYER)


def play(desk: Desk, action: Play) -> Answer:
    """One pressed move. It quotes the revision of its card; a stale card changes nothing and shows the true one."""
    kept = sessions.load(desk.tx, action.session)
    if kept is None:
        return Answer(notes.NothingChanged("session"))
    if kept.person != desk.person.id:
        return Answer(None, notice=desk.words("notice.not-yours"), alert=True)
    move = _move(desk, kept, action.move, action.arg)
    if move is None:
        return Answer(scene(desk, kept), notice=desk.words("notice.old-card"), living=PLAYER)
    return _play(desk, kept, move, action.rev, Place.HERE)


def typed(desk: Desk, kept: Kept, move: rule.Move) -> Answer:
    """One typed move, meant for the session as it stands."""
    return _play(desk, kept, move, None, Place.NEW)


def unfinished(desk: Desk) -> Kept | None:
    """The session that can go on: not over, its day not final. Of several (an older one was undone) the newest."""
    begun = sessions.not_over(desk.tx, desk.person.id, desk.now - sessions.BEGINS_WITHIN)
    return next((kept for kept in begun if _counts(desk, kept)), None)


def may_not_practise(desk: Desk) -> Scene | None:
    """The card that stands between this person and a drill, if one does: set-up or screening."""
    if not onboarding.is_set_up(desk):
        return onboarding.next_scene(desk)
    person = desk.person
    if not safety.may_practise(person.screened):
        return onboarding_view.ClosedPlan(person.screened or safety.Screened.BLOCK)
    if safety.screening_is_due(person.screened_on, local_date(desk.now, desk.zone)):
        return onboarding_view.ScreeningCard()
    return None


def scene(desk: Desk, kept: Kept) -> Scene:
    """The true card of a session, whatever was pressed on an older one."""
    if not kept.is_over:
        telling = isinstance(kept.session.place, rule.Hurting | rule.Where) and not _is_final(desk, kept)
        if not telling and not _counts(desk, kept):
            return _closed(desk, kept)
        return Playing(kept.session, desk.catalog, desk.now, _easier(desk, kept.session) is not None)
    upcoming = times.next_at(desk)
    standing, judge = desk.standing_and_judge()
    return Result(
        session=kept.session,
        standing=standing,
        hidden=desk.person.streak_hidden,
        day=kept.day,
        ends=when.moment(desk.words, desk.ends(kept.day), desk.now, desk.zone),
        rest_of_plan=kept.day == desk.today and bool(rest_of_plan(desk, kept.day)),
        next_prompt=when.moment(desk.words, upcoming, desk.now, desk.zone) if upcoming else None,
        outlook=standing_coach.outlook(desk, standing, judge),
        milestone=standing_coach.milestone_of(desk, kept, standing),
    )


def rest_of_plan(desk: Desk, day: date) -> tuple[PlanItem, ...]:
    """Today's plan without the drills that were done with all their sets."""
    done: dict[DrillId, int] = {}
    for kept in sessions.of_day(desk.tx, desk.person.id, day):
        for item, part in enumerate(kept.session.plan):
            only = replace(
                kept.session, plan=(part,), done=tuple(replace(f, item=0) for f in kept.session.done if f.item == item)
            )
            done[part.drill] = done.get(part.drill, 0) + rule.sets_done(only)
    plan = programme.todays_plan(desk.catalog, day, desk.needs())
    return tuple(item for item in plan if done.get(item.drill, 0) < item.sets)


def read_day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
    except ValueError:
        return None


def _plan(desk: Desk, action: Start, today: date) -> tuple[PlanItem, ...] | None:
    needs = desk.needs()
    match action.kind:
        case StartKind.PLAN:
            return rest_of_plan(desk, today) or programme.todays_plan(desk.catalog, today, needs)
        case StartKind.MINUTE:
            return programme.one_minute(programme.todays_plan(desk.catalog, today, needs))
        case StartKind.SNACK:
            if programme.BANDED_SQUAT in needs.caution.resting | needs.caution.muted:
                return ()
            return programme.extra_set(desk.catalog, needs)
        case StartKind.DRILL:
            drill = desk.catalog.get(DrillId(action.drill))
            if drill is None:
                return None
            if drill.id in needs.caution.resting | needs.caution.muted:
                return ()
            return programme.single(drill, needs)


def _begin(desk: Desk, plan: tuple[PlanItem, ...], kind: StartKind, label: date) -> Kept:
    offset = desk.now.astimezone(desk.zone).utcoffset()
    kept = Kept(
        session=rule.begin(SessionId(new_id()), plan),
        person=desk.person.id,
        kind=kind,
        day=label,
        zone=desk.person.zone or "UTC",
        started_at=desk.now,
        last_press_at=desk.now,
        ends_at=desk.ends(label),
    )
    sessions.add(desk.tx, kept, int(offset.total_seconds() // 60) if offset else 0)
    nudges.drop_planned(desk.tx, desk.person.id, (NudgeKind.SNOOZE, NudgeKind.FOLLOW_UP), "started")
    return kept


def _play(desk: Desk, kept: Kept, move: rule.Move, rev: int | None, place: Place) -> Answer:
    counts = _counts(desk, kept)
    late = isinstance(move, rule.Undo | rule.Hurts | rule.Feel | rule.Which) and not _is_final(desk, kept)
    if not counts and not late:
        return Answer(_closed(desk, kept), place, living=PLAYER)
    answer = rule.play(kept.session, move, rev, desk.now)
    if isinstance(answer, rule.Stale):
        return Answer(scene(desk, kept), place, desk.words(f"notice.{answer.why}"), living=PLAYER)
    prolongs = counts and isinstance(move, rule.Done | rule.Undo)
    before = _streak_before(desk, kept, answer)
    if not sessions.save(desk.tx, kept.session, answer.session, desk.now if prolongs else None):
        return Answer(scene(desk, kept), place, desk.words("notice.old-card"), living=PLAYER)
    for fact in answer.facts:
        match fact:
            case rule.RoundDone():
                sessions.append(desk.tx, kept.session.id, answer.session.rev, fact, desk.now)
            case rule.RoundUndone():
                sessions.undo(desk.tx, kept.session.id, fact, desk.now)
            case rule.Felt():
                care.add_pains(desk.tx, desk.person.id, kept.session.id, (fact,), desk.now)
    moved = replace(kept, session=answer.session, last_press_at=desk.now if prolongs else kept.last_press_at)
    if rule.sets_done(answer.session) != rule.sets_done(kept.session) or any(
        isinstance(f, rule.Felt) for f in answer.facts
    ):
        scoring.touched(desk.tx, desk.person.id, desk.catalog, desk.now)
    if rule.sets_done(answer.session) > rule.sets_done(kept.session):
        minutes.done(desk.tx, desk.person.id, desk.now)
    if not counts and isinstance(move, rule.Undo):
        return Answer(ClosedSession(kept.day, desk.today, undone=True), place, living=PLAYER)
    milestone = None if before is None else standing_coach.celebrate(desk, before)
    return Answer(scene(desk, moved), place, _notice(desk, move, milestone), living=PLAYER)


def _streak_before(desk: Desk, kept: Kept, answer: rule.Moved) -> int | None:
    """The streak before a press that makes its day; None for any other press, which cannot reach a milestone."""
    if rule.sets_done(answer.session) <= rule.sets_done(kept.session):
        return None
    return None if sessions.day_is_done(desk.tx, desk.person.id, kept.day) else desk.standing().streak


def _notice(desk: Desk, move: rule.Move, milestone: int | None) -> str | None:
    if milestone is not None and not desk.person.streak_hidden:
        return desk.words("notice.milestone", n=milestone)
    match move:
        case rule.Done(reps=None):
            return desk.words("notice.counted")
        case rule.Done(reps=reps):
            return desk.words("notice.counted-reps", n=reps)
        case rule.Undo():
            return desk.words("notice.undone")
        case rule.Easier():
            return desk.words("notice.easier")
        case _:
            return None


def _move(desk: Desk, kept: Kept, code: MoveCode, arg: str) -> rule.Move | None:
    """The move that a button means, or None for an argument that no button of ours has."""
    session = kept.session
    match code:
        case MoveCode.NEXT:
            return rule.Next()
        case MoveCode.BACK:
            return rule.Back()
        case MoveCode.KNOW:
            return rule.Know()
        case MoveCode.DONE:
            return rule.Done()
        case MoveCode.SLIPPED:
            return rule.Slipped()
        case MoveCode.REPS:
            return rule.Done(int(arg)) if arg.isdigit() and len(arg) < 3 else None
        case MoveCode.UNDO:
            return rule.Undo()
        case MoveCode.SKIP:
            return rule.Skip()
        case MoveCode.EASIER:
            easier = _easier(desk, session)
            return rule.Easier(easier) if easier else None
        case MoveCode.MORE:
            return rule.More()
        case MoveCode.STOP:
            return rule.Stop()
        case MoveCode.HURTS:
            return rule.Hurts()
        case MoveCode.FEEL:
            return rule.Feel(Colour(arg), _easier(desk, session)) if arg in list(Colour) else None
        case MoveCode.WHICH:
            return rule.Which(int(arg)) if arg.isdigit() and len(arg) < 3 else None
        case MoveCode.GO_ON:
            return rule.GoOn()


def _easier(desk: Desk, session: rule.Session) -> PlanItem | None:
    item = rule.current_item(session)
    if item is None:
        return None
    drill = desk.catalog.get(session.plan[item].drill)
    return programme.easier(drill, session.plan[item]) if drill else None


def _counts(desk: Desk, kept: Kept) -> bool:
    """A press counts while the session is open and its day is not final."""
    return not _is_final(desk, kept) and streaks.session_is_open(desk.calendar, desk.now, kept.day, kept.last_press_at)


def _is_final(desk: Desk, kept: Kept) -> bool:
    return desk.now >= desk.calendar.final_at(kept.day)


def _closed(desk: Desk, kept: Kept) -> ClosedSession:
    return ClosedSession(kept.day, desk.today, may_tick=streaks.tick(desk.judge(), kept.day) is streaks.Ticked.JOINED)
