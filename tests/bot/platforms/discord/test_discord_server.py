"""The fake Discord is as strict as the real one; what the other tests show is worth no more than this.

The other side is the real discord.py, with its own HTTP and gateway code.
"""

import asyncio
from typing import Any

import discord
import pytest
from discord import app_commands, ui

from tests.bot.platforms.discord.conftest import Bot, Press, connected
from tests.kit.discord import Channel, Choice, DidNotRespond, DiscordServer, Guild, Seat, plain


class Card(ui.LayoutView):
    """A text and some buttons in a container, as our cards are; above it perhaps a notice."""

    def __init__(self, text: str, *labels: str, notice: str = "", picture: str = "") -> None:
        super().__init__(timeout=None)
        box: ui.Container[Card] = ui.Container(ui.TextDisplay(text))
        if picture:
            box.add_item(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{picture}")))
        if labels:
            box.add_item(ui.ActionRow(*(ui.Button(label=label, custom_id=label.lower()) for label in labels)))
        if notice:
            self.add_item(ui.TextDisplay(notice))
        self.add_item(box)


def guild_of(server: DiscordServer) -> Guild:
    return next(iter(server.world.guilds.values()))


def general(server: DiscordServer) -> Channel:
    return guild_of(server).channel("general")


async def shown(bot: Bot, seat: Seat, view: ui.LayoutView, **more: Any) -> discord.Message:
    """Send a card into the seat's channel."""
    channel = bot.get_partial_messageable(seat.channel.id)
    return await channel.send(view=view, **more)


async def register(bot: Bot) -> None:
    """Two commands: a plain one, and one with subcommands that completes its text."""
    tree = app_commands.CommandTree(bot)

    async def nothing(interaction: discord.Interaction[Any]) -> None:
        """Answered by `react`."""

    async def zone(interaction: discord.Interaction[Any], text: str) -> None:
        """Answered by `react`."""

    async def suggest(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return []

    tree.add_command(app_commands.Command(name="today", description="Today", callback=nothing))
    group = app_commands.Group(name="settings", description="Settings")
    inner: Any = app_commands.Command(name="zone", description="Time zone", callback=zone)
    inner.autocomplete("text")(suggest)
    group.add_command(inner)
    tree.add_command(group)
    bot._connection._command_tree = None  # nothing of it reacts: what happens to an interaction is up to the test
    await bot.http.bulk_upsert_global_commands(
        int(bot.server.application_id), [c.to_dict(tree) for c in tree.get_commands()]
    )


async def test_a_bot_logs_in_and_hears_of_its_guilds(server: DiscordServer, bot: Bot) -> None:
    assert bot.user is not None
    assert bot.user.id == int(server.application_id)
    guild = bot.get_guild(guild_of(server).id)
    assert guild is not None
    assert [channel.name for channel in guild.text_channels] == ["general"]
    assert guild.text_channels[0].permissions_for(guild.me).send_messages
    assert server.gateway.identified[0]["intents"] == discord.Intents(guilds=True, dm_messages=True).value
    assert discord.utils.snowflake_time(guild.id).timestamp() == server.clock()


async def test_people_and_the_bot_talk_in_a_direct_chat(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    await seat.say("hello")
    await server.until(lambda: "message" in bot.heard)
    user = await bot.fetch_user(seat.person.id)
    message = await user.send(r"**Outward\_Roll** · <t:5:R> <@" + str(user.id) + ">", silent=True)
    (said, answer) = seat.messages
    assert (said.ours, said.text) == (False, "hello")
    assert (answer.ours, answer.text, answer.silent) == (True, "Outward_Roll · <t:5:R> @Ann", True)
    assert answer.mentions == ()
    await message.edit(content="later")
    await message.pin()
    assert (seat.last.text, seat.last.pinned) == ("later", True)
    assert [found.id for found in [m async for m in message.channel.history(limit=5)]] == [message.id, said.id]
    assert (await message.channel.fetch_message(message.id)).pinned
    await message.unpin()
    await message.delete()
    assert [m.text for m in seat.messages] == ["hello"]


async def test_in_a_guild_the_bot_is_not_told_of_what_people_say(server: DiscordServer, bot: Bot) -> None:
    await server.person("Ann").at(general(server)).say("good morning")
    await server.quiet()
    assert "message" not in bot.heard


async def test_a_command_is_deferred_and_answered(server: DiscordServer, bot: Bot) -> None:
    await register(bot)
    seat = server.person("Ann", locale="de").dm()

    async def react(press: Press) -> None:
        await press.response.defer(thinking=True, ephemeral=True)
        await bot.server.until(go.is_set)
        await press.followup.send(view=Card(f"# {press.locale.value}"))

    go, bot.react = asyncio.Event(), react
    answer = await seat.command("today")
    assert (answer.kind, seat.messages) == ("thinking", [])
    assert "thinking" in seat.transcript()
    go.set()
    server.touch()
    # The first word after it takes its place, and is as ephemeral as it was.
    assert (await seat.expect("de")).ephemeral
    assert server.person("Bob").at(general(server)).messages == []
    assert seat.last.id == answer.message_id


async def test_only_what_is_registered_can_be_typed(server: DiscordServer, bot: Bot) -> None:
    await register(bot)
    seat = server.person("Ann").dm()
    typed: list[tuple[list[str], dict[str, Any], str]] = [
        (["nope"], {}, "no command /nope"),
        (["settings"], {}, "needs one of the subcommands"),
        (["settings", "zone"], {}, "are required"),
        (["settings", "zone"], {"text": 5}, "text is a text"),
        (["settings", "zone"], {"text": "x", "other": 5}, "no options"),
    ]
    for path, options, words in typed:
        with pytest.raises(AssertionError, match=words):
            await seat.command(*path, **options)
    assert server.commands.written == 1


async def test_a_text_is_completed(server: DiscordServer, bot: Bot) -> None:
    await register(bot)

    async def react(press: Press) -> None:
        data: Any = press.data
        text = data["options"][0]["options"][0]
        assert text["focused"] is True
        await press.response.autocomplete([app_commands.Choice(name=text["value"] + "in", value="Europe/Berlin")])

    bot.react = react
    seat = server.person("Ann").dm()
    assert await seat.autocomplete("settings", "zone", text="Berl") == [Choice("Berlin", "Europe/Berlin")]


async def test_a_tap_changes_its_message_and_a_notice_stands_apart(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    await shown(bot, seat, Card("One", "Done", "Skip"))
    await shown(bot, seat, Card("Two", "Done"))

    async def react(press: Press) -> None:
        await press.response.edit_message(view=Card("Three", "Undo", notice="-# Noted\\!"))
        await press.followup.send("Well done", ephemeral=True)

    bot.react = react
    assert (await seat.tap("Done", back=1)).kind == "update"
    await server.quiet()
    assert [(m.text, m.rows) for m in seat.messages] == [("Three", (("Undo",),)), ("Two", (("Done",),))]
    assert seat.notices == ["Noted!", "Well done"]
    with pytest.raises(AssertionError, match=r"(?s)no button 'Skip'.*\[Undo\]"):
        await seat.tap("Skip")
    with pytest.raises(AssertionError, match=r"(?s)waited 0.05 s for 'Nine'.*Three"):
        await seat.expect("Nine", seconds=0.05)


async def test_a_form_is_opened_filled_in_and_sent(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    await shown(bot, seat, Card("When?", "Time"))

    class Form(ui.Modal):
        time: ui.Label[Any] = ui.Label(text="Time", component=ui.TextInput(custom_id="text", max_length=5))

    async def react(press: Press) -> None:
        if press.type is discord.InteractionType.component:
            await press.response.send_modal(Form(title="When", custom_id="form"))
        else:
            data: Any = press.data
            await press.response.defer()
            await press.edit_original_response(view=Card("At " + data["components"][0]["component"]["value"]))

    bot.react = react
    assert (await seat.tap("Time")).kind == "modal"
    assert seat.modal is not None
    assert seat.modal.text == "When\nTime"
    for values, words in [({}, "must be filled in"), ({"text": "x" * 6}, "0 to 5"), ({"nope": "x"}, "no fields")]:
        with pytest.raises(AssertionError, match=words):
            await seat.fill(values)
    assert (await seat.fill({"Time": "7:30"})).kind == "nothing"
    await seat.expect("At 7:30")
    with pytest.raises(AssertionError, match="no form is open"):
        await seat.fill()


async def test_an_ephemeral_message_is_for_one_person_and_by_its_token_only(server: DiscordServer, bot: Bot) -> None:
    ann, bob = (server.person(name).at(general(server)) for name in ("Ann", "Bob"))
    await shown(bot, ann, Card("Board", "Mine"))
    tokens: list[Press] = []

    async def react(press: Press) -> None:
        tokens.append(press)
        if press.message is not None and press.message.flags.ephemeral:
            await press.response.defer()
        else:
            await press.response.send_message(view=Card("Yours", "Start"), ephemeral=True)

    bot.react = react
    number = (await ann.tap("Mine")).message_id
    assert [m.text for m in ann.messages] == ["Board", "Yours"]
    assert [m.text for m in bob.messages] == ["Board"]
    one = f"/channels/{general(server).id}/messages/{number}"
    assert [
        await bot.refusal(method, one, {} if method == "PATCH" else None) for method in ("GET", "PATCH", "DELETE")
    ] == ([10008] * 3)
    for _ in range(2):
        await ann.tap("Start")
    first, second, third = tokens
    await first.edit_original_response(view=Card("Again", "Start"))
    await third.edit_original_response(view=Card("Newest", "Start"))
    with pytest.raises(discord.NotFound, match="10008"):
        await second.edit_original_response(view=Card("Late", "Start"))
    assert ann.last.text == "Newest"
    ann.dismiss(ann.last)
    assert ann.last.text == "Board"


async def test_an_interaction_is_answered_once_and_not_too_late(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    await shown(bot, seat, Card("One", "Done"))
    server.world.answer_seconds = 0.1
    codes: list[int] = []
    late: list[Press] = []

    async def twice(press: Press) -> None:
        for _ in range(2):
            try:
                await bot.call("POST", f"/interactions/{press.id}/{press.token}/callback", {"type": 6})
            except discord.HTTPException as error:
                codes.append(error.code)

    async def keep(press: Press) -> None:
        late.append(press)

    bot.react = twice
    await seat.tap("Done")
    await server.quiet()
    bot.react = keep
    with pytest.raises(DidNotRespond):
        await seat.tap("Done")
    path = f"/interactions/{late[0].id}/{late[0].token}/callback"
    assert await bot.refusal("POST", path, {"type": 6}) == 10062
    # Before the callback there is no webhook; and an unknown id or token is none either.
    assert await bot.refusal("POST", f"/webhooks/{server.application_id}/{late[0].token}", {"content": "x"}) == 10015
    assert await bot.refusal("POST", f"/webhooks/{server.application_id}/nope", {"content": "x"}) == 10015
    assert await bot.refusal("POST", "/interactions/5/nope/callback", {"type": 6}) == 10062
    assert codes == [40060]


async def test_a_token_lasts_fifteen_minutes(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    await shown(bot, seat, Card("One", "Done"))
    taken: list[Press] = []

    async def react(press: Press) -> None:
        await press.response.defer(thinking=True)
        taken.append(press)

    bot.react = react
    await seat.tap("Done")
    await server.until(lambda: len(taken) == 1)
    hook = f"/webhooks/{server.application_id}/{taken[0].token}"
    assert await bot.refusal("GET", f"{hook}/messages/@original") == 10008
    server.advance(15 * 60)
    await taken[0].edit_original_response(content="in time")
    server.advance(1)
    assert await bot.refusal("POST", hook, {"content": "x"}) == 50027
    assert await bot.refusal("PATCH", f"{hook}/messages/@original", {"content": "x"}) == 50027
    assert seat.last.text == "in time"


async def test_some_answers_do_not_fit_some_interactions(server: DiscordServer, bot: Bot) -> None:
    await register(bot)
    seat = server.person("Ann").dm()
    codes: list[int] = []

    async def react(press: Press) -> None:
        path = f"/interactions/{press.id}/{press.token}/callback"
        codes.append(await bot.refusal("POST", path, {"type": 6}))
        codes.append(await bot.refusal("POST", path, {"type": 8, "data": {"choices": []}}))
        await press.response.send_message("fine")

    bot.react = react
    await seat.command("today")
    assert codes == [50035, 50035]


async def test_without_a_session_nobody_answers(server: DiscordServer) -> None:
    seat = server.person("Ann").dm()
    async with connected(server, Bot(server)) as bot:
        await shown(bot, seat, Card("One", "Done"))
    with pytest.raises(DidNotRespond, match="no gateway session"):
        await seat.tap("Done")


async def test_a_picture_comes_with_its_card(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    picture = discord.File(__file__, filename="result.png", description="A chart")
    await shown(bot, seat, Card("Result", picture="result.png"), file=picture)
    name, content = seat.last.files[0]
    assert (name, content[:3], seat.last.photo) == ("result.png", b'"""', content)
    gallery = seat.last.components[0]["components"][1]
    assert gallery["items"][0]["media"]["url"].endswith("/result.png")
    with pytest.raises(discord.HTTPException, match="was not found"):
        await shown(bot, seat, Card("Result", picture="other.png"))


async def test_a_menu_is_chosen_from(server: DiscordServer, bot: Bot) -> None:
    seat = server.person("Ann").dm()
    view = Card("Where?")
    options = [discord.SelectOption(label="Berlin", value="1"), discord.SelectOption(label="Cairo", value="2")]
    view.add_item(ui.ActionRow(ui.Select(custom_id="zone", options=options)))
    await shown(bot, seat, view)

    async def react(press: Press) -> None:
        data: Any = press.data
        await press.response.edit_message(view=Card(f"{data['custom_id']} {data['values']}"))

    bot.react = react
    await seat.choose("Cairo")
    assert seat.last.text == "zone ['2']"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("## **Outward Roll** · set 1 of 3", "Outward Roll · set 1 of 3"),
        ("-# small\n> quoted", "small\nquoted"),
        (r"\*not\* \_this\_ \# 5\. \\ a_b_c", r"*not* _this_ # 5. \ a_b_c"),
        ("*a* __b__ ~~c~~ ||d|| `e` [f](https://x.org/y)", "a b c d e f"),
        ("<t:1795590000:R> 2 * 3 * 4", "<t:1795590000:R> 2 * 3 * 4"),
    ],
)
def test_what_a_reader_sees_has_no_marks(markdown: str, text: str) -> None:
    assert plain(markdown) == text
