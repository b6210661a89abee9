"""A moment of a run as lines of text: what it wrote, coloured by origin, the round as arithmetic,
and the numbers.

A function of story, time and size alone. Widths are counted in terminal cells, so that wide
characters keep columns straight; every state has its own sign and its own style besides its colour.
"""

from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from specrecord.events import SPECULATIVE, Draft
from specrecord.recording.stats import TrackCounts
from specrecord.terminal.labels import label, visible
from specrecord.terminal.timeline import RoundEntry, Timeline

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
_PARTS = (
    ("draft", "draft_time", "█"),
    ("network", "network_time", "▒"),
    ("queue", "queue_time", "▞"),
    ("verify", "verify_time", "▓"),
    ("other", "", "░"),
)
_NAME = 11  # cells before every row of numbers
_LABEL = 14  # cells of a token's label
_TEXT_KEPT = 6000  # characters of the text that may be on a screen
_LEAST_GAUGE = 6  # cells
_WIDE = 60  # columns from which a row says how a token was decided
_BARS = "▁▂▃▄▅▆▇█"
_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Moment:
    """What is drawn: a time of the recording (µs), and a word on how it comes to be shown."""

    time: int
    status: str = ""
    keys: str = ""


def picture(
    story: Timeline, moment: Moment, width: int, height: int, *, tight: bool = False
) -> list[Text]:
    """The lines of a screen, none wider than `width`, at most `height`; the text gets what the rest
    leaves.

    `tight` pictures end where there is no more to show: for paper, not for a screen.
    """
    bottom = [*_round(story, moment, width), *_numbers(story, moment, width)]
    if moment.keys:
        bottom.append(Text(moment.keys, "dim"))
    top = [_heading(story, moment, width)]
    room = height - len(top) - len(bottom) - 2
    if room < 3:  # a small screen: the text and the most telling numbers
        bottom = bottom[: max(0, height - len(top) - 5)]
        room = max(1, height - len(top) - len(bottom) - 2)
    text = _text(story, moment, width, room)
    text += [] if tight else [Text()] * (room - len(text))
    lines = [*top, Text(), *text, Text(), *bottom]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines[:height]


def _heading(story: Timeline, moment: Moment, width: int) -> Text:
    header = story.header
    draft, target = (
        (header.get(side) or {}).get("name") or "unknown" for side in ("draft", "target")
    )
    heading = Text.assemble((f"{draft} → {target}", "bold"))
    heading.append(
        f"  K {header.get('k')} · T {header.get('temperature')} · {header.get('rule')}", "dim"
    )
    heading.truncate(max(0, width - cell_len(moment.status) - 1), overflow="ellipsis", pad=True)
    return heading.append(f" {moment.status}", "bold")


def written(story: Timeline) -> Text:
    """Prompt and whole text, each token in its origin's style."""
    text = _prompt(story)
    for piece in story.pieces:
        text.append(visible(piece.text), STYLES[piece.origin])
    return text


def _prompt(story: Timeline) -> Text:
    prompt = (story.header.get("prompt") or {}).get("text")
    return Text(
        visible(prompt) if isinstance(prompt, str) else "[prompt redacted]", STYLES["prompt"]
    )


def _text(story: Timeline, moment: Moment, width: int, room: int) -> list[Text]:
    """The last lines of prompt and text."""
    text, pieces = _prompt(story), story.pieces_at(moment.time)
    size = 0
    for first in range(len(pieces) - 1, -1, -1):
        size += len(pieces[first].text)
        if size > _TEXT_KEPT:
            text = Text("… ", "dim")
            pieces = pieces[first:]
            break
    for piece in pieces:
        text.append(visible(piece.text), STYLES[piece.origin])
    console = Console(width=width)
    lines = list(text.wrap(console, max(1, width), overflow="fold", tab_size=4))[-room:]
    for line in lines:
        line.rstrip()
    return lines


def _round(story: Timeline, moment: Moment, width: int) -> list[Text]:
    """The round under the moment: one line a token, as far as it has come; always as many lines as
    K + 2.
    """
    index = story.round_at(moment.time)
    entry = story.rounds[index] if index >= 0 else None
    most = _rows(story)
    title = f"round {entry.begun.index}" if entry else "before the first round"
    lines = [Text.assemble(f"{title}   ", _strip(story, index, width - _NAME - len(title) - 3))]
    lines += _tokens(story, entry, moment.time, width, most) if entry else []
    return lines + [Text()] * (most + 1 - len(lines))


def _rows(story: Timeline) -> int:
    """Lines for a round's tokens: K and the last one, at most eight; a tree's are cut."""
    return min(8, int(story.header.get("k") or 0) + 1)


def _tokens(story: Timeline, entry: RoundEntry, time: int, width: int, most: int) -> list[Text]:
    judged = {verdict.node: verdict for verdict in entry.verdicts if verdict.time <= time}
    rows = []
    for draft in entry.drafts:
        if draft.time > time:
            continue
        verdict = judged.get(draft.node)
        fate = verdict.fate if verdict else "pending"
        why = ""
        if verdict and verdict.uniform is not None and verdict.accept_prob is not None:
            why = f"u {_prob(verdict.uniform)}"
            if story.header.get("rule") == "standard":
                why += f" {'<' if verdict.fate == 'accepted' else '≥'} {_prob(verdict.accept_prob)}"
        given = verdict.target_prob if verdict else None
        rows.append(
            _row(
                story, fate, draft.token, draft.prob, given, why if width >= _WIDE else None, draft
            )
        )
    if entry.emit and entry.emit.time <= time:
        emit = entry.emit
        drawn = f"p {_prob(emit.prob)}" if width >= _WIDE else None
        rows.append(_row(story, emit.origin, emit.token, emit.draft_prob, emit.target_prob, drawn))
    if len(rows) > most:
        rows = [*rows[: most - 1], Text(f"… {len(rows) - most + 1} more", "dim")]
    return rows


def _row(
    story: Timeline,
    fate: str,
    token: int,
    drafted: float | None,
    target: float | None,
    why: str | None,
    draft: Draft | None = None,
) -> Text:
    """A sign, the token, what draft and target gave it, and how it was decided."""
    name = Text(label(story.spelled.get(token)))
    name.truncate(_LABEL, overflow="ellipsis", pad=True)
    branch = "" if draft is None or draft.parent == draft.node - 1 else f"  after {draft.parent}"
    numbers = (
        f" {_prob(drafted):>6} {_prob(target):>6}  "
        f"{'' if why is None else f'{why:<16} '}{fate}{branch}"
    )
    return Text.assemble((f"{SIGNS[fate]} ", STYLES[fate]), name, (numbers, STYLES[fate]))


def _prob(value: float | None) -> str:
    """A probability in six cells at most; a dash where it is unknown."""
    if value is None:
        return "-"
    if 0 < value < 0.005:
        return f"{value:.0e}"
    return f"{value:.2f}"


def _strip(story: Timeline, index: int, room: int) -> Text:
    """The last rounds, a bar each: how many of their drafted tokens were accepted."""
    strip = Text()
    k = max(1, int(story.header.get("k") or 1))
    for entry in story.rounds[max(0, index + 1 - max(0, min(60, room))) : index + 1]:
        if entry.verify is None:
            continue
        share = min(1.0, entry.accepted / k)
        strip.append(
            _BARS[round(share * (len(_BARS) - 1))],
            STYLES[entry.emit.origin] if entry.emit else "green",
        )
    return strip


def _numbers(story: Timeline, moment: Moment, width: int) -> list[Text]:
    counts = story.counts_at(moment.time)
    room = min(30, width - _NAME - 30)
    most = int(story.header.get("max_tokens") or 0)
    tokens = len(story.pieces_at(moment.time))
    seconds = max(0, min(moment.time, story.own_end) - story.start) / _MICROSECONDS
    rate = f"{counts.acceptance_rate:.2f}" if counts.acceptance_rate is not None else "-"
    accepted = f"{rate}  {counts.accepted} of {counts.drafted}"
    progress = f"{tokens} of {most} tokens, {seconds:.2f} s{_baseline(story, moment)}"
    return [
        _named("acceptance", _gauge(counts.acceptance_rate or 0, room, "green"), accepted),
        _named("speed", _speed(counts)),
        _named("time", _split(counts, width - _NAME)),
        _named("progress", _gauge(tokens / most if most else 0, room, "blue"), progress),
    ]


def _speed(counts: TrackCounts) -> str:
    rate = counts.tokens_per_second
    if rate is None:
        return "-"
    return (
        f"{rate:.0f} tokens/s · "
        f"{(counts.accepted + counts.emitted) / max(1, counts.rounds):.2f} a round"
    )


def _baseline(story: Timeline, moment: Moment) -> str:
    """Said while a baseline runs: the text above stands still then."""
    if story.track == SPECULATIVE or moment.time < story.own_end or story.end is not None:
        return ""
    return f" · now the baseline {story.track}: {story.baseline_tokens}"


def _gauge(share: float, room: int, style: str) -> Text:
    """A bar of `room` cells and a blank; nothing where there is too little room for one."""
    if room < _LEAST_GAUGE:
        return Text()
    full = round(max(0.0, min(1.0, share)) * room)
    return Text.assemble(("█" * full, style), ("░" * (room - full) + " ", "dim"))


def _split(counts: TrackCounts, room: int) -> Text:
    """Where the time went: each part's share, in per cent, with its sign."""
    values: dict[str, int] = {name: getattr(counts, field) for name, field, _ in _PARTS if field}
    values["other"] = counts.duration - sum(values.values())
    split = Text()
    for name, _, sign in _PARTS:
        if counts.duration > 0 and (values[name] or name in ("draft", "verify")):
            share = f"{sign * 2} {name} {100 * values[name] / counts.duration:.0f} %  "
            if cell_len(split.plain) + cell_len(share) <= room + 2:
                split.append(share)
    split.rstrip()
    return split if split.plain else Text("-")


def _named(name: str, *rest: Text | str) -> Text:
    return Text.assemble((f"{name:<{_NAME}}", "dim"), *rest)


def plain_settings(header: dict[str, Any]) -> str:
    """One line on what is run, for outputs that are not a screen."""
    draft, target = (
        (header.get(side) or {}).get("name") or "unknown" for side in ("draft", "target")
    )
    return (
        f"{draft} drafts for {target}, K {header.get('k')}, T {header.get('temperature')}, "
        f"{header.get('rule')}"
    )
