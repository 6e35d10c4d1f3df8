"""What HTTP gives: protecting headers on every answer (reliability X-08), static files, downloads given out once."""

from pathlib import Path

import pytest

from bot.platforms.local.platform import LocalChat
from tests.bot.platforms.local.client import Page
from tests.bot.platforms.local.knock import get, knock

STATIC = Path(__file__).parents[4] / "bot" / "platforms" / "local" / "static"


# -- headers (X-08)


@pytest.mark.parametrize(
    "path", ["/", "/static/app.js", "/start.json", "/nothing", "/files/guess", "/static/..%2f..%2fport.py"]
)
async def test_every_answer_carries_the_protecting_headers(page: Page, path: str) -> None:
    async with page.http.get(page.url + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "aiohttp" not in answer.headers["Server"]
    for directive in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        f"connect-src 'self' {page.url.replace('http', 'ws')}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ):
        assert directive in policy.split("; ")


async def test_a_refused_host_is_not_repeated_in_the_policy(chat: LocalChat) -> None:
    answer = await knock(chat, get("/", "Host: evil.test; script-src *"))
    assert "evil.test" not in answer


async def test_the_page_has_nothing_inline_and_its_words_are_in(page: Page) -> None:
    async with page.http.get(page.url + "/") as answer:
        html = await answer.text()
    assert "{{" not in html
    assert " style=" not in html
    assert "<style" not in html
    assert html.count("<script") == 1
    assert not any(f" on{event}=" in html for event in ("click", "load", "error", "submit", "input"))


def test_the_scripts_never_make_markup_from_text() -> None:
    for script in STATIC.glob("*.js"):
        source = script.read_text("utf-8")
        for forbidden in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "http://",
        ):
            assert forbidden not in source, f"{script.name}: {forbidden}"


async def test_static_files_are_checked_again_and_not_sent_again(page: Page) -> None:
    async with page.http.get(page.url + "/static/app.js") as first:
        assert first.status == 200
        assert first.headers["Cache-Control"] == "no-cache"
        tag = first.headers["ETag"]
    async with page.http.get(page.url + "/static/app.js", headers={"If-None-Match": tag}) as second:
        assert second.status == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nothing_but_get_is_answered_where_nothing_is_given(page: Page, method: str) -> None:
    for path in ("/", "/start.json", "/talk", "/static/app.js"):
        async with page.http.request(method, page.url + path) as answer:
            assert answer.status == 405


# -- downloads


async def test_a_file_is_given_out_once_and_as_a_download(page: Page) -> None:
    await page.say("/export")
    await page.expect(lambda: bool(page.last.files))
    [file] = page.last.files
    assert (file["name"], file["size"], file["ready"]) == ("toehold-export.json", 11, True)
    async with page.http.get(f"{page.url}/files/{file['id']}") as answer:
        assert await answer.read() == b'{"days": 3}'
        assert answer.headers["Content-Disposition"] == 'attachment; filename="toehold-export.json"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    await page.expect(lambda: page.last.files[0]["ready"] is False)
    async with page.http.get(f"{page.url}/files/{file['id']}") as answer:
        assert answer.status == 404


async def test_a_head_request_or_a_foreign_page_does_not_use_a_file_up(page: Page) -> None:
    await page.say("/export")
    await page.expect(lambda: bool(page.last.files))
    address = f"{page.url}/files/{page.last.files[0]['id']}"
    async with page.http.head(address) as answer:
        assert answer.status == 405
    async with page.http.get(address, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403
    async with page.http.get(address) as answer:
        assert answer.status == 200


async def test_a_file_asked_for_in_the_team_room_is_offered_in_private(page: Page) -> None:
    page.open_chat("Team room")
    await page.say("/export")
    await page.expect(lambda: page.last.title == "Your data")
    assert page.last.files == []
    assert [file["name"] for file in page.in_chat("me:p1")[-1].files] == ["toehold-export.json"]
