"""A team of four in three time zones and two chats plays a week; the final board is the one that was reckoned by hand."""

from datetime import UTC, datetime

from tests.kit.stage import Player, Stage

# By hand, for Thu 26 Nov to Wed 2 Dec (k kept, m not kept, - not due):
#            Thu Fri Sat Sun Mon Tue Wed
# Cem, Tokyo   k   k   k   k   k   k   k    7 of 7 = 100 %
# Ben, NY              k   k   k   k   m    4 of 5 =  80 %   joined late, on a Saturday that he had done: 1 of 1
# Ann, Berlin  k   m   k   -   -   k   k    4 of 5 =  80 %   took Friday back; paused Sunday and Monday; later than Ben
# You, Berlin  k   k   k   k   k   m   m    5 of 7 =  71 %   a freeze keeps the streak, not the team's days
# Team: (1 + 4/5 + 4/5 + 5/7) / 4 = 82.9, so 83 %. Two share the second place, and nobody has the third.
FINAL = ["1. Cem · 100 %", "2. Ben · 80 %", "2. Ann · 80 %", "4. You · 71 %"]


async def test_a_week_of_a_team_ends_as_reckoned_by_hand(stage: Stage) -> None:
    async def at(day: int, hour: int) -> None:
        there = datetime(2026, 11 + (day > 30), day if day <= 30 else day - 30, hour, tzinfo=UTC)
        await stage.forward(seconds=(there - stage.clock.now()).total_seconds())

    people: dict[str, Player] = {}
    for name, place in (("You", "Berlin"), ("Ann", "Berlin"), ("Ben", "New York"), ("Cem", "Tokyo")):
        people[name] = await stage.person(name)
        await people[name].set_up("07:30", place=place)
    you, ann, ben, cem = (people[name] for name in ("You", "Ann", "Ben", "Cem"))

    runners = await stage.team("Runners")
    walkers = await stage.team("Walkers") if stage.platform != "local" else runners

    async def sit(name: str, room: object, *, admin: bool = False) -> Player:
        player = Player(stage, name, await room.seat(name, admin))  # type: ignore[attr-defined]
        await player.look()
        return player

    boss = await sit("You", runners, admin=True)
    await boss.say("/challenge")
    await boss.tap("1 week", "Other chats, by code", "Start it")
    await stage.forward(seconds=30)
    await boss.look()
    if walkers is not runners:
        code = boss.card.text.split("/challenge ")[1][:6]
        await (await sit("You", walkers, admin=True)).say(f"/challenge {code}")
        await stage.forward(seconds=30)
    await boss.tap("Join")
    await (await sit("Ann", runners)).tap("Join")
    await (await sit("Cem", walkers)).tap("Join")

    for day in range(26, 33):  # 26 November to 2 December
        await at(day, 1)
        await cem.one_set(seconds=40)
        await at(day, 7)
        if day <= 30:
            await you.one_set(seconds=40)
        if day in (26, 27, 28, 31, 32):
            await ann.one_set(seconds=40)
        if day == 27:
            await ann.tap("Undo", "Stop here")
        if day == 29:
            await ann.say("/pause 2 days")
            if stage.platform == "telegram":
                await walkers.migrate()
        if day == 30:
            await stage.kill()
        await at(day, 14)
        if 28 <= day <= 31:
            await ben.one_set(seconds=40)
        if day == 28:
            await (await sit("Ben", walkers)).tap("Join")

    await at(33, 16)  # Thu 3 Dec, 11:00 in New York: Ben's Wednesday is not final
    await boss.look()
    assert not any("the result" in message.text for message in boss.messages)
    await at(33, 17)
    await stage.forward(seconds=30)
    await boss.look()
    [result] = [message for message in boss.messages if "the result" in message.text]
    assert lines(result.text) == FINAL
    assert "83" in result.text
    there = await sit("Ben", walkers)
    [other] = [message for message in there.messages if "the result" in message.text]
    assert lines(other.text) == FINAL
    for room in (boss, there):
        [board] = [message for message in room.messages if "It is over." in message.text]
        assert lines(board.text) == FINAL


def lines(text: str) -> list[str]:
    """The rows of a board, whatever stands around them."""
    names = ("Cem", "Ben", "Ann", "You")
    words = text.replace("•", "\n").replace("1. ", "\n1. ").replace("2. ", "\n2. ").replace("4. ", "\n4. ").splitlines()
    rows = [line.strip() for line in words if line.strip()[:3] in ("1. ", "2. ", "3. ", "4. ")]
    return [" ".join(row.split()[:5]) for row in rows if row.split()[1] in names]
