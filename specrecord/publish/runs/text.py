"""The text of a run by origin, safe to show whatever a model or a stranger wrote into it."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from specrecord.events import SPECULATIVE
from specrecord.publish.runs.numbers import UNKNOWN
from specrecord.recording.measures.channels import Part, output_channels, part_of
from specrecord.recording.reader import Recording
from specrecord.text import visible


def plain(value: Any) -> str:
    """A recorded value as text, None as not recorded."""
    if value is None or value == "":
        return UNKNOWN
    return f"{value:g}" if isinstance(value, float) else visible(str(value))


@dataclass(frozen=True)
class Span:
    """A stretch of text of one origin: `accepted`, `resampled` or `bonus`; and in one channel (see
    `Channels.of`), `part` being what is written there.
    """

    origin: str
    text: str
    channel: str | None = ""

    @property
    def part(self) -> Part:
        """Answer, aside or heading."""
        return part_of(self.channel)


def output_spans(recording: Recording) -> list[Span]:
    """What the run wrote. A character made of several tokens belongs to the one that completes
    it, and what a stop string cut away is left out.
    """
    track = recording.tracks[SPECULATIVE]
    left = None if track.finish is None else track.finish.size
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pieces: list[Span] = []
    outputs = (output for one in track.verified for output in one.output)
    for output, channel in zip(outputs, output_channels(recording), strict=True):
        written = recording.token_bytes.get(output.token, b"")[:left]
        left = None if left is None else left - len(written)
        pieces.append(Span(output.origin, decoder.decode(written), channel))
    last = pieces[-1] if pieces else Span("accepted", "")
    return _merged([*pieces, replace(last, text=decoder.decode(b"", final=True))])


def shortened(spans: Iterable[Span], limit: int) -> list[Span]:
    """The first `limit` characters, cut at a space where there is one, with an ellipsis when
    something was cut.
    """
    short: list[Span] = []
    for span in spans:
        if len(span.text) > limit:
            cut = span.text[:limit]
            cut = cut.rsplit(" ", 1)[0] if " " in cut.strip() else cut
            return [*short, replace(span, text=cut + "…")]
        short.append(span)
        limit -= len(span.text)
    return short


def _merged(pieces: list[Span]) -> list[Span]:
    joined = [
        Span(origin, "".join(piece.text for piece in group), channel)
        for (origin, channel), group in groupby(
            pieces, key=lambda piece: (piece.origin, piece.channel)
        )
    ]
    return [replace(span, text=visible(span.text)) for span in joined if span.text]
