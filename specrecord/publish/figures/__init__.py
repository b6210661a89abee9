"""Figures of the walkthrough in their still form: what is seen without scripts, and on paper."""

from collections.abc import Callable
from typing import Any


def derived(lesson: dict[str, Any], key: str) -> Any:
    return lesson[key]


FIGURES: dict[str, Callable[[dict[str, Any]], Any]] = {}
