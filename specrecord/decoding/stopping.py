"""Where a text ends: an end token, a stop string, or the token budget. Decided token by token,
whoever wrote it.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field

from specrecord.events import FinishReason


@dataclass
class StopCriteria:
    """Follows the emitted tokens and knows whether the text is over, and why.

    A stop string may begin in one token and end in another; it is looked for in bytes, and cut from
    the `size`.
    """

    end_ids: frozenset[int]
    stop: tuple[bytes, ...]
    token_bytes: Callable[[int], bytes]
    max_tokens: int
    tokens: int = 0
    size: int = 0
    reason: FinishReason | None = None
    _tail: bytes = field(default=b"")

    def add(self, token: int) -> FinishReason | None:
        """Take in one emitted token; the reason to stop, if this token is one."""
        text = self.token_bytes(token)
        self.tokens += 1
        self.size += len(text)
        if self.stop and (cut := self._cut(text)):
            self.size -= cut
            self.reason = "stop"
        elif token in self.end_ids:
            self.reason = "eos"
        elif self.tokens >= self.max_tokens:
            self.reason = "length"
        return self.reason

    def would_end(self, tokens: Sequence[int]) -> bool:
        """Whether the text would end with one of these tokens if they came next."""
        if not self.stop:
            out = self.tokens + len(tokens) >= self.max_tokens
            return out or not self.end_ids.isdisjoint(tokens)
        ahead = copy(self)
        return any(ahead.add(token) for token in tokens)

    def _cut(self, text: bytes) -> int:
        """With `text` the last of it, how many bytes of the text a stop string cuts off."""
        tail = self._tail + text
        starts = [start for stop in self.stop if (start := tail.find(stop)) >= 0]
        reach = max(map(len, self.stop)) - 1  # back to where one may have begun
        self._tail = tail[-reach:] if reach else b""
        return len(tail) - min(starts, default=len(tail))
