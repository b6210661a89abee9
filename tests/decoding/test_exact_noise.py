"""The distribution of coupled decoding, computed: noise is cut into cells, and the real loop is run
in each of them.
"""

from collections import defaultdict

import numpy as np
import pytest
from enumerate_rounds import PROMPT, SAMPLINGS, Joint, first_round, output, target_joint
from enumerate_shared_randomness import Noise, _cells, every_noise
from small_models import SmallModel, Ticker, settings

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rejection.gumbel import agreement, gumbel, race, shared_race
from specrecord.decoding.rejection.residual import residual
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.rejection_rule import RejectionRule, VerifyResult
from specrecord.decoding.sampling import Probs, SamplingParams
from specrecord.decoding.trees import Levels, Tree, parse_tree


def worst_error(
    drafter: SmallModel, target: SmallModel, plain: Settings, patch: pytest.MonkeyPatch
) -> float:
    """As in test_exactness: one round, continued by the target, against the target's joint
    distribution of K + 1 tokens.
    """

    def one_round(noise: Noise) -> tuple[int, ...]:
        return tuple(
            first_round(speculate(drafter, target, PROMPT, plain, now=Ticker(), rng=noise))
        )

    found: Joint = defaultdict(float)
    for emitted, weight in every_noise(one_round, target.vocabulary, patch, _siblings(plain.tree)):
        for rest, prob in target_joint(
            target, plain.sampling, plain.k + 1 - len(emitted), emitted
        ).items():
            found[emitted + rest] += weight * prob
    wanted = target_joint(target, plain.sampling, plain.k + 1)
    return max(abs(found[tokens] - prob) for tokens, prob in wanted.items())


def _siblings(tree: Tree) -> int:
    return max(tree.widths) if isinstance(tree, Levels) else 1


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda sampling: sampling.name)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_round_has_the_joint_distribution_of_the_target(
    k: int, sampling: SamplingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = settings(k=k, rule="gumbel", sampling=sampling)
    assert worst_error(SmallModel(k), SmallModel(100 + k), plain, monkeypatch) < 1e-12


@pytest.mark.parametrize("tree", ["2", "3", "1x2", "2x1", "2x2"])
def test_a_tree_has_the_joint_distribution_of_the_target(
    tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 3 if "x" in tree else 4  # of siblings the order counts, and the cells are many
    plain = settings(
        k=tree.count("x") + 1, rule="gumbel", tree=parse_tree(tree), sampling=SamplingParams(0.9)
    )
    assert worst_error(SmallModel(3, size), SmallModel(103, size), plain, monkeypatch) < 1e-12


@pytest.mark.parametrize("stop", [(), (b"12",)], ids=["end token", "end token and stop string"])
def test_whole_runs_have_the_distribution_of_the_autoregressive_run(
    stop: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over several rounds: what was drafted in vain is drafted again by the same noise, and must
    leave no trace.
    """
    drafter, target = SmallModel(1, vocabulary=3), SmallModel(2, vocabulary=3)
    plain = settings(k=2, max_tokens=3, rule="gumbel", end_ids=frozenset({0}), stop=stop)

    def speculative(noise: Noise) -> tuple[int, ...]:
        return output(speculate(drafter, target, PROMPT, plain, now=Ticker(), rng=noise))

    def alone(noise: Noise) -> tuple[int, ...]:
        return output(autoregress(target, PROMPT, plain, now=Ticker(), rng=noise))

    probs: list[Joint] = []
    for run in (speculative, alone):
        row_probs: Joint = defaultdict(float)
        for tokens, weight in every_noise(run, 3, monkeypatch):
            row_probs[tokens] += weight
        assert sum(row_probs.values()) == pytest.approx(1, abs=1e-12)
        probs.append(row_probs)
    found, wanted = probs
    assert found.keys() == wanted.keys()
    assert max(abs(found[tokens] - wanted[tokens]) for tokens in wanted) < 1e-12


def test_the_cells_have_the_volumes_that_the_formulas_say() -> None:
    target, draft = (SamplingParams()(SmallModel(seed).next_logits(PROMPT)) for seed in (1, 2))
    cells = {cell.winners: cell.share for cell in _cells((target.tobytes(), draft.tobytes()), 4)}
    for token in range(4):
        assert sum(share for won, share in cells.items() if won[0] == token) == pytest.approx(
            target[token], abs=1e-13
        )
        both = agreement(target, draft, token) * float(draft[token])
        assert cells[token, token] == pytest.approx(both, abs=1e-13)


def one_noise_for_all(drafted: DraftTree, target_probs: Probs, rng: Noise) -> VerifyResult:
    """The same noise at every position: each token has the right distribution, and two of them
    together do not.
    """
    return gumbel(
        DraftTree(0, drafted.tokens, drafted.parents, drafted.probs, drafted.ends),
        target_probs,
        Pinned(rng),
    )


def residual_race(drafted: DraftTree, target_probs: Probs, rng: Noise) -> VerifyResult:
    """Resamples from the residual, as rules with a coin must and this one must not."""
    true = gumbel(drafted, target_probs, rng)
    node = len(true.path)
    if node == len(drafted.tokens):
        return true
    owed = residual(target_probs[node], drafted.probs[node])
    return VerifyResult(
        true.path,
        true.tests,
        race(owed, rng.shared(drafted.position + node, len(owed))),
        "resampled",
    )


class Pinned:
    """Shared noise of one position only."""

    def __init__(self, rng: Noise) -> None:
        self._rng = rng

    def shared(self, position: int, size: int) -> np.ndarray:
        return self._rng.shared(0, size)


@pytest.mark.parametrize("mutant", [one_noise_for_all, residual_race])
def test_mutants_are_found_out(mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, k in ((0, 1), (1, 2)):
        monkeypatch.setitem(RULES, "mutant", RejectionRule("mutant", mutant, "", shared_race))
        error = worst_error(
            SmallModel(seed), SmallModel(100 + seed), settings(k=k, rule="mutant"), monkeypatch
        )
        assert error > 1e-3
