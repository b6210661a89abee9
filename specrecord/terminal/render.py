"""A moment of a run as lines of text: what it wrote, coloured by origin, the round as arithmetic,
and the numbers.

A function of timeline, time and size alone. Widths are counted in terminal cells, so that wide
characters keep columns straight; every state has its own sign and its own style besides its colour.
"""

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from specrecord.events import Verdict
from specrecord.recording.rounds import Round
from specrecord.recording.stats import TrackCounts
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
_PARTS = {"draft": "█", "network": "▒", "queue": "▞", "verify": "▓", "other": "░"}
_NAME = 11  # cells before every row of numbers
_LABEL = 14  # cells of a token's label
_MOST_TEXT = 2000  # tokens of the text that may be on a screen
_LEAST_GAUGE = 6  # cells
_WIDE = 60  # columns from which a row says how a token was decided
_BARS = "▁▂▃▄▅▆▇█"
_MICROSECONDS = 1_000_000


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
    heading.append(f"  K {header.k} · T {header.temperature} · {header.rule}", "dim")
    heading.truncate(max(0, width - cell_len(status) - 1), overflow="ellipsis", pad=True)
    return heading.append(f" {status}", "bold")


def written(timeline: Timeline, pieces: list[Piece], most: int) -> Text:
    """The prompt and these tokens, or the last `most` of them, each in its origin's style."""
    prompt = timeline.header.prompt.text
    shown = "[prompt redacted]" if prompt is None else visible(prompt, cells=True)
    text = Text("… ", "dim") if len(pieces) > most else Text(shown, STYLES["prompt"])
    for piece in pieces[-most:]:
        text.append(visible(piece.text, cells=True), STYLES[piece.origin])
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
    index, most = timeline.round_at(time), min(8, (timeline.header.k or 0) + 1)
    title = f"round {timeline.rounds[index].index}" if index >= 0 else "before the first round"
    lines = [Text.assemble(f"{title}   ", _strip(timeline, index, width - _NAME - len(title) - 3))]
    if index >= 0:
        lines += _tokens(timeline, timeline.rounds[index], time, width, most)
    return lines + [Text()] * (most + 1 - len(lines))


def _tokens(timeline: Timeline, one: Round, time: int, width: int, most: int) -> list[Text]:
    rows = []
    for node, (draft, verdict) in enumerate(one.nodes):
        if draft.time > time:
            continue
        parent = one.parent(node)
        branch = "" if parent == node - 1 else f"  after {parent}"
        fate, target_prob, decided = "pending", None, ""
        if verdict is not None and verdict.time <= time:
            fate, target_prob = verdict.fate, verdict.target_prob
            decided = _decided(verdict, timeline.header.rule)
        numbers = _numbers_of(draft.prob, target_prob, decided, width)
        rows.append(_row(timeline, fate, draft.token, f"{numbers}{fate}{branch}"))
    for emit in one.emits:
        if emit.time <= time:
            drawn = f"p {_prob(emit.prob)}"
            numbers = _numbers_of(emit.draft_prob, emit.target_prob, drawn, width)
            rows.append(_row(timeline, emit.origin, emit.token, f"{numbers}{emit.origin}"))
    if len(rows) > most:
        rows = [*rows[: most - 1], Text(f"… {len(rows) - most + 1} more", "dim")]
    return rows


def _decided(verdict: Verdict, rule: str | None) -> str:
    """The coin that decided, against what it was held under the standard rule."""
    if verdict.uniform is None or verdict.accept_prob is None:
        return ""
    sign = "<" if verdict.fate == "accepted" else "≥"
    against = f" {sign} {_prob(verdict.accept_prob)}" if rule == "standard" else ""
    return f"u {_prob(verdict.uniform)}{against}"


def _numbers_of(
    draft_prob: float | None, target_prob: float | None, decided: str, width: int
) -> str:
    """What draft and target gave a token, and where there is room how it was decided."""
    why = f"{decided:<16} " if width >= _WIDE else ""
    return f" {_prob(draft_prob):>6} {_prob(target_prob):>6}  {why}"


def _row(timeline: Timeline, fate: str, token: int, rest: str) -> Text:
    """A sign, the token, and what there is to say of it."""
    name = Text(label(timeline.token_bytes.get(token)))
    name.truncate(_LABEL, overflow="ellipsis", pad=True)
    style = STYLES[fate]
    return Text.assemble((f"{SIGNS[fate]} ", style), name, (rest, style))


def _prob(value: float | None) -> str:
    """A probability in six cells at most; a dash where it is unknown."""
    if value is None:
        return "-"
    if 0 < value < 0.005:
        return f"{value:.0e}"
    return f"{value:.2f}"


def _strip(timeline: Timeline, index: int, room: int) -> Text:
    """The last rounds, a bar each: how many of their drafted tokens were accepted."""
    strip = Text()
    k = max(1, timeline.header.k or 1)
    for one in timeline.rounds[max(0, index + 1 - max(0, min(60, room))) : index + 1]:
        if not one.verified:
            continue
        share = min(1.0, one.count("accepted") / k)
        origin = one.emits[-1].origin if one.emits else "accepted"
        strip.append(_BARS[round(share * (len(_BARS) - 1))], STYLES[origin])
    return strip


def _numbers(timeline: Timeline, time: int, width: int) -> list[Text]:
    counts = timeline.counts_at(time)
    room = min(30, width - _NAME - 30)
    most = timeline.header.max_tokens or 0
    tokens = len(timeline.pieces_at(time))
    seconds = max(0, min(time, timeline.run_end) - timeline.start) / _MICROSECONDS
    rate = counts.acceptance_rate
    accepted = f"{'-' if rate is None else f'{rate:.2f}'}  {counts.accepted} of {counts.drafted}"
    progress = f"{tokens} of {most} tokens, {seconds:.2f} s{_baseline(timeline, time)}"
    return [
        _named("acceptance", _gauge(rate or 0, room, "green"), accepted),
        _named("speed", _speed(counts)),
        _named("time", _split(counts, width - _NAME)),
        _named("progress", _gauge(tokens / most if most else 0, room, "blue"), progress),
    ]


def _speed(counts: TrackCounts) -> str:
    rate = counts.tokens_per_second
    if rate is None:
        return "-"
    return f"{rate:.0f} tokens/s · {counts.tokens / max(1, counts.rounds):.2f} a round"


def _baseline(timeline: Timeline, time: int) -> str:
    """Shown while a baseline runs: the text above stands still then."""
    track = timeline.track
    if track is timeline.run or time < timeline.run_end or timeline.closing is not None:
        return ""
    return f" · now the baseline {track.name}: {sum(len(one.emits) for one in track.rounds)}"


def _gauge(share: float, room: int, style: str) -> Text:
    """A bar of `room` cells and a blank; nothing where there is too little room for one."""
    if room < _LEAST_GAUGE:
        return Text()
    full = round(max(0.0, min(1.0, share)) * room)
    return Text.assemble(("█" * full, style), ("░" * (room - full) + " ", "dim"))


def _split(counts: TrackCounts, room: int) -> Text:
    """Where the time went: each part's share, in per cent, with its sign."""
    values: dict[str, int] = {
        name: getattr(counts, f"{name}_time") for name in _PARTS if name != "other"
    }
    values["other"] = counts.duration - sum(values.values())
    split = Text()
    for name, sign in _PARTS.items():
        if counts.duration > 0 and (values[name] or name in ("draft", "verify")):
            share = f"{sign * 2} {name} {100 * values[name] / counts.duration:.0f} %  "
            if cell_len(split.plain) + cell_len(share) <= room + 2:
                split.append(share)
    split.rstrip()
    return split if split.plain else Text("-")


def _named(name: str, *rest: Text | str) -> Text:
    return Text.assemble((f"{name:<{_NAME}}", "dim"), *rest)
