"""A figure that stands still, and how it words its numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from specrecord.publish.runs.numbers import UNKNOWN, figures

FigureData = dict[str, Any]
_UNITS = {"ms": " ms", "times": "×", "percent": " %"}


@dataclass(frozen=True)
class Still:
    """A figure that stands still: its picture, and rows of (key, unit, label, shown)."""

    picture: Markup
    rows: list[tuple[str, str, str, str]]


NOTHING = Still(
    Markup('<p class="note">This recording does not hold what the figure needs.</p>'), []
)


def rows(
    labels: Iterable[tuple[str, str, str]], numbers: dict[str, Any]
) -> list[tuple[str, str, str, str]]:
    """(key, unit, label, shown) of each label, which has key, unit and words."""
    return [(key, unit, label, shown(numbers.get(key), unit)) for key, unit, label in labels]


def shown(value: float | str | None, unit: str) -> str:
    """A number as figures show it; what is none says why."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    if unit == "count":
        return f"{value:,.0f}"
    return f"{figures(value)}{_UNITS.get(unit, '')}"
