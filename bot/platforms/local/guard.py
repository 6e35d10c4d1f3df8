"""Who may come in: the Host that we answer to, our own Origin, one-time tokens, the access cookie; headers on every answer.

reliability.md X-04 to X-08; OWASP ASVS 5.0 3.4.3, 3.4.4, 3.4.6, 3.5.1-3.5.3, 4.4.2, 4.4.4.
"""

import asyncio
import hashlib
import hmac
import secrets

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
WILDCARD = ("0.0.0.0", "[::]")  # noqa: S104 - compared with, never bound by default
TOKEN_SECONDS = 60.0
TOKENS_MAX = 200
WRONG_TOKENS_MAX = 10  # a minute; the access token is long, this only keeps the log and the CPU quiet

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Server": "toehold",
}


def bracketed(host: str) -> str:
    """The host as it stands in a URL: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def is_loopback(host: str) -> bool:
    return bracketed(host) in LOOPBACK


class Guard:
    """`port` is set once the socket is bound."""

    def __init__(self, host: str, access_token: str | None) -> None:
        self._host = bracketed(host.lower())
        self._access = access_token
        self._tokens: dict[str, float] = {}
        self._wrong: list[float] = []
        self.port = 0

    @web.middleware
    async def gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """DNS rebinding ends here: a foreign name in the Host header gets 421, whatever it asks for."""
        if not self.knows_host(request):
            raise web.HTTPMisdirectedRequest(text="421")
        return await handler(request)

    def knows_host(self, request: web.Request) -> bool:
        given = [host.lower() for host in request.headers.getall(hdrs.HOST, [])]
        names = [*LOOPBACK, self._host]
        if self._host in WILDCARD:  # then our name is the address that this connection came in on
            own = request.transport.get_extra_info("sockname") if request.transport else None
            names = [*LOOPBACK, *([bracketed(own[0])] if own else [])]
        allowed = {f"{name}:{self.port}" for name in names} | (set(names) if self.port == 80 else set())
        return len(given) == 1 and given[0] in allowed

    async def sign(self, request: web.Request, response: web.StreamResponse) -> None:
        """The headers of every answer, errors and downloads included."""
        host = f" ws://{request.host}" if self.knows_host(request) else ""  # older Safari: 'self' does not cover ws:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"connect-src 'self'{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        for name, value in _HEADERS.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")

    def same_site(self, request: web.Request) -> bool:
        """Browsers say where a request comes from; what does not say so (an older one, curl) is judged by its token."""
        return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}

    def own_origin(self, request: web.Request) -> bool:
        return request.headers.getall(hdrs.ORIGIN, []) == [f"http://{request.host}"]

    def admitted(self, request: web.Request) -> bool:
        """True without an access token: the address is this computer's own."""
        if self._access is None:
            return True
        return hmac.compare_digest(request.cookies.get(self.cookie, "").encode(), self._proof(self._access).encode())

    @property
    def cookie(self) -> str:
        return f"toehold-{self.port}"  # cookies do not know ports; two chats on one computer must not share one

    def try_access(self, given: str) -> str | None:
        """The cookie's value for the right token; None for a wrong one, and for all when too many were wrong."""
        now = asyncio.get_running_loop().time()
        self._wrong = [at for at in self._wrong if now - at < 60]
        if self._access is None or len(self._wrong) >= WRONG_TOKENS_MAX:
            return None
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._access.encode()):
            self._wrong.append(now)
            return None
        return self._proof(self._access)

    def issue(self) -> str:
        """A token that opens one WebSocket within a minute."""
        now = asyncio.get_running_loop().time()
        self._tokens = {token: until for token, until in self._tokens.items() if until > now}
        while len(self._tokens) >= TOKENS_MAX:
            del self._tokens[next(iter(self._tokens))]
        token = secrets.token_urlsafe(24)
        self._tokens[token] = now + TOKEN_SECONDS
        return token

    def redeem(self, token: str) -> bool:
        until = self._tokens.pop(token, None)
        return until is not None and until > asyncio.get_running_loop().time()

    def _proof(self, access_token: str) -> str:
        """Derived, so that the cookie survives a restart and never holds the token itself."""
        return hmac.new(access_token.encode(), b"toehold local chat cookie 1", hashlib.sha256).hexdigest()
