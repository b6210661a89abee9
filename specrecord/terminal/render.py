"""A moment of a run as lines of text: what it wrote, coloured by origin, the round as arithmetic,
and the numbers.

A function of timeline, time and size alone. Widths are counted in terminal cells, so that wide
characters keep columns straight; every state has its own sign and its own style besides its colour.
"""

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from specrecord.recording.measures.channels import part_of
from specrecord.recording.measures.second_pass import OVER
from specrecord.recording.rounds import Round
from specrecord.terminal.timeline import Piece, Timeline
from specrecord.text import label, visible

SIGNS = {
    "accepted": "●",
    "rejected": "✗",
    "resampled": "◆",
    "bonus": "★",
    "untested": "○",
    "pending": "·",
}
STYLES = {
    "accepted": "green", "rejected": "red", "resampled": "yellow underline", "bonus": "blue bold",
    "untested": "dim", "pending": "dim", "prompt": "dim",
}  # fmt: skip
PREDICTION = "prediction"  # the rule without rounds
_GUESSED = 4  # tokens of a guess that are listed
PARTS = {"answer": "", "aside": "dim italic", "heading": "dim"}  # besides the origin's style
_NAME = 11  # cells before every row of numbers
_LABEL = 14  # cells of a token's label
STRIP = 60  # rounds that may stand in the strip
_MOST_TEXT = 2000  # tokens of the text that may be on a screen
_WIDE = 60  # columns from which a row says how a token was decided


def picture(
    timeline: Timeline,
    time: int,
    size: tuple[int, int],
    status: str = "",
    keys: str = "",
    *,
    tight: bool = False,
) -> list[Text]:
    """The lines of a screen of so many columns and lines at a time of the recording (µs), with a
    word on how it comes to be shown; the text gets what the rest leaves.

    `tight` pictures end where there is no more to show: for paper, not for a screen.
    """
    width, height = size
    bottom = [*_round(timeline, time, width), *_numbers(timeline, time, width)]
    if keys:
        bottom.append(Text(keys, "dim"))
    room = height - len(bottom) - 3
    if room < 3:  # a small screen: the text and the most telling numbers
        bottom = bottom[: max(0, height - 6)]
        room = max(1, height - len(bottom) - 3)
    text = _text(timeline, time, width, room)
    text += [] if tight else [Text()] * (room - len(text))
    lines = [_heading(timeline, status, width), Text(), *text, Text(), *bottom]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines[:height]


def _heading(timeline: Timeline, status: str, width: int) -> Text:
    header = timeline.header
    draft, target = header.draft.name or "unknown", header.target.name or "unknown"
    heading = Text.assemble((f"{draft} → {target}", "bold"))
    k = "unknown" if header.k is None else header.k
    rounds = "" if header.rule == PREDICTION else f"K {k} · "
    heading.append(f"  {rounds}T {header.temperature} · {header.rule}", "dim")
    heading.truncate(max(0, width - cell_len(status) - 1), overflow="ellipsis", pad=True)
    return heading.append(f" {status}", "bold")


def written(timeline: Timeline, pieces: list[Piece], most: int) -> Text:
    """The prompt and these tokens, or the last `most` of them, each in the style of its origin and
    of the part of the text it belongs to. A blank stands around what heads a message.
    """
    prompt = timeline.header.prompt.text
    shown = "[prompt redacted]" if prompt is None else visible(prompt, cells=True)
    text = Text("… ", "dim") if len(pieces) > most else Text(shown, STYLES["prompt"])
    for part, group in groupby(pieces[-most:], lambda piece: part_of(piece.channel)):
        text.append(" " if part == "heading" else "")
        for piece in group:
            style = f"{STYLES[piece.origin]} {PARTS[part]}"
            text.append(visible(piece.text, cells=True), style)
        text.append(" " if part == "heading" else "")
    return text


def _text(timeline: Timeline, time: int, width: int, room: int) -> list[Text]:
    """The last lines of prompt and text."""
    text = written(timeline, timeline.pieces_at(time), _MOST_TEXT)
    lines = list(text.wrap(Console(width=width), max(1, width), overflow="fold", tab_size=4))
    lines = lines[-room:]
    for line in lines:
        line.rstrip()
    return lines


def _round(timeline: Timeline, time: int, width: int) -> list[Text]:
    """The round under a time: one line a token, as far as it has come; always as many lines as
    K + 2, at most nine; a tree's are cut.
    """
    index, predicted = timeline.round_at(time), timeline.header.rule == PREDICTION
    k = _GUESSED if predicted else timeline.header.k or 0
    most = min(8, k + 1)
    title = _title(timeline.rounds[index], predicted) if index >= 0 else "before the first round"
    room = 0 if predicted else max(0, min(STRIP, width - _NAME - len(title) - 3))
    before = timeline.rounds[max(0, index + 1 - room) : index + 1]
    lines = [Text.assemble(f"{title}   ", *_lines(_drawn.strip(before, max(1, k))))]
    if index >= 0:
        one = timeline.rounds[index]
        rows = _lines(_drawn.tokens(timeline, one, time, width >= _WIDE))
        if len(rows) > most:
            rows = [*rows[: most - 1], Text(f"… {len(rows) - most + 1} more", "dim")]
        lines += rows
    return lines + [Text()] * (most + 1 - len(lines))


def _title(one: Round, predicted: bool) -> str:
    if not predicted:
        return f"round {one.index}"
    return "the draft's guess" if one.k else f"token {one.position + 1} of the answer"


def _numbers(timeline: Timeline, time: int, width: int) -> list[Text]:
    counts, pieces = timeline.counts_at(time), timeline.pieces_at(time)
    lines = _lines(_drawn.numbers(timeline, time, counts, len(pieces), width))
    if timeline.run.second_pass:
        lines.append(Text(f"second pass: {OVER}", "dim"))
    if timeline.header.markers:
        lines.append(Text.assemble((f"{'channels':{_NAME}}", "dim"), *_channels(pieces)))
    return lines


def _channels(pieces: list[Piece]) -> list[tuple[str, str]]:
    """How many tokens of the text each has, in the style that theirs have."""
    counts = Counter(piece.channel for piece in pieces if piece.channel)
    return [
        (f"{visible(name, cells=True)} {count}  ", PARTS[part_of(name)])
        for name, count in sorted(counts.items())
    ]


def _lines(markup: str) -> list[Text]:
    return [Text.from_markup(line, emoji=False) for line in markup.splitlines()]


def _label(token: bytes | None) -> str:
    """A token in so many cells as its column has."""
    name = Text(label(token))
    name.truncate(_LABEL, overflow="ellipsis", pad=True)
    return escape(name.plain)


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True
)
TEMPLATES.filters["label"] = _label
TEMPLATES.globals |= {"signs": SIGNS, "styles": STYLES}
_drawn: Any = TEMPLATES.get_template("picture.txt").module
