"""Draft heads with random weights for whatever target, as folders; and what a pair writes."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from test_drafts import output

from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.models.base import FeatureTarget
from specrecord.registry import Pair


def random_head(
    folder: Path, target: FeatureTarget, tokens: list[int], seed: int = 0, scale: float = 1.0
) -> Path:
    """A head of four attention heads of two numbers, over `tokens`."""
    rng = np.random.default_rng(seed)
    hidden, inner, inside = target.embedding.shape[1], 5, 8
    shapes = {
        "enter": (hidden, 2 * hidden),
        "query": (inside, hidden),
        "key": (inside, 2 * hidden),
        "value": (inside, 2 * hidden),
        "read": (hidden, inside),
        "gate_up": (2 * inner, hidden),
        "down": (hidden, inner),
    }
    tensors = {
        f"{name}.weight": rng.normal(0, scale, shape).astype(np.float16)
        for name, shape in shapes.items()
    }
    tensors |= {"gain": rng.normal(1, 0.1, hidden).astype(np.float16)}
    tensors |= {"bias": rng.normal(0, scale, len(tokens)).astype(np.float16)}
    config = {
        "target": "a small target",
        "vocabulary": target.info.vocabulary,
        "hidden": hidden,
        "head_size": 2,
        "slopes": [0.0, 0.01, 0.05, 0.25],
        "tokens": tokens,
    }
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def settings(pair: Pair) -> Settings:
    """Greedy, K=4, for a chain of twenty tokens."""
    tokenizer, greedy = pair.tokenizer, SamplingParams(0.0)
    return Settings(4, 20, tokenizer.end_ids, tokenizer.token_bytes, sampling=greedy)


def generate(pair: Pair, prompt: list[int], plain: Settings, seed: int = 1) -> list[int]:
    """The tokens that a pair writes, or its target alone without a drafter."""
    rng = SeededRng(np.random.default_rng(seed))
    if pair.drafter is None:
        return output(list(autoregress(pair.target, prompt, plain, now=int, rng=rng)))
    return output(list(speculate(pair.drafter, pair.target, prompt, plain, now=int, rng=rng)))
