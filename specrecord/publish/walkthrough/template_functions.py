"""What a chapter may say in jinja2: formulas, citations, recorded values, players and figures, each
checked.

Every function raises KeyError or FindingError for something that is not there; the build then names
the chapter.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from specrecord.errors import FindingError
from specrecord.publish.figures import FIGURES
from specrecord.publish.figures.still import shown
from specrecord.publish.runs.load import Run
from specrecord.publish.runs.numbers import FORMULAS, shown_value
from specrecord.publish.walkthrough.bibliography import Work
from specrecord.recording.format import SUFFIX

_VIEWS = ("all", "text", "round", "timeline", "tree", "metrics")


class TemplateFunctions:
    """The functions, over the runs and works of one site."""

    def __init__(self, runs: Sequence[Run], works: Mapping[str, Work]) -> None:
        self._runs = {run.name: run for run in runs}
        self._works = works

    def known(self) -> dict[str, Any]:
        """Everything by the name that chapters use."""
        functions = (
            self.formula,
            self.cite,
            self.run,
            self.choose,
            self.value,
            self.chooser,
            self.figure,
            self.player,
        )
        return {function.__name__: function for function in functions} | {
            "figure_text": figure_text,
            "works": list(self._works.values()),
            "formulas": FORMULAS,
        }

    def formula(self, key: str) -> Markup:
        """The formula of a number, as the tables show it."""
        return Markup('<span class="formula">{}</span>').format(_found(FORMULAS, key, "number"))

    def cite(self, *keys: str) -> Markup:
        """Links to the list of references."""
        link = '<a class="cite" href="references.html#{}">{}</a>'
        return Markup("; ").join(
            Markup(link).format(key, _found(self._works, key, "work").short) for key in keys
        )

    def run(self, name: str) -> Run:
        """A recording of this site by its file's name."""
        found: Run = _found(self._runs, name, "recording")
        return found

    def choose(self, *names: str, **wanted: Any) -> Run:
        """The first of the named recordings that is here, else the first that is as `wanted`, else
        the first.

        A chapter that shows "some run" works with any gallery this way.
        """
        for name in names:
            if name in self._runs:
                return self._runs[name]
        fitting = (
            run
            for run in self._runs.values()
            if all(run.figure_data.get(key) == wanted[key] for key in wanted)
        )
        return next(fitting, next(iter(self._runs.values())))

    def value(self, run: Run, key: str) -> Markup:
        """One number of a run. It follows the chapter's choice of run, as do all that are marked
        so.
        """
        number = _found(run.figure_data, key, "number")
        shown = number if isinstance(number, str) else shown_value(key, number)
        return Markup('<data class="bound" data-key="{}" value="{}">{}</data>').format(
            key, "" if number is None else number, shown
        )

    def chooser(self, run: Run) -> Markup:
        """Where a reader chooses the recording that a chapter speaks of; without scripts it names
        the one it does.
        """
        return Markup(
            '<div class="chooser" data-run="{0}" data-runs="../figures.json"><span '
            'class="chooser-label">The '
            'numbers of this page come from</span> <a class="chooser-link" '
            'href="../runs/{0}.html">{1}</a></div>'
        ).format(run.name, run.title)

    def figure(self, kind: str, run: Run, caption: str = "") -> Markup:
        """A figure of this run: its still form, and the numbers with which a script brings it to
        life.
        """
        still = _found(FIGURES, kind, "figure")(run.figure_data)
        rows = Markup("").join(
            Markup('<div data-key="{}" data-unit="{}"><dt>{}</dt><dd>{}</dd></div>').format(*row)
            for row in still.rows
        )
        data = Markup(
            json.dumps(run.figure_data, ensure_ascii=False, separators=(",", ":")).replace(
                "<", "\\u003c"
            )
        )
        return Markup(
            '<figure class="figure" id="figure-{0}" data-figure="{0}">'
            '<div class="stage"><div class="still-figure">{1}</div><dl '
            'class="readout">{2}</dl></div>'
            '<figcaption>{3}</figcaption><script type="application/json">{4}</script></figure>'
        ).format(kind, still.picture, rows, Markup(caption), data)

    def player(self, run: Run, view: str = "all", round: int | None = None) -> Markup:
        """The player itself on a recording, at a round."""
        if view not in _VIEWS:
            raise KeyError(f"no view is called {view!r}; there are {', '.join(_VIEWS)}")
        if round is not None and not 0 <= round < run.figure_data["rounds"]:
            raise FindingError(
                f"{run.name} has {run.figure_data['rounds']} rounds, none is number {round}"
            )
        where = Markup("") if round is None else Markup(' round="{}"').format(round)
        return Markup(
            '<div class="embed"><h2 class="unseen">A recorded run</h2>'
            '<spec-player header="none" link="off" view="{}" src="../recordings/{}{}.gz"{}>'
            '<p class="note"><a href="../runs/{}.html">{}</a>, in the '
            "player.</p></spec-player></div>"
        ).format(view, run.name, SUFFIX, where, run.name, run.title)


def figure_text(value: float | str | None) -> str:
    """A number to three figures, for tables."""
    return shown(value, "")


def _found(known: Mapping[str, Any], key: str, kind: str) -> Any:
    if key not in known:
        raise KeyError(f"no {kind} is called {key!r}; there are {', '.join(known) or 'none'}")
    return known[key]
