"""Draws a run's rounds as one small picture: what each round yielded above the line, what it lost
below.

Shapes tell the five states without colour: disc, cross, diamond, star, ring. Each kind is one path,
however long.
"""

from itertools import pairwise

from markupsafe import Markup

from specrecord.publish.runs.rounds import RoundStory

_STEP = 8  # units between neighbours, across and up
# Each begins and ends in its middle, so that the next is drawn from there: equal steps pack better
# than places do.
_MARKS = {
    "accepted": "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0m2.6 0",
    "rejected": "m-2.3-2.3l4.6 4.6m0-4.6l-4.6 4.6m2.3-2.3",
    "untested": "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0m2 0",
    "resampled": "m0-3.4l3.4 3.4-3.4 3.4-3.4-3.4zm0 3.4",
    "bonus": "m0-3.8l1.1 2.4 2.6.3-1.9 1.8.5 2.6-2.3-1.3-2.3 1.3.5-2.6-1.9-1.8 2.6-.3zm0 3.8",
}
_Places = dict[str, list[tuple[int, int]]]


def rounds_picture(rounds: list[RoundStory], across: int) -> Markup:
    """An inline SVG, `across` rounds wide at most in each row, with a text alternative that counts
    what it shows.
    """
    rows = [rounds[start : start + across] for start in range(0, len(rounds), across)]
    up = max((story.count("accepted") + 1 for story in rounds), default=1)
    down = max((story.count("rejected") + story.count("untested") for story in rounds), default=0)
    tall = (up + down) * _STEP + 6
    places: _Places = {kind: [] for kind in _MARKS}
    for row, stories in enumerate(rows):
        for column, story in enumerate(stories):
            _place_round(
                places, story, column * _STEP + _STEP // 2, row * (tall + _STEP) + up * _STEP
            )
    wide = min(len(rounds), across) * _STEP
    lines = "".join(
        f"M0 {row * (tall + _STEP) + up * _STEP + 3}h{len(rows[row]) * _STEP}"
        for row in range(len(rows))
    )
    height = len(rows) * (tall + _STEP) - _STEP
    return Markup(
        f'<svg class="rounds" viewBox="0 0 {wide} {height}" style="--units:{wide}" role="img" '
        f'aria-label="{picture_words(rounds)}"><path class="ground" '
        f'd="{lines}"/>{_paths(places)}</svg>'
    )


def picture_words(rounds: list[RoundStory]) -> str:
    """What the picture shows, in words."""
    counts = {
        fate: sum(story.count(fate) for story in rounds)
        for fate in ("accepted", "rejected", "untested")
    }
    emits = [story.emit.origin for story in rounds if story.emit is not None]
    counts |= {origin: emits.count(origin) for origin in ("resampled", "bonus")}
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    return f"{len(rounds)} rounds: {told}"


def draw_round(story: RoundStory, column: int) -> str:
    """One round alone as `<path>` elements, at its column, over a ground at y = 0."""
    places: _Places = {kind: [] for kind in _MARKS}
    _place_round(places, story, column * _STEP + _STEP // 2, 0)
    return _paths(places)


def _paths(places: _Places) -> str:
    """One `<path>` for each kind that has marks."""
    drawn = []
    for kind, spots in places.items():
        steps = [(x - left, y - above) for (left, above), (x, y) in pairwise([(0, 0), *spots])]
        marks = "".join(f"m{across} {up}{_MARKS[kind]}" for across, up in steps)
        drawn += [f'<path class="{kind}" d="{marks}"/>'] if marks else []
    return "".join(drawn)


def _place_round(places: _Places, story: RoundStory, x: int, ground: int) -> None:
    """Upwards the accepted tokens and the round's own; downwards the rejected and the untested."""
    gained = ["accepted"] * story.count("accepted") + (
        [story.emit.origin] if story.emit is not None else []
    )
    lost = ["rejected"] * story.count("rejected") + ["untested"] * story.count("untested")
    for height, kind in enumerate(gained):
        places[kind].append((x, ground - 4 - height * _STEP))
    for depth, kind in enumerate(lost):
        places[kind].append((x, ground + 10 + depth * _STEP))
