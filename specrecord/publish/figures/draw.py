"""Charts of the still figures as inline SVG; `site/scripts/draw.js` draws the living ones to the
same measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

WIDE, TALL = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 16, 14, 40
_MOST_TICKS = 6
_ACROSS = 32  # marks in a row of a strip
_HEADROOM = 1.08
_COLUMN, _GAP = 0.34, 0.04  # of one outcome's place: a column's width, and the gap between the two


@dataclass(frozen=True)
class Axis:
    """One axis: what it shows, from where to where, and where it is marked."""

    label: str
    low: float
    high: float
    ticks: Sequence[float]


@dataclass(frozen=True)
class Series:
    """Points joined by a line (`kind` names its look), or single recorded points (`kind`
    "recorded").
    """

    name: str
    points: Sequence[tuple[float, float]]
    kind: str = "model"


@dataclass(frozen=True)
class Lines:
    """A chart of lines and points over two axes. `words` is its text alternative."""

    x: Axis
    y: Axis
    series: Sequence[Series] = field(default_factory=tuple)
    words: str = ""


def lines(chart: Lines) -> Markup:
    """The chart as SVG."""
    parts = [_frame(chart)]
    for series in chart.series:
        points = [(_x(chart.x, x), _y(chart.y, min(y, chart.y.high))) for x, y in series.points]
        if series.kind.startswith("recorded"):
            marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>' for x, y in points)
            parts.append(f'<g class="{series.kind}">{marks}</g>')
        else:
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            parts.append(f'<path class="{series.kind}" d="{path}"/>')
    return _svg("".join(parts), chart.words)


def columns(tokens: Sequence[str], p: Sequence[float], q: Sequence[float], words: str) -> Markup:
    """Both distributions side by side: what they share, the draft's surplus, and what is owed."""
    top = max(0.1, *p, *q) * _HEADROOM
    axis = Axis("probability", 0, top, _ticks(top))
    parts = [_grid(axis)]
    place = (WIDE - _LEFT - _RIGHT) / len(p)
    for index, (target, draft) in enumerate(zip(p, q, strict=True)):
        shared = min(target, draft)
        left = _LEFT + place * (index + 0.5 - _COLUMN - _GAP / 2)
        right = _LEFT + place * (index + 0.5 + _GAP / 2)
        for x, value, kind in ((left, draft, "surplus"), (right, target, "owed")):
            parts.append(_bar(x, place * _COLUMN, _y(axis, value), _y(axis, shared), kind))
            parts.append(_bar(x, place * _COLUMN, _y(axis, shared), _y(axis, 0), "shared"))
        middle = _LEFT + place * (index + 0.5)
        parts.append(
            f'<text class="outcome" x="{middle:.1f}" y="{TALL - 22}">{escape(tokens[index])}</text>'
        )
        for x, name in ((left, "q"), (right, "p")):
            parts.append(
                f'<text class="side" x="{x + place * _COLUMN / 2:.1f}" y="{TALL - 6}">{name}</text>'
            )
    return _svg("".join(parts), words)


def strip(proposal: Sequence[bool | None], words: str) -> Markup:
    """One mark a token: a disc where a guess was right, a cross where it was wrong, a ring where
    none was made.
    """
    marks = []
    for index, propose in enumerate(proposal):
        x, y = index % _ACROSS * 20 + 10, index // _ACROSS * 20 + 10
        if propose is None:
            marks.append(f'<circle class="untested" cx="{x}" cy="{y}" r="2.5"/>')
        elif propose:
            marks.append(f'<circle class="accepted" cx="{x}" cy="{y}" r="6"/>')
        else:
            marks.append(f'<path class="rejected" d="M{x - 5} {y - 5}l10 10m0-10l-10 10"/>')
    tall = -(-len(proposal) // _ACROSS) * 20
    return _svg("".join(marks), words, tall)


def _svg(body: str, words: str, tall: int = TALL) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDE, tall, words, Markup(body))


def _bar(x: float, width: float, top: float, bottom: float, kind: str) -> str:
    height = max(0.0, bottom - top)
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}"/>'
    )


def _frame(chart: Lines) -> str:
    ticks = "".join(
        f'<text class="tick-x" x="{_x(chart.x, at):.1f}" y="{TALL - 22}">{at:g}</text>'
        for at in chart.x.ticks
    )
    label = (
        f'<text class="axis-x" x="{WIDE - _RIGHT}" y="{TALL - 5}">{escape(chart.x.label)}</text>'
    )
    return _grid(chart.y) + ticks + label


def _grid(axis: Axis) -> str:
    grid = "".join(
        f'<path class="grid" d="M{_LEFT} {_y(axis, at):.1f}H{WIDE - _RIGHT}"/>'
        f'<text class="tick-y" x="{_LEFT - 7}" y="{_y(axis, at) + 4:.1f}">{at:g}</text>'
        for at in axis.ticks
    )
    return f'{grid}<text class="axis-y" x="{_LEFT}" y="{_TOP - 2}">{escape(axis.label)}</text>'


def _x(axis: Axis, at: float) -> float:
    return _LEFT + (at - axis.low) / (axis.high - axis.low) * (WIDE - _LEFT - _RIGHT)


def _y(axis: Axis, at: float) -> float:
    return TALL - _BOTTOM - (at - axis.low) / (axis.high - axis.low) * (TALL - _TOP - _BOTTOM)


def _ticks(high: float) -> list[float]:
    """Three to six round marks from 0 up to `high`."""
    steps = (factor * 10**power for power in range(-3, 9) for factor in (1, 2, 5))
    step = next(step for step in steps if high / step <= _MOST_TICKS)
    return [round(step * index, 4) for index in range(int(high / step) + 1)]


def nice_axis(label: str, high: float) -> Axis:
    """An axis from 0 that holds `high`, marked at round places."""
    ticks = _ticks(high)
    return Axis(label, 0, max(high, ticks[-1]), ticks)
