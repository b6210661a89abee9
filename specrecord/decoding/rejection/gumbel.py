"""Coupled decoding: draft and target decide by the same noise, so the output is what the target
alone would say.

At each position of the output every token x has one uniform u_x, a function of seed and position.
Either side picks the token with the least -log(u_x) / law(x): a race of exponential clocks, which x
wins with probability law(x). It is the Gumbel-max trick, argmax(log law(x) - log(-log u_x)), in
other words.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from specrecord.decoding.rejection.rule import ROOT, Drafted, Outcome, Trial
from specrecord.decoding.rng import Chance, Draw
from specrecord.decoding.sampling import Laws

_LEAST = 2.0**-60  # in place of a uniform that is 0, which has no logarithm


def gumbel(drafted: Drafted, target_laws: Laws, chance: Chance) -> Outcome:
    """A drafted token stays if the target, deciding by the same noise, picks it too.

    Lossless: every token that comes out is the target's own pick, for the law by the race,
    independent from position to position; it is the very token that the target would have picked
    alone with this seed. A single child stays with probability sum_x 1 / sum_y max(target_y /
    target_x, draft_y / draft_x), at least (1 - TV) / (1 + TV).

    Daliri, Musco, Suresh, arXiv 2408.07978. For chains and trees.
    """
    path: list[int] = []
    trials: dict[int, Trial] = {}
    node = ROOT
    while children := drafted.children(node):
        law = target_laws[node + 1]
        uniforms = chance.shared(drafted.position + len(path), len(law))
        drawn = race(law, uniforms)
        for child in children:
            token = drafted.tokens[child]
            low = drawn.low if token == drawn.token else _least_to_win(law, uniforms, token)
            prob = agreement(law, drafted.laws[child], token)
            trials[child] = Trial(token == drawn.token, prob, float(uniforms[token]), low)
            if token == drawn.token:
                break
        else:
            return Outcome(path, trials, drawn, "resampled")
        node = child
        path.append(node)
    if node != ROOT and drafted.ends[node]:
        return Outcome(path, trials, None, "bonus")
    law = target_laws[node + 1]
    return Outcome(
        path, trials, race(law, chance.shared(drafted.position + len(path), len(law))), "bonus"
    )


def shared_race(law: Laws, count: int, chance: Chance, position: int) -> list[tuple[Draw, Laws]]:
    """The draft's side: the `count` tokens that come in first at this position, each with the
    draft's whole law.
    """
    uniforms = chance.shared(position, len(law))
    able = min(count, int((law > 0).sum()))
    order: list[int] = np.argsort(_finish(law, uniforms), kind="stable")[:able].tolist()
    return [(_won(law, uniforms, token, order[:place]), law) for place, token in enumerate(order)]


def race(law: Laws, uniforms: NDArray[np.float64]) -> Draw:
    """The token that comes in first. Its interval is [low, 1): with a uniform below `low` another
    would have won.
    """
    return _won(law, uniforms, int(_finish(law, uniforms).argmin()))


def agreement(target_law: Laws, draft_law: Laws, token: int) -> float:
    """The chance, over the noise, that the target picks `token` given that the draft picked it."""
    target_prob, draft_prob = float(target_law[token]), float(draft_law[token])
    if target_prob == 0:
        return 0.0
    slowest = np.maximum(target_law / target_prob, draft_law / draft_prob)
    return min(1.0, 1.0 / (float(slowest.sum()) * draft_prob))


def _finish(law: Laws, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """When each token comes in; never, where it has no probability."""
    times = np.full(len(law), np.inf)
    np.divide(-np.log(np.maximum(uniforms, _LEAST)), law, out=times, where=law > 0)
    return times


def _won(law: Laws, uniforms: NDArray[np.float64], token: int, before: Sequence[int] = ()) -> Draw:
    return Draw(
        token,
        float(uniforms[token]),
        _least_to_win(law, uniforms, token, before),
        1.0,
        float(law[token]),
    )


def _least_to_win(
    law: Laws, uniforms: NDArray[np.float64], token: int, before: Sequence[int] = ()
) -> float:
    """The uniform below which another than `token` would come in next after `before`; 1 if `token`
    never comes in.
    """
    if law[token] == 0:
        return 1.0
    finish = _finish(law, uniforms)
    finish[[token, *before]] = np.inf
    return float(np.exp(-float(law[token]) * finish.min()))


def agreement_rate(target_law: Laws, draft_law: Laws) -> float:
    """The chance that both sides pick the same token: sum_x 1 / sum_y max(target_y/target_x,
    draft_y/draft_x).
    """
    tokens: Sequence[int] = ((target_law > 0) & (draft_law > 0)).nonzero()[0].tolist()
    return sum(
        agreement(target_law, draft_law, token) * float(draft_law[token]) for token in tokens
    )
