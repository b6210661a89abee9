"""Tiny folders of gpt-oss' kind that write Harmony: random layers with a rotating cache, and an
output matrix that knows which token follows which.
"""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
from naive_llama import TOKENIZER
from tiny_folders import GPT_OSS, random_weights
from tokenizers import AddedToken, Tokenizer

MARKERS = ("<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>")
NAMES = ("analysis", "final", "assistant")
WORDS = (" the", " said", " sat", " down")
TEMPLATE = (
    "<|start|>system<|message|>Reasoning: {{ reasoning_effort or 'medium' }}<|end|>"
    "{% for message in messages %}<|start|>{{ message.role }}<|message|>{{ message.content }}"
    "<|end|>{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}"
)
_HIDDEN = 64


def harmony_folder(path: Path, seed: int, slips: bool = False) -> Path:
    """Such a folder; those of all seeds share a vocabulary, and differ in their layers. One that
    `slips` leaves out a word of each message, so that a draft loses tokens.
    """
    from mlx import core

    path.mkdir()
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in MARKERS])
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in NAMES])
    tokenizer.save(str(path / "tokenizer.json"))
    (path / "chat_template.jinja").write_text(TEMPLATE)
    config = GPT_OSS | {
        "hidden_size": _HIDDEN,
        "vocab_size": tokenizer.get_vocab_size(),
        "eos_token_id": tokenizer.token_to_id("<|return|>"),
    }
    (path / "config.json").write_text(json.dumps(config))
    core.random.seed(seed)
    weights = random_weights(config)
    weights |= {name: core.array(one) for name, one in _followers(tokenizer, slips).items()}
    core.save_safetensors(str(path / "model.safetensors"), weights)
    return path


def _followers(tokenizer: Tokenizer, slips: bool) -> dict[str, np.ndarray]:
    """Embedding and output matrix of a model that has a likeliest follower to each token of an
    answer, and two of the same weight where a channel is named.
    """
    random = np.random.default_rng(0)
    shape = (tokenizer.get_vocab_size(), _HIDDEN)
    embedding = random.normal(size=shape).astype(np.float32)
    head = random.normal(scale=0.05, size=shape).astype(np.float32)
    ids = [tokenizer.encode(word).ids[0] for word in WORDS[slips:]]
    start, end, message, channel, _ = map(tokenizer.token_to_id, MARKERS)
    analysis, final, assistant = map(tokenizer.token_to_id, NAMES)
    chain = [message, *ids, end, start, assistant, channel]
    pairs = [*pairwise(chain), (channel, analysis), (channel, final)]
    for token, follower in [*pairs, (analysis, message), (final, message)]:
        head[follower] += 2.5 * embedding[token] / np.linalg.norm(embedding[token])
    return {"model.embed_tokens.weight": embedding, "lm_head.weight": head}
