"""Receives updates: stored first, confirmed after; it never stops for ever, and says in a sentence what is wrong.

Not PTB's own polling: that confirms a batch before it is handled, dies of one 404 and is blocked for ever by one update that
it cannot parse (reliability, facts 1, 3, 4).
"""

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from telegram import Bot
from telegram.warnings import PTBUserWarning

from bot.platforms.patience import NETWORK_CEILING, Pause, backoff
from bot.platforms.port import Intake, RawUpdate
from bot.platforms.reposts import Now
from bot.platforms.telegram.errors import Meaning, read
from bot.platforms.telegram.fields import PLATFORM
from bot.platforms.telegram.inbound import ALLOWED_UPDATES, raw
from bot.words import Words

HOLD_SECONDS = 50  # the longest that Telegram's server holds a getUpdates
BATCH = 100  # the most that it gives at once
# On top of the hold: the way there and back.
ANSWER_SECONDS = 10

# The database is near, and people wait: once it works again, so do we.
STORE_CEILING = 3.0

# One failure is weather; three in a row are worth a sentence on the health page.
SPOKEN_AFTER = 3
# A refused token may come back (a proxy answered for Telegram), but nothing is urgent about it (T-12).
TOKEN_CEILING = 300.0
# Two pollers with one token disturb each other; while the other is only shutting down this passes in seconds (T-11).
CONFLICT_PAUSE = 5.0
CONFLICT_SPOKEN_AFTER = 30.0
CONFLICT_SLOW = 30.0
# Telegram keeps a tap for 150 s (reliability, fact 2); some of them have passed when the first poll fails.
FORGETS_AFTER = timedelta(seconds=120)
# So many polls in a row must go well before the other poller is believed to be gone.
CONFLICT_CALM = 3

log = structlog.get_logger()


class NotStored(Exception):
    """The intake could not store a batch; it stays unconfirmed."""


class Poller:
    """`problem` is None, or a plain sentence about why nothing arrives."""

    def __init__(
        self, bot: Bot, me: str, intake: Intake, words: Words, pause: Pause, now: Now, hold: int = HOLD_SECONDS
    ) -> None:
        self.problem: str | None = None
        self._bot = bot
        self._me = me
        self._intake = intake
        self._words = words
        self._pause = pause
        self._now = now
        self._failing_since: datetime | None = None
        self._hold = hold
        # The server is the one that remembers what is confirmed; a stored offset would only be a guess (T-46).
        self._offset = 0
        self._batch: Sequence[RawUpdate] = ()
        self._failures = 0
        self._conflict_seconds = 0.0
        self._calm = 0
        self._webhook_seen = False
        self._webhook_removed = False

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._turn()
            except Exception as error:  # noqa: BLE001 - whatever answers in Telegram's place, this loop lives on
                await self._pause(self._trouble(error))
            else:
                self._well()
                await self._look_back()

    async def _turn(self) -> None:
        if self._webhook_seen and not self._webhook_removed:
            await self._bot.delete_webhook()  # keeps what is waiting (T-13, T-14)
            self._webhook_removed = True
            log.warning("webhook removed", platform=PLATFORM, bot=self._me)
        if not self._batch:
            await self._fetch()
        if self._batch:
            await self._store()

    async def _fetch(self) -> None:
        updates = await self._get_updates()
        if not isinstance(updates, list):
            raise TypeError("getUpdates did not give a list")
        known = [update for update in updates if isinstance(update, Mapping)]
        self._batch = [stored for update in known if (stored := raw(update))]
        if not self._batch:
            if updates:
                raise TypeError("getUpdates gave updates without a number")
            # All is confirmed, so 0 means the same as the next number; and should Telegram begin to count anew,
            # which it may after a week of silence, a number of ours from before would hide what comes (T-47).
            self._offset = 0

    async def _get_updates(self) -> object:
        # The public way to raw JSON; it advises `Bot.get_updates`, which parses, and fails as a whole (fact 4).
        warnings.filterwarnings("ignore", message=r"Please use 'Bot\.getUpdates'", category=PTBUserWarning)
        return await self._bot.do_api_request(
            "getUpdates",
            api_kwargs={
                "offset": self._offset,
                "limit": BATCH,
                "timeout": self._hold,
                "allowed_updates": list(ALLOWED_UPDATES),
            },
            read_timeout=self._hold + ANSWER_SECONDS,
        )

    async def _store(self) -> None:
        try:
            await self._intake.accept(PLATFORM, self._me, self._batch)
        except Exception as error:
            raise NotStored from error
        log.debug("updates stored", platform=PLATFORM, bot=self._me, count=len(self._batch))
        # Committed: the next call confirms them. A crash before it only brings the same batch again (T-42).
        self._offset = max(int(update.key) for update in self._batch) + 1
        self._batch = ()

    async def _look_back(self) -> None:
        """Whoever tapped while Telegram was away for long has to hear that it may be lost."""
        since, self._failing_since = self._failing_since, None
        if since is not None and self._now() - since > FORGETS_AFTER:
            await self._intake.missed(PLATFORM)

    def _well(self) -> None:
        self._failures = 0
        self._calm += 1
        if self._conflict_seconds and self._calm < CONFLICT_CALM:
            return
        self._conflict_seconds = 0.0
        if self.problem is not None:
            self.problem = None
            log.info("polling recovered", platform=PLATFORM, bot=self._me)

    def _trouble(self, error: Exception) -> float:
        """Takes note of what went wrong; how many seconds to wait."""
        self._failures += 1
        self._calm = 0
        if isinstance(error, NotStored):
            cause = error.__cause__
            log.error("updates not stored", platform=PLATFORM, bot=self._me, error=type(cause).__name__, exc_info=error)
            return self._speak("telegram.not-stored", STORE_CEILING)
        fault = read(error)
        if fault.meaning is not Meaning.CONFLICT:  # then somebody else has got them
            self._failing_since = self._failing_since or self._now()
        log.warning("polling failed", platform=PLATFORM, bot=self._me, reason=fault.reason, failures=self._failures)
        match fault.meaning:
            case Meaning.WAIT:
                self._speak("telegram.flood", NETWORK_CEILING)
                return fault.seconds
            case Meaning.TOKEN:
                return self._speak("telegram.token-refused-running", TOKEN_CEILING)
            case Meaning.CONFLICT:
                return self._conflict(str(error))
            case Meaning.UNKNOWN if fault.reason == "not-json":
                return self._speak("telegram.unreadable-answer", NETWORK_CEILING)
            case _:
                return self._speak("telegram.unreachable", NETWORK_CEILING)

    def _conflict(self, text: str) -> float:
        if "webhook is active" in text.lower() and not self._webhook_seen:
            self._webhook_seen = True
            return 0.0
        self._conflict_seconds += CONFLICT_PAUSE
        if self._conflict_seconds <= CONFLICT_SPOKEN_AFTER:
            return CONFLICT_PAUSE
        self.problem = self._words("telegram.other-poller")
        return CONFLICT_SLOW

    def _speak(self, message: str, ceiling: float) -> float:
        if self._failures >= SPOKEN_AFTER:
            self.problem = self._words(message)
        return backoff(self._failures, ceiling)
