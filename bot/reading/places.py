"""Where somebody is: a typed city, country or zone name becomes a short list of places, each with its IANA zone.

The list of cities is `cities.tsv.gz`, made by `make_cities.py` from GeoNames (https://www.geonames.org, CC BY 4.0). It is
read once, at the first look-up; the index stays one block of bytes in sorted order, which is searched by halving.
"""

import gzip
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from zoneinfo import available_timezones

from babel.core import get_global

from bot.reading.folding import fold
from drills.localtime import zone_named

FAR_LARGER = 10  # Berlin, Germany against Berlin, New Hampshire; Valencia in Spain or in Venezuela is asked

# The longest name of a place that people give is about half as long.
TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A place to choose. `country` is its English name, or "" where a zone belongs to none; `zone` is in our tzdata."""

    name: str
    country: str
    zone: str


# One for each part of the world, the order chosen so that the first few are far apart.
SPREAD = (
    Place("London", "United Kingdom", "Europe/London"),
    Place("New York City", "United States", "America/New_York"),
    Place("Berlin", "Germany", "Europe/Berlin"),
    Place("Delhi", "India", "Asia/Kolkata"),
    Place("Los Angeles", "United States", "America/Los_Angeles"),
    Place("Tokyo", "Japan", "Asia/Tokyo"),
    Place("São Paulo", "Brazil", "America/Sao_Paulo"),
    Place("Sydney", "Australia", "Australia/Sydney"),
    Place("Lagos", "Nigeria", "Africa/Lagos"),
    Place("Chicago", "United States", "America/Chicago"),
    Place("Istanbul", "Türkiye", "Europe/Istanbul"),
    Place("Singapore", "Singapore", "Asia/Singapore"),
)


def find_places(text: str, limit: int = 6) -> tuple[Place, ...]:
    """Places for a typed text, likeliest first; empty if there are none. Any text is harmless; a long one finds nothing.

    In this order: a zone's full name; names that match as a whole (a country, then cities by population); the last part of
    a zone's name; "city, country" or "city country"; names that begin with the text.
    """
    if len(text) > TEXT_MAX:
        return ()
    return tuple(islice(_distinct(_candidates(text)), max(limit, 0)))


def the_place_meant(text: str) -> Place | None:
    """The place that nearly everybody means who types this; None when it should be asked.

    A zone's full name; a name that leads to one zone only; or a city far larger than every other of its name. Ranks go by
    population, and city sizes fall about as their rank grows (Zipf), so ten times the rank is about a tenth of the size.
    """
    if len(text) > TEXT_MAX:
        return None
    zones = list(_zone_by_name(text))
    if zones:
        return zones[0]
    cities = _cities()
    abbreviation = len(text) <= 4 and text.isupper()  # IST is India's, Israel's and Ireland's
    ranks = cities.exact(fold(text)) if fold(text) and not abbreviation else []
    if ranks:
        largest = cities.place(ranks[0])
        others = (rank for rank in ranks[1:] if cities.place(rank).zone != largest.zone)
        return largest if all(rank >= FAR_LARGER * (ranks[0] + 1) for rank in others) else None
    found = find_places(text)
    return found[0] if len({place.zone for place in found}) == 1 else None


def popular_places(hint: str = "", limit: int = 6) -> tuple[Place, ...]:
    """Likely cities for buttons. `hint` is a zone or a locale from a browser or a platform ("Europe/Berlin", "de-AT")."""
    hinted = [*_zone_by_name(hint), *islice(_cities_of_locale(hint), 1)] if len(hint) <= TEXT_MAX else []
    taken = {place.zone for place in hinted}
    places = [*hinted, *(place for place in SPREAD if place.zone not in taken)]
    return tuple(islice(_distinct(places), max(limit, 0)))


class _Cities:
    """The list, as read. A rank is the place's line: 0 is the largest city."""

    def __init__(self) -> None:
        packed = resources.files("bot.reading").joinpath("cities.tsv.gz").read_bytes()
        places, _, self._index = gzip.decompress(packed).partition(b"\n\n")
        self._places = places.split(b"\n")[1:]  # the first line says whose data they are

    def place(self, rank: int) -> Place:
        return Place(*self._places[rank].decode().split("\t"))

    def exact(self, key: str) -> list[int]:
        """The ranks of a key, best first."""
        wanted = key.encode()
        start = self._seek(wanted)
        name, _, ranks = self._index[start : self._index.find(b"\n", start)].partition(b"\t")
        return [int(rank.lstrip(b"!")) for rank in ranks.split(b",")] if name == wanted else []

    def beginning(self, prefix: str) -> list[int]:
        """The ranks of all keys that begin so: places whose own name does, by size, and then those with such another name."""
        wanted = prefix.encode()
        lines = self._index[self._seek(wanted) : self._seek(wanted + b"\xff")].splitlines()
        ranks = {rank for line in lines for rank in line.partition(b"\t")[2].split(b",")}
        own = {int(rank[1:]) for rank in ranks if rank.startswith(b"!")}
        others = {int(rank) for rank in ranks if not rank.startswith(b"!")} - own
        return [*sorted(own), *sorted(others)]

    def _seek(self, wanted: bytes) -> int:
        """Where the first line stands whose key is not less than `wanted`."""
        return bisect_left(range(len(self._index)), wanted, key=self._key_at)

    def _key_at(self, place: int) -> bytes:
        start = self._index.rfind(b"\n", 0, place) + 1
        return self._index[start : self._index.find(b"\t", start)]


@cache
def _cities() -> _Cities:
    return _Cities()


@cache
def _zones_by_last_part() -> dict[str, list[str]]:
    zones: dict[str, list[str]] = {}
    for name in sorted(available_timezones()):
        if "/" in name and not name.startswith("Etc/"):
            zones.setdefault(fold(name.rpartition("/")[2]), []).append(name)
    return zones


def _distinct(places: Iterable[Place]) -> Iterator[Place]:
    """Each place once: several towns called Springfield lie in one country and one zone."""
    seen: set[Place] = set()
    for place in places:
        if place not in seen:
            seen.add(place)
            yield place


def _candidates(text: str) -> Iterator[Place]:
    cities = _cities()
    key = fold(text)
    if not key:
        return
    yield from _zone_by_name(text)
    whole = [cities.place(rank) for rank in cities.exact(key)]
    yield from whole
    known = {(place.country, place.zone) for place in whole}
    for zone in _zones_by_last_part().get(key, []):
        # An older name of a zone (Europe/Kiev) is offered only to somebody who finds nothing else by it.
        if zone not in {place.zone for place in whole} and (cities.exact(f"@{zone}") or not whole):
            yield _zone_place(zone)
    yield from _city_in(text, key)
    # One Latin letter begins half of the world; one Chinese character is a good beginning.
    if len(key) > 1 or not key.isascii():
        # Beside the city itself its boroughs and suburbs say nothing new about the zone.
        yield from (
            place for place in map(cities.place, cities.beginning(key)) if (place.country, place.zone) not in known
        )


def _zone_by_name(text: str) -> Iterator[Place]:
    zone = zone_named(text)
    if zone is not None and ("/" in zone.key or zone.key in ("UTC", "GMT")):
        yield _zone_place(zone.key)


def _zone_place(zone: str) -> Place:
    largest = _cities().exact(f"@{zone}")
    country = _cities().place(largest[0]).country if largest else ""
    return Place(zone.rpartition("/")[2].replace("_", " "), country, zone)


def _city_in(text: str, folded: str) -> Iterator[Place]:
    """For "Paris, Texas" and "berlin germany": the cities of the first part that lie where the second part says."""
    cities = _cities()
    words = folded.split()
    splits = [(" ".join(words[:count]), " ".join(words[count:])) for count in range(len(words) - 1, 0, -1)]
    city, comma, region = text.partition(",")
    for name, around in [(fold(city), fold(region))] if comma else splits:
        if not name or not around:
            continue
        places = [cities.place(rank) for rank in cities.exact(name)]
        ranks = (rank for key in (around, f"={around.upper()}", f"~{around.upper()}") for rank in cities.exact(key))
        where = {(place.country, place.zone) for place in map(cities.place, ranks)}
        yield from (place for place in places if (place.country, place.zone) in where)
        if comma:  # what stands after it may be a region that we do not know
            yield from places


def _cities_of_locale(hint: str) -> Iterator[Place]:
    """The largest city of each zone of the country that a locale names ("de-AT"), or that its language is at home in ("de")."""
    subtags = hint.replace("-", "_").split("_")
    territory = next((subtag for subtag in subtags[1:] if len(subtag) == 2 and subtag.isalpha()), None)
    if territory is None and subtags[0].lower() != "en":  # English is at home in too many places to guess one
        territory = get_global("likely_subtags").get(subtags[0].lower(), "").rpartition("_")[2]
    if territory:
        yield from map(_cities().place, _cities().exact(f"={territory.upper()}"))
