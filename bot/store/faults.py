"""What a database can do to us, in our own words: busy, full, damaged, missing.

One table over SQLite's error names, and one over PostgreSQL's SQLSTATEs. A driver's exception class tells neither.
"""

from sqlalchemy.exc import DBAPIError, OperationalError


class StoreFault(Exception):
    """The database did not do its work. `kind` is the tail of a message id: "store.busy", "store.full", …"""

    kind = "fault"


class StoreBusy(StoreFault):
    """Others held the database, or got in our way, for longer than we wait."""

    kind = "busy"


class StoreFull(StoreFault):
    """No room on the disk. Nothing was written; it heals by itself once there is room."""

    kind = "full"


class StoreDamaged(StoreFault):
    """The file is not a database, or parts of it are unreadable."""

    kind = "damaged"


class StoreUnreachable(StoreFault):
    """The file cannot be opened or written; the server does not answer, or does not let us in."""

    kind = "unreachable"


class StoreClosed(StoreFault):
    """The bot is stopping."""

    kind = "closed"


_BY_NAME: dict[str, type[StoreFault]] = {
    "SQLITE_BUSY": StoreBusy,
    "SQLITE_LOCKED": StoreBusy,
    "SQLITE_PROTOCOL": StoreBusy,  # a race between processes that open the file at once
    "SQLITE_FULL": StoreFull,
    "SQLITE_CORRUPT": StoreDamaged,
    "SQLITE_NOTADB": StoreDamaged,
    "SQLITE_CANTOPEN": StoreUnreachable,
    "SQLITE_READONLY": StoreUnreachable,
    "SQLITE_PERM": StoreUnreachable,
    "SQLITE_IOERR": StoreUnreachable,
    "SQLITE_IOERR_SHORT_READ": StoreDamaged,  # the file is shorter than it says
    "SQLITE_IOERR_CORRUPTFS": StoreDamaged,
}

_UNDECODABLE = "Could not decode to UTF-8"

_BY_STATE: dict[str, type[StoreFault]] = {
    "08": StoreUnreachable,  # the connection
    "25006": StoreUnreachable,  # read-only: this server has become a replica
    "25P03": StoreUnreachable,  # idle in transaction for too long: the server hung up
    "28": StoreUnreachable,  # who we say we are
    "3D000": StoreUnreachable,  # no such database
    "40001": StoreBusy,  # could not serialize: somebody else was faster
    "40P01": StoreBusy,  # deadlock
    "42501": StoreUnreachable,  # not allowed
    "53": StoreBusy,  # short of something: memory, connections
    "53100": StoreFull,
    "55P03": StoreBusy,  # lock_timeout
    "57014": StoreBusy,  # statement_timeout
    "57P": StoreUnreachable,  # shutting down, crashed, starting up
    "58": StoreUnreachable,  # the server's disk or file system
    "XX001": StoreDamaged,
    "XX002": StoreDamaged,
}
# A refused connection has no state, only words: these say that every place is taken.
_TOO_MANY = ("too many clients", "too many connections", "remaining connection slots")


def translate(error: DBAPIError) -> StoreFault | None:
    """The fault behind a driver's error, or None when it is a bug of ours (a constraint, a wrong statement)."""
    if hasattr(error.orig, "sqlstate"):
        return _translate_postgres(error)
    name: str = getattr(error.orig, "sqlite_errorname", "")
    while name:
        if name in _BY_NAME:
            return _BY_NAME[name](name)
        name = name.rpartition("_")[0]  # extended codes: SQLITE_IOERR_WRITE -> SQLITE_IOERR
    if _UNDECODABLE in str(error.orig):  # the driver's own complaint has no code: bytes that we never wrote
        return StoreDamaged("text")
    return None


def _translate_postgres(error: DBAPIError) -> StoreFault | None:
    state = sqlstate(error)
    for known in (state, state[:3], state[:2]):  # the state itself, then its family, then its class
        if known in _BY_STATE:
            return _BY_STATE[known](in_brief(error))
    if error.connection_invalidated or (not state and isinstance(error, OperationalError)):
        words = in_brief(error)
        return (StoreBusy if any(each in words for each in _TOO_MANY) else StoreUnreachable)(words)
    return None


def sqlstate(error: DBAPIError) -> str:
    """PostgreSQL's five characters; empty where it gave none."""
    return getattr(error.orig, "sqlstate", None) or ""


def in_brief(error: DBAPIError) -> str:
    """Of the driver's lines the one that says why. It names the host and the user, never the password."""
    lines = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    why = next((line for line in lines if "failed: " in line), lines[0])
    return why.rpartition("failed: ")[2].removeprefix("FATAL:").strip()
