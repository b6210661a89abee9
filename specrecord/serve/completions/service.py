"""What one target server serves: the model, its key, and its rate limit."""

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from specrecord.serve.completions.engine import Engine
from specrecord.serve.completions.schema import RefusedError


@dataclass
class Service:
    """What the handlers share. `key` None lets anybody in; `per_minute` None limits nobody."""

    engine: Engine
    model: str
    key: str | None = None
    strict: bool = False
    per_minute: int | None = None
    started: int = field(default_factory=lambda: int(time.time()))
    recent: deque[float] = field(default_factory=deque)
    # One thread, so that the model is asked by one request at a time and the others still get their
    # answers' headers.
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    @property
    def fingerprint(self) -> str:
        """Changes when the vocabulary or the weights do."""
        revision = self.engine.model.info.revision or "unknown"
        strict = ":strict" if self.strict else ""
        return f"specrecord:{self.engine.tokenizer.fingerprint[:16]}:{revision[-16:]}{strict}"

    def spend(self) -> dict[str, str]:
        """Count one request; the rate-limit headers that go with it. Raises RefusedError when none
        is left.
        """
        if self.per_minute is None:
            return {}
        now = time.monotonic()
        while self.recent and self.recent[0] <= now - 60:
            self.recent.popleft()
        left = self.per_minute - len(self.recent)
        reset = f"{60 - (now - self.recent[0]) if self.recent else 0:.3f}"
        headers = {
            "x-ratelimit-limit-requests-minute": str(self.per_minute),
            "x-ratelimit-remaining-requests-minute": str(max(0, left - 1)),
            "x-ratelimit-reset-requests-minute": reset,
        }
        if left <= 0:
            error = RefusedError(
                429, "too many requests in this minute; slow down", None, "request_quota_exceeded"
            )
            error.headers = {**headers, "retry-after": reset}
            raise error
        self.recent.append(now)
        return headers
