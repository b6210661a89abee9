"""The real LLM, where it has been fetched: its text, its greedy output under any draft, its chat
template.
"""

import os
from collections import Counter
from dataclasses import replace

import pytest
from scipy.stats import chisquare
from small_heads import generate, settings

from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.models.fetched.store import fetched_folder
from specrecord.registry import load_pair
from tools.draft_head.prompts import prompts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        fetched_folder("smollm2") is None,
        reason="THE REAL LLM WAS NOT TESTED: specrecord models fetch smollm2",
    ),
]
# `make test-slow` takes all of them, a second each; `make test` a few.
HELD_OUT = 50 if "SPECRECORD_CONTINUATIONS" in os.environ else 8
PROMPT = "Repeat this: a red boat, a blue boat, a red boat, a blue boat."


def greedy(draft: str | None, rule: str = "standard", tree: str = "chain") -> tuple[list[int], str]:
    pair = load_pair(draft, "smollm2")
    written = pair.tokenizer.chat(PROMPT)
    assert written is not None
    plain = replace(settings(pair), rule=rule, tree=parse_tree(tree))
    tokens = generate(pair, pair.tokenizer.encode(written), plain)
    return tokens, b"".join(map(pair.tokenizer.token_bytes, tokens)).decode()


def test_greedy_output_is_that_of_the_target_alone_whatever_the_draft() -> None:
    wanted, text = greedy(None)
    assert "red boat" in text
    for draft, rule, tree in [
        ("ngram", "standard", "chain"),
        ("ngram", "specinfer", "2x2"),
        ("skip:20", "block", "chain"),
        ("lookahead", "match", "2x1"),
        ("smollm2:draft", "rrs", "2x2"),
    ]:
        assert greedy(draft, rule, tree)[0] == wanted, draft


def test_its_trained_draft_changes_no_greedy_text_of_held_out_prompts() -> None:
    pair = load_pair("smollm2:draft", "smollm2")
    for prompt in prompts(1, held_out=True)[:HELD_OUT]:
        plain = replace(settings(pair), max_tokens=16)
        ids = pair.tokenizer.encode(pair.tokenizer.chat(prompt.text) or "")
        assert generate(pair, ids, plain) == generate(replace(pair, drafter=None), ids, plain)


def test_its_tokenizer_spells_and_its_template_speaks() -> None:
    tokenizer = load_pair(None, "smollm2").tokenizer
    text = "Grüße, 123 boats: 你好 <|im_end|>"
    ids = tokenizer.encode(text)
    assert b"".join(map(tokenizer.token_bytes, ids)).decode() == text.removesuffix("<|im_end|>")
    assert ids[-1] in tokenizer.end_ids
    assert (tokenizer.chat("Hi") or "").endswith(
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.skipif("SPECRECORD_CONTINUATIONS" not in os.environ, reason="minutes: make test-slow")
def test_samples_with_its_trained_draft_have_its_distribution() -> None:
    """The first two tokens at T=1, top-k 3: every pair of them against the target's own passes."""
    samples = int(os.environ["SPECRECORD_CONTINUATIONS"])
    pair, sampling = load_pair("smollm2:draft", "smollm2"), SamplingParams(1.0, top_k=3)
    plain = replace(settings(pair), k=2, max_tokens=2, sampling=sampling)
    ids = pair.tokenizer.encode(pair.tokenizer.chat("Name a colour.") or "")
    counts = Counter(tuple(generate(pair, ids, plain, seed)) for seed in range(samples))
    target = pair.target

    def probs(context: list[int]) -> dict[int, float]:
        answer = sampling(target.verify(context, []).logits)[0]
        return {token: float(answer[token]) for token in answer.nonzero()[0].tolist()}

    expected = {
        (one, two): samples * first * second
        for one, first in probs(ids).items()
        for two, second in probs([*ids, one]).items()
    }
    assert set(counts) <= set(expected)
    found = [counts[two] for two in expected]
    assert chisquare(found, list(expected.values())).pvalue > 1e-3
