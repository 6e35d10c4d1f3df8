"""The first two days on a PostgreSQL server: the whole bot, from the settings to the streak, with a restart in between."""

from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings
from tests.kit.clock import StandingClock
from tests.kit.local_stage import LocalStage
from tests.kit.postgres import ON_POSTGRES, connected
from tests.kit.stage import opened


class PostgresStage(LocalStage):
    """The local chat, with its data on a server."""

    url = ""

    def settings(self) -> Settings:
        return super().settings().model_copy(update={"database_url": SecretStr(self.url)})


@ON_POSTGRES
async def test_two_days_with_a_restart_a_prompt_and_a_goodbye(tmp_path: Path, postgres_url: str) -> None:
    stage = PostgresStage(tmp_path, StandingClock())
    stage.url = postgres_url
    async with opened(stage):
        ann = await stage.person("Ann")
        await ann.set_up()
        await ann.tap("Start now")
        await ann.whole_session()
        ann.sees("Done for today", "Streak 1", "Next prompt: tomorrow 07:30")

        await stage.restart()
        await stage.until("07:30", days=1)
        ann.sees("time for your feet")
        await ann.tap("Start")
        await ann.tap("I know this one")
        await ann.tap_twice("Done")
        assert ann.notice
        await ann.whole_session()
        ann.sees("Streak 2", "2 days in all")

        with connected(postgres_url) as other:
            assert other.execute("SELECT count(*) FROM inbox WHERE answered_at IS NULL").fetchall() == [(0,)]
            assert other.execute("SELECT count(*) FROM nudge WHERE state = 'sent'").fetchall() == [(1,)]
            await ann.say("/erase")
            [erase] = [label for label in ann.card.buttons if "rase" in label]
            await ann.tap(erase)
            assert other.execute("SELECT count(*) FROM person").fetchall() == [(0,)]
