"""Reads what completions APIs say about tokens, whichever of their forms they say it in, into ids
and logarithms.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from specrecord.models.base import Logits, TargetFaultError
from specrecord.models.remote.http.answers import Choice, Likely, Logprobs
from specrecord.models.tokenization.token_text import TokenText


@contextmanager
def documented() -> Iterator[None]:
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

    token: int | None = None
    text: str | None = None
    logprob: float | None = None
    top: Mapping[int, float] = field(default_factory=dict)


def read_positions(choice: Choice, token_text: TokenText, most: int) -> list[Position]:
    """All tokens that a choice tells of, in order: echoed ones first, if there are any.

    `most` likeliest were asked for. A server adds the position's own token where it is not among
    them; it is taken out again, for a list that depended on which token was asked about would be no
    distribution. An entry that lists nothing, though a list was asked for, tells nothing:
    llama-server writes 0 there for tokens that its own draft got accepted. Raises TargetFaultError
    where the answer contradicts itself.
    """
    logprobs, ids = choice.logprobs or Logprobs(), choice.ids
    if logprobs.content is not None:
        found = [_from_content(entry) for entry in logprobs.content]
    else:
        found = _from_columns(logprobs, token_text, most)
    if most:
        found = [one if one.top else replace(one, logprob=None) for one in found]
    if ids is None:
        return found
    if not found:
        return [Position(token) for token in ids]
    echoed = len(found) - len(ids)
    if echoed < 0:
        raise TargetFaultError(
            "bad-answer", f"the answer has {len(ids)} tokens but tells of {len(found)}"
        )
    sampled = zip(ids, found[echoed:], strict=True)
    return [*found[:echoed], *(replace(position, token=token) for token, position in sampled)]


def _from_columns(columns: Logprobs, token_text: TokenText, most: int) -> list[Position]:
    tokens = columns.tokens or []
    own = columns.token_logprobs or [None] * len(tokens)
    tops = columns.top_logprobs or [None] * len(tokens)
    if not len(tokens) == len(own) == len(tops):
        raise TargetFaultError(
            "bad-answer", "the answer's lists of tokens and log-probabilities differ in length"
        )
    found = []
    for text, logprob, top in zip(tokens, own, tops, strict=True):
        listed = dict(top or {})
        if len(listed) > most:
            listed.pop(str(text), None)
        by_id = ((token_text.token(string), value) for string, value in listed.items())
        token = text if isinstance(text, int) else token_text.token(text)
        top_ids = {token: value for token, value in by_id if token is not None}
        found.append(Position(token, str(text), logprob, top_ids))
    return found


def _from_content(entry: Likely) -> Position:
    listed = ((one.id, one.logprob) for one in entry.top_logprobs or [])
    top = {token: value for token, value in listed if token is not None and value is not None}
    return Position(entry.id, entry.token, entry.logprob, top)


def logprob_rows(positions: Sequence[Position], vocabulary: int) -> Logits:
    """What is told at each position as logarithms, -inf where nothing is; (positions,
    vocabulary).
    """
    rows = np.full((len(positions), vocabulary), -np.inf)
    for row, position in zip(rows, positions, strict=True):
        if position.top:
            row[list(position.top)] = list(position.top.values())
        if position.token is not None and position.logprob is not None:
            row[position.token] = position.logprob
    return rows


def sampled_ids(
    choice: Choice, positions: Sequence[Position], end_ids: frozenset[int], wanted: int
) -> list[int]:
    """The ids of the tokens that a choice sampled; an end that is told only by `finish_reason` is
    put in its place.

    Raises TargetFaultError for a token that cannot be told apart from another.
    """
    ids = [position.token for position in positions if position.token is not None]
    if len(ids) < len(positions):
        raise TargetFaultError(
            "unreadable-token", "the target drew a token whose string fits several ids"
        )
    stopped = choice.finish_reason == "stop" and len(ids) < wanted
    return [*ids, min(end_ids)] if stopped and end_ids and not set(ids) & end_ids else ids
