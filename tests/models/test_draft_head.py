"""A trained head as a draft: it reads the target's own features, never stale ones, is lossless, and
is refused where it does not fit.
"""

import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare
from small_heads import generate, random_head, settings

import specrecord
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.drafters.draft_head import RecurrentDrafter
from specrecord.errors import UnknownModelError, UnsupportedModelError, VocabularyMismatchError
from specrecord.models.base import FeatureTarget, Target
from specrecord.models.weights import read_tensors
from specrecord.registry import load_pair
from tools.draft_head.card import render

TEXT = [40, 41, 42, 43, 44, 45, 40, 41]
TOKENS, PARENTS = [50, 41, 51, 52], [-1, -1, 0, 1]
SCORED = list(range(40, 80))
SAMPLES = int(os.environ.get("SPECRECORD_CONTINUATIONS", "3000"))


def small_target() -> FeatureTarget:
    target = load_pair(None, "tiny:draft").target
    assert isinstance(target, FeatureTarget)
    return target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return random_head(tmp_path / "head", small_target(), SCORED, scale=0.3)


def test_features_are_those_of_just_these_tokens_whatever_was_read_before() -> None:
    target, alone = small_target(), small_target()
    rows = target.head_rows(np.arange(8))
    assert len(target.features(TEXT)) == 0

    def require(context: list[int], count: int) -> None:
        found = target.features(context).copy()
        assert len(found) == count
        logits = alone.verify(context[:1], context[1:count]).logits
        assert np.abs(found @ rows.T - logits[:, :8]).max() < 2e-4

    target.prefill(TEXT)
    require(TEXT, 7)
    target.verify(TEXT, [50, 51, 52])
    require([*TEXT, 50, 51, 60], 10)
    require([*TEXT[:4], 60, 61], 4)
    target.verify(TEXT, TOKENS, PARENTS)
    require([*TEXT, 41, 52, 60], 10)
    target.verify([*TEXT, 41, 52, 60], [])
    require([*TEXT, 41, 52, 60, 61], 11)


def plain_logits(folder: Path, target: FeatureTarget, context: list[int], read: int) -> Any:
    """The head once more, as its definition says it, in float64, one step and head at a time."""
    weights = {name: w.astype(np.float64) for name, w in read_tensors(folder).items()}
    config = json.loads((folder / "config.json").read_text())

    def normed(x: Any) -> Any:
        return x / np.sqrt((x * x).mean() + 1e-5)

    embedded = [normed(target.embedding[token].astype(np.float64)) for token in context]
    target.verify(context[:read], [])
    features = target.features(context)[:read].astype(np.float64)
    state = features[-1]
    for token in embedded[read:]:
        x = weights["enter.weight"] @ np.concatenate((state, token))
        query = weights["query.weight"] @ normed(x)
        seen = []
        for head, slope in enumerate(config["slopes"]):
            part = slice(2 * head, 2 * head + 2)
            scores, values = [], []
            for at, feature in enumerate(features):
                key = weights["key.weight"] @ np.concatenate((feature, embedded[at]))
                value = weights["value.weight"] @ np.concatenate((feature, embedded[at + 1]))
                scores.append(query[part] @ key[part] / 2**0.5 - slope * (read - 1 - at))
                values.append(value[part])
            shares = np.exp(np.array(scores) - max(scores))
            seen.append(shares / shares.sum() @ np.array(values))
        x = x + weights["read.weight"] @ np.concatenate(seen)
        gate, up = np.split(weights["gate_up.weight"] @ normed(x), 2)
        x = x + weights["down.weight"] @ (gate / (1 + np.exp(-gate)) * up)
        state = normed(x) * weights["gain"]
    scored = target.head_rows(np.array(config["tokens"])).astype(np.float64)
    logits = np.full(len(target.embedding), -np.inf)
    logits[config["tokens"]] = scored @ state + weights["bias"]
    return logits


def test_a_round_begins_from_the_latest_features_and_goes_on_by_itself(folder: Path) -> None:
    target, alone = small_target(), small_target()
    draft = RecurrentDrafter(folder, target, "head:small")
    assert draft.next_logits(TEXT) is None
    target.prefill(TEXT)

    def require(context: list[int], read: int, tokens: list[int], parents: list[int]) -> None:
        for node in range(-1, len(tokens)):
            path = [tokens[n] for n in path_to_test(node, parents)]
            (found,) = draft.branch_logits(context, tokens, parents, [node])
            wanted = plain_logits(folder, alone, [*context, *path], read)
            assert found is not None
            assert np.isinf(found).tolist() == np.isinf(wanted).tolist()
            assert np.abs(found[SCORED] - wanted[SCORED]).max() < 2e-3
        together = draft.branch_logits(context, tokens, parents, range(len(tokens)))
        for node, row in enumerate(together):
            (one,) = draft.branch_logits(context, tokens, parents, [node])
            assert row is not None
            assert one is not None
            assert np.abs(row[SCORED] - one[SCORED]).max() < 1e-4

    require(TEXT, 7, [50, 51], [-1, 0])
    target.verify(TEXT, [50, 51, 52])
    require([*TEXT, 50, 60], 9, [50, 51], [-1, 0])  # 51 was rejected: its feature must not be read
    target.verify([*TEXT, 50, 60], TOKENS, PARENTS)
    require([*TEXT, 50, 60, 41, 52, 61], 12, TOKENS, PARENTS)
    require([*TEXT[:5], 62], 5, [50], [-1])  # another text


def path_to_test(node: int, parents: list[int]) -> list[int]:
    return [] if node < 0 else [*path_to_test(parents[node], parents), node]


def test_what_was_read_ahead_of_the_text_does_not_help_a_chain(folder: Path) -> None:
    """A baseline may have read the very text that is to be drafted."""
    target, fresh = small_target(), small_target()
    target.verify([*TEXT, 50, 51, 52], [])
    fresh.prefill(TEXT)
    tokens, parents, nodes = [50, 51], [-1, 0], [-1, 0, 1]
    both = [
        RecurrentDrafter(folder, model, "head:small").branch_logits(TEXT, tokens, parents, nodes)
        for model in (target, fresh)
    ]
    for one, other in zip(*both, strict=True):
        assert one is not None
        assert other is not None
        assert np.abs(one[SCORED] - other[SCORED]).max() < 1e-4


@pytest.mark.parametrize(
    ("rule", "tree"), [("standard", "chain"), ("rrs", "2x2x1"), ("match", "dynamic")]
)
def test_greedy_output_is_that_of_the_target_alone(folder: Path, rule: str, tree: str) -> None:
    pair = load_pair(f"head:{folder}", "tiny:draft")
    plain = replace(settings(pair), rule=rule, tree=parse_tree(tree), max_tokens=40)
    for seed in range(5):
        prompt = np.random.default_rng(seed).choice(SCORED, 12).tolist()
        assert generate(pair, prompt, plain) == generate(replace(pair, drafter=None), prompt, plain)


@pytest.mark.slow
def test_samples_have_the_distribution_of_the_target(folder: Path) -> None:
    pair, sampling = load_pair(f"head:{folder}", "tiny:draft"), SamplingParams(1.0, top_k=4)
    plain = replace(settings(pair), k=2, max_tokens=2, sampling=sampling)
    counts = Counter(tuple(generate(pair, TEXT, plain, seed)) for seed in range(SAMPLES))
    target = small_target()

    def probs(context: list[int]) -> dict[int, float]:
        answer = sampling(target.verify(context, []).logits)[0]
        return {token: float(answer[token]) for token in answer.nonzero()[0].tolist()}

    expected = {
        (one, two): SAMPLES * first * second
        for one, first in probs(TEXT).items()
        for two, second in probs([*TEXT, one]).items()
    }
    assert set(counts) <= set(expected)
    found = [counts[pair_of] for pair_of in expected]
    assert chisquare(found, list(expected.values())).pvalue > 1e-3


def test_the_shipped_head_is_as_small_as_its_card_says() -> None:
    folder = Path(specrecord.__file__).parent / "models" / "drafts" / "smollm2"
    card, config = (
        json.loads((folder / f"{name}.json").read_text()) for name in ("card", "config")
    )
    tensors = read_tensors(folder)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 6_000_000
    assert (folder / "model.safetensors").stat().st_size == card["bytes"]
    assert sum(tensor.size for tensor in tensors.values()) == card["parameters"]
    assert len(tensors["bias"]) == len(set(config["tokens"])) == card["vocabulary"]
    assert render(card) == (folder / "CARD.md").read_text()
    greedy = card["acceptance"]["T=0"]["all"]
    assert greedy["tokens_per_round"] > 1 + greedy["overlap"][0] > 1.2


def test_a_head_is_refused_by_a_target_that_it_was_not_trained_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(change: dict[str, object], error: type[Exception], words: str) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | change))
        with pytest.raises(error, match=words):
            load_pair(f"head:{folder}", "tiny:draft")
        (folder / "config.json").write_text(json.dumps(config))

    refused({"hidden": 17}, UnsupportedModelError, "was trained for a small target, whose features")
    refused({"vocabulary": "other"}, VocabularyMismatchError, "numbers its tokens differently")
    with pytest.raises(VocabularyMismatchError, match="SmolLM2"):
        load_pair("smollm2:draft", "tiny")
    with pytest.raises(UnknownModelError, match="needs a folder"):
        load_pair("head:", "tiny")
    with pytest.raises(UnknownModelError, match="--target smollm2"):
        load_pair(None, "smollm2:draft")

    class Blind(Target):
        info = small_target().info

        def verify(self, *args: Any) -> Any: ...

    with pytest.raises(UnsupportedModelError, match="which shows none"):
        RecurrentDrafter(folder, Blind(), "head:small")
