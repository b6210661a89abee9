"""Figures of the walkthrough in their still form: what is seen without scripts, and on paper.

A figure is a picture and a few numbers of one run (see `runs.figure_data`). The scripts of the
site take over from there: they move the same numbers by the same formulas.
"""

from collections.abc import Callable
from typing import Any

from specrecord.publish.figures.of_models import network, pays, reach
from specrecord.publish.figures.of_records import coin, experiment, lookup, names, rules
from specrecord.publish.figures.of_rounds import one_clock, one_pass
from specrecord.publish.figures.still import Still

FIGURES: dict[str, Callable[[dict[str, Any]], Still | None]] = {
    function.__name__: function
    for function in (
        one_clock,
        one_pass,
        coin,
        experiment,
        reach,
        pays,
        network,
        rules,
        lookup,
        names,
    )
}

__all__ = ["FIGURES", "Still"]
