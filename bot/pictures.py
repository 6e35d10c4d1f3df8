"""The pictures of a team challenge's result: a podium, and the foot whose 33 joints light up.

Pure functions from numbers to a PNG, and the same numbers give the same bytes. There is no text in them but the digits of
the ranks: names stand in the caption, so no script needs a font. Drawing takes some 0.1 s of a processor: call them in a
thread.
"""

import math
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

WIDTH, HEIGHT = 800, 450
PLACES = 3
JOINTS = 33
CROWD = 12  # figures that a step shows at most; who else shares the rank stands in the caption

_FINE = 4  # everything is drawn so much larger, and the reduction smooths the edges
_CORNER = 26.0
_CLEAR = 16  # entries of the palette for the corners: from clear to almost covered

# The colours of the local chat's page (bot/platforms/local/static/tokens.css, light).
_PAPER, _SURFACE, _LINE = "#f6f1e8", "#fffdf8", "#cabda8"
_PINE, _PINE_SOFT, _ON_PINE = "#2f6a4f", "#e0ebdf", "#fdfbf5"
_HUES = ("#7a5a34", "#3f6690", "#8b4a63", "#5d5a94", "#2f6e75", "#93501f")
# Made for the pictures: shades of the pine, and the lamps' amber.
_STEPS = (_PINE, "#427a5f", "#578a70")
_STEP_TOPS = ("#3f7d60", "#558d72", "#6d9e85")
_MEDALS = (("#f0b93a", "#b98212"), ("#d3d7da", "#8d959b"), ("#d8925a", "#9a5a27"))
_FOOT, _FOOT_EDGE, _BONE, _NAIL = "#28583f", "#1c4230", "#35684d", "#43775b"
_SOCKET, _SOCKET_RIM = "#153324", "#5d8d73"
_GLOW, _LAMP, _LAMP_HEART = "#ffb545", "#ffcf6b", "#fff6d8"

_Point = tuple[float, float]
_Colour = str


def podium(steps: Sequence[int]) -> bytes:
    """A podium as a PNG; `steps[i]` is how many share place i + 1. A place that a tie leaves empty is 0, as in (2, 0, 1)."""
    if not 1 <= len(steps) <= PLACES:
        raise ValueError(f"a podium has one to {PLACES} steps, not {len(steps)}")
    if any(isinstance(count, bool) or not isinstance(count, int) or count < 0 for count in steps) or steps[0] < 1:
        raise ValueError(f"a podium needs whole numbers of people, and at least one of them first, not {list(steps)}")
    sheet = _Sheet()
    _draw_podium(sheet, [min(count, CROWD) for count in steps])
    return sheet.png()


def lit_foot(lit: int, of: int = JOINTS) -> bytes:
    """A foot from above with `of` lamps on its joints as a PNG; the first `lit` of them glow, from the heel to the toes."""
    if isinstance(of, bool) or not isinstance(of, int) or not 1 <= of <= JOINTS:
        raise ValueError(f"a foot has 1 to {JOINTS} lamps, not {of!r}")
    if isinstance(lit, bool) or not isinstance(lit, int) or not 0 <= lit <= of:
        raise ValueError(f"of {of} lamps 0 to {of} can be lit, not {lit!r}")
    sheet = _Sheet()
    _draw_foot(sheet, lit, of)
    return sheet.png()


class _Sheet:
    """The card to draw on, in units of the finished picture."""

    def __init__(self) -> None:
        from PIL import Image, ImageDraw  # heavy, and needed only when a challenge ends

        self._image = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), _PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def disc(self, centre: _Point, radius: float, colour: _Colour) -> None:
        self.oval(centre, radius, radius, colour)

    def oval(self, centre: _Point, across: float, down: float, colour: _Colour) -> None:
        x, y, a, b = (round(value * _FINE) for value in (*centre, across, down))
        self._draw.ellipse((x - a, y - b, x + a, y + b), fill=colour)

    def box(self, corners: tuple[float, float, float, float], radius: float, colour: _Colour) -> None:
        self._draw.rounded_rectangle(_fine(*corners), radius * _FINE, fill=colour)

    def shape(self, points: Iterable[_Point], colour: _Colour) -> None:
        self._draw.polygon([(round(x * _FINE), round(y * _FINE)) for x, y in points], fill=colour)

    def limb(self, start: _Point, end: _Point, thick: float, colour: _Colour, thick_end: float | None = None) -> None:
        """A line with round ends, which may taper; `thick` is the radius at the start."""
        last = thick if thick_end is None else thick_end
        length, angle = math.dist(start, end), math.atan2(end[1] - start[1], end[0] - start[0])
        self.disc(start, thick, colour)
        self.disc(end, last, colour)
        lean = math.acos((thick - last) / length)
        sides = ((start, thick, lean), (end, last, lean), (end, last, -lean), (start, thick, -lean))
        self.shape(
            [
                (x + radius * math.cos(angle + turn), y + radius * math.sin(angle + turn))
                for (x, y), radius, turn in sides
            ],
            colour,
        )

    def path(self, points: Sequence[_Point], thick: float, colour: _Colour) -> None:
        for start, end in pairwise(points):
            self.limb(start, end, thick, colour)

    def glow(self, centre: _Point, radius: float, colour: _Colour) -> None:
        """Light that fades from the centre outwards."""
        from PIL import Image

        half = round(radius * _FINE)
        fade = Image.radial_gradient("L").resize((2 * half, 2 * half))  # 0 in the centre, 179 at the edges
        mask = fade.point([round(240 * (1 - min(level / 178, 1)) ** 2) for level in range(256)])
        self._image.paste(colour, (round(centre[0] * _FINE) - half, round(centre[1] * _FINE) - half), mask)

    def png(self) -> bytes:
        """The card, with a palette, which makes the file a third as large."""
        from PIL import Image, ImageColor, ImageDraw

        card, corner = _fine(0, 0, WIDTH, HEIGHT), _CORNER * _FINE
        self._draw.rounded_rectangle(card, corner, outline=_LINE, width=2 * _FINE)
        inside = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(inside).rounded_rectangle(card, corner, fill=255)
        inside = inside.reduce(_FINE)
        smooth = self._image.reduce(_FINE)
        solid = 256 - _CLEAR
        picture = smooth.quantize(solid, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        # An entry takes the commonest of its colours, so that the even areas keep theirs exactly.
        numbers = Image.frombytes("L", picture.size, picture.tobytes())
        seen = Image.merge("RGBA", (*smooth.split(), numbers)).getcolors(WIDTH * HEIGHT) or []
        # each of `seen` is (how many pixels, (red, green, blue, entry))
        entries = {colour[3]: colour[:3] for _, colour in sorted(seen) if isinstance(colour, tuple)}
        # The last entries are the corners', from clear to almost covered. Whoever drops the clearness sees paper there.
        corners = inside.point([solid + level * _CLEAR // 255 for level in range(255)] + [255])
        picture.paste(corners, mask=inside.point([255] * 255 + [0]))
        colours = [entries.get(entry, (0, 0, 0)) for entry in range(solid)]
        colours += [tuple(ImageColor.getrgb(_PAPER)), *[tuple(ImageColor.getrgb(_LINE))] * (_CLEAR - 1)]
        picture.putpalette([level for colour in colours for level in colour])
        clearness = bytes([255] * solid + [255 * entry // _CLEAR for entry in range(_CLEAR)])
        stream = BytesIO()
        picture.save(stream, "PNG", optimize=True, transparency=clearness)
        return stream.getvalue()


def _fine(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    """Pillow's corners, of which the last pixel belongs to the shape."""
    return left * _FINE, top * _FINE, right * _FINE - 1, bottom * _FINE - 1


def _curve(knots: Sequence[_Point], pieces: int = 14) -> list[_Point]:
    """A smooth closed line through the knots (Catmull-Rom)."""
    points: list[_Point] = []
    for i in range(len(knots)):
        a, b, c, d = (knots[(i + shift) % len(knots)] for shift in (-1, 0, 1, 2))
        for piece in range(pieces):
            t = piece / pieces
            points.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return points


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def _arc(centre: _Point, across: float, down: float, start: float, end: float) -> list[_Point]:
    """Points on an oval between two angles in degrees; 0 is to the right, 90 is down."""
    angles = [math.radians(start + (end - start) * i / 20) for i in range(21)]
    return [(centre[0] + across * math.cos(angle), centre[1] + down * math.sin(angle)) for angle in angles]


# ---- The podium

_FLOOR = 412.0
_RISES = (158.0, 116.0, 80.0)
_ORDER = (1, 0, 2)  # from left to right: second, first, third
_STEP_GAP = 4.0
_TALL = 146.0  # a figure that stands alone, without its raised arms


def _draw_podium(sheet: _Sheet, steps: Sequence[int]) -> None:
    wide = [_step_width(count) for count in steps]
    order = [place for place in _ORDER if place < len(steps)]
    left = (WIDTH - sum(wide) - _STEP_GAP * (len(steps) - 1)) / 2
    lefts: dict[int, float] = {}
    for place in order:
        lefts[place] = left
        left += wide[place] + _STEP_GAP
    winner = lefts[0] + wide[0] / 2
    _draw_rays(sheet, (winner, _FLOOR - _RISES[0] - 70))
    sheet.box((56, _FLOOR - 3, WIDTH - 56, _FLOOR + 7), 5, _LINE)
    for place in order:
        middle = lefts[place] + wide[place] / 2
        top = _FLOOR - _RISES[place]
        _draw_crowd(sheet, middle, top + 3, wide[place], steps[place], place)
        right = lefts[place] + wide[place]
        sheet.box((lefts[place], top, right, _FLOOR), 9, _STEPS[place])
        sheet.box((lefts[place], _FLOOR - 20, right, _FLOOR), 0, _STEPS[place])
        sheet.box((lefts[place] - 3, top, right + 3, top + 16), 7, _STEP_TOPS[place])
        _draw_digit(sheet, place + 1, (middle, top + 16 + (_RISES[place] - 16) / 2), (72, 56, 42)[place])


def _step_width(count: int) -> float:
    return {0: 172.0, 1: 172.0, 2: 188.0, 3: 212.0}.get(count, 226.0)


def _draw_rays(sheet: _Sheet, centre: _Point) -> None:
    for i in range(-6, 7):
        angle = math.radians(-90 + i * 15)
        sides = [angle - math.radians(3.2), angle + math.radians(3.2)]
        sheet.shape(
            [centre, *((centre[0] + 560 * math.cos(a), centre[1] + 560 * math.sin(a)) for a in sides)], _PINE_SOFT
        )


def _draw_crowd(sheet: _Sheet, middle: float, floor: float, wide: float, count: int, place: int) -> None:
    """The figures on one step: abreast, or in rows as for a group photograph, the last row first."""
    rows = 1 if count <= 4 else 2 if count <= 8 else 3
    abreast = math.ceil(count / rows)
    tall = {1: _TALL, 2: 130.0, 3: 110.0}.get(abreast, 94.0) * (0.9 if rows == 3 else 1.0)
    stagger = 0.16 * tall if rows > 1 else 0.0
    apart = min(tall * 0.66, (wide - tall * (0.64 if place == 0 else 0.54) - 2 * stagger) / max(abreast - 1, 1))
    sizes = [count // rows + (row < count % rows) for row in range(rows)]  # from the front row backwards
    number = count
    for row in reversed(range(rows)):
        side = stagger * (-1) ** row if sizes.count(sizes[row]) > 1 else 0.0
        for i in range(sizes[row]):
            number -= 1
            x = middle + side + (i - (sizes[row] - 1) / 2) * apart
            _draw_figure(sheet, (x, floor), tall, 40.0 * row, _HUES[(number + place * 2) % len(_HUES)], place)


def _draw_figure(sheet: _Sheet, foot: _Point, tall: float, raised: float, colour: _Colour, place: int) -> None:
    """Someone with a medal; the first raise their arms. `foot` is where they stand, `raised` by so many hundredths."""
    x, floor = foot
    u = tall / 100

    def at(across: float, up: float) -> _Point:
        return x + across * u, floor - (up + raised) * u

    for grow, paint in ((2.6, _PAPER), (0.0, colour)):  # a rim of paper keeps neighbours apart
        for side in (-1, 1):
            sheet.limb(at(side * 8, 34), at(side * 9, -raised), 7.5 * u + grow, paint)
            if place == 0:
                sheet.limb(at(side * 16, 63), at(side * 27, 82), 5.4 * u + grow, paint)
                sheet.limb(at(side * 27, 82), at(side * 25, 105), 5.4 * u + grow, paint, 5 * u + grow)
            else:
                sheet.limb(at(side * 16, 62), at(side * 22, 36), 5.4 * u + grow, paint, 5 * u + grow)
        sheet.limb(at(-10, 60), at(10, 60), 11 * u + grow, paint)
        sheet.limb(at(0, 56), at(0, 36), 19 * u + grow, paint, 15 * u + grow)
        sheet.disc(at(0, 87), 14 * u + grow, paint)
    medal, rim = _MEDALS[place]
    for side in (-1, 1):
        sheet.limb(at(side * 10, 69), at(0, 52), 1.9 * u, _SURFACE)
    sheet.disc(at(0, 47), 9.4 * u, rim)
    sheet.disc(at(0, 47), 7.2 * u, medal)


def _draw_digit(sheet: _Sheet, digit: int, centre: _Point, tall: float) -> None:
    x, y = centre
    h = tall / 2
    strokes: dict[int, list[list[_Point]]] = {
        1: [[(x - h * 0.45, y - h * 0.55), (x + h * 0.1, y - h), (x + h * 0.1, y + h)]],
        2: [[*_arc((x, y - h * 0.42), h * 0.58, h * 0.58, 190, 390), (x - h * 0.62, y + h), (x + h * 0.66, y + h)]],
        3: [
            [
                *_arc((x - h * 0.05, y - h * 0.5), h * 0.52, h * 0.5, 205, 450),
                *_arc((x - h * 0.05, y + h * 0.47), h * 0.6, h * 0.53, 270, 515),
            ]
        ],
    }
    for stroke in strokes[digit]:
        sheet.path(stroke, h * 0.2, _ON_PINE)


# ---- The foot: a right one from above, heel on the left, big toe at the top

_SOLE: tuple[_Point, ...] = (
    (54, 232), (66, 178), (112, 147), (186, 151), (276, 166), (356, 156), (436, 120), (506, 88), (566, 75), (622, 75),
    (662, 110), (670, 172), (656, 226), (632, 276), (594, 328), (536, 357), (456, 367), (384, 358), (290, 342), (196, 326),
    (112, 316), (66, 286),
)  # fmt: skip
# Of each toe: where it leaves the foot, where it ends, and its radius at both.
_TOES: tuple[tuple[_Point, _Point, float, float], ...] = (
    ((630, 117), (697, 117), 43, 43),
    ((644, 189), (694, 187), 30.5, 29),
    ((624, 243), (668, 240), 25, 25),
    ((596, 291), (636, 287), 24, 23),
    ((556, 335), (594, 331), 22, 21),
)
# The joints from the heel to the toes, each with its lamp's radius.
_LAMPS: tuple[tuple[_Point, float], ...] = (
    ((154, 244), 11), ((212, 218), 12.5),                                                   # subtalar, ankle
    ((288, 206), 11), ((284, 282), 11),                                                     # talonavicular, calcaneocuboid
    ((336, 184), 9), ((340, 216), 9), ((338, 249), 9),                                      # naviculocuneiform
    ((374, 197), 9), ((376, 232), 9), ((364, 279), 9),                                      # between cuneiforms, to the cuboid
    ((414, 162), 9), ((412, 206), 9), ((410, 246), 9), ((402, 286), 9), ((388, 324), 9),    # tarsometatarsal
    ((450, 180), 9), ((452, 222), 9), ((446, 264), 9), ((432, 304), 9),                     # between metatarsals
    ((566, 122), 11), ((566, 194), 10), ((550, 244), 10), ((526, 290), 10), ((494, 332), 10),  # toes' bases
    ((650, 118), 11), ((622, 192), 9), ((606, 242), 9), ((580, 289), 9), ((548, 333), 9),   # toes, the next joint
    ((670, 190), 9), ((648, 241), 9), ((618, 288), 9), ((580, 332), 9),                     # toes, the last joint
)  # fmt: skip


def _draw_foot(sheet: _Sheet, lit: int, of: int) -> None:
    sole = _curve(_SOLE)
    sheet.shape(_moved(sole, 4, 9), _LINE)  # its shadow
    for base, tip, thick, thin in _TOES:
        sheet.limb((base[0] + 4, base[1] + 9), (tip[0] + 4, tip[1] + 9), thick, _LINE, thin)
    sheet.shape(sole, _FOOT_EDGE)
    for base, tip, thick, thin in _TOES:
        sheet.limb(base, tip, thick, _FOOT_EDGE, thin)
        sheet.limb(base, tip, thick - 3, _FOOT, thin - 3)
    sheet.shape(_shrunk(sole, 3), _FOOT)
    for _, tip, _, thin in _TOES:
        sheet.oval((tip[0] + thin * 0.46, tip[1]), thin * 0.36, thin * 0.52, _NAIL)
    _draw_bones(sheet)
    places = [_LAMPS[i] for i in _spread(of)]
    for centre, radius in places[:lit]:
        sheet.glow(centre, radius * 4.2, _GLOW)
    for i, (centre, radius) in enumerate(places):
        sheet.disc(centre, radius, _LAMP if i < lit else _SOCKET_RIM)
        sheet.disc(centre, radius * 0.6 if i < lit else radius - 2.2, _LAMP_HEART if i < lit else _SOCKET)


def _draw_bones(sheet: _Sheet) -> None:
    at = [centre for centre, _ in _LAMPS]
    sheet.limb((108, 238), (254, 274), 36, _BONE, 24)  # heel bone
    sheet.limb((186, 222), (256, 208), 31, _BONE, 24)  # talus
    sheet.limb((311, 188), (313, 238), 13, _BONE)  # navicular
    sheet.limb((314, 288), (362, 302), 22, _BONE, 20)  # cuboid
    for left, right in (((354, 180), (396, 168)), ((356, 215), (394, 211)), ((354, 249), (392, 248))):
        sheet.limb(left, right, 13, _BONE)  # cuneiforms
    for toe in range(5):
        sheet.limb(at[10 + toe], at[19 + toe], 11, _BONE, 9)  # metatarsals
        sheet.limb(at[19 + toe], at[24 + toe], 8, _BONE)
        if toe:
            sheet.limb(at[24 + toe], at[28 + toe], 7, _BONE)


def _spread(of: int) -> list[int]:
    """Which of the lamps stand for `of` of them: evenly from the heel to the toes."""
    return [0] if of == 1 else [round(i * (JOINTS - 1) / (of - 1)) for i in range(of)]


def _moved(points: Iterable[_Point], across: float, down: float) -> list[_Point]:
    return [(x + across, y + down) for x, y in points]


def _shrunk(points: Sequence[_Point], by: float) -> list[_Point]:
    """A closed line that runs clockwise, moved inwards."""
    inner: list[_Point] = []
    for i, (x, y) in enumerate(points):
        before, after = points[i - 1], points[(i + 1) % len(points)]
        length = math.dist(before, after) or 1.0
        inner.append((x - by * (after[1] - before[1]) / length, y + by * (after[0] - before[0]) / length))
    return inner
