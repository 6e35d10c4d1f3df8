"""A second, deliberately naive reading of the rules of streaks, to hold the real ones against on random lives.

It knows nothing of the production code. It walks through a life event by event and day by day, keeps plain lists, and looks
everything up in them again. §n is the section of `streaks.md` a line obeys, §14 its small print. Labels are ordinals of dates.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tests.drills.streak_model import life as events
from tests.drills.streak_model.life import Life, Outage, Outcome

NOON = time(12)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
NOTHING = timedelta(0)
OPEN_END = date.max.toordinal()
ALWAYS = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
M = 0.5 ** (1 / 13)  # §10


@lru_cache(maxsize=1 << 17)
def first_instant(zone: str, label: int, at: time) -> datetime:
    """A local time as an instant: in a gap shifted forward by the gap, of a time that occurs twice the first."""
    return datetime.combine(date.fromordinal(label), at, ZoneInfo(zone)).astimezone(UTC)


@lru_cache(maxsize=1 << 17)
def start_of(zone: str, label: int, hour: time) -> datetime:
    """§2: `day_start` on a date: in a gap shifted forward by the gap, of a time that occurs twice the later."""
    later = datetime.combine(date.fromordinal(label), hour, ZoneInfo(zone)).replace(fold=1).astimezone(UTC)
    return max(first_instant(zone, label, hour), later)  # in a gap it is fold 0 that is the later one


@lru_cache(maxsize=1 << 17)
def noon_after(zone: str, end: datetime) -> datetime:
    """§4: the first 12:00 local that is at least 3 elapsed hours after the end of a day."""
    label = end.astimezone(ZoneInfo(zone)).toordinal()
    while first_instant(zone, label, NOON) < end + 3 * HOUR:
        label += 1
    return first_instant(zone, label, NOON)


def overlap(begin: datetime, end: datetime, other_begin: datetime, other_end: datetime) -> timedelta:
    return max(NOTHING, min(end, other_end) - max(begin, other_begin))


@dataclass(slots=True)
class Day:
    """A practice day; one that was jumped over, or does not exist, begins and ends at the same instant."""

    label: int
    begin: datetime
    end: datetime  # of a day that still runs: as known so far
    hours: list[time]  # §14: all values of `day_start` in force during it
    left_east: bool = False

    @property
    def exists(self) -> bool:
        return self.begin < self.end


@dataclass(slots=True)
class Session:
    label: int
    last_press: datetime
    sets: int


class Diary:
    """Everything noted so far, as plain lists; the questions are answered by walking through them."""

    def __init__(self, life: Life) -> None:
        self.zones = [(ALWAYS, life.zone)]  # since when which one
        self.hour = life.day_start
        label = life.joined_at.toordinal() - 2
        while start_of(life.zone, label + 1, self.hour) <= life.joined_at:
            label += 1
        self.joining = label
        self.days: list[Day] = []  # one a label, from the joining one on, without holes
        self.begin_day(label, start_of(life.zone, label, self.hour))
        self.sessions: list[Session] = []
        self.red: list[int] = []
        self.pauses: list[tuple[int, int]] = []  # the first and the last label
        self.schedules: list[tuple[int, frozenset[int]]] = [
            (0, frozenset(range(7)))
        ]  # from which label on which weekdays
        self.freezes = [(ALWAYS, True)]  # since when: may they be used
        self.joined_ticks: list[tuple[int, int]] = []  # the label, the label of the tap
        self.history_ticks: list[int] = []
        self.answers: list[str] = []

    # --- Days: §2, §8 ---

    @property
    def newest(self) -> Day:
        return self.days[-1]

    def day(self, label: int) -> Day:
        return self.days[label - self.joining]

    def next_begin(self, day: Day) -> datetime:
        """§14: of all `day_start` values in force during a day the largest rules the begin of the next."""
        return max(day.begin, start_of(self.zones[-1][1], day.label + 1, max(day.hours)))

    def begin_day(self, label: int, begin: datetime) -> None:
        day = Day(label, begin, begin, [self.hour])
        day.end = self.next_begin(day)
        self.days.append(day)

    def turn_over(self, t: datetime) -> None:
        while (begin := self.next_begin(self.newest)) <= t:
            self.begin_day(self.newest.label + 1, begin)

    def move(self, t: datetime, zone: str) -> None:
        day = self.newest
        self.zones.append((t, zone))
        label, hour = day.label, max(day.hours)
        while start_of(zone, label + 1, hour) <= t:
            label, hour = label + 1, self.hour
        if label == day.label:  # §8: the same label, or back over the boundary: it goes on; ends never shrink (§14)
            day.end = max(day.end, self.next_begin(day))
            return
        day.left_east = True  # §8: it keeps its old end
        for jumped in range(day.label + 1, label):
            self.days.append(Day(jumped, t, t, []))
        self.begin_day(label, t)

    def day_start(self, hour: time) -> None:
        self.hour = hour
        day = self.newest
        day.hours.append(hour)
        day.end = max(day.end, self.next_begin(day))  # §8: the later of its old end and the new begin of the next

    def final_at(self, day: Day, t: datetime) -> datetime:
        """§4, as known at `t`: by the zone in force when the day ends; at the very instant the old one still holds (§14)."""
        if t < day.end:
            return NEVER
        zone = [zone for since, zone in self.zones if since < day.end][-1]
        return noon_after(zone, day.end)

    # --- What a label is: §3 ---

    def done(self, label: int) -> bool:
        with_sets = [session.label for session in self.sessions if session.sets > 0]
        return label in with_sets or label in [ticked for ticked, _ in self.joined_ticks]

    def paused(self, label: int) -> bool:
        return label in self.red or any(first <= label <= last for first, last in self.pauses)

    def resting(self, label: int) -> bool:
        """§3: the joining day too. §7: the last edit of a day wins."""
        scheduled = [weekdays for since, weekdays in self.schedules if since <= label][-1]
        return label == self.joining or (label - 1) % 7 not in scheduled

    def open(self, day: Day, t: datetime) -> bool:
        if self.done(day.label) or self.paused(day.label) or self.resting(day.label):
            return False
        return day.exists and t < self.final_at(day, t)

    # --- Sessions and ticks: §3, §4, §8 ---

    def press(self, t: datetime) -> None:
        if self.sessions:
            session = self.sessions[-1]
            if self.session_open(session, t) and t < self.final_at(self.day(session.label), t):
                session.sets += 1
                session.last_press = t
                return
        self.start(t)
        self.sessions[-1].sets = 1

    def start(self, t: datetime) -> None:
        label = self.newest.label
        if self.done(label):  # §8: the oldest running day that is OPEN; if there is none, the newest
            for day in self.days:
                if day.begin <= t < day.end and self.open(day, t):
                    label = day.label
                    break
        self.sessions.append(Session(label, t, 0))

    def session_open(self, session: Session, t: datetime) -> bool:
        return t < max(self.day(session.label).end, session.last_press + HOUR)  # §14

    def undo(self, t: datetime) -> None:
        if not self.sessions or self.sessions[-1].sets == 0:
            return
        session = self.sessions[-1]
        if t < self.final_at(self.day(session.label), t):
            if self.session_open(session, t):  # §14: in a closed one it is accepted, but does not reopen it
                session.last_press = t
            session.sets -= 1

    def red_pain(self, t: datetime) -> None:
        if self.sessions:
            label = self.sessions[-1].label
            if t < self.final_at(self.day(label), t):
                self.red.append(label)

    def tick(self, t: datetime, back: int) -> str:
        tapped = self.newest.label
        label = tapped - back
        if not 1 <= back <= 7 or label < self.joining:
            return "none"
        day = self.day(label)
        if not day.exists or t < day.end or self.done(label) or label in self.history_ticks:
            return "none"
        recent = [tap for _, tap in self.joined_ticks if tapped - 6 <= tap <= tapped]
        if self.open(day, t) and len(recent) < 2:
            self.joined_ticks.append((label, tapped))
            return "joined"
        self.history_ticks.append(label)
        return "history"

    # --- Pauses: §7 ---

    def pause(self, ahead: int, days: int | None) -> None:
        first = self.newest.label + max(0, ahead)  # §14: one that names an earlier start begins today
        self.pauses.append((first, OPEN_END if days is None else first + days - 1))

    def resume(self) -> None:
        """Due from the next practice day: the last label a pause may cover is today's."""
        self.pauses = [(first, min(last, self.newest.label)) for first, last in self.pauses]


# --- Our outages: §9 ---


def counting_outages(life: Life) -> list[Outage]:
    """Those that are over, and before which the heartbeat covered at least 90 % of 168 h."""
    counting = []
    for outage in life.outages:
        if not life.remote or outage.ends > life.now:
            continue
        week = outage.begins - WEEK
        missing = overlap(week, outage.begins, ALWAYS, life.first_beat)
        for other in life.outages:
            if other.begins < outage.begins:
                missing += overlap(week, outage.begins, other.begins, other.ends)
        if 10 * (WEEK - missing) >= 9 * WEEK:
            counting.append(outage)
    return counting


def labels_with_lost_slots(life: Life, diary: Diary, outages: list[Outage]) -> list[int]:
    """The practice days of all *do* slots that were due within one outage longer than 2 h."""
    labels = []
    untils = [since for since, _ in diary.zones[1:]] + [NEVER]
    for outage in outages:
        if outage.ends - outage.begins <= 2 * HOUR:
            continue
        for (since, zone), until in zip(diary.zones, untils, strict=True):
            if until <= outage.begins or outage.ends <= since:
                continue
            for label in range(outage.begins.toordinal() - 2, outage.ends.toordinal() + 3):
                if start_of(zone, label, time(0)) == start_of(zone, label + 1, time(0)):
                    continue  # the zone has no such date
                for slot in life.slots:
                    instant = first_instant(zone, label, slot.at)
                    if (label - 1) % 7 not in slot.weekdays or not since <= instant < until:
                        continue
                    if outage.begins <= instant < outage.ends:
                        begun = [day.label for day in diary.days if day.begin <= instant]
                        labels += begun[-1:]
    return labels


# --- The fold: §3, §5, §6 ---


def letters_before_freezes(life: Life, diary: Diary) -> list[str]:
    """§3, the first that applies; "?" is a due day that is final and was missed."""
    outages = counting_outages(life)
    lost_slots = labels_with_lost_slots(life, diary, outages)
    travelled: list[int] = []  # labels EXCUSED by travel
    letters = []
    for day in diary.days:
        if diary.done(day.label):
            letter = "x"
        elif diary.paused(day.label):
            letter = "p"
        elif diary.resting(day.label):
            letter = "r"
        elif not day.exists:
            letter = "e"
        elif life.now < diary.final_at(day, life.now):
            letter = "o"
        elif day.label in lost_slots or (
            sum((overlap(day.begin, day.end, outage.begins, outage.ends) for outage in outages), NOTHING) > 6 * HOUR
        ):
            letter = "e"
        elif day.left_east and all(day.label - label >= 7 for label in travelled):
            letter = "e"
            travelled.append(day.label)
        else:
            letter = "?"
        letters.append(letter)
    return letters


def opted_out(diary: Diary, day: Day, now: datetime) -> bool:
    """§5: the setting at a day's finality; one set exactly at that noon counts as after it (§14)."""
    noon = diary.final_at(day, now)
    return not [used for since, used in diary.freezes if since < noon][-1]


def comes_back(letters: list[str], gap: list[int], chain: int, comebacks: list[int]) -> int | None:
    """§6: the index of the second day of a comeback, if the gap (the indexes of its days) is made good by one."""
    after = [i for i in range(gap[-1] + 1, len(letters)) if letters[i] not in "rpe"][:2]
    possible = chain >= 7 and len(gap) <= 3 and [letters[i] for i in after] == ["x", "x"]
    return after[1] if possible and all(after[1] - second >= 30 for second in comebacks) else None


def noted(life: Life) -> Diary:
    """A life, written down event by event."""
    diary = Diary(life)
    for event in life.events:
        t = event.at
        diary.turn_over(t)  # a fact exactly at a begin counts as after it (§14)
        match event:
            case events.Start():
                diary.start(t)
            case events.Press():
                diary.press(t)
            case events.Again():
                pass
            case events.Undo():
                diary.undo(t)
            case events.Red():
                diary.red_pain(t)
            case events.Tick():
                diary.answers.append(diary.tick(t, event.back))
            case events.Move():
                diary.move(t, event.zone)
            case events.DayStart():
                diary.day_start(event.day_start)
            case events.Rest():
                diary.schedules.append((diary.newest.label + 1, event.scheduled))
            case events.Freezes():
                diary.freezes.append((t, event.used))
            case events.PauseFrom():
                diary.pause(event.ahead, event.days)
            case events.Resume():
                diary.resume()
    diary.turn_over(life.now)
    return diary


def live(life: Life) -> Outcome:
    """What the rules make of a life."""
    diary = noted(life)
    letters = letters_before_freezes(life, diary)
    streak, best, bank, done_days = 0, 0, 1, 0
    gap: list[int] = []  # the missed due days since the last DONE
    lost = 0  # the streak of the chain that this gap broke
    joins: dict[int, int] = {}  # the second day of a comeback: the chain that it brings back
    for i, letter in enumerate(letters.copy()):
        if letter == "?":
            gap.append(i)
            letters[i] = "m" if streak == 0 else "f"
            if streak > 0 and (len(gap) > bank or opted_out(diary, diary.days[i], life.now)):
                lost, streak = streak, 0  # §5: the chain breaks, its days are MISSED, nothing is spent
                for j in gap:
                    letters[j] = "m"
        elif letter == "x":
            if streak > 0:
                bank -= len(gap)  # §5: it pays first, then earns
            elif gap:
                second = comes_back(letters, gap, lost, list(joins))
                if second is not None:
                    joins[second] = lost
            gap, lost = [], 0
            done_days += 1
            if done_days % 7 == 0:
                bank = min(2, bank + 1)
            streak += 1 + joins.get(i, 0)
        best = max(best, streak)

    strength = 0.0
    total = 0
    for day, letter in zip(diary.days, letters, strict=True):
        good = letter == "x" or day.label in diary.history_ticks
        total += good
        if good or letter == "m":  # §10
            strength = strength * M + good * (1 - M)
    return Outcome(
        first=date.fromordinal(diary.joining),
        states="".join(letters),
        streak=streak,
        best=best,
        total=total,
        strength=round(strength * 100),
        bank=bank,
        reserved=len(gap) if streak > 0 else 0,
        ticks=tuple(diary.answers),
    )
