"""Which part of an answer a token belongs to: reasoning and answer are told apart by tokens of the
model's own, those of Harmony (gpt-oss) or the tags around a thought (Qwen, DeepSeek).

The player does the same (player/core/measures/channels.js); a test holds both to one recording.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from specrecord.events import SPECULATIVE
from specrecord.header import Header
from specrecord.recording.reader import Recording

_HARMONY = ("<|start|>", "<|channel|>", "<|constrain|>", "<|message|>")
_ENDS = ("<|end|>", "<|return|>", "<|call|>")
_THOUGHT = ("<think>", "</think>")
MARKERS = (*_HARMONY, *_ENDS, *_THOUGHT)
FINAL = "final"  # what is meant for the reader
THOUGHT = "think"  # by its tag; Harmony names its own, "analysis" for one


class Channels:
    """Follows a text token by token. `markers` maps their names to ids."""

    def __init__(self, markers: Mapping[str, int], token_bytes: Mapping[int, bytes]) -> None:
        self._names = {token: name for name, token in markers.items()}
        self._bytes = token_bytes
        self._channel = ""
        self._heading: bytes | None = None

    def of(self, token: int) -> str | None:
        """The channel that the token is written in, "" before any is named; None for a marker and
        what stands in a message's heading.
        """
        name = self._names.get(token)
        if name is None:
            if self._heading is None:
                return self._channel
            self._heading += self._bytes.get(token, b"")
        elif name == "<|message|>":
            heading = (self._heading or b"").decode(errors="replace")
            self._channel, self._heading = heading.lstrip(" ").split(" ")[0], None
        elif name in _THOUGHT:
            self._channel = THOUGHT if name == _THOUGHT[0] else FINAL
        elif name != "<|constrain|>":
            self._heading = b""
        return None


Part = Literal["answer", "aside", "heading"]


def part_of(channel: str | None) -> Part:
    """What is written in a channel: the answer, an aside as reasoning is, or a message's heading;
    all is answer where no channel is told.
    """
    if channel is None:
        return "heading"
    return "aside" if channel not in ("", FINAL) else "answer"


def after_prompt(header: Header, token_bytes: Mapping[int, bytes]) -> Channels:
    """Those of a run's text, whose beginning the prompt may have opened."""
    channels = Channels(header.markers or {}, token_bytes)
    for token in header.prompt.ids or []:
        channels.of(token)
    return channels


def output_channels(recording: Recording) -> Iterator[str | None]:
    """Those of the run's own text."""
    channels = after_prompt(recording.header, recording.token_bytes)
    verified = recording.tracks[SPECULATIVE].verified
    return (channels.of(output.token) for one in verified for output in one.output)


def channel_counts(recording: Recording) -> dict[str, int]:
    """Tokens of the text by channel, markers apart; empty where no channel is told."""
    named: Iterable[str | None] = output_channels(recording) if recording.header.markers else ()
    return dict(sorted(Counter(one for one in named if one).items()))
