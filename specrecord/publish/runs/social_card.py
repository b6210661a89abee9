"""The picture that a link to a run shows elsewhere: its first rounds as a PNG of 800 by 420, for
most places that show such pictures take no SVG.
"""

import resvg_py

from specrecord.publish.runs.round_strip import MARK_STYLE, STEP, draw_rounds, extent
from specrecord.recording.rounds import Round

_WIDE, _TALL, _MARGIN = 800, 420, 56
_ROUNDS = 24  # at most; fewer are drawn larger
_LARGEST = 3.7  # times the size of a page's picture


def card_png(rounds: list[Round]) -> bytes:
    """The card of a run: each column a round, gains above the line, losses below."""
    shown = rounds[:_ROUNDS]
    up, down = extent(shown)
    wide, tall = STEP * max(1, len(shown)), STEP * (up + down + 1)
    zoom = min((_WIDE - 2 * _MARGIN) / wide, (_TALL - 2 * _MARGIN) / tall, _LARGEST)
    left, ground = (_WIDE - zoom * wide) / 2, (_TALL + zoom * STEP * (up - down)) / 2
    return resvg_py.svg_to_bytes(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_TALL}">'
        f'<g transform="translate({left} {ground}) scale({zoom})">'
        f'<path class="ground" d="M0 3h{wide}"/>{draw_rounds(shown)}</g></svg>',
        style_sheet=MARK_STYLE,
        background="#fbfaf7",
        skip_system_fonts=True,
    )
