"""Groups of the fake server: who is in them and what they may, topics, moves; and what the bot is told of all that."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.kit.telegram.members import change_json
from tests.kit.telegram.people import Person
from tests.kit.telegram.world import Chat

if TYPE_CHECKING:
    from tests.kit.telegram.server import TelegramServer


class Group:
    """The first of its members has made it."""

    def __init__(self, server: "TelegramServer", title: str, members: Sequence[Person], supergroup: bool) -> None:
        number = len(server.world.chats) + 1
        self.server = server
        self.members = members
        self.chat = Chat(
            -1_001_000_000_000 - number if supergroup else -5_000_000 - number,
            "supergroup" if supergroup else "group",
            title,
        )
        for person in members:
            self.chat.roles[person.id] = "creator" if person is members[0] else "member"
        server.world.chats[self.chat.id] = self.chat

    # --- the bot

    async def add_bot(self, by: Person) -> None:
        self.chat.kicked = False
        await self._bot_becomes("member", by)

    async def kick_bot(self, by: Person) -> None:
        self.chat.kicked = True
        await self._bot_becomes("kicked", by)

    async def promote_bot(self, by: Person) -> None:
        """From now on the bot is told about the members."""
        await self._bot_becomes("administrator", by)

    def delete(self) -> None:
        """The group is gone; bots are not told."""
        self.chat.deleted = True

    # --- its people

    async def join(self, person: Person) -> None:
        await self._becomes(person, "member", person)
        came = self.server.world.post(
            self.chat, person.json(), extra={"new_chat_members": [person.json()]}, service=True
        )
        await self.server.push("message", came.json())

    async def leave(self, person: Person) -> None:
        await self._goes(person, "left", person)

    async def remove(self, person: Person, by: Person) -> None:
        await self._goes(person, "kicked", by)

    async def promote(self, person: Person) -> None:
        await self._becomes(person, "administrator", self.members[0])

    async def demote(self, person: Person) -> None:
        await self._becomes(person, "member", self.members[0])

    # --- the chat

    def topic(self, name: str) -> int:
        number = len(self.chat.topics) + 10
        self.chat.topics[number] = name
        return number

    def close_topic(self, topic: int) -> None:
        self.chat.closed.add(topic)

    async def migrate(self, tell: bool = True) -> Chat:
        """Become a supergroup with a new number; `tell` False: the service messages are lost."""
        old, world = self.chat, self.server.world
        new = replace(old, id=-1_001_000_000_000 + old.id, type="supergroup", roles=dict(old.roles))
        world.chats[new.id] = new
        old.moved_to = new.id
        self.chat = new
        author = self.members[0].json()
        left = world.post(old, author, extra={"migrate_to_chat_id": new.id}, service=True)
        came = world.post(new, author, extra={"migrate_from_chat_id": old.id}, service=True)
        if tell:
            await self.server.push("message", left.json())
            await self.server.push("message", came.json())
        return new

    async def _goes(self, person: Person, role: str, by: Person) -> None:
        """Everybody is told by a service message, and admins by an update besides (reliability T-55)."""
        await self._becomes(person, role, by)
        gone = self.server.world.post(self.chat, by.json(), extra={"left_chat_member": person.json()}, service=True)
        await self.server.push("message", gone.json())

    async def _becomes(self, person: Person, role: str, by: Person) -> None:
        old = self.chat.roles.get(person.id, "left")
        self.chat.roles[person.id] = role
        if self.chat.roles.get(self.server.bot_id) == "administrator":
            await self.server.push(
                "chat_member", change_json(self.server, self.chat, by.json(), person.json(), old, role)
            )

    async def _bot_becomes(self, role: str, by: Person) -> None:
        old = self.chat.roles.get(self.server.bot_id, "left")
        self.chat.roles[self.server.bot_id] = role
        await self.server.push(
            "my_chat_member", change_json(self.server, self.chat, by.json(), self.server.world.me, old, role)
        )
