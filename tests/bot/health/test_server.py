"""The health page: what it answers when all is well, and when something is not; and what it never tells."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import metrics, words
from bot.health import server as server_module
from bot.health.server import CannotListen, Health
from bot.health.vitals import SILENT_SECONDS, Vitals
from bot.measured import MeasuredStore
from bot.platforms.port import Platform
from bot.store.opening import open_store
from bot.store.unit import Store, Tx
from tests.bot.health.test_vitals import Seconds
from tests.bot.test_intake import Phone


class House:
    """A health page and all that it looks at."""

    def __init__(self, folder: Path) -> None:
        self.seconds = Seconds()
        self.vitals = Vitals(words.load(), self.seconds)
        self.phone = Phone()
        self.store: Store = MeasuredStore(open_store(folder / "toehold.sqlite"))
        platforms: dict[str, Platform] = {"phone": self.phone}
        self.health = Health(self.vitals, self.store, platforms, lambda: 3, words.load())
        self.port = 0

    async def get(self, path: str, **headers: str) -> tuple[int, str, aiohttp.ClientResponse]:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{self.port}{path}", headers=headers) as answer,
        ):
            return answer.status, await answer.text(), answer

    async def told(self, path: str) -> tuple[int, Any]:
        status, _, answer = await self.get(path)
        return status, await answer.json()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.health.serving("127.0.0.1", 0) as house.port:
        yield house
    await house.store.close()


async def test_all_is_well(house: House) -> None:
    house.seconds.pass_by(4.25)
    assert await house.told("/healthz") == (200, {"status": "ok", "problems": [], "beat_age": 4.2})
    assert await house.told("/readyz") == (200, {"status": "ok", "problems": []})


async def test_without_a_beat_it_is_not_alive(house: House) -> None:
    house.seconds.pass_by(SILENT_SECONDS)
    status, body = await house.told("/healthz")
    assert (status, body["status"]) == (503, "failing")
    assert body["problems"] == ["There has been no beat for 60 seconds, so nobody is prompted."]
    assert (await house.told("/readyz"))[0] == 200


async def test_a_platform_without_a_connection_is_named_with_its_reason(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Phone, "problem", "nobody answers")
    assert await house.told("/readyz") == (503, {"status": "failing", "problems": ["phone: nobody answers"]})
    assert (await house.told("/healthz"))[0] == 200, "a new process would not help"
    assert 'toehold_platform_problem{platform="phone"} 1.0' in (await house.get("/metrics"))[1]


async def test_a_database_that_fails_or_does_not_answer_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.vitals.trouble = "The database does not do its work: full."
    assert (await house.told("/readyz"))[1]["problems"] == ["The database does not do its work: full."]

    house.vitals.trouble = None
    monkeypatch.setattr(server_module, "DATABASE_SECONDS", 0.05)
    go = threading.Event()

    def hang(_tx: Tx) -> bool:
        return go.wait(60)

    held = [asyncio.create_task(house.store.read(hang)) for _ in range(4)]
    await asyncio.sleep(0)
    assert (await house.told("/readyz"))[1]["problems"] == ["The database has not answered for 0 seconds."]
    go.set()
    await asyncio.gather(*held)

    await house.store.close()
    assert (await house.told("/readyz"))[1]["problems"] == ["The database does not do its work: closed."]


async def test_metrics_are_told_in_prometheus_words(house: House) -> None:
    house.seconds.pass_by(7)
    await house.store.run(lambda tx: None)
    status, text, answer = await house.get("/metrics")
    assert status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "toehold_inbox_waiting 3.0" in text
    assert "toehold_beat_age_seconds 7.0" in text
    assert 'toehold_platform_problem{platform="phone"} 0.0' in text
    assert re.search(r'toehold_build_info\{version="[^"]+"\} 1\.0', text)
    assert 'toehold_store_seconds_count{work="unit"}' in text
    assert "process_resident_memory_bytes" in text


async def test_every_metric_of_ours_is_in_the_docs() -> None:
    page = Path("docs/operating.md").read_text(encoding="utf-8")
    names = {family.name for family in metrics.REGISTRY.collect() if family.name.startswith("toehold_")}
    assert {name for name in names if f"`{name}" not in page} == set()


async def test_no_label_is_about_a_person() -> None:
    labels = {
        label
        for family in metrics.REGISTRY.collect()
        for sample in family.samples
        for label in sample.labels
        if family.name.startswith("toehold_")
    }
    assert labels <= {"kind", "result", "platform", "work", "version", "le"}


async def test_a_page_elsewhere_that_points_its_name_here_reads_nothing(house: House) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        status, text, _ = await house.get(path, Host="evil.example:9464")
        assert (status, text) == (421, "421")
    assert (await house.get("/metrics", Host="localhost:9464"))[0] == 200


async def test_only_three_things_can_be_read_and_nothing_can_be_sent(house: House) -> None:
    for path in ("/", "/metrics/../secrets", "/debug"):
        assert (await house.get(path))[0] == 404
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"http://127.0.0.1:{house.port}/healthz", data=b"x") as answer,
    ):
        assert answer.status == 405
    _, _, answer = await house.get("/healthz")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Server"] == "toehold"


async def test_a_taken_port_and_a_foreign_address_are_one_sentence(house: House) -> None:
    with pytest.raises(CannotListen, match=rf"^TOEHOLD_HEALTH_PORT: .* port {house.port} already\. .* or to 0"):
        async with house.health.serving("127.0.0.1", house.port):
            raise AssertionError
    with pytest.raises(CannotListen, match=r"^TOEHOLD_HEALTH_HOST: .* on 192\.0\.2\.1\."):
        async with house.health.serving("192.0.2.1", 0):
            raise AssertionError
