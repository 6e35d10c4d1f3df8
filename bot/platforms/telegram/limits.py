"""How much Telegram takes: over all, in a chat, and in a group (engine notes; its own page says "about")."""

from scheduler.pacing import Kind, Limits, Window

# Telegram speaks of 30 a second over all; what is on its way may arrive closer together than it left.
TOTAL = 25
# No more than five at a stroke. A little shorter than a fifth of a second, so that a late alarm can be made good.
BURST = Window(5, 0.19)
# One a second in a chat, and 20 a minute in a group, each with a little more time for the same reason. The last two of the
# group's minute are left for answers, which nobody can put off. What is edited counts in a group only, for safety: in a private
# chat each of two quick taps edits the card, and the second may not wait for a second.
CHAT = Window(1, 1.05)
GROUP = Window(20, 61.0, kept=2)
ANSWERS_IN_FLIGHT = 8  # with 50 ms to Telegram that is some 150 a second

# What nobody waits for is put off rather than waited with, if its chat needs more than this.
PATIENCE_SECONDS = 2.0


def is_group(chat: str) -> bool:
    return chat.startswith("-")  # Telegram numbers people upwards and groups downwards


LIMITS = Limits((Window(TOTAL, 1.0), BURST), (CHAT,), (GROUP,), is_group, {Kind.ANSWER: ANSWERS_IN_FLIGHT})
