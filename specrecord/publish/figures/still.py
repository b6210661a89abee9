"""What a figure that stands still shows. `site/templates/figures.html` draws and words it, and
`site/scripts/figures/draw.js` draws the living ones to the same measures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FigureData = dict[str, Any]
Series = tuple[str, Sequence[tuple[float, float]]]  # its kind, which names its look; its points
_MOST_TICKS = 6
_HEADROOM = 1.08
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 624, 14, 260  # of a chart's picture
_APART, _WIDEST_NAME = 20, 110


@dataclass(frozen=True)
class Axis:
    """One axis: what it shows, from where to where, and where it is marked."""

    label: str
    low: float
    high: float
    ticks: Sequence[float]
    log: bool = False

    def at(self, value: float, start: float, end: float) -> float:
        """Where a value stands on an axis that is drawn from `start` to `end`."""
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return start + share * (end - start)


@dataclass(frozen=True)
class Lines:
    """A chart over two axes. Points are joined by a line, but those of a "recorded" series; a line
    bears the name that `names` has for its kind.
    """

    x: Axis
    y: Axis
    series: Sequence[Series]
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self) -> list[tuple[str, str, float, float]]:
        """Kind, name and place of each line's name: at its end, apart where lines end together."""
        ends = [(kind, *points[-1]) for kind, points in self.series if kind in self.names]
        places, free = [], _BOTTOM - 6.0
        for kind, x, y in sorted(ends, key=lambda end: end[2]):
            top = min(self.y.at(min(y, self.y.high), _BOTTOM, _TOP) - 7, free)
            free = top - _APART
            left = max(self.x.at(x, _LEFT, _RIGHT), _LEFT + _WIDEST_NAME)
            places.append((kind, self.names[kind], left, top))
        return places


@dataclass(frozen=True)
class Still:
    """A figure's numbers by their key, and what its picture needs beside the run's own data."""

    numbers: dict[str, Any]
    picture: Lines | list[bool | None] | None = None


def nice_axis(label: str, high: float) -> Axis:
    """An axis from 0 that holds `high`, marked at round places."""
    ticks = _ticks(high)
    return Axis(label, 0, max(high, ticks[-1]), ticks)


def log_axis(label: str, lowest: float, high: float) -> Axis:
    """An axis on which each mark is ten times the one below."""
    first = math.floor(math.log10(lowest))
    ticks = [10.0**power for power in range(first, math.floor(math.log10(high)) + 1)]
    return Axis(label, ticks[0], high, ticks, log=True)


def probability_axis(both: FigureData) -> Axis:
    """An axis from 0 that holds two distributions, with room above them."""
    top = max(0.1, *both["p"], *both["q"]) * _HEADROOM
    return Axis("probability", 0, top, _ticks(top))


def _ticks(high: float) -> list[float]:
    """Three to six round marks from 0 up to `high`."""
    steps = (factor * 10**power for power in range(-3, 9) for factor in (1, 2, 5))
    step = next(step for step in steps if high / step <= _MOST_TICKS)
    return [round(step * index, 4) for index in range(int(high / step) + 1)]
