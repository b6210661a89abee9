"""Completions as the API words them: choices with their log-probabilities, and the usage."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from specrecord.models.tokenization.token_text import TokenText
from specrecord.serve.completions.engine import LogProbs, Written
from specrecord.serve.completions.schema import CompletionRequest
from specrecord.serve.completions.service import Service


def completion_choice(
    service: Service, request: CompletionRequest, index: int, written: Written
) -> dict[str, Any]:
    """One completion as the API has it."""
    token_bytes = service.engine.tokenizer.token_bytes
    text = b"".join(map(token_bytes, written.tokens))
    for stop in request.stops:
        text = text.split(stop)[0]
    if request.echo:
        text = b"".join(map(token_bytes, written.prompt)) + text
    choice: dict[str, Any] = {"index": index, "finish_reason": written.finish, "logprobs": None}
    if request.return_raw_tokens:
        choice["tokens"] = written.tokens
    else:
        choice["text"] = text.decode(errors="replace")
    if request.logprobs is not None:
        choice["logprobs"] = _logprobs_entry(service, request.logprobs, written.shown)
    return choice


def last_token(service: Service, request: CompletionRequest, written: Written) -> dict[str, Any]:
    """The newest token of a stream."""
    newest = Written((), written.shown[-1:], written.tokens[-1:])
    return {**completion_choice(service, request, 0, newest), "finish_reason": None}


def _logprobs_entry(
    service: Service, count: int, shown: Sequence[tuple[int, LogProbs | None]]
) -> dict[str, Any]:
    """Parallel lists over the tokens; `count` alternatives to each."""
    token_text, tokenizer = service.engine.token_text, service.engine.tokenizer
    lengths = [len(tokenizer.token_bytes(token).decode(errors="replace")) for token, _ in shown]
    return {
        "tokens": [token_text.text(token) for token, _ in shown],
        "token_logprobs": [None if row is None else float(row[token]) for token, row in shown],
        "top_logprobs": [_top(row, token, count, token_text) for token, row in shown],
        "text_offset": list(accumulate(lengths, initial=0))[:-1],
    }


def _top(
    logprobs: LogProbs | None, token: int, count: int, token_text: TokenText
) -> dict[str, float] | None:
    """The likeliest `count` by their strings, ties in id order, `token` itself always among
    them.
    """
    if logprobs is None:
        return None
    order = np.argsort(-logprobs, kind="stable")[:count]
    likeliest = [*order[np.isfinite(logprobs[order])].tolist(), token]
    return {token_text.text(one): float(logprobs[one]) for one in likeliest}
