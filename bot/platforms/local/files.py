"""Files on offer (an export): held in memory, given out once under a random id, forgotten on restart."""

import secrets
from collections import OrderedDict

from bot.cards import Attachment
from bot.platforms.local.lines import File

FILES_MAX = 16
BYTES_MAX = 64 * 1024 * 1024  # of all waiting files; the oldest go first


class Files:
    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Attachment] = OrderedDict()

    def offer(self, attachment: Attachment) -> File:
        """Put it on offer; older offers give way when there are too many or they are too big together."""
        file = File(secrets.token_urlsafe(16), attachment.name, len(attachment.content))
        self._waiting[file.id] = attachment
        while len(self._waiting) > 1 and (len(self._waiting) > FILES_MAX or self._size() > BYTES_MAX):
            self._waiting.popitem(last=False)
        return file

    def waiting(self, id_: str) -> bool:
        return id_ in self._waiting

    def take(self, id_: str) -> Attachment | None:
        """The file, the first time; None ever after."""
        return self._waiting.pop(id_, None)

    def _size(self) -> int:
        return sum(len(each.content) for each in self._waiting.values())
