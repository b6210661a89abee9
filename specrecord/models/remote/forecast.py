"""What a run on a remote target will send, and how long its rate limit makes it: shown before it
starts.

Counts are bounds: the fewest requests if every drafted token is accepted, the most if none is.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """`prompt` and `max_tokens` in tokens; `k` drafted a round.

    `copies` counts the prompts of a request (fan-out: K + 1), `written` the tokens that the server
    writes for it.
    """

    prompt: int
    max_tokens: int
    k: int
    copies: int
    written: int
    baselines: bool
    per_minute: int | None

    @property
    def requests(self) -> tuple[int, int]:
        """Fewest and most requests."""
        chunks = math.ceil(self.max_tokens / (self.k + 1))
        baselines = self.max_tokens + chunks + 1 if self.baselines else 0
        return chunks + baselines, self.max_tokens + baselines

    @property
    def tokens_read(self) -> tuple[int, int]:
        """Fewest and most prompt tokens that the server reads, each request carrying its whole
        context.
        """
        single = self._read(1, self.max_tokens)
        chunked = self._read(self.k + 1, math.ceil(self.max_tokens / (self.k + 1)))
        baselines = single + chunked + self.prompt if self.baselines else 0
        return self.copies * chunked + baselines, self.copies * (
            single + self.k * self.max_tokens
        ) + baselines

    @property
    def tokens_written(self) -> tuple[int, int]:
        """Fewest and most tokens that the server writes, used or not."""
        baselines = 3 * self.max_tokens if self.baselines else 0
        chunks = math.ceil(self.max_tokens / (self.k + 1))
        return self.written * chunks + baselines, self.written * self.max_tokens + baselines

    def _read(self, step: int, requests: int) -> int:
        """Sum of the contexts of `requests` requests, each `step` tokens longer than the one
        before.
        """
        return requests * self.prompt + step * requests * (requests - 1) // 2

    @property
    def minutes(self) -> tuple[float, float] | None:
        """At the rate limit, if there is one."""
        if self.per_minute is None:
            return None
        fewest, most = self.requests
        return (fewest - 1) // self.per_minute, (most - 1) // self.per_minute

    def lines(self) -> list[str]:
        """The forecast in words."""
        fewest, most = self.requests
        least, largest = self.tokens_read
        short, long = self.tokens_written
        lines = [
            f"{fewest:,} to {most:,} requests; the server reads {least:,} to {largest:,} tokens "
            f"and writes {short:,} to {long:,}"
        ]
        if self.minutes is not None:
            soonest, latest = self.minutes
            lines.append(
                f"at {self.per_minute} requests a minute this takes {soonest:.0f} to {latest:.0f} "
                "minutes; "
                "fewer --max-tokens or --no-baselines make it shorter"
            )
        return lines
