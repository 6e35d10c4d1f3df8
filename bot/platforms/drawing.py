"""What stands for a round, a day and a share where all that a platform can draw is text."""

from bot.cards import Mark, Tone

MARKS = {Mark.DONE: "✓", Mark.NOW: "▶", Mark.TODO: "·"}
TONES = {
    Tone.DONE: "🟩",
    Tone.PART: "🟢",
    Tone.TICKED: "↩️",
    Tone.OPEN: "⬜",
    Tone.NEUTRAL: "⬜",
    Tone.FROZEN: "🧊",
    Tone.PAUSED: "🟦",
    Tone.EXCUSED: "🟪",
    Tone.MISSED: "▫️",  # small and pale on purpose: a missed day is not an alarm
}

_BLOCKS = 10  # of a bar: one for ten per cent, and it fits on the narrowest phone beside a label


def bar(percent: int) -> str:
    """A share, 0 to 100. Full only at 100 and empty only at 0: a bar must not say "done" before it is."""
    percent = min(100, max(0, percent))
    full = _BLOCKS if percent == 100 else min(_BLOCKS - 1, max(percent // 10, 1 if percent else 0))
    return f"{'█' * full}{'░' * (_BLOCKS - full)} {percent}%"
