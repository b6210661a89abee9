"""Several children at a node, judged one after another against what is left of the target's law.

The argument is that of the standard rule, applied again: the first child is accepted with its own
share, and given a rejection the place is owed the residual law, for which the next child is a draft
like any other. So the token that comes out of a node has the target's law for any order and any
number of children, as long as each child is judged by the law that it was drawn from given those
before it.
"""

from specrecord.decoding.rejection.residual import residual, shared_mass
from specrecord.decoding.rejection.rule import ROOT, Drafted, Outcome, Trial
from specrecord.decoding.rng import Chance, Draw
from specrecord.decoding.sampling import Laws


def specinfer(drafted: Drafted, target_laws: Laws, chance: Chance) -> Outcome:
    """Multi-step speculative sampling: children drawn independently, by one draft or several.

    A chosen child (an n-gram's guess, a dynamic tree's top tokens) has a point mass for its law: it
    is accepted with what is left of the target's probability of it, and after a rejection that is
    taken out and the rest renormalised.

    Miao et al., ASPLOS 2024, arXiv 2305.09781, algorithm 2 (there for children in random order; any
    order is lossless).
    """
    return _descend(drafted, target_laws, chance)


def rrs(drafted: Drafted, target_laws: Laws, chance: Chance) -> Outcome:
    """Recursive rejection sampling without replacement: children of one draft, no token twice.

    Each child's law is the draft's without its elder siblings, renormalised: `without_replacement`
    draws them so, and both sides of the test use it. It accepts at least as much as `specinfer`
    with as many children.

    Jeon et al., arXiv 2402.14160; Chen et al. (Sequoia), arXiv 2402.12374.
    """
    return _descend(drafted, target_laws, chance)


def without_replacement(
    law: Laws, count: int, chance: Chance, position: int
) -> list[tuple[Draw, Laws]]:
    """Up to `count` different tokens in the order drawn, each with the law that it was drawn
    from.
    """
    drawn: list[tuple[Draw, Laws]] = []
    while len(drawn) < count:
        draw = chance.draw(law)
        drawn.append((draw, law))
        rest = law.copy()
        rest[draw.token] = 0.0
        mass = rest.sum()
        if mass <= 0:
            break
        law = rest / mass
    return drawn


def _descend(drafted: Drafted, target_laws: Laws, chance: Chance) -> Outcome:
    path: list[int] = []
    trials: dict[int, Trial] = {}
    node = ROOT
    while children := drafted.children(node):
        left = target_laws[node + 1]
        for child in children:
            trials[child] = trial = _test(drafted, child, left, chance, first=child == children[0])
            if trial.accepted:
                break
            left = residual(left, drafted.laws[child])
        else:
            return Outcome(path, trials, chance.draw(left), "resampled")
        node = child
        path.append(node)
    ends = node != ROOT and drafted.ends[node]
    return Outcome(path, trials, None if ends else chance.draw(target_laws[node + 1]), "bonus")


def _test(drafted: Drafted, child: int, left: Laws, chance: Chance, first: bool) -> Trial:
    token, draft_law = drafted.tokens[child], drafted.laws[child]
    prob = float(left[token])
    accept_prob = min(1.0, prob / float(draft_law[token]))
    flip = chance.flip(accept_prob)
    if first:
        return Trial(flip.heads, accept_prob, flip.uniform)
    return Trial(
        flip.heads, accept_prob, flip.uniform, left=prob, shared=shared_mass(left, draft_law)
    )
