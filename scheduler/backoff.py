"""How often somebody is prompted who does not answer: less and less, and then not at all until they write.

After 3 ignored days every second day, after 10 weekly, after 30 every two weeks, three times. An app that is muted helps
nobody, and most people mute one that goes on (domain notes §6).
"""

DAILY_UNTIL, EVERY_SECOND_UNTIL, WEEKLY_UNTIL = 3, 10, 30  # ignored days
LAST_TRIES = 3


def may_prompt(days_quiet: int, days_since_prompt: int | None, late_prompts: int) -> bool:
    """Whether a prompt may be sent.

    `days_quiet`: days since the person was last heard; `days_since_prompt`: since the last prompt that was sent, None: none
    was; `late_prompts`: prompts sent after the 30th ignored day.
    """
    ignored = days_quiet - 1
    if ignored < DAILY_UNTIL or days_since_prompt is None or days_since_prompt == 0:
        return True
    if ignored < EVERY_SECOND_UNTIL:
        return days_since_prompt >= 2
    if ignored < WEEKLY_UNTIL:
        return days_since_prompt >= 7
    return days_since_prompt >= 14 and late_prompts < LAST_TRIES
