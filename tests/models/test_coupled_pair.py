"""On the embedded pair, too, a coupled run says token for token what the target says alone with
that seed.
"""

import os

import numpy as np
import pytest
from test_drafts import output

from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.registry import load_pair

SEEDS = int(os.environ.get("SPECRECORD_CONTINUATIONS", "200"))
TOKENS = 12


@pytest.mark.slow
def test_every_seed_gives_the_targets_own_text() -> None:
    """Each seed is a proof or a fault, not a sample: 200 of them test 2,400 tokens."""
    pair = load_pair("tiny", "tiny")
    assert pair.drafter is not None
    plain = Settings(
        3,
        TOKENS,
        frozenset(),
        pair.tokenizer.token_bytes,
        rule="gumbel",
        sampling=SamplingParams(1.0),
    )
    prompts = [
        pair.tokenizer.encode(text) for text in ("Once upon a time", "def ", '{"', "Recipe: ")
    ]
    accepted = 0
    for seed in range(SEEDS):
        prompt = prompts[seed % len(prompts)]
        tracks = [SeededRng(np.random.default_rng([seed, track]), seed) for track in (0, 1)]
        events = list(speculate(pair.drafter, pair.target, prompt, plain, now=int, rng=tracks[0]))
        alone = output(list(autoregress(pair.target, prompt, plain, now=int, rng=tracks[1])))
        assert output(events) == alone, f"seed {seed}"
        accepted += sum(getattr(event, "fate", None) == "accepted" for event in events)
    assert accepted > SEEDS * TOKENS / 4
