"""Every sentence that a person reads, from gettext catalogues: one folder per language, any number of `.po` files in it.

A message has a symbolic id ("today.title"), so that wording can change without touching code; its English text stands in
`en/*.po`. Fields are named (`{drill}`) and are filled once: what a person typed is never read as a template.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"


class MissingWords(KeyError):
    """A message id that no catalogue has: a bug that a guard finds before a person does."""


class Words:
    """The sentences of one language. `words("id", name=value)`; with `n=` the plural form is chosen by it."""

    def __init__(self, language: str, messages: Mapping[str, tuple[str, ...]]) -> None:
        self.language = language
        self._messages = messages

    def __call__(self, message: str, /, **fields: object) -> str:
        try:
            forms = self._messages[message]
        except KeyError:
            raise MissingWords(message) from None
        form = forms[0]
        if len(forms) > 1:
            count = fields.get("n", 1)
            form = forms[0] if count == 1 else forms[1]
        return form.format(**fields)

    def __contains__(self, message: str) -> bool:
        return message in self._messages

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._messages)

    def forms(self, message: str) -> tuple[str, ...]:
        """Singular and plural templates, for the guards."""
        return self._messages[message]


@lru_cache
def load(language: str = SOURCE_LANGUAGE) -> Words:
    """Read the catalogues of one language. Raises FileNotFoundError for a language that we do not have."""
    messages: dict[str, tuple[str, ...]] = {}
    for file in sorted(resources.files("bot.words").joinpath(language).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if not message.id:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string
                if key in messages:
                    raise ValueError(f"{file}: {key} stands in two catalogues")
                messages[key] = (text,) if isinstance(text, str) else tuple(text or ())
    return Words(language, messages)
