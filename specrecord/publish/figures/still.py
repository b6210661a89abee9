"""What a figure that stands still shows. `site/templates/figures.html` draws and words it, and
`site/scripts/draw.js` draws the living ones to the same measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FigureData = dict[str, Any]
Series = tuple[str, Sequence[tuple[float, float]]]  # its kind, which names its look; its points
_MOST_TICKS = 6
_HEADROOM = 1.08


@dataclass(frozen=True)
class Axis:
    """One axis: what it shows, from where to where, and where it is marked."""

    label: str
    low: float
    high: float
    ticks: Sequence[float]

    def at(self, value: float, start: float, end: float) -> float:
        """Where a value stands on an axis that is drawn from `start` to `end`."""
        return start + (value - self.low) / (self.high - self.low) * (end - start)


@dataclass(frozen=True)
class Lines:
    """A chart over two axes. Points are joined by a line, but those of a "recorded" series."""

    x: Axis
    y: Axis
    series: Sequence[Series]


@dataclass(frozen=True)
class Still:
    """A figure's numbers by their key, and what its picture needs beside the run's own data."""

    numbers: dict[str, Any]
    picture: Lines | list[bool | None] | None = None


def nice_axis(label: str, high: float) -> Axis:
    """An axis from 0 that holds `high`, marked at round places."""
    ticks = _ticks(high)
    return Axis(label, 0, max(high, ticks[-1]), ticks)


def probability_axis(both: FigureData) -> Axis:
    """An axis from 0 that holds two distributions, with room above them."""
    top = max(0.1, *both["p"], *both["q"]) * _HEADROOM
    return Axis("probability", 0, top, _ticks(top))


def _ticks(high: float) -> list[float]:
    """Three to six round marks from 0 up to `high`."""
    steps = (factor * 10**power for power in range(-3, 9) for factor in (1, 2, 5))
    step = next(step for step in steps if high / step <= _MOST_TICKS)
    return [round(step * index, 4) for index in range(int(high / step) + 1)]
