"""The pictures of a team's result: right in form and number, refused when they would lie. What they look like, people judge."""

import subprocess
import sys
from collections import Counter
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageChops

from bot.pictures import CROWD, HEIGHT, JOINTS, PLACES, WIDTH, lit_foot, podium

LIGHT, DARK = "#ffffff", "#17212b"
Colour = tuple[int, ...]

HEART, SOCKET = (255, 246, 216), (21, 51, 36)  # of a lamp that is lit, and of one that is not
PAPER, EDGE = (246, 241, 232), (202, 189, 168)
GOLD, SILVER, BRONZE = (240, 185, 58), (211, 215, 218), (216, 146, 90)


def opened(png: bytes, background: str = LIGHT) -> Image.Image:
    """As a chat with that background shows it."""
    with Image.open(BytesIO(png)) as picture:
        drawn = picture.convert("RGBA")
    chat = Image.new("RGBA", drawn.size, background)
    chat.alpha_composite(drawn)
    return chat.convert("RGB")


def colours(picture: Image.Image) -> Counter[Colour]:
    found = picture.getcolors(WIDTH * HEIGHT)
    assert found is not None
    return Counter({colour: count for count, colour in found if isinstance(colour, tuple)})


def amber(png: bytes, least: int) -> int:
    """Pixels in a lamp's light, of at least that much red; the paper's are not as yellow."""
    return sum(count for (red, _, blue), count in colours(opened(png)).items() if red >= least and red - blue > 60)


def spots(png: bytes, colour: Colour) -> int:
    """How many separate spots of about that colour the picture has."""
    near = ImageChops.difference(opened(png), Image.new("RGB", (WIDTH, HEIGHT), colour)).point(
        lambda off: 255 * (off > 6)
    )
    red, green, blue = near.split()
    outside = ImageChops.lighter(ImageChops.lighter(red, green), blue).tobytes()
    left = {place for place, byte in enumerate(outside) if not byte}
    found = 0
    while left:
        edge, size = [left.pop()], 0
        while edge:
            place = edge.pop()
            size += 1
            for beside in (place + 1, place - 1, place + WIDTH, place - WIDTH):
                if beside in left:
                    left.remove(beside)
                    edge.append(beside)
        found += size > 40  # a smoothed edge may pass through the colour
    return found


def pixel(picture: Image.Image, x: int, y: int) -> Colour:
    value = picture.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


every_picture = pytest.mark.parametrize(
    "png",
    [
        *(pytest.param(lit_foot(lit), id=f"foot {lit}") for lit in (0, 1, 17, 33)),
        *(pytest.param(podium(steps), id=f"podium {steps}") for steps in ((1,), (1, 1), (2, 0, 1), (12, 12, 12))),
    ],
)


@every_picture
def test_a_picture_is_a_small_png_of_the_agreed_size(png: bytes) -> None:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < 60_000
    assert opened(png).size == (WIDTH, HEIGHT) == (800, 450)


@every_picture
def test_the_card_brings_its_own_background_and_has_round_corners(png: bytes) -> None:
    light, dark = opened(png, LIGHT), opened(png, DARK)
    for x, y in ((0, 0), (WIDTH - 1, 0), (0, HEIGHT - 1), (WIDTH - 1, HEIGHT - 1)):
        assert pixel(light, x, y) == (255, 255, 255)
        assert pixel(dark, x, y) == (23, 33, 43)
    for picture in (light, dark):
        assert pixel(picture, 40, HEIGHT - 12) == PAPER  # exactly
        assert pixel(picture, WIDTH // 2, 0) == EDGE


def test_who_drops_the_transparency_sees_paper_in_the_corners() -> None:
    with Image.open(BytesIO(lit_foot(5))) as picture:
        assert pixel(picture.convert("RGBA").convert("RGB"), 0, 0) == PAPER


def test_the_same_numbers_give_the_same_bytes_in_another_process_too() -> None:
    assert podium([3, 1, 2]) == podium((3, 1, 2))
    assert lit_foot(20) == lit_foot(20, of=33)
    program = "import sys; from bot.pictures import lit_foot, podium; sys.stdout.buffer.write(podium((3, 1, 2)) + lit_foot(20))"
    other = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout
    assert other == podium((3, 1, 2)) + lit_foot(20)


def test_pillow_is_loaded_only_when_something_is_drawn() -> None:
    program = "import sys, bot.pictures; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# ---- The foot


def test_every_lamp_more_makes_the_foot_brighter() -> None:
    light = [amber(lit_foot(lit), least=200) for lit in range(JOINTS + 1)]
    steps = [more - less for less, more in pairwise(light)]
    assert min(steps) > 100, steps


def test_a_dark_foot_has_no_glow_at_all() -> None:
    assert amber(lit_foot(0), least=0) == 0


@pytest.mark.parametrize("lit", [0, 1, 17, JOINTS])
def test_as_many_lamps_glow_as_are_lit_and_the_others_stay_dark(lit: int) -> None:
    png = lit_foot(lit)
    assert spots(png, HEART) == lit
    assert spots(png, SOCKET) == JOINTS - lit


@pytest.mark.parametrize("of", [1, 2, 7, 32])
def test_a_foot_of_fewer_lamps_has_that_many(of: int) -> None:
    assert spots(lit_foot(of, of), HEART) == of


@pytest.mark.parametrize(("lit", "of"), [(-1, 33), (34, 33), (8, 7), (True, 33), (1.0, 33), ("3", 33), (None, 33)])
def test_lamps_that_are_not_there_cannot_be_lit(lit: int, of: int) -> None:
    with pytest.raises(ValueError, match=rf"^of {of} lamps 0 to {of} can be lit, not "):
        lit_foot(lit, of)


@pytest.mark.parametrize("of", [0, -1, 34, True, 5.0, "33"])
def test_a_foot_has_its_joints_and_no_more(of: int) -> None:
    with pytest.raises(ValueError, match=r"^a foot has 1 to 33 lamps, not "):
        lit_foot(0, of)


# ---- The podium


@pytest.mark.parametrize("steps", [(1,), (3,), (1, 1), (1, 4), (1, 1, 1), (2, 0, 1), (3, 0, 0), (4, 3, 2), (1, 2, 4)])
def test_everyone_on_the_podium_wears_the_medal_of_their_place(steps: tuple[int, ...]) -> None:
    png = podium(steps)
    for medal, count in zip((GOLD, SILVER, BRONZE), (*steps, 0, 0), strict=False):
        assert spots(png, medal) == count


def test_ties_and_places_tell_pictures_apart() -> None:
    drawn = [
        podium(steps)
        for steps in (
            (1,),
            (2,),
            (1, 1),
            (1, 0),
            (1, 1, 1),
            (2, 0, 1),
            (1, 2, 0),
            (1, 1, 2),
            *((n, n, n) for n in range(2, 13)),
        )
    ]
    assert len(set(drawn)) == len(drawn)


def test_a_step_shows_a_crowd_and_leaves_the_rest_to_the_caption() -> None:
    assert podium((CROWD, 1, 1)) == podium((CROWD + 1, 1, 1)) == podium((10**9, 1, 1))
    assert podium((CROWD - 1, 1, 1)) != podium((CROWD, 1, 1))


@pytest.mark.parametrize("count", [1, 2, 4, 5, CROWD])
@pytest.mark.parametrize("place", range(PLACES))
def test_a_crowd_stays_on_its_step_and_on_the_card(count: int, place: int) -> None:
    steps = [CROWD] * PLACES  # so that the podium is at its widest
    steps[place] = count
    picture = opened(podium(steps))
    for left in (4, WIDTH - 52):
        assert colours(picture.crop((left, 240, left + 48, 400))).keys() == {PAPER}, "someone stands beside their step"
    top = colours(picture.crop((60, 4, WIDTH - 60, 40)))
    assert all(min(colour) > 200 for colour in top), "someone's hands are cut off"


@pytest.mark.parametrize("steps", [(), (1, 1, 1, 1)])
def test_a_podium_has_one_to_three_steps(steps: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^a podium has one to 3 steps, not [04]$"):
        podium(steps)


@pytest.mark.parametrize("steps", [(0,), (0, 1, 1), (-1, 1), (1, -1), (True, 1), (1, 1.0), ("2",), (None,)])
def test_a_podium_needs_someone_first_and_whole_people(steps: tuple[int, ...]) -> None:
    with pytest.raises(
        ValueError, match=r"^a podium needs whole numbers of people, and at least one of them first, not \["
    ):
        podium(steps)
