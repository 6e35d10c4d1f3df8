"""People and slots straight into the tables."""

from datetime import UTC, date, datetime, time

from sqlalchemy import insert

from bot.addresses import Account, Address
from bot.store import people, slots, streak
from bot.store import tables as t
from bot.store.unit import Store, Tx
from scheduler.nudge import NudgeKind
from scheduler.slot import EVERY_DAY, Role, Rule
from tests.kit.clock import WEDNESDAY

BERLIN = "Europe/Berlin"
SET_UP = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday, 06:00 in Berlin
MONDAY, TUESDAY, THE_WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


def add_person(tx: Tx, name: str, zone: str | None = BERLIN) -> None:
    """Somebody on Telegram whose id, account and chat are made from the name."""
    account = Account("telegram", "1", f"account-{name}")
    people.create(tx, name, account, name, "en", SET_UP)
    people.keep_private_room(tx, name, Address("telegram", "1", f"chat-{name}"))
    if zone is not None:
        people.change(tx, name, zone=zone)
        streak.keep_version(tx, name, "zone", zone, SET_UP)


async def person(store: Store, name: str, *times: str, zone: str = BERLIN, now: datetime = SET_UP) -> None:
    """Set up on Monday morning, with a slot at each of these local times; its id is `name@time`."""

    def unit(tx: Tx) -> None:
        add_person(tx, name, zone)
        for at in times:
            rule = Rule(time.fromisoformat(at), EVERY_DAY, zone)
            slots.add(tx, f"{name}@{at}", name, rule, Role.DO, now, "2026a")

    await store.run(unit)


async def nudge(
    store: Store,
    person: str,
    *,
    kind: NudgeKind = NudgeKind.PROMPT,
    due: datetime = WEDNESDAY,
    key: str | None = None,
    **columns: object,
) -> int:
    """A planned nudge, or one in whatever state the columns say."""

    def unit(tx: Tx) -> int:
        row: dict[str, object] = {
            "key": key or f"{kind}:{person}:{due}",
            "kind": kind,
            "person": person,
            "label": THE_WEDNESDAY,
            "due_at": due,
            "not_before": due,
            "state": "planned",
        }
        found: int = tx.execute(insert(t.nudge).values(**row | columns).returning(t.nudge.c.id)).scalar_one()
        return found

    return await store.run(unit)
