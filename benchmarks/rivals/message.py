"""The same message for every contender but ours, over the transport that it was given."""

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.request import BaseRequest, HTTPXRequest

from benchmarks.rivals.task import Task
from benchmarks.rivals.watch import Watch

PATIENT_SECONDS = 3600.0


def token(task: Task) -> str:
    """For our transport PTB gets a stand-in: the true token is put in on the way out."""
    return f"{task.token.partition(':')[0]}:***" if task.aiohttp else task.token


def request(task: Task) -> BaseRequest | None:
    """None: as PTB ships it."""
    if task.aiohttp:
        from bot.platforms.telegram.transport import Transport  # only where it is wanted: it brings aiohttp

        return Transport(task.token, task.at_once)
    return HTTPXRequest(connection_pool_size=task.at_once) if task.patient else None


class Message:
    def __init__(self, task: Task, bot: Bot, watch: Watch) -> None:
        self._bot = bot
        self._text = task.text
        self._watch = watch
        self._wait = PATIENT_SECONDS if task.patient else BaseRequest.DEFAULT_NONE
        self._markup = InlineKeyboardMarkup(
            [[InlineKeyboardButton(label, callback_data="1s.20261125.p..x") for label in row] for row in task.rows]
        )

    async def send(self, chat: int) -> None:
        """Nobody sends it again, so what failed is lost; it is only counted."""
        try:
            await self._bot.send_message(
                chat, self._text, parse_mode=ParseMode.HTML, reply_markup=self._markup, pool_timeout=self._wait
            )
            self._watch.count("sent")
        except TelegramError as error:
            self._watch.count(f"{type(error).__name__}: {error.message[:40]}")
