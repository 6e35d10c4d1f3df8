"""How long to wait before trying again."""

import random
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Pause: TypeAlias = Callable[[float], Awaitable[None]]
"""`asyncio.sleep`, or what a test puts in its place; in seconds."""

NETWORK_CEILING = 30.0


def backoff(failures: int, ceiling: float) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 … ceiling, less up to a half, lest many bots come back in step."""
    return min(ceiling, 2.0 ** min(failures - 1, 16)) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no secret
