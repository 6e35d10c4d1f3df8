"""The error paths on the wire: both platforms answer in every wrong way there is, while the bot talks to people."""

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from bot.cards import PLAYER, Attachment, Place, Reply
from bot.platforms.discord.platform import probe as probe_discord
from bot.platforms.port import Press, Said
from bot.platforms.telegram import transport
from bot.platforms.telegram.platform import probe as probe_telegram
from tests.bot.platforms.discord.rig import CARD, NEXT, Hasty, Rig
from tests.kit import discord as d
from tests.kit import telegram as t
from tests.kit.clock import StandingClock
from tests.kit.discord.faults import Fault as DiscordFault
from tests.kit.stage import opened
from tests.kit.telegram.faults import Fault as TelegramFault
from tests.kit.telegram_stage import Phone, TelegramStage
from tests.soak.leaks import Heard, told
from tests.soak.nth import hurried, hurry_telegram

_TG, _DC = t.TOKEN, d.TOKEN
ECHO = f"<html>The requested URL /bot{_TG}/x (or /bot{_TG.replace(':', '%3A')}/x) was not found</html>"
DISCORD_ECHO = f"<html>The requested URL for Bot {_DC} was not found</html>"
FILE = Attachment("export.json", "application/json", b"{}")
TIMES = 3

TELEGRAM_FAULTS: list[TelegramFault] = [
    t.Refuse(400, "Bad Request: something new"),
    t.Refuse(401, "Unauthorized"),
    t.Refuse(403, "Forbidden: bot was blocked by the user"),
    t.Refuse(404, f"Not Found: /bot{_TG}/sendMessage"),
    t.Refuse(409, "Conflict: terminated by other getUpdates request"),
    t.Refuse(429, "Too Many Requests: retry after 3", {"retry_after": 3}),
    t.Refuse(429, "Too Many Requests"),
    t.Refuse(500, "Internal Server Error: restart"),
    t.Refuse(400, "Bad Request: can't parse entities: x"),
    t.Refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -100123}),
    t.Page(200, body=ECHO),
    t.Page(302, body=ECHO),
    t.Page(400, body=ECHO),
    t.Page(403, body=ECHO),
    t.Page(404, body=ECHO),
    t.Page(404, body=""),
    t.Page(502, body=ECHO, done=True),
    t.Page(504, body=ECHO),
    t.Page(200, body="[]", content_type="application/json"),
    t.Page(200, body='{"ok": true, "result": {}}', content_type="application/json"),
    t.Cut(),
    t.Cut(done=True),
    t.Cut(reset=True),
    t.HalfBody(),
    t.Slow(0.3),
]
DISCORD_FAULTS: list[DiscordFault] = [
    *(d.Refuse(code) for code in (0, 10003, 10015, 10062, 40060, 50007, 50013, 50027, 50035)),
    d.Limited(0.01),
    d.Limited(31.0),
    d.Broken(503),
    d.Page(),
    *(d.Page(status, DISCORD_ECHO) for status in (404, 502, 200)),
    d.Page(200, "[]", "application/json"),
    d.Cut(),
    d.Cut(done=True),
    d.Cut(reset=True),
]


async def telegram(heard: Heard, some: slice) -> None:
    for fault in TELEGRAM_FAULTS[some]:
        with TemporaryDirectory(prefix="toehold-") as folder, hurried():
            with patch.object(transport, "READ_SECONDS", 0.2):
                await _telegram(heard, Path(folder), fault)
            heard.files(Path(folder))


async def _telegram(heard: Heard, folder: Path, fault: TelegramFault) -> None:
    stage = TelegramStage(folder, StandingClock())
    name = f"Telegram: {fault!r:.60}"
    async with opened(stage):
        hurry_telegram(stage.bot)
        ann = await stage.person("Ann")
        await ann.set_up("07:30")
        faults, phone = stage.server.faults, ann.seat
        assert isinstance(phone, Phone)
        person = phone.person

        async def meets(method: str, words: str = "", tap: str = "") -> None:
            faults.add(method, fault, times=TIMES)
            if words:
                await person.say(words)
            if tap and any(tap in seen.labels for seen in person.messages):
                await person.tap(tap, wait=False)
            await stage.settle()
            faults.clear()
            heard.path(f"{name}, {method}", *(seen.text for seen in person.messages[-3:]))

        await meets("sendMessage", words="/today")
        await person.say("/today")
        await stage.settle()
        await meets("editMessageText", tap="1-minute version")
        await meets("answerCallbackQuery", tap="I know this one")
        await meets("sendDocument", words="/export")
        await meets("getUpdates", words="/help")
        faults.add("sendMessage", fault, times=TIMES)
        await stage.forward(minutes=31)
        faults.clear()
        heard.path(f"{name}, a prompt")
        faults.add("getMe", fault, times=TIMES)
        heard.path(f"{name}, check", await probe_telegram(stage.server.token, stage.server.url))
        faults.clear()
        stage.server.world.taps.clear()
        for thing in (stage.bot, stage.bot.platforms["telegram"], vars(stage.bot.platforms["telegram"])):
            heard.search(f"{name}, printed", repr(thing))
    await stage.end()


async def discord(heard: Heard, some: slice) -> None:
    with patch("discord.http.asyncio", Hasty()), patch("discord.webhook.async_.asyncio", Hasty()):
        for fault in DISCORD_FAULTS[some]:
            async with d.DiscordServer.running() as server:
                try:
                    await _discord(heard, server, fault)
                except Exception as error:  # noqa: BLE001 - what it says is searched as everything else is
                    heard.path(f"Discord: {fault!r:.60}, ended", told(error))


async def _discord(heard: Heard, server: d.DiscordServer, fault: DiscordFault) -> None:
    name = f"Discord: {fault!r:.60}"
    ann = server.person()
    channel = (await server.guild("Office", server.person("Founder"))).channel("general")
    async with Rig(server).running() as rig:
        rig.inbox.failures = 1
        await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER))
        await rig.discord.deliver(rig.room(channel), Reply(CARD, living="board"))
        server.faults.add("POST /interactions/**", fault, times=2)
        await ann.dm().tap("Go", wait=False)
        await ann.at(channel).tap("Go", wait=False)
        await ann.at(channel).command("today", wait=False)
        spoken: list[Press | Said] = [*await rig.heard(Press, 2), await rig.said()]
        server.world.answer_seconds = 0.1  # nobody waits for an answer that was refused
        await server.quiet()
        server.faults.clear()
        heard.path(f"{name}, interactions")
        full = Reply(NEXT, living=PLAYER, notice="hi", alert=True, attachments=(FILE,))
        for pattern in ("* /channels/**", "* /webhooks/**"):
            server.faults.add(pattern, fault, times=60)
            for each in spoken:
                await rig.discord.answer(each, full)
                await rig.discord.answer(each, Reply(NEXT, Place.NEW, notice="hi"))
            heard.path(f"{name}, answers over {pattern}")
        given = await rig.discord.deliver(rig.direct(ann), Reply(CARD, living=PLAYER, key="k", again=True))
        heard.path(f"{name}, a prompt", given)
        await rig.discord.redraw(rig.direct(ann), Reply(NEXT, living=PLAYER))
        given = await rig.discord.show(rig.room(channel), Reply(NEXT, living="board", pin=True))
        heard.path(f"{name}, a board", given, repr(rig.discord))
    for path in ("GET /users/@me", "GET /oauth2/applications/@me"):
        server.faults.add(path, fault, times=2)
    heard.path(f"{name}, check", await probe_discord(server.token, server.url))
