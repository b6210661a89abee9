"""A recording as one SVG for a README: its rounds and key numbers, still or drawn at the run's own
pace. `site/templates/poster.svg` words and styles it.
"""

from specrecord.publish.runs.load import Run
from specrecord.publish.runs.round_strip import MARK_STYLE, STEP, draw_rounds, extent
from specrecord.publish.templates import render
from specrecord.recording.rounds import Round

_WIDE = 672  # without margins
_TOP = 62  # where the drawing begins
_ACROSS = 48  # rounds shown
_SECONDS = 8.0  # that the drawing takes; the last frame then stands


def poster_svg(run: Run, rounds: list[Round], *, still: bool) -> str:
    """The poster, drawn at the pace at which the rounds were over, stretched or squeezed to
    `_SECONDS`. Moving pictures stand still for readers who asked for that.
    """
    shown = rounds[:_ACROSS]
    up, down = extent(shown)
    zoom = min(3.0, _WIDE / (STEP * max(1, len(shown))))
    whole = max([1, *(one.end for one in shown)])
    poster = render(
        "poster.svg",
        run=run,
        rounds=len(rounds),
        columns=[
            (one.end / whole * _SECONDS, draw_rounds([one], STEP * column))
            for column, one in enumerate(shown)
        ],
        ground=_TOP + up * STEP * zoom,
        tall=round(_TOP + (up + down) * STEP * zoom + 114),
        zoom=zoom,
        still=still,
        mark_style=MARK_STYLE,
    )
    return f"{poster}\n"
