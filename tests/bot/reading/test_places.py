"""Tests for `bot.reading.places`: what a person may answer to "where are you?"."""

import gzip
import time as stopwatch
from importlib import resources
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cards import LABEL_MAX
from bot.reading.folding import fold
from bot.reading.places import SPREAD, Place, find_places, popular_places, the_place_meant

BERLIN = Place("Berlin", "Germany", "Europe/Berlin")


def first(typed: str) -> tuple[str, str]:
    place = find_places(typed)[0]
    return place.name, place.zone


def zones(typed: str) -> list[str]:
    return [place.zone for place in find_places(typed)]


@pytest.mark.parametrize(
    ("typed", "name", "zone"),
    [
        ("Berlin", "Berlin", "Europe/Berlin"),
        ("  bErLiN ", "Berlin", "Europe/Berlin"),
        ("München", "Munich", "Europe/Berlin"),
        ("munchen", "Munich", "Europe/Berlin"),
        ("Muenchen", "Munich", "Europe/Berlin"),
        ("Munich", "Munich", "Europe/Berlin"),
        ("sao paulo", "São Paulo", "America/Sao_Paulo"),
        ("SÃO-PAULO", "São Paulo", "America/Sao_Paulo"),
        ("Kyiv", "Kyiv", "Europe/Kyiv"),
        ("Kiev", "Kyiv", "Europe/Kyiv"),
        ("Київ", "Kyiv", "Europe/Kyiv"),
        ("Москва", "Moscow", "Europe/Moscow"),
        ("東京", "Tokyo", "Asia/Tokyo"),
        ("القاهرة", "Cairo", "Africa/Cairo"),
        ("Xian", "Xi’an", "Asia/Shanghai"),
        ("st petersburg", "Saint Petersburg", "Europe/Moscow"),
        ("NYC", "New York City", "America/New_York"),
        ("Bad Tölz", "Bad Tölz", "Europe/Berlin"),
        ("\u202eBerlin\u202c", "Berlin", "Europe/Berlin"),
    ],
)
def test_a_city_is_found_by_any_of_its_names(typed: str, name: str, zone: str) -> None:
    assert first(typed) == (name, zone)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Europe/Berlin", BERLIN),
        ("america/new york", Place("New York", "United States", "America/New_York")),
        ("Australia/Lord_Howe", Place("Lord Howe", "Australia", "Australia/Lord_Howe")),
        ("lord howe", Place("Lord Howe", "Australia", "Australia/Lord_Howe")),
        ("Knox", Place("Knox", "United States", "America/Indiana/Knox")),
        ("Europe/Kiev", Place("Kiev", "", "Europe/Kiev")),
        ("utc", Place("UTC", "", "UTC")),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_last_part(typed: str, place: Place) -> None:
    assert find_places(typed)[0] == place


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Germany", ["Europe/Berlin"]),
        ("Japan", ["Asia/Tokyo"]),
        ("Österreich", ["Europe/Vienna"]),
        ("日本", ["Asia/Tokyo"]),
        ("UK", ["Europe/London"]),
        ("scotland", ["Europe/London"]),
        ("Spain", ["Europe/Madrid", "Atlantic/Canary", "Africa/Ceuta"]),
        ("USA", ["America/New_York", "America/Los_Angeles", "America/Chicago"]),
        ("Georgia", ["Asia/Tbilisi", "America/New_York"]),
        ("Queensland", ["Australia/Brisbane"]),
    ],
)
def test_a_country_or_a_state_leads_to_the_largest_city_of_each_of_its_zones(typed: str, expected: list[str]) -> None:
    assert zones(typed)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("typed", "country", "zone"),
    [
        ("Paris", "France", "Europe/Paris"),
        ("Paris, France", "France", "Europe/Paris"),
        ("Paris France", "France", "Europe/Paris"),
        ("Paris, Texas", "United States", "America/Chicago"),
        ("paris, tx", "United States", "America/Chicago"),
        ("Portland, OR", "United States", "America/Los_Angeles"),
        ("Portland, Maine", "United States", "America/New_York"),
        ("London, Ontario", "Canada", "America/Toronto"),
        ("Perth, WA", "Australia", "Australia/Perth"),
        ("Paris, FR", "France", "Europe/Paris"),
        ("Paris, some county of which we never heard", "France", "Europe/Paris"),
    ],
)
def test_what_is_said_after_the_city_tells_namesakes_apart(typed: str, country: str, zone: str) -> None:
    found = find_places(typed)[0]
    assert (found.name, found.country, found.zone) == (
        typed.partition(",")[0].partition(" ")[0].capitalize(),
        country,
        zone,
    )


def test_an_older_name_of_a_zone_is_not_offered_beside_the_city() -> None:
    assert "Europe/Kiev" not in zones("Kiev")


def test_namesakes_come_by_population_and_each_zone_once() -> None:
    london = find_places("London")
    assert [place.country for place in london[:2]] == ["United Kingdom", "Canada"]
    assert len(set(find_places("Springfield"))) == len(find_places("Springfield"))


def test_a_beginning_finds_the_largest_cities_that_begin_so() -> None:
    assert first("Los Ang") == ("Los Angeles", "America/Los_Angeles")
    assert first("ber") == ("Berlin", "Europe/Berlin")
    # Chennai is larger and was called Madras; a place's own name goes before another's older one.
    assert first("madr") == ("Madrid", "Europe/Madrid")
    assert find_places("b") == ()


def test_a_whole_name_is_not_followed_by_boroughs_of_the_same_city() -> None:
    assert zones("Zürich") == ["Europe/Zurich"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("EST", ["America/New_York"]),
        ("pdt", ["America/Los_Angeles"]),
        ("CST", ["America/Chicago", "Asia/Shanghai"]),
        ("IST", ["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ],
)
def test_the_short_name_of_a_zone_offers_cities_and_never_decides(typed: str, expected: list[str]) -> None:
    assert zones(typed)[: len(expected)] == expected


@pytest.mark.parametrize("typed", ["", " ", "…", "Etc/GMT+5", "GMT+5", "../../etc/passwd", "qqqqqq"])
def test_what_is_no_place_finds_nothing(typed: str) -> None:
    assert find_places(typed) == ()


def test_the_marks_of_the_list_itself_cannot_be_typed() -> None:
    assert find_places("=DE") == find_places("de") != find_places("Germany")
    assert find_places("~TX") == find_places("tx") != find_places("Texas")


def test_the_limit_is_kept() -> None:
    assert len(find_places("San")) == 6
    assert len(find_places("San", limit=2)) == 2
    assert find_places("San", limit=0) == ()


def test_popular_places_are_spread_over_the_world_and_stand_in_the_list() -> None:
    assert popular_places() == SPREAD[:6]
    assert all(place in find_places(f"{place.name}, {place.country}") for place in SPREAD)
    assert len({place.zone for place in SPREAD}) == len(SPREAD)


@pytest.mark.parametrize(
    ("hint", "name"),
    [
        ("Europe/Vienna", "Vienna"),
        ("America/Sao_Paulo", "Sao Paulo"),
        ("America/New_York", "New York"),
        ("Europe/Kiev", "Kiev"),
        ("de-AT", "Vienna"),
        ("pt_BR", "São Paulo"),
        ("zh-Hant-TW", "Taipei"),
        ("ja", "Tokyo"),
        ("en-AU", "Sydney"),
    ],
)
def test_a_hint_comes_first_and_its_zone_is_offered_once(hint: str, name: str) -> None:
    places = popular_places(hint)
    assert places[0].name == name
    assert len(places) == len({place.zone for place in places}) == 6


@pytest.mark.parametrize("hint", ["en", "xx", "../x", "Etc/GMT+5", "-", "_", "\0", "d" * 10_000])
def test_a_hint_that_says_nothing_changes_nothing(hint: str) -> None:
    assert popular_places(hint) == SPREAD[:6]


@given(st.one_of(st.text(), st.text(st.sampled_from("abcdenors ,/-ü東'"), max_size=12)))
@example("\ud800")
@example("a, ")
@example(",")
@example("\0" * 50)
def test_any_text_is_harmless_and_finds_only_zones_that_exist(text: str) -> None:
    for place in (*find_places(text), *popular_places(text)):
        assert place.zone in available_timezones()
        assert place.name
        assert len(f"{place.name}, {place.country}") <= LABEL_MAX


@pytest.mark.parametrize(
    "typed", ["x" * 10_000, "a " * 50, "sa", "ma", "aa", "\u0301" * 100, "ﷺ" * 100, "ﷺ" * 10_000, "a," * 50]
)
def test_a_look_up_takes_no_time(typed: str) -> None:
    find_places("Berlin")  # the list is read at the first look-up
    begin = stopwatch.perf_counter()
    find_places(typed)
    assert stopwatch.perf_counter() - begin < 0.2  # about 5 ms; a busy machine is forgiven


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_list_is_in_the_order_that_the_search_relies_on() -> None:
    packed = resources.files("bot.reading").joinpath("cities.tsv.gz").read_bytes()
    assert len(packed) < 3_000_000
    head, _, index = gzip.decompress(packed).partition(b"\n\n")
    comment, *places = head.decode().split("\n")
    assert "GeoNames" in comment
    assert "CC BY 4.0" in comment
    assert {place.split("\t")[2] for place in places} <= available_timezones()
    assert max(len(place.rpartition("\t")[0]) for place in places) < LABEL_MAX
    lines = index.rstrip(b"\n").split(b"\n")
    keys = [line.partition(b"\t")[0] for line in lines]
    assert keys == sorted(set(keys))
    assert all(fold(key.decode()) == key.decode() for key in keys if key[:1] not in b"=@~")
    ranks = {int(rank.lstrip(b"!")) for line in lines for rank in line.partition(b"\t")[2].split(b",")}
    assert ranks <= set(range(len(places)))


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("Paris", "Europe/Paris"),
        ("Europe/Kiev", "Europe/Kiev"),
        ("Wien", "Europe/Vienna"),
        ("Cairo", "Africa/Cairo"),
    ],
)
def test_a_name_that_nearly_everybody_means_one_way_is_not_asked_about(text: str, zone: str) -> None:
    meant = the_place_meant(text)
    assert meant is not None
    assert meant.zone == zone


@pytest.mark.parametrize("text", ["Springfield", "Valencia", "Birmingham", "IST", "Xyzzy", "", "a" * 10_000])
def test_a_name_with_several_meanings_or_none_is_asked_about(text: str) -> None:
    assert the_place_meant(text) is None
