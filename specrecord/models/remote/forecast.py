"""What a run on a remote target will send, and how long its rate limit makes it: shown before it
starts.

Counts are bounds: the fewest requests if every drafted token is accepted, the most if none is.
"""

import math


def forecast(
    prompt: int,
    max_tokens: int,
    k: int,
    copies: int,
    written: int,
    baselines: bool,
    per_minute: int | None,
) -> list[str]:
    """The forecast in words. `prompt` and `max_tokens` are in tokens; `k` are drafted a round.

    `copies` counts the prompts of a request (fan-out: K + 1), `written` the tokens that the server
    writes for it.
    """
    chunks = math.ceil(max_tokens / (k + 1))
    # Prompt tokens that the server reads, each request carrying its whole context.
    single = _contexts(prompt, 1, max_tokens)
    chunked = _contexts(prompt, k + 1, chunks)
    requests, read, wrote = 0, 0, 0
    if baselines:
        requests, read = max_tokens + chunks + 1, single + chunked + prompt
        wrote = 3 * max_tokens
    fewest, most = chunks + requests, max_tokens + requests
    lines = [
        f"{fewest:,} to {most:,} requests; the server reads {copies * chunked + read:,} to "
        f"{copies * (single + k * max_tokens) + read:,} tokens "
        f"and writes {written * chunks + wrote:,} to {written * max_tokens + wrote:,}"
    ]
    if per_minute is not None:
        lines.append(
            f"at {per_minute} requests a minute this takes {(fewest - 1) // per_minute} to "
            f"{(most - 1) // per_minute} minutes; fewer --max-tokens or --no-baselines make it "
            "shorter"
        )
    return lines


def _contexts(prompt: int, step: int, requests: int) -> int:
    """Sum of the contexts of `requests` requests, each `step` tokens longer than the one before."""
    return requests * prompt + step * requests * (requests - 1) // 2
