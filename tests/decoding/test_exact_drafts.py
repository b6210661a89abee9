"""Losslessness of every way to draft: guesses, ensembles, windows, adaptive depth. By the same
measure as the rules.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from enumerate_rounds import BRANCHING, ENUMERABLE, worst_error
from small_heads import random_head
from small_models import SmallFeatured, SmallModel, Ticker, settings

from specrecord.decoding import loop
from specrecord.decoding.draft_length import AdaptiveDraftLength
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.drafters.draft_head import RecurrentDrafter
from specrecord.drafters.ensemble import EnsembleDrafter
from specrecord.drafters.proposal import merged
from specrecord.events import Draft, Verify
from specrecord.models.base import Logits, ModelInfo, Proposal, Proposer

CHOOSING = [name for name in BRANCHING if RULES[name].chosen]


class SmallProposer(Proposer):
    """Proposes a random tree, fixed for a context; sometimes nothing."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.info = ModelInfo(f"guess-{seed}", "test", "guess", "digits", 64)

    def propose(self, context: Sequence[int], depth: int, width: int) -> Proposal:
        rng = np.random.default_rng([self.seed, zlib.crc32(repr(list(context)).encode())])
        return merged(rng.integers(0, 4, (rng.integers(0, width + 1), depth)).tolist())


class SmallWindowed(SmallProposer):
    """Has a window read along, which must change nothing."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.learnt: list[int] = []

    def window(self, context: Sequence[int]) -> Proposal:
        return merged([[0, 1, 2], [3, 3]])

    def learn(self, context: Sequence[int], logits: Logits) -> None:
        self.learnt.append(len(logits))


@pytest.mark.parametrize(
    "sampling",
    [SamplingParams(), SamplingParams(0), SamplingParams(0.7, 3)],
    ids=lambda sampling: sampling.name,
)
@pytest.mark.parametrize("rule", [*CHOOSING, "standard", "block"])
@pytest.mark.parametrize("kind", [SmallProposer, SmallWindowed])
def test_guesses_have_the_joint_distribution_of_the_target(
    kind: type[SmallProposer], rule: str, sampling: SamplingParams
) -> None:
    tree = parse_tree("3x3" if RULES[rule].branches else "chain")
    for seed in range(6):
        proposer = kind(seed)
        assert (
            worst_error(
                proposer,
                SmallModel(50 + seed),
                settings(k=2, rule=rule, tree=tree, sampling=sampling),
            )
            < 1e-12
        )
        if isinstance(proposer, SmallWindowed):
            assert set(proposer.learnt) == {5}


@pytest.mark.parametrize("rule", [rule for rule in ENUMERABLE if rule != "match"])
def test_a_mixture_has_the_joint_distribution_of_the_target(rule: str) -> None:
    for seed in range(3):
        both = EnsembleDrafter([SmallModel(seed), SmallModel(10 + seed), SmallProposer(seed)], 4)
        assert worst_error(both, SmallModel(50 + seed), settings(k=2, rule=rule)) < 1e-12


@pytest.mark.parametrize("tree", ["2", "3"])
def test_children_of_several_drafts_have_the_joint_distribution_of_the_target(tree: str) -> None:
    for seed in range(2):
        several = EnsembleDrafter([SmallModel(seed), SmallProposer(seed), SmallModel(10 + seed)], 4)
        plain = settings(k=1, rule="specinfer", tree=parse_tree(tree))
        assert worst_error(several, SmallModel(50 + seed), plain) < 1e-12


@pytest.mark.parametrize(
    "sampling",
    [SamplingParams(), SamplingParams(0), SamplingParams(0.7, 3)],
    ids=lambda sampling: sampling.name,
)
@pytest.mark.parametrize(
    ("rule", "tree"),
    [(rule, "chain") for rule in ENUMERABLE]
    + [(rule, "2x1") for rule in BRANCHING]
    + [(rule, "dynamic:2:3") for rule in CHOOSING],
)
def test_a_trained_head_has_the_joint_distribution_of_the_target(
    rule: str, tree: str, sampling: SamplingParams, tmp_path: Path
) -> None:
    """It scores three of four tokens, and reads the target's features."""
    for seed in range(2):
        target = SmallFeatured(seed)
        folder = random_head(tmp_path / str(seed), target, [0, 2, 3], seed, scale=0.8)
        draft = RecurrentDrafter(folder, target, "head:small")
        plain = settings(k=2, rule=rule, tree=parse_tree(tree), sampling=sampling)
        assert worst_error(draft, target, plain) < 1e-12


def test_a_member_is_named_by_its_place_among_all_though_others_are_silent() -> None:
    class Silent(SmallModel):
        def next_logits(self, context: Sequence[int]) -> Logits | None:
            return None

    both = EnsembleDrafter([SmallModel(1), Silent(2), SmallModel(3)], 4)
    plain = settings(k=1, rule="specinfer", tree=parse_tree("2"), max_tokens=9)
    events = loop.speculate(both, SmallModel(5), [1, 0], plain, now=Ticker(), rng=rng(1))
    drafts = [event for event in events if isinstance(event, Draft)]
    assert len(drafts) > 2
    assert [draft.member for draft in drafts] == [0, 2] * (len(drafts) // 2)


def test_children_of_two_drafts_two_levels_deep_have_the_joint_distribution_of_the_target() -> None:
    both = EnsembleDrafter([SmallModel(1, 3), SmallModel(2, 3)], 3)
    plain = settings(k=2, rule="specinfer", tree=parse_tree("2x2"))
    assert worst_error(both, SmallModel(3, 3), plain) < 1e-12


def test_rrs_draws_its_children_from_the_mixture() -> None:
    for seed in range(2):
        both = EnsembleDrafter([SmallModel(seed), SmallModel(10 + seed)], 4)
        plain = settings(k=2, rule="rrs", tree=parse_tree("2x1"))
        assert worst_error(both, SmallModel(50 + seed), plain) < 1e-12


@pytest.mark.parametrize(
    "sampling",
    [SamplingParams(), SamplingParams(0), SamplingParams(0.7, 3)],
    ids=lambda sampling: sampling.name,
)
@pytest.mark.parametrize("rule", ["standard", "block", "match"])
def test_stopping_where_one_more_does_not_pay_changes_no_distribution(
    rule: str, sampling: SamplingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first round on, with a pace that has seen enough to stop at some confidences and not
    at others.
    """
    monkeypatch.setattr(loop, "AdaptiveDraftLength", seasoned)
    depths = set()
    for seed in range(6):
        drafter, target = SmallModel(seed), SmallModel(50 + seed)
        plain = settings(k=3, rule=rule, sampling=sampling, adaptive=True)
        assert worst_error(drafter, target, plain) < 1e-12
        events = loop.speculate(drafter, target, [1, 0], plain, now=Ticker(), rng=rng(seed))
        depths.update(event.tokens for event in events if isinstance(event, Verify))
    assert len(depths) > 1


def seasoned() -> AdaptiveDraftLength:
    draft_length = AdaptiveDraftLength()
    for _ in range(30):
        draft_length.after_round(3.0, 4.0, 0.5, [(0.9, 0.95), (0.5, 0.3), (0.3, 0.1)], 3)
        draft_length.after_round(1.0, 3.5, 0.5, [(1.0, 0.9)], 1)
    return draft_length


def rng(seed: int) -> SeededRng:
    return SeededRng(np.random.default_rng(seed))


def test_a_pace_drafts_more_where_the_draft_is_sure_and_cheap() -> None:
    assert AdaptiveDraftLength().worth([0.5])
    draft_length = seasoned()
    assert draft_length.worth([0.9])
    assert not draft_length.worth([0.3])
    assert not draft_length.worth([0.9] * 40)
    dear = AdaptiveDraftLength()
    for _ in range(10):
        dear.after_round(300.0, 4.0, 0.5, [(0.9, 0.95)], 3)
    assert not dear.worth([0.9])
