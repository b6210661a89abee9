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
        self._tail += text
        found = self._stop_at()
        if found is not None:
            self.size -= len(self._tail) - found
            self.reason = "stop"
        elif token in self.end_ids:
            self.reason = "eos"
        elif self.tokens >= self.max_tokens:
            self.reason = "length"
        self._tail = self._tail[-self._reach :] if self._reach else b""
        return self.reason

    def would_end(self, tokens: Sequence[int]) -> bool:
        """Whether the text would end with one of these tokens if they came next."""
        if not self.stop:
            out = self.tokens + len(tokens) >= self.max_tokens
            return out or not self.end_ids.isdisjoint(tokens)
        ahead = copy(self)
        return any(ahead.add(token) for token in tokens)

    @property
    def _reach(self) -> int:
        """Bytes of the past in which a stop string may have begun."""
        return max((len(stop) for stop in self.stop), default=1) - 1

    def _stop_at(self) -> int | None:
        starts = [start for stop in self.stop if (start := self._tail.find(stop)) >= 0]
        return min(starts, default=None)
