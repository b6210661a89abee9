"""What one target server serves: the model, its key, and its rate limit."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from specrecord.models.remote.http.rate_limit import RateLimiter
from specrecord.serve.completions.engine import Engine
from specrecord.serve.completions.schema import RefusedError


@dataclass
class Service:
    """What the handlers share. Without a `key` it answers programs of this machine, and no web
    page.
    """

    engine: Engine
    model: str
    key: str | None = None
    strict: bool = False
    limiter: RateLimiter = field(default_factory=RateLimiter)
    started: int = field(default_factory=lambda: int(time.time()))
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
        limiter = self.limiter
        if limiter.per_minute is None:
            return {}
        refused = limiter.seconds_until_ready() > 0
        if not refused:
            limiter.sent()
        reset = f"{limiter.seconds_until_ready():.3f}"
        headers = {
            "x-ratelimit-limit-requests-minute": str(limiter.per_minute),
            "x-ratelimit-remaining-requests-minute": str(limiter.left),
            "x-ratelimit-reset-requests-minute": reset,
        }
        if refused:
            error = RefusedError(
                429, "too many requests in this minute; slow down", None, "request_quota_exceeded"
            )
            error.headers = {**headers, "retry-after": reset}
            raise error
        return headers
