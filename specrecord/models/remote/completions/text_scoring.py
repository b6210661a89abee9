"""Scoring by a server that takes texts only. It splits them into tokens by itself, and not always
where the draft did.

What is needed is the distribution after the context, and after each drafted token. A scored text
tells those at the ends of the server's own tokens: where they fall on the ends of ours, counted in
bytes, one request tells them all. An end that falls within one of the server's tokens is asked for
by itself, with the text that ends there. To leave such a token untested instead would be biased,
for whether it is would depend on what was drafted.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate

from specrecord.models.base import TargetFaultError
from specrecord.models.remote.completions.responses import Position

# By the bytes that follow in the scored text: the position whose `top` is the distribution there.
ByPlace = dict[int, Position]


def positions_by_place(echoed: Sequence[Position], shifted: bool) -> ByPlace:
    """Where the echoed positions' distributions stand.

    A shifted entry holds the distribution after its token, any other the one before it (the last of
    them is the token that was generated, with the distribution at the very end).
    """
    scored = echoed if shifted else echoed[:-1]
    sizes = [len(_bytes(position)) for position in scored]
    after = [sum(sizes) - end for end in accumulate(sizes, initial=0)]
    return dict(zip(after[1:] if shifted else after, echoed, strict=True))


def rows_at_ends(
    score: Callable[[Sequence[int]], ByPlace], sizes: Sequence[int], drafted: Sequence[int]
) -> list[Position]:
    """The positions whose distributions stand after the context and after each drafted token.

    `score` scores the context and some drafted tokens; `sizes` are the drafted tokens' bytes.
    Raises TargetFaultError.
    """
    found: list[Position | None] = [None] * (len(drafted) + 1)
    for count in range(len(drafted), -1, -1):
        if found[count] is not None:
            continue
        scored = score(drafted[:count])
        for end in range(count + 1):
            position = scored.get(sum(sizes[end:count]))
            if found[end] is None and position is not None and position.top:
                found[end] = position
        if found[count] is None:
            raise TargetFaultError(
                "not-scored",
                "the server does not tell the distribution at the end of a text",
                lasting=True,
            )
    return [position for position in found if position is not None]


def _bytes(position: Position) -> bytes:
    """The bytes of a position's string; what is not whole UTF-8 cannot be counted on."""
    text = position.text or ""
    if "\ufffd" in text:
        raise TargetFaultError(
            "unreadable-token", "the server splits a text within a character", lasting=True
        )
    return text.encode()
