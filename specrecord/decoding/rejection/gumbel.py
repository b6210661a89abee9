"""Coupled decoding: draft and target decide by the same noise, so the output is what the target
alone would say.

At each position of the output every token x has one uniform u_x, a function of seed and position.
Either side picks the token with the least -log(u_x) / p(x): a race of exponential clocks, which x
wins with probability p(x). It is the Gumbel-max trick, argmax(log p(x) - log(-log u_x)), in other
words.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.rejection_rule import RejectionRule, TestChild, VerifyResult, match_picks
from specrecord.decoding.rng import Draw, Rng
from specrecord.decoding.sampling import Probs

_LEAST = 2.0**-60  # in place of a uniform that is 0, which has no logarithm


def gumbel(draft_tree: DraftTree, target_probs: Probs, rng: Rng) -> VerifyResult:
    """A drafted token stays if the target, deciding by the same noise, picks it too.

    Lossless: every token that comes out is the target's own pick, distributed as its probabilities
    by the race, independent from position to position; it is the very token that the target would
    have picked alone with this seed. A single child stays with probability sum_x 1 / sum_y
    max(target_y / target_x, draft_y / draft_x), at least (1 - TV) / (1 + TV).

    Daliri, Musco, Suresh, arXiv 2408.07978. For chains and trees.
    """

    def pick(node: int, depth: int) -> tuple[Draw, TestChild]:
        probs = target_probs[node + 1]
        uniforms = rng.shared(draft_tree.position + depth, len(probs))

        def test(child: int, token: int) -> tuple[float, float, float]:
            prob = agreement(probs, draft_tree.probs[child], token)
            return prob, float(uniforms[token]), _least_to_win(probs, uniforms, token)

        return race(probs, uniforms), test

    return match_picks(draft_tree, pick)


def shared_race(probs: Probs, count: int, rng: Rng, position: int) -> list[tuple[Draw, Probs]]:
    """The draft's side: the `count` tokens that come in first at this position, each with the
    draft's whole distribution.
    """
    uniforms = rng.shared(position, len(probs))
    able = min(count, int((probs > 0).sum()))
    order: list[int] = np.argsort(_finish(probs, uniforms), kind="stable")[:able].tolist()
    return [
        (_won(probs, uniforms, token, order[:place]), probs) for place, token in enumerate(order)
    ]


def race(probs: Probs, uniforms: NDArray[np.float64]) -> Draw:
    """The token that comes in first. Its interval is [low, 1): with a uniform below `low` another
    would have won.
    """
    return _won(probs, uniforms, int(_finish(probs, uniforms).argmin()))


def agreement(target_probs: Probs, draft_probs: Probs, token: int) -> float:
    """The chance, over the noise, that the target picks `token` given that the draft picked it."""
    target_prob, draft_prob = float(target_probs[token]), float(draft_probs[token])
    if target_prob == 0:
        return 0.0
    slowest = np.maximum(target_probs / target_prob, draft_probs / draft_prob)
    return min(1.0, 1.0 / (float(slowest.sum()) * draft_prob))


def _finish(probs: Probs, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """When each token comes in; never, where it has no probability."""
    times = np.full(len(probs), np.inf)
    np.divide(-np.log(np.maximum(uniforms, _LEAST)), probs, out=times, where=probs > 0)
    return times


def _won(
    probs: Probs, uniforms: NDArray[np.float64], token: int, before: Sequence[int] = ()
) -> Draw:
    return Draw(
        token,
        float(uniforms[token]),
        _least_to_win(probs, uniforms, token, before),
        1.0,
        float(probs[token]),
    )


def _least_to_win(
    probs: Probs, uniforms: NDArray[np.float64], token: int, before: Sequence[int] = ()
) -> float:
    """The uniform below which another than `token` would come in next after `before`; 1 if `token`
    never comes in.
    """
    if probs[token] == 0:
        return 1.0
    finish = _finish(probs, uniforms)
    finish[[token, *before]] = np.inf
    return float(np.exp(-float(probs[token]) * finish.min()))


GUMBEL = RejectionRule(
    name="gumbel",
    verify=gumbel,
    summary="both sides decide by one noise; the output is the target's own of this seed",
    sample=shared_race,
    branches=True,
    by_lists=True,
    shares_noise=True,
)
