"""What a database can do to us, in our own words: busy, full, damaged, missing. One table over SQLite's error names."""

from sqlalchemy.exc import DBAPIError


class StoreFault(Exception):
    """The database did not do its work. `kind` is the tail of a message id: "store.busy", "store.full", …"""

    kind = "fault"


class StoreBusy(StoreFault):
    """Another process held the database for longer than we wait."""

    kind = "busy"


class StoreFull(StoreFault):
    """No room on the disk. Nothing was written; it heals by itself once there is room."""

    kind = "full"


class StoreDamaged(StoreFault):
    """The file is not a database, or parts of it are unreadable."""

    kind = "damaged"


class StoreUnreachable(StoreFault):
    """The file cannot be opened or written."""

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


def translate(error: DBAPIError) -> StoreFault | None:
    """The fault behind a driver's error, or None when it is a bug of ours (a constraint, a wrong statement)."""
    name: str = getattr(error.orig, "sqlite_errorname", "")
    while name:
        if name in _BY_NAME:
            return _BY_NAME[name](name)
        name = name.rpartition("_")[0]  # extended codes: SQLITE_IOERR_WRITE -> SQLITE_IOERR
    if _UNDECODABLE in str(error.orig):  # the driver's own complaint has no code: bytes that we never wrote
        return StoreDamaged("text")
    return None
