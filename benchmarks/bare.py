"""What ours is measured against: a python-telegram-bot handler that answers the tap, edits the card, and keeps nothing."""

import argparse

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes

from benchmarks.crowd import TEXT, keyboard
from bot.platforms.telegram.connection import CONNECTIONS, POLL_CONNECTIONS
from bot.platforms.telegram.transport import Transport, stand_in


async def pressed(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    assert query.data is not None
    _, session, rev, *_ = query.data.split(".")
    markup = InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button["text"], callback_data=button["callback_data"]) for button in row]
            for row in keyboard(session, int(rev) + 1)
        ]
    )
    await query.answer("Counted.")
    await query.edit_message_text(TEXT, ParseMode.HTML, reply_markup=markup)


async def _ready(_application: object) -> None:
    print("ready", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("--concurrent", type=int, default=0, help="0: PTB's default, one update after the other")
    parser.add_argument("--aiohttp", action="store_true", help="our transport in place of the one that PTB ships")
    asked = parser.parse_args()
    builder = ApplicationBuilder().token(asked.token).base_url(f"{asked.url}/bot").post_init(_ready)
    if asked.aiohttp:
        builder = builder.token(stand_in(asked.token))
        builder = builder.request(Transport(asked.token, CONNECTIONS))
        builder = builder.get_updates_request(Transport(asked.token, POLL_CONNECTIONS))
    if asked.concurrent:
        builder = builder.concurrent_updates(asked.concurrent)
    application = builder.build()
    application.add_handler(CallbackQueryHandler(pressed))
    application.run_polling()


if __name__ == "__main__":
    main()
