"""The modal in which an answer is typed, where a channel gives no other way to type to us."""

import discord
from discord import ui

from bot.platforms.discord.fields import TYPED, asked_by, saying_id
from bot.words import Words

ANSWER_MAX = 200  # every question of ours is answered in fewer characters


class _Question(ui.Modal):
    """A modal that the library does not keep: its answer is read where all interactions are, whenever it comes."""

    def is_finished(self) -> bool:
        """What is finished when it is sent is not stored. `stop` would do the same, but only in a running loop."""
        return True


def modal(custom_id: str, words: Words) -> ui.Modal | None:
    """What a button with this custom id opens; None if it opens none."""
    kind = asked_by(custom_id)
    if kind is None:
        return None
    field: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=TYPED,
        style=discord.TextStyle.short,
        placeholder=words(f"discord.example-{kind}"),
        max_length=ANSWER_MAX,
    )
    question = _Question(title=words(f"discord.form-{kind}"), custom_id=saying_id(kind))
    question.add_item(ui.Label(text=words(f"discord.field-{kind}"), component=field))
    return question
