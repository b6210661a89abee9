"""Draws a run's rounds as one small picture: what each round yielded above the line, what it lost
below.

Shapes tell the five states without colour: disc, cross, diamond, star, ring. Each kind is one path,
however long.
"""

import sys
from collections import Counter

from markupsafe import Markup

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


def rounds_picture(rounds: list[Round], across: int, zoom: float = 1.0) -> Markup:
    """An inline SVG, `across` rounds wide at most in each row, `zoom` pixels to a unit where there
    is room, with a text alternative that counts what it shows.
    """
    up, down = extent(rounds)
    tall = (up + down + 1) * STEP + 6  # of a row, with the gap under it
    rows = [rounds[start : start + across] for start in range(0, len(rounds), across)]
    grounds = [row * tall + up * STEP for row in range(len(rows))]
    lines = "".join(
        f"M0 {ground + 3}h{len(row) * STEP}" for row, ground in zip(rows, grounds, strict=True)
    )
    wide = min(len(rounds), across) * STEP
    return Markup(
        f'<svg class="rounds" preserveAspectRatio="xMinYMid" '
        f'viewBox="0 0 {wide} {len(rows) * tall - STEP}" '
        f'width="{wide * zoom:g}" role="img" aria-label="{picture_words(rounds)}">'
        f'<path class="ground" d="{lines}"/>{draw_rounds(rounds, 0, across, tall, up * STEP)}</svg>'
    )


def picture_words(rounds: list[Round]) -> str:
    """What the picture shows, in words."""
    counts = Counter(kind for one in rounds for kinds in marks(one) for kind in kinds)
    words = ", ".join(f"{counts[kind]} {kind}" for kind in _MARKS)
    return f"{len(rounds)} rounds: {words}"


def extent(rounds: list[Round]) -> tuple[int, int]:
    """The most marks above and below the line that any of these rounds takes."""
    up = max((one.count("accepted") + 1 for one in rounds), default=1)
    return up, max((len(marks(one)[1]) for one in rounds), default=0)


def marks(one: Round) -> tuple[list[str], list[str]]:
    """A round's column: upwards what it gained, its accepted tokens and the target's own; downwards
    what it lost, rejected and untested.
    """
    gained = ["accepted"] * one.count("accepted") + [emit.origin for emit in one.emits]
    return gained, ["rejected"] * one.count("rejected") + ["untested"] * one.count("untested")


def draw_rounds(
    rounds: list[Round], left: int = 0, across: int = sys.maxsize, tall: int = 0, ground: int = 0
) -> str:
    """The rounds as a `<path>` for each kind of mark: columns from `left` on, in rows of `across`,
    each so many units below the one before; the first row's line is at y = `ground`.
    """
    drawn = dict.fromkeys(_MARKS, "")
    last = dict.fromkeys(_MARKS, (0, 0))
    for number, one in enumerate(rounds):
        row, column = divmod(number, across)
        x, line = left + column * STEP + STEP // 2, row * tall + ground
        gained, lost = marks(one)
        for kinds, first, step in ((gained, line - 4, -STEP), (lost, line + 10, STEP)):
            for place, kind in enumerate(kinds):
                y = first + place * step
                drawn[kind] += f"m{x - last[kind][0]} {y - last[kind][1]}{_MARKS[kind]}"
                last[kind] = x, y
    return "".join(f'<path class="{kind}" d="{path}"/>' for kind, path in drawn.items() if path)
