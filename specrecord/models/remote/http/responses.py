"""Reads what completions APIs say about tokens, whichever of their forms they say it in, into ids
and logarithms.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from specrecord.models.base import Logits, TargetFaultError
from specrecord.models.tokenization.token_text import TokenText


@contextmanager
def understood() -> Iterator[None]:
    """An answer whose parts are not what the API documents is a fault of the answer, wherever that
    shows.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise TargetFaultError("bad-answer", "the answer is not what the API documents") from None


@dataclass(frozen=True)
class Position:
    """One token of an answer: its id and its string where they are told, its own log-probability,
    and the likeliest.

    `top` maps ids to log-probabilities at that position, without those whose string fits several
    tokens.
    """

    token: int | None
    text: str | None
    logprob: float | None
    top: Mapping[int, float]


def positions(choice: Mapping[str, Any], token_text: TokenText, most: int) -> list[Position]:
    """All tokens that a choice tells of, in order: echoed ones first, if there are any.

    `most` likeliest were asked for. A server adds the position's own token where it is not among
    them; it is taken out again, for a list that depended on which token was asked about would be no
    law. Raises TargetFaultError where the answer contradicts itself.
    """
    told = choice.get("logprobs")
    if isinstance(told, Mapping) and isinstance(told.get("content"), list):
        found = [_from_content(entry) for entry in told["content"]]
    elif isinstance(told, Mapping) and isinstance(told.get("tokens"), list):
        found = _from_columns(told, token_text, most)
    else:
        found = []
    ids = choice.get("tokens")
    if not isinstance(ids, list) or not all(isinstance(token, int) for token in ids):
        return found
    if not found:
        return [Position(token, None, None, {}) for token in ids]
    if len(found) < len(ids):
        raise TargetFaultError(
            "bad-answer", f"the answer has {len(ids)} tokens but tells of {len(found)}"
        )
    drawn = found[len(found) - len(ids) :]
    named = [
        Position(token, one.text, one.logprob, one.top)
        for token, one in zip(ids, drawn, strict=True)
    ]
    return [*found[: len(found) - len(ids)], *named]


def _from_columns(told: Mapping[str, Any], token_text: TokenText, most: int) -> list[Position]:
    """OpenAI's completions: parallel lists, tokens as strings, the likeliest as a map from
    strings.
    """
    tokens = told["tokens"]
    own = told.get("token_logprobs") or [None] * len(tokens)
    tops = told.get("top_logprobs") or [None] * len(tokens)
    if not len(tokens) == len(own) == len(tops):
        raise TargetFaultError(
            "bad-answer", "the answer's lists of tokens and log-probabilities differ in length"
        )
    found = []
    for text, logprob, top in zip(tokens, own, tops, strict=True):
        listed = dict(top or {})
        if len(listed) > most:
            listed.pop(text, None)
        named = [(token_text.token(string), value) for string, value in listed.items()]
        token = text if isinstance(text, int) else token_text.token(text)
        found.append(
            Position(
                token, str(text), _number(logprob), {t: float(v) for t, v in named if t is not None}
            )
        )
    return found


def _from_content(entry: Mapping[str, Any]) -> Position:
    """mlx_lm.server: a list of maps with ids."""
    top = {
        item["id"]: float(item["logprob"])
        for item in entry.get("top_logprobs") or []
        if "id" in item
    }
    return Position(entry.get("id"), entry.get("token"), _number(entry.get("logprob")), top)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def rows(found: Sequence[Position], vocabulary: int) -> Logits:
    """What is revealed at each position as logarithms, -inf where nothing is said; (positions,
    vocabulary).
    """
    probs = np.full((len(found), vocabulary), -np.inf)
    for row_probs, position in zip(probs, found, strict=True):
        if position.top:
            row_probs[list(position.top)] = list(position.top.values())
        if position.token is not None and position.logprob is not None:
            row_probs[position.token] = position.logprob
    return probs


def drawn_ids(
    choice: Mapping[str, Any], found: Sequence[Position], end_ids: frozenset[int], wanted: int
) -> list[int]:
    """The ids of the tokens that a choice drew; an end that is told only by `finish_reason` is put
    in its place.

    Raises TargetFaultError for a token that cannot be told apart from another.
    """
    ids = [position.token for position in found]
    if any(token is None for token in ids):
        raise TargetFaultError(
            "unreadable-token", "the target drew a token whose string fits several ids"
        )
    probed = [token for token in ids if token is not None]
    if (
        choice.get("finish_reason") == "stop"
        and len(probed) < wanted
        and not set(probed) & end_ids
        and end_ids
    ):
        probed.append(min(end_ids))
    return probed
