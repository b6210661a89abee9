"""The text of a track that grows: each look yields the tokens that have joined it since the last
one.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from specrecord.recording.rounds import Track


@dataclass(frozen=True)
class Piece:
    """A token of the text: when it was there, what it adds, and where it came from."""

    time: int
    text: str
    origin: str


class GrowingText:
    """Decodes tokens as they come. A character of several tokens belongs to the one that completes
    it.
    """

    def __init__(self, track: Track, token_bytes: Callable[[int], bytes]) -> None:
        self._track, self._token_bytes = track, token_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._round = self._written = 0

    def look(self) -> list[Piece]:
        """What is new."""
        pieces = []
        for one in self._track.rounds[self._round :]:
            output = one.output
            for time, token, origin in output[self._written :]:
                text = self._decoder.decode(self._token_bytes(token))
                pieces.append(Piece(time, text, origin))
            self._written = 0
        self._round = max(0, len(self._track.rounds) - 1)
        self._written = len(self._track.rounds[-1].output) if self._track.rounds else 0
        return pieces

    def rest(self) -> str:
        """A character that was never completed, at the end."""
        return self._decoder.decode(b"", final=True)
