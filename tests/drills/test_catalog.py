"""Tests for `drills.catalog`: the shipped drills are whole and honest, and a broken file is refused with place and reason."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import resources
from pathlib import Path

import pytest

from drills.catalog import Catalog, CatalogError, load
from drills.model import Direction, Drill, DrillId, Metric, Round, Side, VariantId

SHIPPED = ["outward-roll", "heel-circle", "banded-squat"]
GOOD = resources.files("drills.catalog").joinpath("outward-roll.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def texts(value: object) -> Iterator[str]:
    """Every text in a drill, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


# --- what is shipped ----------------------------------------------------------------------------------------------


def test_the_shipped_drills_load_in_their_own_order(catalog: Catalog) -> None:
    assert list(catalog) == SHIPPED
    assert [drill.id for drill in catalog.values()] == SHIPPED


def test_the_doses_are_the_published_ones(catalog: Catalog) -> None:
    doses = {drill.id: (drill.dose.sets_least, drill.dose.sets_most, drill.dose.reps) for drill in catalog.values()}
    assert doses == {"outward-roll": (1, 2, 5), "heel-circle": (1, 2, 5), "banded-squat": (3, 5, 5)}
    assert catalog[DrillId("banded-squat")].dose.rest_seconds == 20


def test_the_rounds_of_a_set_are_those_of_the_drill(catalog: Catalog) -> None:
    left, right = Side.LEFT, Side.RIGHT
    clock, counter = Direction.CLOCKWISE, Direction.COUNTER_CLOCKWISE
    assert catalog[DrillId("outward-roll")].rounds == (Round(left), Round(right))
    assert catalog[DrillId("heel-circle")].rounds == tuple(Round(s, d) for s in (left, right) for d in (clock, counter))
    assert catalog[DrillId("banded-squat")].rounds == (Round(),)


def test_only_the_crossed_band_is_measured_until_it_slips(catalog: Catalog) -> None:
    slips = {v.id for drill in catalog.values() for v in drill.variants if v.metric is Metric.REPS_UNTIL_SLIP}
    assert slips == {"x-band", "x-band-strong"}


def test_each_drill_has_an_original_a_gentle_and_where_needed_a_bandless_form(catalog: Catalog) -> None:
    forms = {drill.id: (drill.original.id, drill.gentle, drill.without_band) for drill in catalog.values()}
    assert forms == {
        "outward-roll": ("standing", "seated", None),
        "heel-circle": ("tucked", "seated", None),
        "banded-squat": ("x-band", "no-band", "no-band"),
    }


def test_a_form_that_is_no_longer_in_the_catalogue_becomes_the_gentle_one(catalog: Catalog) -> None:
    squat = catalog[DrillId("banded-squat")]
    assert squat.variant(VariantId("gone")).id == "no-band"
    assert squat.easier_than(VariantId("x-band")) == "loop"
    assert squat.easier_than(VariantId("no-band")) is None
    assert squat.easier_than(VariantId("gone")) is None


def test_every_form_has_steps_that_fit_on_a_phone(catalog: Catalog) -> None:
    for drill in catalog.values():
        for variant in drill.variants:
            assert 1 <= len(variant.steps) <= 9, (drill.id, variant.id)
            for step in variant.steps:
                assert 1 <= len(step.text) <= 200, step.text
                assert 1 <= len(step.cue) <= 90, step.cue
                assert 1 <= len(step.mistake) <= 90, step.mistake


def test_every_drill_says_when_to_stop_who_should_not_and_how_sure_we_are(catalog: Catalog) -> None:
    for drill in catalog.values():
        assert drill.stop_when
        assert drill.avoid_if
        assert drill.evidence
        assert 0 < drill.reading_confidence < 1


def test_no_text_promises_a_cure(catalog: Catalog) -> None:
    promise = re.compile(r"\b(cur(e|es|ed|ing)|prevent\w*|fixes|fixed|heals?|healing|guarantee\w*|eliminates?)\b", re.I)
    assert promise.search("It Prevents injury")
    assert not [text for drill in catalog.values() for text in texts(drill) if promise.search(text)]


def test_no_text_names_a_brand_or_carries_a_link(catalog: Catalog) -> None:
    brand = re.compile(
        r"thera-?band|bosu|vibram|nike|adidas|toesox|correct toes|barefoot science|https?:|www\.|[™®]", re.I
    )
    assert brand.search("a TheraBand")
    assert not [text for drill in catalog.values() for text in texts(drill) if brand.search(text)]


def test_no_text_holds_a_line_break_or_space_at_its_ends(catalog: Catalog) -> None:
    bad = [text for drill in catalog.values() for text in texts(drill) if text != " ".join(text.split())]
    assert bad == []


# --- what is refused ----------------------------------------------------------------------------------------------


def folder_with(folder: Path, content: str | bytes, name: str = "outward-roll.toml") -> Path:
    data = content.encode() if isinstance(content, str) else content
    folder.joinpath(name).write_bytes(data)
    return folder


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def without(key: str) -> str:
    """The good file without one line."""
    found = re.subn(rf"^{key} = .*\n", "", GOOD, count=1, flags=re.M)
    assert found[1] == 1, key
    return found[0]


SEATED = 'label = "Seated, no load"\n'
LONG = "x" * 201
BROKEN = {
    "no name": (without("name"), "name", "required"),
    "no place for the stop signs": (
        re.sub(r"^stop_when = \[.*?\]\n", "", GOOD, flags=re.M | re.S),
        "stop_when",
        "required",
    ),
    "no dose": (re.sub(r"\[dose\].*?\n\n", "", GOOD, flags=re.S), "dose", "required"),
    "no cue in the first step": (without("cue"), "steps.1.cue", "required"),
    "no steps": (re.sub(r"\[\[steps\]\].*?\n\n", "", GOOD, flags=re.S), "steps", "required"),
    "no rounds": (re.sub(r"\[\[rounds\]\].*?\n\n", "", GOOD, flags=re.S), "rounds", "required"),
    "an empty name": (changed('name = "Outward Roll"', 'name = "  "'), "name", "at least 1 character"),
    "a number in quotes": (changed("reps = 5", 'reps = "5"'), "dose.reps", "valid integer"),
    "a truth as a number": (changed("reps = 5", "reps = true"), "dose.reps", "valid integer"),
    "a fraction of a second": (changed("rep_seconds = 6", "rep_seconds = 6.0"), "dose.rep_seconds", "valid integer"),
    "a truth in quotes": (changed("barefoot = true", 'barefoot = "yes"'), "barefoot", "valid boolean"),
    "a text where a list belongs": (changed('needs = ["ankle", "arch"]', 'needs = "ankle"'), "needs", "valid list"),
    "a number where a text belongs": (changed('unit = "rolls"', "unit = 5"), "dose.unit", "valid string"),
    "a step that is too long": (re.sub(r'text = ".*?"', f'text = "{LONG}"', GOOD, count=1), "steps.1.text", "200"),
    "a cue that is too long": (re.sub(r'cue = ".*?"', f'cue = "{LONG}"', GOOD, count=1), "steps.1.cue", "90"),
    "a field that nobody knows": (changed("level = 1", 'level = 1\ncolour = "blue"'), "colour", "not permitted"),
    "a field that nobody knows in a step": (
        changed("[[steps]]", '[[steps]]\nnote = "x"'),
        "steps.1.note",
        "not permitted",
    ),
    "a field whose name breaks the line": (changed("level = 1", 'level = 1\n"a\\nb" = 1'), "a b", "not permitted"),
    "a level that does not exist": (changed("level = 1", "level = 4"), "level", "less than or equal to 3"),
    "no reps at all": (changed("reps = 5", "reps = 0"), "dose.reps", "greater than or equal to 1"),
    "an unknown need": (changed('needs = ["ankle", "arch"]', 'needs = ["knee"]'), "needs.1", "'ankle'"),
    "an unknown metric": (changed('metric = "done"', 'metric = "time"'), "metric", "'done'"),
    "an unknown side": (changed('side = "left"', 'side = "up"'), "rounds.1.side", "'left'"),
    "the same round twice": (changed('side = "right"', 'side = "left"'), "whole file", "two rounds"),
    "sets from most to least": (changed("sets = [1, 2]", "sets = [2, 1]"), "dose", "least not above most"),
    "one number of sets": (changed("sets = [1, 2]", "sets = [1]"), "dose.sets", "at least 2 items"),
    "two originals": (changed(SEATED, f"{SEATED}original = true\n"), "whole file", "exactly one variant"),
    "no original": (changed("original = true", "original = false"), "whole file", "exactly one variant"),
    "a gentle form that is none": (changed('gentle = "seated"', 'gentle = "lying"'), "whole file", "'lying'"),
    "a bandless form that is none": (
        changed('gentle = "seated"', 'gentle = "seated"\nwithout_band = "x"'),
        "whole file",
        "without_band names the variant 'x'",
    ),
    "two forms with one id": (changed('id = "no-hand"', 'id = "seated"'), "whole file", "same id"),
    "forms from hard to easy": (changed(f"{SEATED}level = 1", f"{SEATED}level = 3"), "whole file", "from easy to hard"),
    "an id in capitals": (changed('id = "outward-roll"', 'id = "Outward Roll"'), "id", "pattern"),
    "another id than the file's": (changed('id = "outward-roll"', 'id = "inward-roll"'), "id", "inward-roll.toml"),
    "a confidence above one": (changed("confidence = 0.8", "confidence = 80"), "reading.confidence", "equal to 1"),
    "an evidence of its own kind": (changed('"expert opinion"', '"my uncle"'), "evidence.1.strength", "'RCT'"),
    "not TOML": ("id = outward-roll\n", "line 1", "Invalid value"),
    "a quote left open": (changed('name = "Outward Roll"', 'name = "Outward Roll'), "line 3", "Illegal character"),
    "a key written twice": (changed("level = 1", "level = 1\nlevel = 1"), "line 6", "overwrite"),
    "not UTF-8": (GOOD.encode() + b"# \xff\n", f"position {len(GOOD.encode()) + 2}", "utf-8"),
    "UTF-16": (GOOD.encode("utf-16"), "position 0", "utf-8"),
    "an empty file": ("", "id", "required"),
}


@pytest.mark.parametrize(("content", "place", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_in_one_line_with_file_place_and_reason(
    tmp_path: Path, content: str | bytes, place: str, reason: str
) -> None:
    with pytest.raises(CatalogError) as caught:
        load(folder_with(tmp_path, content))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'outward-roll.toml'}: ")
    told = message.removeprefix(f"{tmp_path / 'outward-roll.toml'}: ")
    assert place in told
    assert reason in told
    assert "\n" not in message
    assert "errors.pydantic.dev" not in message


def test_the_place_is_counted_as_people_count_and_stands_before_the_reason(tmp_path: Path) -> None:
    second = re.sub(r'(\[\[steps\]\].*?\[\[steps\]\]\n)text = ".*?"', r'\1text = ""', GOOD, count=1, flags=re.S)
    with pytest.raises(CatalogError, match=r"outward-roll\.toml: steps\.2\.text: String should have at least 1"):
        load(folder_with(tmp_path, second))


def test_one_broken_file_among_good_ones_stops_the_start(tmp_path: Path) -> None:
    folder_with(tmp_path, GOOD)
    folder_with(tmp_path, "", "heel-circle.toml")
    with pytest.raises(CatalogError, match=r"heel-circle\.toml: id: Field required"):
        load(tmp_path)


def test_two_files_cannot_share_an_id(tmp_path: Path) -> None:
    folder_with(tmp_path, GOOD)
    folder_with(tmp_path, GOOD, "copy.toml")
    with pytest.raises(CatalogError, match=r"copy\.toml: id: is 'outward-roll', so the file must be called outward"):
        load(tmp_path)


def test_an_empty_or_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(CatalogError, match=r"no drill files .* Reinstall Toehold") as caught:
            load(folder)
        assert str(folder) in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "outward-roll.toml").mkdir()
    with pytest.raises(CatalogError, match=r"outward-roll\.toml: cannot be read: Is a directory"):
        load(tmp_path)


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    folder_with(tmp_path, GOOD)
    folder_with(tmp_path, "not a drill", "NOTES.md")
    assert list(load(tmp_path)) == ["outward-roll"]


def test_a_form_without_steps_of_its_own_has_those_of_the_drill(tmp_path: Path) -> None:
    drill: Drill = load(folder_with(tmp_path, GOOD))[DrillId("outward-roll")]
    assert drill.variant(VariantId("no-hand")).steps == drill.original.steps
    assert drill.variant(VariantId("seated")).steps != drill.original.steps
