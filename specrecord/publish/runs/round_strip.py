"""Draws a run's rounds as one small picture: what each round yielded above the line, what it lost
below.

Shapes tell the five states without colour: disc, cross, diamond, star, ring. Each kind is one path,
however long.
"""

from itertools import pairwise
from typing import get_args

from markupsafe import Markup

from specrecord.events import Fate, Origin
from specrecord.recording.rounds import Round

STEP = 8  # units between neighbours, across and up
# Each begins and ends in its middle, so that the next is drawn from there: equal steps pack better
# than places do.
_MARKS = {
    "accepted": "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0m2.6 0",
    "rejected": "m-2.3-2.3l4.6 4.6m0-4.6l-4.6 4.6m2.3-2.3",
    "untested": "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0m2 0",
    "resampled": "m0-3.4l3.4 3.4-3.4 3.4-3.4-3.4zm0 3.4",
    "bonus": "m0-3.8l1.1 2.4 2.6.3-1.9 1.8.5 2.6-2.3-1.3-2.3 1.3.5-2.6-1.9-1.8 2.6-.3zm0 3.8",
}
# Colours on paper, for pictures that stand alone.
MARK_STYLE = """.accepted{fill:#1a7f4b}
.resampled{fill:#b5620b}
.bonus{fill:#2563c9}
.rejected{fill:none;stroke:#c3362b;stroke-width:1.4;stroke-linecap:round}
.untested{fill:none;stroke:#7d858f;stroke-width:1.1}
.ground{stroke:#5a636d;stroke-width:.7;opacity:.6}
"""
_Places = dict[str, list[tuple[int, int]]]


def rounds_picture(rounds: list[Round], across: int) -> Markup:
    """An inline SVG, `across` rounds wide at most in each row, with a text alternative that counts
    what it shows.
    """
    rows = [rounds[start : start + across] for start in range(0, len(rounds), across)]
    up, down = extent(rounds)
    tall = (up + down) * STEP + 6
    places: _Places = {kind: [] for kind in _MARKS}
    for row, shown in enumerate(rows):
        for column, one in enumerate(shown):
            x = column * STEP + STEP // 2
            _place_round(places, one, x, row * (tall + STEP) + up * STEP)
    wide = min(len(rounds), across) * STEP
    lines = "".join(
        f"M0 {row * (tall + STEP) + up * STEP + 3}h{len(rows[row]) * STEP}"
        for row in range(len(rows))
    )
    height = len(rows) * (tall + STEP) - STEP
    return Markup(
        f'<svg class="rounds" viewBox="0 0 {wide} {height}" style="--units:{wide}" role="img" '
        f'aria-label="{picture_words(rounds)}"><path class="ground" '
        f'd="{lines}"/>{_paths(places)}</svg>'
    )


def picture_words(rounds: list[Round]) -> str:
    """What the picture shows, in words."""
    counts = {fate: sum(one.count(fate) for one in rounds) for fate in get_args(Fate)}
    emits = [emit.origin for one in rounds for emit in one.emits]
    counts |= {origin: emits.count(origin) for origin in get_args(Origin)}
    words = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    return f"{len(rounds)} rounds: {words}"


def extent(rounds: list[Round]) -> tuple[int, int]:
    """The most marks above and below the line that any of these rounds takes."""
    columns = [marks(one) for one in rounds]
    up = max((one.count("accepted") + 1 for one in rounds), default=1)
    return up, max((len(lost) for _, lost in columns), default=0)


def marks(one: Round) -> tuple[list[str], list[str]]:
    """A round's column: upwards what it gained, its accepted tokens and the target's own; downwards
    what it lost, rejected and untested.
    """
    gained = ["accepted"] * one.count("accepted") + [emit.origin for emit in one.emits]
    return gained, ["rejected"] * one.count("rejected") + ["untested"] * one.count("untested")


def draw_round(one: Round, column: int) -> str:
    """One round alone as `<path>` elements, at its column, over a ground at y = 0."""
    places: _Places = {kind: [] for kind in _MARKS}
    _place_round(places, one, column * STEP + STEP // 2, 0)
    return _paths(places)


def _paths(places: _Places) -> str:
    """One `<path>` for each kind that has marks."""
    drawn = []
    for kind, spots in places.items():
        steps = [(x - left, y - above) for (left, above), (x, y) in pairwise([(0, 0), *spots])]
        marks = "".join(f"m{across} {up}{_MARKS[kind]}" for across, up in steps)
        drawn += [f'<path class="{kind}" d="{marks}"/>'] if marks else []
    return "".join(drawn)


def _place_round(places: _Places, one: Round, x: int, ground: int) -> None:
    gained, lost = marks(one)
    for height, kind in enumerate(gained):
        places[kind].append((x, ground - 4 - height * STEP))
    for depth, kind in enumerate(lost):
        places[kind].append((x, ground + 10 + depth * STEP))
