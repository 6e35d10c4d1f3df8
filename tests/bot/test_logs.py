"""Whatever is logged, by whomever: no secret gets through, and one event is one line."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
OTHERS = "223344556:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PASSPHRASE = "canary-passphrase"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("DEBUG", [TOKEN, PASSPHRASE], stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_secrets_are_hidden_in_events_of_ours_and_of_libraries(lines: io.StringIO) -> None:
    structlog.get_logger().info("event", url=f"https://host/bot{TOKEN}/getMe", nested={"a": [PASSPHRASE]})
    logging.getLogger("library").warning("sent to %s with %s", f"bot{OTHERS}", PASSPHRASE)
    text = lines.getvalue()
    assert TOKEN not in text
    assert OTHERS not in text, "a token's shape is enough"
    assert PASSPHRASE not in text
    assert text.count(logs.HIDDEN) >= 4


def test_secrets_are_hidden_in_tracebacks(lines: io.StringIO) -> None:
    try:
        try:
            raise ValueError(f"cause with {TOKEN}")
        except ValueError as error:
            raise RuntimeError(f"failed for {PASSPHRASE}") from error
    except RuntimeError:
        structlog.get_logger().exception("it failed")
        logging.getLogger("library").exception("it failed")
    assert "RuntimeError" in lines.getvalue()
    assert TOKEN not in lines.getvalue()
    assert PASSPHRASE not in lines.getvalue()


def test_a_typed_line_break_cannot_forge_a_second_line(lines: io.StringIO) -> None:
    structlog.get_logger().info("event", text='x\n{"event": "forged"}')
    written = lines.getvalue().strip().split("\n")
    assert len(written) == 1
    assert json.loads(written[0])["event"] == "event"


def test_chatty_libraries_are_quiet(lines: io.StringIO) -> None:
    for name in ("httpx", "httpcore", "aiohttp.access", "apscheduler.scheduler"):
        logging.getLogger(name).info("a line per request")
    assert lines.getvalue() == ""
