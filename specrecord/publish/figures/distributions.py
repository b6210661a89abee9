"""Distributions over a handful of outcomes, for the figures: p is the target's, q the draft's.

`site/scripts/distributions.js` computes the same.
"""

from collections.abc import Iterator, Sequence

Distribution = Sequence[float]


def overlap(p: Distribution, q: Distribution) -> float:
    """sum(min(p, q)): the chance that the standard rule accepts one drafted token (Leviathan et
    al., theorem 3.5).
    """
    return sum(map(min, p, q))


def residual(p: Distribution, q: Distribution) -> list[float]:
    """norm(max(0, p - q)): a rejected token's place is drawn from it; p itself where p = q."""
    excess = [max(0.0, a - b) for a, b in zip(p, q, strict=True)]
    mass = sum(excess)
    return [value / mass for value in excess] if mass > 0 else list(p)


def match_rate(p: Distribution, q: Distribution) -> float:
    """sum(p q): the chance that two independent samples agree."""
    return sum(a * b for a, b in zip(p, q, strict=True))


def coupled_rate(p: Distribution, q: Distribution) -> float:
    """The chance that both sides, each taking the argmax of log probability plus the same Gumbel
    noise, agree: sum over x of 1 / sum over y of max(p_y / p_x, q_y / q_x) (Daliri, Musco, Suresh,
    2024).
    """
    both = [x for x in range(len(p)) if p[x] > 0 and q[x] > 0]
    return sum(1 / sum(max(p[y] / p[x], q[y] / q[x]) for y in range(len(p))) for x in both)


def several_rate(p: Distribution, q: Distribution, drafts: int, *, replace: bool) -> float:
    """The chance that one of `drafts` children of a node is accepted, by recursive rejection
    (SpecInfer with replacement; Jeon et al. without). Every sequence of children is enumerated.
    """
    return sum(_several(list(p), list(q), drafts, replace))


def _several(p: list[float], q: list[float], drafts: int, replace: bool) -> Iterator[float]:
    """The chance of an acceptance at each child in turn, given what earlier rejections left."""
    if drafts == 0 or sum(q) <= 0:
        return
    for child, prob in enumerate(q):
        if prob <= 0:
            continue
        accept = min(1.0, p[child] / prob)
        yield prob * accept
        if accept < 1:
            left = residual(p, q)
            rest = q if replace else _without(q, child)
            yield prob * (1 - accept) * sum(_several(left, rest, drafts - 1, replace))


def _without(q: list[float], child: int) -> list[float]:
    left = [0.0 if index == child else value for index, value in enumerate(q)]
    mass = sum(left)
    return [value / mass for value in left] if mass > 0 else left


def lookup_guesses(tokens: Sequence[int], prompt: int, size: int) -> list[bool | None]:
    """Prompt lookup, replayed over a recorded text (Saxena 2023). For each output token: None where
    its last `size` tokens had not occurred before, else whether what followed then, at the latest
    place, is what came.
    """
    found: list[bool | None] = []
    for place in range(prompt, len(tokens)):
        tail = tokens[max(0, place - size) : place]
        earlier = next(
            (at for at in range(place - size - 1, -1, -1) if tokens[at : at + size] == tail), None
        )
        found.append(None if earlier is None else tokens[earlier + size] == tokens[place])
    return found
