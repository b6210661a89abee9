"""A recording as one SVG for a README: its rounds and key numbers, still or drawn at the run's own
pace.
"""

from xml.sax.saxutils import escape

from specrecord.publish.runs.facts import plain
from specrecord.publish.runs.load import Run
from specrecord.publish.runs.round_strip import MARK_STYLE, draw_round, extent
from specrecord.recording.rounds import Round

_WIDE, _MARGIN = 720, 24
_ACROSS = 48  # rounds shown
_SECONDS = 8.0  # that the drawing takes; the last frame then stands
_STYLE = """
svg{background:#fbfaf7}
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#5a636d}
.title{font-size:17px;font-weight:650;fill:#14181d}
.big{font-size:22px;font-weight:650;fill:#14181d}
"""
_DARK = """@media (prefers-color-scheme:dark){
svg{background:#14171b}
text{fill:#a0a9b3}
.title,.big{fill:#fff}
.accepted{fill:#5fc48c}
.resampled{fill:#e8a052}
.bonus{fill:#7fb0ff}
.rejected{stroke:#f0796d}
.untested{stroke:#8b95a1}
.ground{stroke:#a0a9b3}}
"""
_MOTION = (
    "@keyframes seen{from{opacity:0}to{opacity:1}}.r{animation:seen .2s both}"
    "@media (prefers-reduced-motion:reduce){.r{animation:none}}"
)
_NUMBERS = ("acceptance_rate", "mean_acceptance_length", "tokens_per_second")


def poster_svg(run: Run, rounds: list[Round], *, still: bool) -> str:
    """The poster, drawn at the pace at which the rounds were over.

    Moving pictures stand still for readers who asked for that.
    """
    shown = rounds[:_ACROSS]
    up, down = extent(shown)
    zoom = min(3.0, (_WIDE - 2 * _MARGIN) / (8 * max(1, len(shown))))
    ground, tall = 62 + up * 8 * zoom, 62 + (up + down) * 8 * zoom
    delays = _delays([one.end for one in shown])
    columns = "".join(
        f"<g{_seen_after(None if still else delay)}>{draw_round(one, column)}</g>"
        for column, (one, delay) in enumerate(zip(shown, delays, strict=True))
    )
    place = f"translate({_MARGIN} {ground:.1f}) scale({zoom:.3f})"
    lines = [
        f'<text class="title" x="{_MARGIN}" y="32">{escape(run.title)}</text>',
        f'<text x="{_MARGIN}" y="50">{escape(_setup(run, len(shown), len(rounds)))}</text>',
        f'<g transform="{place}"><path class="ground" d="M0 3h{8 * len(shown)}"/>{columns}</g>',
        *[_number(run, key, place, tall + 52) for place, key in enumerate(_NUMBERS)],
    ]
    height = round(tall + 114)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {height}" width="{_WIDE}" '
        f'height="{height}" '
        f'role="img" aria-label="{escape(run.title, {chr(34): "&quot;"})}: {escape(run.summary)}">'
        f"<style>{_STYLE}{MARK_STYLE}{_DARK}{'' if still else _MOTION}</style>"
        f"{''.join(lines)}</svg>\n"
    )


def _setup(run: Run, shown: int, all_: int) -> str:
    which = f"all {all_} rounds" if shown == all_ else f"the first {shown} of {all_} rounds"
    simulated = f" · simulated: {', '.join(run.simulated)}" if run.simulated else ""
    info = run.info
    who = f"{info['draft']} drafts for {info['target']}"
    return f"{who} · K {info['k']} · T {plain(info['temperature'])} · {which}{simulated}"


def _seen_after(delay: float | None) -> str:
    return "" if delay is None else f' class="r" style="animation-delay:{delay:.2f}s"'


def _number(run: Run, key: str, place: int, y: float) -> str:
    number = run.numbers[key]
    x = _MARGIN + place * (_WIDE - 2 * _MARGIN) / len(_NUMBERS)
    lines = [("big", number.shown[0], 0), ("", number.label, 19), ("", f"= {number.counted}", 37)]
    return "".join(
        f'<text class="{kind}" x="{x:.0f}" y="{y + down:.0f}">{escape(text)}</text>'
        for kind, text, down in lines
    )


def _delays(ends: list[int]) -> list[float]:
    """Seconds after which each round is drawn: the run's own pace, stretched or squeezed to
    `_SECONDS`.
    """
    whole = max([1, *ends])
    return [end / whole * _SECONDS for end in ends]
