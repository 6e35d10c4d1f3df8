"""The HTTP half of the door: the page and its files, what a page needs to begin, the access token, downloads."""

import hashlib
import html
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from importlib import resources

from aiohttp import web

from bot.platforms.local.files import Files
from bot.platforms.local.guard import Guard
from bot.platforms.local.inbound import TEXT_MAX
from bot.platforms.local.outbound import Speaker
from bot.platforms.port import MenuEntry
from bot.words import Words

_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_WORD = re.compile(r"\{\{([a-z0-9._]+)\}\}")
_PAGE_WORDS = "local.page."
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+\Z")


class Pages:
    """Static files are read once and served from memory: a path is only ever a key of that dictionary."""

    def __init__(
        self, guard: Guard, speaker: Speaker, files: Files, words: Words, menu: Sequence[MenuEntry], machine: bool
    ) -> None:
        self._guard = guard
        self._speaker = speaker
        self._files = files
        self._static = _read_static(words)
        self._version = _hash(b"".join(self._static[name] for name in sorted(self._static)))
        self._start = {
            "version": self._version,
            "language": words.language,
            "words": {word: list(words.forms(word)) for word in sorted(words.ids) if word.startswith(_PAGE_WORDS)},
            "menu": [asdict(entry) for entry in menu],
            "machine": machine,
            "text_max": TEXT_MAX,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._page),
            web.get("/static/{name}", self._file),
            web.get("/start.json", self._begin, allow_head=False),
            web.post("/access", self._access),
            web.get("/files/{id}", self._download, allow_head=False),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        return self._answer(request, "index.html")

    async def _file(self, request: web.Request) -> web.Response:
        return self._answer(request, request.match_info["name"])

    def _answer(self, request: web.Request, name: str) -> web.Response:
        content = self._static.get(name)
        if content is None:
            raise web.HTTPNotFound(text="404")
        tag = f'"{_hash(content)}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        kind = _TYPES[name[name.rindex(".") :]]
        return web.Response(body=content, content_type=kind, charset="utf-8", headers=headers)

    async def _begin(self, request: web.Request) -> web.Response:
        """Words, commands and a one-time token. Only our own page can read it: there is no CORS here."""
        if not self._guard.same_site(request):
            raise web.HTTPForbidden(text="403")
        if not self._guard.admitted(request):
            raise web.HTTPUnauthorized(text="401")
        return web.json_response({**self._start, "token": self._guard.issue()})

    async def _access(self, request: web.Request) -> web.Response:
        """The access token against a cookie. JSON and our own header: no form and no foreign page can send that."""
        wanted = request.content_type == "application/json" and request.headers.get("X-Toehold") == "page"
        if not (wanted and self._guard.own_origin(request) and self._guard.same_site(request)):
            raise web.HTTPForbidden(text="403")
        try:
            given = json.loads(await request.text())
        except ValueError:
            raise web.HTTPBadRequest(text="400") from None
        token = given.get("token") if isinstance(given, dict) else None
        proof = self._guard.try_access(token) if isinstance(token, str) else None
        if proof is None:
            raise web.HTTPUnauthorized(text="401")
        response = web.json_response({})
        response.set_cookie(self._guard.cookie, proof, httponly=True, samesite="Strict", path="/", max_age=31_536_000)
        return response

    async def _download(self, request: web.Request) -> web.Response:
        """Once: the second request finds nothing."""
        if not (self._guard.admitted(request) and self._guard.same_site(request)):
            raise web.HTTPForbidden(text="403")
        id_ = request.match_info["id"]
        attachment = self._files.take(id_)
        if attachment is None:
            raise web.HTTPNotFound(text="404")
        if not self._files.waiting(id_):
            await self._speaker.file_gone(id_)
        kind = attachment.media_type if _MEDIA_TYPE.match(attachment.media_type) else "application/octet-stream"
        name = re.sub(r"[^A-Za-z0-9._-]", "_", attachment.name)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return web.Response(body=attachment.content, content_type=kind, headers=headers)


def _read_static(words: Words) -> dict[str, bytes]:
    """Every file of `static/`; in HTML each {{word.id}} becomes that word, escaped."""
    found: dict[str, bytes] = {}
    for file in resources.files("bot.platforms.local").joinpath("static").iterdir():
        if file.name.endswith(".html"):
            page = file.read_text("utf-8").replace("{{language}}", html.escape(words.language))
            found[file.name] = _WORD.sub(lambda match: html.escape(words(match[1])), page).encode()
        elif file.name.endswith(tuple(_TYPES)):
            found[file.name] = file.read_bytes()
    return found


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
