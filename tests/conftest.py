"""What holds for every test: the packaged time-zone rules, never the machine's, and no verdict by stopwatch."""

import gc
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings
from structlog.dev import ConsoleRenderer, plain_traceback
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

from drills.localtime import use_packaged_rules
from tests.kit import postgres as postgres_kit
from tests.kit.lengths import keep_lengths

use_packaged_rules()

# A busy machine is not a fault in the code; times are measured in benchmarks/.
settings.register_profile("toehold", deadline=None)
settings.load_profile("toehold")

keep_lengths()

# The default draws each traceback with every local variable in it, which takes seconds.
ConsoleRenderer.get_active().exception_formatter = plain_traceback


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_kit.Server]:
    """A PostgreSQL server of our own, started by the first test that asks for it."""
    with postgres_kit.running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: postgres_kit.Server) -> Iterator[str]:
    """A fresh database on it, migrated."""
    url = postgres.create("migrated")
    yield url
    postgres.drop(url)


# Tests that wait most of the time stay together in one worker each, while the others keep the processors busy. They also
# share what is dear to start. Part of a test's id -> its group.
TOGETHER = {
    "tests/browser/": "browser",
    "postgres": "postgres",
    "tests/bot/test_replicas.py": "postgres",
    "tests/bot/test_crash.py": "processes",
    "tests/bot/test_operating.py": "processes",
    "tests/soak/test_short.py": "processes",
}


class Together(LoadGroupScheduling):  # type: ignore[misc]
    """By the test's place: pytest 9.2 shows xdist 3.8 no groups, and its marks do nothing (pytest-xdist, issue 1386)."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for part, group in TOGETHER.items() if part in nodeid), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadGroupScheduling | None:
    return Together(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Half as many workers again as processors: a third of them wait, for a browser, another process or a lease."""
    processors = yield
    return processors + max(1, processors // 2)


def pytest_collection_finish() -> None:
    """What is imported by now stays: looking through it for garbage again and again takes a tenth of the whole run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
