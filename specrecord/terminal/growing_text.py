"""The text of a track that grows: each look yields the tokens that have joined it since the last
one.
"""

import codecs
from collections.abc import Callable
from typing import NamedTuple

from specrecord.recording.rounds import Track


class Piece(NamedTuple):
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
        for index, one in enumerate(self._track.rounds[self._round :], self._round):
            output = one.output
            for time, token, origin in output[self._written if index == self._round else 0 :]:
                text = self._decoder.decode(self._token_bytes(token))
                pieces.append(Piece(time, text, origin))
            self._round, self._written = index, len(output)
        return pieces

    def rest(self) -> str:
        """A character that was never completed, at the end."""
        return self._decoder.decode(b"", final=True)
