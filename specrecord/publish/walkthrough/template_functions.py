"""What a chapter may say in jinja2: formulas, citations, recorded values, players and figures, each
checked. Their HTML is in `site/templates/chapter_parts.html`, which asks the functions here.

Every function raises KeyError for something that is not there; the build then names the chapter.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from specrecord.publish.figures import FIGURES, Still
from specrecord.publish.figures.of_rounds import judged, seen
from specrecord.publish.figures.still import probability_axis
from specrecord.publish.runs.load import Run
from specrecord.publish.runs.names import slug
from specrecord.publish.runs.numbers import FORMULAS, shown_value
from specrecord.publish.walkthrough.bibliography import Work

PARTS = ("formula", "cite", "value", "chooser", "figure", "player")  # macros of chapter_parts.html
CODE = Path(__file__).parent / "code"
_VIEWS = ("all", "text", "round", "timeline", "tree", "metrics")


def template_functions(runs: Sequence[Run], works: Mapping[str, Work]) -> dict[str, Any]:
    """Everything over the runs and works of one site, by the name that chapters and their parts
    use.
    """
    by_name = {run.name: run for run in runs}

    def run(name: str) -> Run:
        """A recording of this site by its file's name."""
        return by_name[_checked(slug(name), by_name, "recording")]

    def choose(*names: str, **wanted: Any) -> Run:
        """The first of the named recordings that is here, else the first that is as `wanted`, else
        the first.

        A chapter that shows "some run" works with any gallery this way.
        """
        fitting = (one for one in runs if wanted.items() <= one.figure_data.items())
        named = (by_name[slug(name)] for name in names if slug(name) in by_name)
        return next(named, None) or next(fitting, runs[0])

    return {
        "run": run,
        "choose": choose,
        "works": list(works.values()),
        "formulas": FORMULAS,
        "probability_axis": probability_axis,
        "judged": judged,
        "seen": seen,
        "code": _code,
        "formula_of": lambda key: FORMULAS[_checked(key, FORMULAS, "number")],
        "work": lambda key: works[_checked(key, works, "work")],
        "number_of": _number,
        "still_figure": _still,
        "checked_view": lambda view: _checked(view, _VIEWS, "view"),
        "checked_round": _round,
    }


def _code(name: str) -> Markup:
    """A listing of `code/`, without the line that says what the file is."""
    listings = {path.stem: path for path in CODE.glob("*.py") if path.stem != "__init__"}
    source = listings[_checked(name, listings, "listing")].read_text(encoding="utf-8")
    shown = source.split('"""', 2)[2].strip()
    return Markup(f"```python\n{shown}\n```")


def _number(run: Run, key: str) -> tuple[float | str | None, str]:
    """One number of a run, and as it is shown; a word stands for itself."""
    number = run.figure_data[_checked(key, run.figure_data, "number")]
    return number, number if isinstance(number, str) else shown_value(key, number)


def _still(kind: str, run: Run) -> Still | None:
    return FIGURES[_checked(kind, FIGURES, "figure")](run.figure_data)


def _round(run: Run, index: int) -> int:
    rounds = run.figure_data["rounds"]
    if not 0 <= index < rounds:
        raise KeyError(f"{run.name} has {rounds} rounds, none is number {index}")
    return index


def _checked(key: str, names: Iterable[str], kind: str) -> str:
    if key not in names:
        raise KeyError(f"no {kind} is called {key!r}; there are {', '.join(names) or 'none'}")
    return key
