"""The chats of the local page and their names: one private chat a person, and one team room."""

from bot.platforms.local.transcript import Persona, Transcript
from bot.platforms.port import Account, Address

PLATFORM = "local"
BOT = "local"
TEAM = "team"
_PRIVATE = "me:"


def private_chat(persona: str) -> str:
    return _PRIVATE + persona


def owner(chat: str) -> str | None:
    """Whose private chat this is; None for the team room."""
    return chat.removeprefix(_PRIVATE) if chat.startswith(_PRIVATE) else None


def account(persona: str) -> Account:
    return Account(PLATFORM, BOT, persona)


def address(chat: str) -> Address:
    return Address(PLATFORM, BOT, chat)


async def find_person(transcript: Transcript, persona: str) -> Persona | None:
    return next((each for each in await transcript.people() if each.id == persona), None)


async def exists(transcript: Transcript, where: Address) -> bool:
    """Whether something can be said there."""
    if (where.platform, where.bot, where.thread) != (PLATFORM, BOT, ""):
        return False
    persona = owner(where.chat)
    return where.chat == TEAM if persona is None else await find_person(transcript, persona) is not None
