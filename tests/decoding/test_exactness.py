"""Losslessness, computed: the joint distribution of what the real loop emits equals the target's,
to rounding.

One round is enough by induction: a round starts from the emitted tokens alone, so if the tokens of
a round, continued by the target's own distribution, have the target's joint distribution, then so
has any number of rounds. A second test follows whole runs to their end anyway. Three mutants must
fail the same measure.
"""

import itertools
from collections import defaultdict

import numpy as np
import pytest
from enumerate_rng import ScriptedRng, every_run
from enumerate_rounds import BRANCHING, ENUMERABLE, PROMPT, SAMPLINGS, Joint, output, worst_error
from small_models import SmallModel, Ticker, settings

from specrecord.decoding.draft_tree import DraftTree
from specrecord.decoding.loop import autoregress, speculate
from specrecord.decoding.rejection.residual import residual
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.rejection_rule import (
    AcceptanceTest,
    RejectionRule,
    VerifyResult,
    independent,
    without_replacement,
)
from specrecord.decoding.rng import Draw
from specrecord.decoding.sampling import Probs, SamplingParams
from specrecord.decoding.trees import parse_tree


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda sampling: sampling.name)
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("rule", ENUMERABLE)
def test_a_round_has_the_joint_distribution_of_the_target(
    rule: str, k: int, sampling: SamplingParams
) -> None:
    for seed in range(3):
        drafter, target = SmallModel(seed), SmallModel(100 + seed)
        assert worst_error(drafter, target, settings(k=k, rule=rule, sampling=sampling)) < 1e-12


@pytest.mark.parametrize("rule", ENUMERABLE)
def test_a_draft_equal_to_the_target_changes_nothing(rule: str) -> None:
    model = SmallModel(5)
    assert worst_error(model, model, settings(k=3, rule=rule)) < 1e-12


@pytest.mark.parametrize("rule", ENUMERABLE)
def test_a_draft_that_misses_most_of_the_support_changes_nothing(rule: str) -> None:
    drafter, target = SmallModel(6, spread=9.0), SmallModel(7, spread=0.3)
    assert (
        worst_error(drafter, target, settings(k=3, rule=rule, sampling=SamplingParams(top_p=0.95)))
        < 1e-12
    )


@pytest.mark.parametrize("rule", ENUMERABLE)
@pytest.mark.parametrize("stop", [(), (b"12",)], ids=["end token", "end token and stop string"])
def test_whole_runs_have_the_distribution_of_the_autoregressive_run(
    rule: str, stop: tuple[bytes, ...]
) -> None:
    drafter, target = SmallModel(1, vocabulary=3), SmallModel(2, vocabulary=3)
    plain = settings(k=2, max_tokens=3, rule=rule, end_ids=frozenset({0}), stop=stop)

    def probs(speculative: bool) -> Joint:
        def run(rng: ScriptedRng) -> tuple[int, ...]:
            if speculative:
                return output(speculate(drafter, target, PROMPT, plain, now=Ticker(), rng=rng))
            return output(autoregress(target, PROMPT, plain, now=Ticker(), rng=rng))

        found: Joint = defaultdict(float)
        for tokens, weight in every_run(run):
            found[tokens] += weight
        return found

    found, wanted = probs(True), probs(False)
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)
    assert found.keys() == wanted.keys()
    assert max(abs(found[tokens] - wanted[tokens]) for tokens in wanted) < 1e-12


@pytest.mark.parametrize(
    "sampling",
    [
        SamplingParams(),
        SamplingParams(temperature=0),
        SamplingParams(temperature=0.7, top_k=3, top_p=0.9),
    ],
    ids=lambda sampling: sampling.name,
)
@pytest.mark.parametrize("tree", ["2", "3", "1x2", "2x1", "2x2"])
@pytest.mark.parametrize("rule", BRANCHING)
def test_a_tree_has_the_joint_distribution_of_the_target(
    rule: str, tree: str, sampling: SamplingParams
) -> None:
    shape = parse_tree(tree)
    vocabulary = 3 if tree == "2x2" else 4
    for seed in range(2):
        drafter, target = SmallModel(seed, vocabulary), SmallModel(100 + seed, vocabulary)
        plain = settings(k=tree.count("x") + 1, rule=rule, tree=shape, sampling=sampling)
        assert worst_error(drafter, target, plain) < 1e-12


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda sampling: sampling.name)
@pytest.mark.parametrize("rule", [name for name in BRANCHING if RULES[name].chosen])
def test_a_dynamic_tree_has_the_joint_distribution_of_the_target(
    rule: str, sampling: SamplingParams
) -> None:
    for seed, tree in itertools.product(range(3), ("dynamic:2:3", "dynamic:2:6", "dynamic:3:5")):
        plain = settings(k=3, rule=rule, tree=parse_tree(tree), sampling=sampling)
        assert worst_error(SmallModel(seed), SmallModel(100 + seed), plain) < 1e-12


# Mutants: each is a mistake seen in real code. The measure above must see it.


def always_accept(drafted: DraftTree, target_probs: Probs, rng: ScriptedRng) -> VerifyResult:
    """Never asks the target."""
    nodes = list(range(len(drafted.tokens)))
    trials = {node: AcceptanceTest(1.0, 0.0) for node in nodes}
    return VerifyResult(nodes, trials, rng.draw(target_probs[len(nodes)]), "bonus")


def wrong_residual(drafted: DraftTree, target_probs: Probs, rng: ScriptedRng) -> VerifyResult:
    """Draws a fresh target token in place of a rejected one, instead of one from the residual."""
    trials: dict[int, AcceptanceTest] = {}
    for node, token in enumerate(drafted.tokens):
        flip = rng.flip(min(1.0, target_probs[node][token] / drafted.probs[node][token]))
        trials[node] = AcceptanceTest(0.0, flip.uniform)
        if not flip.heads:
            return VerifyResult(
                list(range(node)), trials, rng.draw(target_probs[node]), "resampled"
            )
    return VerifyResult(
        list(range(len(drafted.tokens))),
        trials,
        rng.draw(target_probs[len(drafted.tokens)]),
        "bonus",
    )


def block_with_the_standard_residual(
    drafted: DraftTree, target_probs: Probs, rng: ScriptedRng
) -> VerifyResult:
    """Judges blocks, but resamples as if tokens had been judged one by one (vllm-ascend shipped
    this).
    """
    true = RULES["block"].verify(drafted, target_probs, Deaf(rng))
    node = len(true.path)
    probs = (
        target_probs[node]
        if node == len(drafted.tokens)
        else residual(target_probs[node], drafted.probs[node])
    )
    return VerifyResult(true.path, true.tests, rng.draw(probs), true.origin)


def ratio_for_chosen(drafted: DraftTree, target_probs: Probs, rng: ScriptedRng) -> VerifyResult:
    """Judges children without taking out of the draft's distribution what its elder siblings took
    (rrs without the update).
    """
    forgotten = DraftTree(
        drafted.position, drafted.tokens, drafted.parents, list(drafted.probs), drafted.ends
    )
    for node, parent in enumerate(drafted.parents):
        forgotten.probs[node] = drafted.probs[drafted.children(parent)[0]]
    return RULES["rrs"].verify(forgotten, target_probs, rng)


def draw_for_each_child(drafted: DraftTree, target_probs: Probs, rng: ScriptedRng) -> VerifyResult:
    """Lets the target draw once a child instead of once a node (fms-extras 12)."""
    path: list[int] = []
    node = -1
    while children := drafted.children(node):
        drawn = [rng.draw(target_probs[node + 1]) for _ in children]
        hit = [
            child
            for child, draw in zip(children, drawn, strict=True)
            if draw.token == drafted.tokens[child]
        ]
        if not hit:
            return VerifyResult(path, {}, drawn[-1], "resampled")
        node = hit[0]
        path.append(node)
    return VerifyResult(path, {}, rng.draw(target_probs[node + 1]), "bonus")


def top_children(
    probs: Probs, count: int, rng: ScriptedRng, position: int
) -> list[tuple[Draw, Probs]]:
    """Chooses the likeliest children, but lets them be judged as if they had been drawn."""
    return [
        (Draw(int(token), 0.0, 0.0, 1.0, float(probs[token])), probs)
        for token in np.argsort(-probs)[:count]
    ]


def without_replacement_forgotten(
    probs: Probs, count: int, rng: ScriptedRng, position: int
) -> list[tuple[Draw, Probs]]:
    """Draws without replacement, but says that each child was drawn from the whole distribution."""
    return [(draw, probs) for draw, _ in without_replacement(probs, count, rng, position)]


class Deaf:
    """Passes coins on, but answers draws with nothing in particular: the caller draws by itself."""

    def __init__(self, rng: ScriptedRng) -> None:
        self.flip = rng.flip

    def draw(self, probs: Probs) -> Draw:
        return Draw(0, 0.0, 0.0, 1.0, 1.0)


class ArgmaxDraft:
    """Drafts the likeliest token but lets it be judged as if it had been drawn from the draft's
    distribution.
    """

    def __init__(self, rng: ScriptedRng) -> None:
        self._rng, self._drafting = rng, True

    def flip(self, probability: float):
        self._drafting = False
        return self._rng.flip(probability)

    def draw(self, probs: Probs) -> Draw:
        if self._drafting:
            token = int(probs.argmax())
            return Draw(token, 0.0, 0.0, 1.0, float(probs[token]))
        return self._rng.draw(probs)


@pytest.mark.parametrize("mutant", [always_accept, wrong_residual])
def test_mutant_rules_are_found_out(mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "mutant", RejectionRule("mutant", mutant, ""))
    for seed, k in itertools.product(range(3), (1, 2, 3)):
        assert (
            worst_error(SmallModel(seed), SmallModel(100 + seed), settings(k=k, rule="mutant"))
            > 1e-3
        )


def test_the_mutant_of_block_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is less wrong than others: only rounds that keep a part of their draft go astray."""
    monkeypatch.setitem(
        RULES, "mutant", RejectionRule("mutant", block_with_the_standard_residual, "")
    )
    for seed in range(4):
        assert (
            worst_error(SmallModel(seed), SmallModel(100 + seed), settings(k=3, rule="mutant"))
            > 1e-4
        )


@pytest.mark.parametrize(
    ("mutant", "sample"),
    [
        (ratio_for_chosen, without_replacement),
        (draw_for_each_child, without_replacement),
        (RULES["rrs"].verify, top_children),
        (RULES["specinfer"].verify, without_replacement_forgotten),
    ],
)
def test_mutant_tree_rules_are_found_out(mutant, sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "mutant", RejectionRule("mutant", mutant, "", sample, branches=True))
    for seed, (tree, vocabulary) in itertools.product(range(2), [("2", 4), ("2x1", 3)]):
        plain = settings(k=tree.count("x") + 1, rule="mutant", tree=parse_tree(tree))
        assert (
            worst_error(SmallModel(seed, vocabulary), SmallModel(100 + seed, vocabulary), plain)
            > 1e-3
        )


def test_a_token_dropped_for_its_low_confidence_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Drawing a token and then forgetting it because the draft was unsure biases what is left."""

    def only_sure(
        probs: Probs, count: int, rng: ScriptedRng, position: int
    ) -> list[tuple[Draw, Probs]]:
        return [
            (draw, probs)
            for draw, probs in independent(probs, count, rng, position)
            if draw.prob >= 0.3
        ]

    monkeypatch.setitem(
        RULES, "mutant", RejectionRule("mutant", RULES["standard"].verify, "", only_sure)
    )
    for seed in range(3):
        assert (
            worst_error(SmallModel(seed), SmallModel(100 + seed), settings(k=2, rule="mutant"))
            > 1e-3
        )


def test_a_mutant_draft_is_found_out() -> None:
    for seed, k in itertools.product(range(3), (1, 2, 3)):
        error = worst_error(
            SmallModel(seed), SmallModel(100 + seed), settings(k=k), chance_type=ArgmaxDraft
        )
        assert error > 1e-3


def test_the_residual_is_what_the_target_has_more_of() -> None:
    target, draft = np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.1, 0.6, 0.1, 0.2])
    assert residual(target, draft).tolist() == pytest.approx([0.8, 0, 0.2, 0])
    assert residual(target, target).tolist() == target.tolist()
