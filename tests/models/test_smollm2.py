"""The real LLM, where it has been fetched: its text, its greedy output under any draft, its chat
template.
"""

import pytest
from test_drafts import output

from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.models.fetched.store import fetched_folder
from specrecord.registry import load_pair

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        fetched_folder("smollm2") is None,
        reason="THE REAL LLM WAS NOT TESTED: specrecord models fetch smollm2",
    ),
]
PROMPT = "Repeat this: a red boat, a blue boat, a red boat, a blue boat."


def greedy(
    draft: str | None, rule: str = "standard", tree: str = "chain", count: int = 20
) -> tuple[list[int], str]:
    import numpy as np

    pair = load_pair(draft, "smollm2")
    written = pair.tokenizer.chat(PROMPT)
    assert written is not None
    ids = pair.tokenizer.encode(written)
    plain = Settings(
        4,
        count,
        pair.tokenizer.end_ids,
        pair.tokenizer.token_bytes,
        rule=rule,
        tree=parse_tree(tree),
        sampling=SamplingParams(0.0),
    )
    rng = SeededRng(np.random.default_rng(1))
    if pair.drafter is None:
        tokens = output(list(autoregress(pair.target, ids, plain, now=int, rng=rng)))
    else:
        tokens = output(list(speculate(pair.drafter, pair.target, ids, plain, now=int, rng=rng)))
    return tokens, b"".join(map(pair.tokenizer.token_bytes, tokens)).decode()


def test_greedy_output_is_that_of_the_target_alone_whatever_the_draft() -> None:
    wanted, text = greedy(None)
    assert "red boat" in text
    for draft, rule, tree in [
        ("ngram", "standard", "chain"),
        ("ngram", "specinfer", "2x2"),
        ("skip:20", "block", "chain"),
        ("lookahead", "match", "2x1"),
    ]:
        assert greedy(draft, rule, tree)[0] == wanted, draft


def test_its_tokenizer_spells_and_its_template_speaks() -> None:
    tokenizer = load_pair(None, "smollm2").tokenizer
    text = "Grüße, 123 boats: 你好 <|im_end|>"
    ids = tokenizer.encode(text)
    assert b"".join(map(tokenizer.token_bytes, ids)).decode() == text.removesuffix("<|im_end|>")
    assert ids[-1] in tokenizer.end_ids
    assert (tokenizer.chat("Hi") or "").endswith(
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )
