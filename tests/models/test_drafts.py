"""Drafts without a model of their own: lookup, lookahead, the target's first layers, and how trees
are read.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import specrecord
from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.drafters.ensemble import EnsembleDrafter
from specrecord.drafters.lookahead import LookaheadProposer
from specrecord.drafters.ngram import NgramProposer
from specrecord.drafters.proposal import merged
from specrecord.errors import (
    UnknownModelError,
    UnsupportedModelError,
    VocabularyMismatchError,
)
from specrecord.events import Draft, Emit, Event, Verdict, Verify
from specrecord.models.base import Proposal, Target
from specrecord.models.tree_attention import depths, is_chain, leaf_paths, path_along, tree_mask
from specrecord.registry import Pair, load_draft, load_pair

TOKENS, PARENTS = [7, 8, 9, 10, 11, 12], [-1, -1, 0, 1, 1, 4]
EMBEDDED = Path(specrecord.__file__).parent / "models" / "tiny"
TEXT = [40, 41, 42, 43, 44, 45]


def texts(continuations: Proposal) -> list[list[int]]:
    return [
        [continuations.tokens[node] for node in path] for path in leaf_paths(continuations.parents)
    ]


def test_a_tree_is_described_by_its_parents() -> None:
    assert depths(PARENTS) == [0, 0, 1, 1, 1, 2]
    assert leaf_paths(PARENTS) == [[0, 2], [1, 3], [1, 4, 5]]
    assert path_along(TOKENS, PARENTS, [8, 11, 12, 5]) == [1, 4, 5]
    assert path_along(TOKENS, PARENTS, [9]) == []
    assert not is_chain(PARENTS)
    assert is_chain([-1, 0, 1])
    seen = np.isfinite(tree_mask(2, PARENTS))
    assert seen[:2].tolist() == [[True] + [False] * 7, [True, True] + [False] * 6]
    assert seen[7].tolist() == [True, True, False, True, False, False, True, True]


@pytest.mark.parametrize("prefix", ["", "mlx:"])
def test_a_tree_is_read_as_each_of_its_paths(prefix: str) -> None:
    target, alone = targets(prefix)
    for context in ([5], TEXT, [*TEXT, 8, 11, 50]):
        rows = target.verify(context, TOKENS, PARENTS).logits
        assert rows.shape[0] == 7
        assert np.abs(rows[0] - alone.verify(context, []).logits[0]).max() < 2e-4
        for path in leaf_paths(PARENTS):
            wanted = alone.verify(context, [TOKENS[node] for node in path]).logits[1:]
            assert np.abs(rows[[node + 1 for node in path]] - wanted).max() < 2e-4


@pytest.mark.parametrize("prefix", ["", "mlx:"])
@pytest.mark.parametrize("after", [[], [8], [8, 11, 12, 3], [7, 9, 1], [1, 2], [8, 10]])
def test_of_a_tree_the_accepted_path_stays_in_the_cache(prefix: str, after: list[int]) -> None:
    target, alone = targets(prefix)
    target.verify(TEXT, TOKENS, PARENTS)
    context = [*TEXT, *after, 60]
    kept = len(TEXT) + len(path_along(TOKENS, PARENTS, after))
    assert (
        np.abs(target.verify(context, [4, 5]).logits - alone.verify(context, [4, 5]).logits).max()
        < 2e-4
    )
    target.verify(TEXT, TOKENS, PARENTS)
    assert target.prefill(context) == kept
    target.verify(context, TOKENS, PARENTS)
    shorter = TEXT[:3]
    assert (
        np.abs(target.verify(shorter, [4]).logits - alone.verify(shorter, [4]).logits).max() < 2e-4
    )


def targets(prefix: str) -> tuple[Target, Target]:
    if prefix:
        pytest.importorskip("mlx_lm")
    name = f"{prefix}tiny:target"
    return load_pair(None, name).target, load_pair(None, name).target


def test_lookup_copies_what_followed_the_longest_suffix_latest_first() -> None:
    proposer = NgramProposer("digits", 100)
    text = [1, 2, 3, 4, 9, 2, 3, 5, 6, 9, 1, 2, 3]
    assert texts(proposer.propose(text, 3, 1)) == [[4, 9, 2]]  # 1 2 3 stood once before
    assert texts(proposer.propose([*text[:-3], 8, 2, 3], 2, 2)) == [[5, 6], [4, 9]]
    assert proposer.propose([1, 2, 3], 4, 1).tokens == []
    assert proposer.propose([1], 4, 1).tokens == []
    assert texts(proposer.propose([7, 7], 3, 1)) == [[7]]


def test_shared_beginnings_stand_once() -> None:
    tree = merged([[1, 2], [1, 3, 4], [1, 2], [5]])
    assert (tree.tokens, tree.parents) == ([1, 2, 3, 4, 5], [-1, 0, 0, 2, -1])
    assert merged([]).tokens == []


def test_lookahead_finds_the_n_grams_of_a_target_that_repeats_itself() -> None:
    """A target that always goes 0 1 2 3 4 0 1 ...: once the window has converged, its guesses are
    right.
    """
    windowed = LookaheadProposer("digits", 100, columns=4, size=3)
    text = [0, 1, 2]
    windowed.prefill(text)
    right = 0
    for _ in range(20):
        proposal = windowed.propose(text, 5, 4)
        right += any(path == [(text[-1] + 1) % 5, (text[-1] + 2) % 5] for path in texts(proposal))
        window = windowed.window(text)
        logits = np.zeros((len(window.tokens), 5), np.float32)
        logits[np.arange(len(window.tokens)), (np.array(window.tokens) + 1) % 5] = 1
        windowed.learn(text, logits)
        text.append((text[-1] + 1) % 5)
    assert right > 15
    assert depths(windowed.window(text).parents) == [0, 1, 2, 3, 1, 2, 3, 4]
    windowed.prefill(text)
    assert windowed.propose(text, 5, 4).tokens == []


def run(
    pair: Pair, rule: str = "standard", tree: str = "chain", temperature: float = 0.0
) -> list[Event]:
    plain = Settings(
        4,
        40,
        frozenset(),
        pair.tokenizer.token_bytes,
        rule=rule,
        tree=parse_tree(tree),
        sampling=SamplingParams(temperature),
    )
    rng = SeededRng(np.random.default_rng(3), 3)
    prompt = pair.tokenizer.encode("a b c d e f a b c d e f a b")
    if pair.drafter is None:
        return list(autoregress(pair.target, prompt, plain, now=int, rng=rng))
    return list(speculate(pair.drafter, pair.target, prompt, plain, now=int, rng=rng))


def output(events: Sequence[Event]) -> list[int]:
    drafted: dict[int, int] = {}
    emitted = []
    for event in events:
        if isinstance(event, Draft):
            drafted[event.node] = event.token
        elif isinstance(event, Verdict) and event.fate == "accepted":
            emitted.append(drafted[event.node])
        elif isinstance(event, Emit):
            emitted.append(event.token)
    return emitted


DRAFTS = ["ngram", "lookahead", "skip:1", "skip:2", "tiny", "tiny+ngram", "tiny+skip:1"]


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize(
    ("rule", "tree"),
    [
        ("standard", "chain"),
        ("block", "chain"),
        ("specinfer", "3x2x1"),
        ("match", "2x2"),
        ("gumbel", "2x1x1"),
        ("rrs", "2x2x1"),
    ],
)
def test_greedy_output_is_that_of_the_target_alone_whatever_the_draft(
    draft: str, rule: str, tree: str
) -> None:
    wanted = output(run(load_pair(None, "tiny")))
    assert output(run(load_pair(draft, "tiny"), rule, tree)) == wanted


@pytest.mark.parametrize("draft", ["skip:1", "skip:2"])
def test_the_first_layers_alone_are_a_draft(draft: str) -> None:
    pair, alone = load_pair(draft, "tiny"), load_pair(None, "tiny").target
    assert pair.drafter is not None
    assert not hasattr(pair.drafter, "guess")
    first = pair.drafter.next_logits(TEXT)
    pair.target.verify(TEXT, [3, 4, 5])
    for context in (TEXT, [*TEXT, 3], [*TEXT, 3, 9], [*TEXT, 6], TEXT[:2], TEXT):
        again = pair.drafter.next_logits(context)
        # What the draft reads must not show in what the target says.
        assert (
            np.abs(
                pair.target.verify(context, [2]).logits - alone.verify(context, [2]).logits
            ).max()
            < 2e-4
        )
        assert np.abs(pair.drafter.next_logits(context) - again).max() < 2e-4
    assert np.abs(again - first).max() < 2e-4


def test_first_layers_of_both_backends_say_the_same() -> None:
    pytest.importorskip("mlx_lm")
    for layers in (1, 2):
        ours, theirs = (
            load_pair(f"skip:{layers}", f"{prefix}tiny").drafter for prefix in ("", "mlx:")
        )
        assert ours is not None
        assert theirs is not None
        assert np.abs(ours.next_logits(TEXT) - theirs.next_logits(TEXT)).max() < 5e-4


def test_lookahead_reads_its_window_along() -> None:
    verifies = [event for event in run(load_pair("lookahead", "tiny")) if isinstance(event, Verify)]
    assert {event.window for event in verifies} >= {4, 8}
    assert all(event.tokens > event.window for event in verifies)


def test_names_of_drafts_that_cannot_be_are_refused() -> None:
    for name, kind in [
        ("skip:25", UnsupportedModelError),
        ("skip:0", UnsupportedModelError),
        ("skip:x", UnknownModelError),
        ("ngrams", UnknownModelError),
        ("tiny+lookahead", UnsupportedModelError),
        ("ngram+nothing", UnknownModelError),
    ]:
        with pytest.raises(kind) as error:
            load_pair(name, "tiny")
        assert "\n" not in str(error.value)
    with pytest.raises(UnknownModelError):
        load_pair(None, "ngram")


def test_lookup_for_a_target_elsewhere_has_the_tokens_of_the_model_it_names() -> None:
    drafter, tokenizer = load_draft("ngram:tiny")
    assert isinstance(drafter, NgramProposer)
    assert drafter.info.vocabulary == tokenizer.fingerprint == load_draft("tiny")[1].fingerprint
    with pytest.raises(UnknownModelError, match="--tokenizer FOLDER"):
        load_draft("ngram")


def test_lookup_needs_no_more_than_a_tokenizer(tmp_path: Path) -> None:
    shutil.copy(EMBEDDED / "target" / "tokenizer.json", tmp_path)
    drafter, tokenizer = load_draft("ngram", str(tmp_path))
    assert isinstance(drafter, NgramProposer)
    assert drafter.propose([5, 6, 7, 5, 6], 2, 1).tokens == [7, 5]
    assert load_draft(f"ngram:{tmp_path}")[1].fingerprint == tokenizer.fingerprint
    with pytest.raises(UnknownModelError, match="no tokenizer"):
        load_draft("ngram", str(tmp_path / "none"))


def test_lookup_stands_beside_a_model_for_a_target_elsewhere() -> None:
    drafter, _ = load_draft("tiny+ngram")
    assert isinstance(drafter, EnsembleDrafter)
    assert drafter.info.name == "tiny:draft+ngram"
    with pytest.raises(UnsupportedModelError, match="a target of this machine"):
        load_draft("tiny+lookahead")


def test_the_first_token_that_differs_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "renamed"
    shutil.copytree(EMBEDDED / "draft", folder)
    content = json.loads((folder / "tokenizer.json").read_text())
    content["added_tokens"][0]["content"] = "<|other|>"
    vocabulary = content["model"]["vocab"]
    old = next(piece for piece, token in vocabulary.items() if token == 0)
    vocabulary["<|other|>"] = vocabulary.pop(old)
    (folder / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(
        VocabularyMismatchError, match=r"token 0 is special '<\|other\|>' in the one"
    ):
        load_pair(f"llama:{folder}", "tiny")
