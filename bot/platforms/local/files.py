"""Files on offer: held in memory under a random id, forgotten on restart. An export is given out once, a picture stays."""

import secrets
from collections import OrderedDict

from bot.cards import Attachment
from bot.platforms.local.lines import File, Picture

FILES_MAX = 16
BYTES_MAX = 64 * 1024 * 1024  # of all waiting files; the oldest go first


class Files:
    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Attachment] = OrderedDict()
        self._pictures: set[str] = set()

    def offer(self, attachment: Attachment) -> File:
        """Put it on offer; older offers give way when there are too many or they are too big together."""
        return File(self._keep(attachment), attachment.name, len(attachment.content))

    def show(self, photo: Attachment) -> Picture:
        """As `offer`, for everybody who sees the line, and as often as they look."""
        picture = Picture(self._keep(photo), photo.alt)
        self._pictures.add(picture.id)
        return picture

    def waiting(self, id_: str) -> bool:
        return id_ in self._waiting

    def take(self, id_: str) -> Attachment | None:
        """The file, the first time; None ever after, but for a picture."""
        return self._waiting.get(id_) if id_ in self._pictures else self._waiting.pop(id_, None)

    def _keep(self, attachment: Attachment) -> str:
        id_ = secrets.token_urlsafe(16)
        self._waiting[id_] = attachment
        while len(self._waiting) > 1 and (len(self._waiting) > FILES_MAX or self._size() > BYTES_MAX):
            self._pictures.discard(self._waiting.popitem(last=False)[0])
        return id_

    def _size(self) -> int:
        return sum(len(each.content) for each in self._waiting.values())
