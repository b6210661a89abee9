"""A rate limit: how long to wait until the next request may be sent, or is let in.

The limit is what the user says, or what the server says in its `x-ratelimit-...` headers.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping

_WINDOWS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


class RateLimiter:
    """Asked before each request, informed of each answer. `now` is in seconds; `per_minute` None
    sets no limit.
    """

    def __init__(
        self, per_minute: int | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self._now = now
        self._sent: deque[float] = deque()
        self._free_at = 0.0

    @property
    def left(self) -> int | None:
        """Requests that this minute still has; None without a limit."""
        return None if self.per_minute is None else self.per_minute - len(self._sent)

    def sent(self) -> None:
        """A request leaves now."""
        self._sent.append(self._now())

    def answered(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers: the limit of requests a minute, and when nothing is left,
        until when.
        """
        for what in ("requests", "tokens"):
            for window, longest in _WINDOWS.items():
                left = _number(headers.get(f"x-ratelimit-remaining-{what}-{window}"))
                reset = _number(headers.get(f"x-ratelimit-reset-{what}-{window}"))
                if left is not None and left <= 0:
                    wait = longest if reset is None else min(reset, longest)
                    self._free_at = max(self._free_at, self._now() + wait)
        limit = _number(headers.get("x-ratelimit-limit-requests-minute"))
        if limit is not None and (self.per_minute is None or limit < self.per_minute):
            self.per_minute = max(1, int(limit))

    def seconds_until_ready(self) -> float:
        """Seconds until the next request may be sent; 0 if it may at once."""
        now = self._now()
        while self._sent and self._sent[0] <= now - _WINDOWS["minute"]:
            self._sent.popleft()
        wait = max(0.0, self._free_at - now)
        if self.per_minute is not None and len(self._sent) >= self.per_minute:
            wait = max(wait, self._sent[-self.per_minute] + _WINDOWS["minute"] - now)
        return wait


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
