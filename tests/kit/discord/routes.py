"""One request as its handler sees it, and the table of routes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.kit.discord.drafts import Upload


@dataclass
class Request:
    method: str
    path: str
    """Without the host and the version."""
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    uploads: dict[int, Upload] = field(default_factory=dict)
    token: str | None = None
    """What came in the Authorization header."""
    route: str = ""
    """The path with names in the places of ids, "/channels/{channel_id}"."""
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    def number(self, name: str) -> int:
        """An id in the path; 0 for what is none, which nothing has."""
        return int(self.parts[name]) if self.parts[name].isdigit() else 0


Handler = Callable[[Request], Any]


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    handler: Handler
    open: bool = False
    """Needs no Authorization: the token in its path is enough."""
    pattern: re.Pattern[str] = field(default=re.compile(""), compare=False)


class Routes:
    def __init__(self) -> None:
        self._routes: list[Route] = []

    def add(self, method: str, template: str, handler: Handler, needs_no_token: bool = False) -> None:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
        self._routes.append(Route(method, template, handler, needs_no_token, pattern))

    def find(self, request: Request) -> Route | None:
        """The first that fits; what is in the braces goes into the request."""
        for route in self._routes:
            found = route.pattern.fullmatch(request.path) if route.method == request.method else None
            if found is not None:
                request.route = route.template
                request.parts = found.groupdict()
                return route
        return None
