"""The stored payload -> Heard: what this door wrote reads back, everything else is Unreadable and harms nobody."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import Agree
from bot.platforms.local import inbound
from bot.platforms.local.transcript import Persona
from bot.platforms.port import Account, Address, Press, RawUpdate, Said, Sender, Unreadable

AT = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
ADA = Persona("p2", "Ada")
REQUEST = "0123456789abcdef"

SAID = inbound.said(REQUEST, ADA, "me:p2", "hello", line=7, zone="Europe/Berlin", language="en", at=AT)
PRESS = inbound.press(REQUEST, ADA, "team", "1a", line=8, zone="Europe/Berlin", language="en")
SENDER = Sender(Account("local", "local", "p2"), "Ada", "en", "Europe/Berlin")


def test_something_typed_reads_back() -> None:
    heard = inbound.read(SAID)
    assert heard == Said(
        SENDER, Address("local", "local", "me:p2"), private=True, text="hello", message="7", sent_at=AT
    )


def test_a_tap_in_the_team_room_reads_back() -> None:
    heard = inbound.read(PRESS)
    where = Address("local", "local", "team")
    assert heard == Press(SENDER, where, private=False, action=Agree(), message="8", receipt=REQUEST)


def test_the_request_is_the_key_and_the_person_the_lane() -> None:
    assert (SAID.key, SAID.lane) == (REQUEST, "p2")


@pytest.mark.parametrize("data", ["", "1", "1zz", "2a", "1p.x.y", "1a\n", "9" * 256, "1o.drills.<b>", "\u0661a"])
def test_forged_button_data_is_a_press_without_an_action(data: str) -> None:
    heard = inbound.read(inbound.press(REQUEST, ADA, "me:p2", data, line=1, zone="", language="en"))
    assert isinstance(heard, Press)
    assert heard.action is None


@pytest.mark.parametrize("zone", ["<script>", "a" * 65, "Europe/Ber lin", "../../etc", ""])
def test_a_zone_that_cannot_be_one_is_dropped(zone: str) -> None:
    heard = inbound.read(inbound.said(REQUEST, ADA, "me:p2", "x", line=1, zone=zone, language="en", at=AT))
    assert isinstance(heard, Said)
    assert heard.sender.zone_hint == ""


def changed(raw: RawUpdate, **fields: Any) -> RawUpdate:
    payload = {**json.loads(raw.payload), **fields}
    return RawUpdate(raw.key, raw.lane, json.dumps({key: value for key, value in payload.items() if value is not ...}))


@pytest.mark.parametrize(
    "raw",
    [
        RawUpdate("k", "l", ""),
        RawUpdate("k", "l", "{"),
        RawUpdate("k", "l", "null"),
        RawUpdate("k", "l", "[]"),
        RawUpdate("k", "l", '{"kind":"said"}'),
        RawUpdate("k", "l", "[" * 5000),
        changed(SAID, kind="shout"),
        changed(SAID, extra=1),
        changed(SAID, text=...),
        changed(SAID, text=""),
        changed(SAID, text=5),
        changed(SAID, text="x" * 20_001),
        changed(SAID, chat="me:p1"),
        changed(SAID, chat="elsewhere"),
        changed(SAID, chat="team\n"),
        changed(SAID, persona="p 2"),
        changed(SAID, message=7),
        changed(SAID, message="-7"),
        changed(SAID, at="yesterday"),
        changed(SAID, at="2026-11-25T06:30:00"),
        changed(PRESS, data=None),
        changed(PRESS, data="x" * 257),
        changed(PRESS, receipt="short"),
    ],
)
def test_what_this_door_did_not_write_is_unreadable(raw: RawUpdate) -> None:
    with pytest.raises(Unreadable):
        inbound.read(raw)


@given(st.text())
def test_no_payload_breaks_it(payload: str) -> None:
    with pytest.raises(Unreadable):
        inbound.read(RawUpdate("k", "l", payload))


@given(st.text(min_size=1, max_size=300).filter(lambda text: max(text) < "\ud800" or min(text) > "\udfff"))
def test_any_text_goes_through_unchanged(text: str) -> None:
    raw = inbound.said(REQUEST, ADA, "me:p2", text, line=1, zone="", language="en", at=AT)
    heard = inbound.read(raw)
    assert isinstance(heard, Said)
    assert heard.text == text
