"""What a contender is asked to do; handed over as a file, so that it need not import what we measure with."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FIRST_CHAT = 1_000_000_000
TOLD = "told.json"  # beside the task: what the contender says of itself when it is over


@dataclass(frozen=True, slots=True)
class Task:
    """`due`: when everybody is due, in seconds since 1970; None: nobody for an hour, and idle ticks are wanted."""

    contender: str
    folder: str
    url: str
    token: str
    people: int
    text: str
    rows: tuple[tuple[str, ...], ...]
    due: float | None
    limit: float
    at_once: int = 4
    grace: int | None = None
    aiohttp: bool = False
    patient: bool = False  # waits for a free connection as long as it takes
    database: str = ""

    def write(self) -> Path:
        path = Path(self.folder) / "task.json"
        path.write_text(json.dumps(asdict(self)))
        return path

    @property
    def chats(self) -> range:
        return range(FIRST_CHAT, FIRST_CHAT + self.people)


def read(path: Path) -> Task:
    values = json.loads(path.read_text())
    return Task(**values | {"rows": tuple(tuple(row) for row in values["rows"])})
