"""The short form of M-22, and that its ears work."""

import io
from pathlib import Path

import structlog

from tests.kit.telegram import TOKEN
from tests.soak import leaks
from tests.soak.report import Asked


async def test_some_of_the_error_paths_and_nobody_hears_a_secret(tmp_path: Path) -> None:
    report = await leaks.run(Asked(tmp_path, seed=0, quick=True))
    assert report.faults == []
    assert int(report.figures["error paths"]) >= 60


def test_a_secret_in_a_log_a_traceback_or_a_file_is_heard(tmp_path: Path) -> None:
    heard = leaks.Heard()
    heard.stream.write(f"https://host/bot{TOKEN}/getMe")
    heard.path("a log without a filter")
    (tmp_path / "left").write_text("xx CANARY xx")
    heard.files(tmp_path)
    heard.path("an exception", leaks.raised(lambda: int("canary")))
    assert len(heard.hits) == 3


def test_the_filter_of_the_log_is_in_place(tmp_path: Path) -> None:
    stream = io.StringIO()
    with leaks.listening(stream):
        structlog.get_logger().error("failed", url=f"https://host/bot{TOKEN}/getMe")
    heard = leaks.Heard(stream)
    heard.path("a log with its filter")
    assert (heard.hits, heard.redacted) == ([], 1)
