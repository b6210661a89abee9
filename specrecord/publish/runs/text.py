"""The text of a run, told by origin, and safe to show whatever a model or a stranger wrote into
it.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from specrecord.events import SPECULATIVE, Event, Finish, Token
from specrecord.publish.runs.rounds import RoundStory
from specrecord.recording.stats import track_events

_OVERRIDES = (
    "\u202a-\u202e\u2066-\u2069"  # reorder whatever follows them, outside their own element too
)
_UNSEEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_OVERRIDES}]")
_PICTURES = 0x2400  # U+2400 is the picture of U+0000, and so on


@dataclass(frozen=True)
class Span:
    """A stretch of text of one origin: `accepted`, `resampled` or `bonus`."""

    origin: str
    text: str


def visible(text: str) -> str:
    """The same text with control characters and bidirectional overrides shown instead of obeyed."""
    return _UNSEEN.sub(lambda found: _picture(ord(found[0])), text)


def _picture(code: int) -> str:
    if code < 0x20:
        return chr(_PICTURES + code)
    return "\u2421" if code == 0x7F else f"\u27e8U+{code:04X}\u27e9"


def output_spans(events: list[Event], rounds: Iterable[RoundStory]) -> list[Span]:
    """The speculative lane's text. A character made of several tokens belongs to the one that
    completes it.
    """
    spelling = {event.id: event.bytes for event in events if isinstance(event, Token)}
    left = _kept_size(events)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pieces: list[Span] = []
    for origin, token in _origins(rounds):
        spelled = spelling.get(token, b"")[:left]
        left = None if left is None else left - len(spelled)
        pieces.append(Span(origin, decoder.decode(spelled)))
    pieces.append(
        Span(pieces[-1].origin if pieces else "accepted", decoder.decode(b"", final=True))
    )
    return _merged(pieces)


def shortened(spans: Iterable[Span], limit: int) -> list[Span]:
    """The first `limit` characters, cut at a space where there is one, with an ellipsis when
    something was cut.
    """
    kept: list[Span] = []
    for span in spans:
        if len(span.text) > limit:
            cut = span.text[:limit]
            kept.append(
                Span(span.origin, (cut.rsplit(" ", 1)[0] if " " in cut.strip() else cut) + "…")
            )
            return kept
        kept.append(span)
        limit -= len(span.text)
    return kept


def _origins(rounds: Iterable[RoundStory]) -> Iterator[tuple[str, int]]:
    for story in rounds:
        for token in story.accepted_tokens:
            yield "accepted", token
        if story.emit is not None:
            yield story.emit.origin, story.emit.token


def _kept_size(events: list[Event]) -> int | None:
    """Bytes of text that the lane kept; None while it has no end."""
    finishes = [
        event.size for _, event in track_events(events, SPECULATIVE) if isinstance(event, Finish)
    ]
    return finishes[-1] if finishes else None


def _merged(pieces: list[Span]) -> list[Span]:
    joined = [
        Span(origin, "".join(piece.text for piece in group))
        for origin, group in groupby(pieces, key=lambda piece: piece.origin)
    ]
    return [Span(span.origin, visible(span.text)) for span in joined if span.text]
