"""Distributions over a handful of outcomes, for the figures: p is the target's, q the draft's.

`site/scripts/figures/distributions.js` computes the same.
"""

from collections.abc import Sequence

Distribution = Sequence[float]


def overlap(p: Distribution, q: Distribution) -> float:
    """sum(min(p, q)): the chance that the standard rule accepts one drafted token (Leviathan et
    al., theorem 3.5).
    """
    return sum(map(min, p, q))


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
    if drafts == 0 or sum(q) <= 0:
        return 0.0
    rate, left = 0.0, _normalized([max(0.0, a - b) for a, b in zip(p, q, strict=True)], p)
    for child, prob in enumerate(q):
        if prob > 0:
            accept = min(1.0, p[child] / prob)
            others = [0.0 if index == child else value for index, value in enumerate(q)]
            rest = q if replace else _normalized(others, others)
            later = several_rate(left, rest, drafts - 1, replace=replace) if accept < 1 else 0.0
            rate += prob * (accept + (1 - accept) * later)
    return rate


def _normalized(values: Distribution, otherwise: Distribution) -> Distribution:
    mass = sum(values)
    return [value / mass for value in values] if mass > 0 else otherwise


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
