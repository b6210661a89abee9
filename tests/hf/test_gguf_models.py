"""GGUF files against transformers in float32: the weights that it saved, and the tokenizers that it
builds itself.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import tokenizers

from specrecord.models.fetched.gguf_tokenizer import tokenizer_of
from tools.matrix.__main__ import LIMIT, Reference, compared
from tools.matrix.families import TOKENIZER, random_folder

pytest.importorskip("gguf")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
slow = pytest.importorskip("transformers.convert_slow_tokenizer")
gguf_of_pair: Any = pytest.importorskip("tools.engines.gguf_of_pair")

TEXTS = [
    "Once upon a time, there were 12345 dragons; they'D said: 'I'll go!'",
    "def f(x):\n    return x ** 2  # squared\r\n\r\n\tdone  ",
    "naïve café — 3.14159 ≠ ½, 東京 100円 🙂🙂",
    "  two  spaces,\n\n\nthree lines\n",
]


@pytest.mark.parametrize("family", ["Llama", "Mistral without a window", "Qwen 2", "Qwen 3"])
def test_each_kind_computes_what_transformers_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    monkeypatch.setenv("SPECRECORD_MODELS", str(tmp_path / "store"))
    folder = random_folder(family, tmp_path / "model")
    gguf_of_pair.write_gguf(folder, tmp_path / "model.gguf")
    found = compared(f"llama:{tmp_path / 'model.gguf'}", Reference(folder), 40)
    assert found.words == "right"
    (converted,) = (tmp_path / "store" / "converted").iterdir()
    again = compared(f"hf:{converted}@cpu", Reference(folder), 40)  # which others read as well
    assert again.words == "right"
    assert found.worst is not None
    assert found.worst < LIMIT


def _byte_level(split: str) -> Any:
    """The embedded pair's vocabulary under a name for its way to cut text."""
    model = json.loads(TOKENIZER.read_text())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    values = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": split,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * len(tokens),
        "tokenizer.ggml.merges": [" ".join(_pair(one)) for one in model["merges"]],
    }
    return tokenizer_of(lambda key, default=None: values.get(key, default), Path("x"))


def _pair(merge: list[str] | str) -> list[str]:
    return merge if isinstance(merge, list) else merge.split(" ")


def test_qwen_2_cuts_text_as_transformers_does() -> None:
    model = json.loads(TOKENIZER.read_text())["model"]
    merges = [tuple(_pair(one)) for one in model["merges"]]
    theirs = transformers.Qwen2Tokenizer(vocab=model["vocab"], merges=merges)
    ours = _byte_level("qwen2")
    for text in TEXTS:
        assert ours.encode(text).ids == theirs.encode(text, add_special_tokens=False)


def test_llama_3_cuts_text_as_transformers_does() -> None:
    ours = _byte_level("llama-bpe")
    theirs = slow.TikTokenConverter()
    theirs.tokenizer = lambda: tokenizers.Tokenizer(tokenizers.models.BPE())
    cut = theirs.converted().pre_tokenizer
    for text in TEXTS:
        assert ours.pre_tokenizer.pre_tokenize_str(text) == cut.pre_tokenize_str(text)


@pytest.mark.parametrize("spaced", [True, False])
def test_sentence_piece_merges_as_transformers_does(spaced: bool) -> None:
    words = ["once", "upon", "time", "there", "the", "a", "in", "er", "on", "re"]
    pieces = [*sorted(set("".join(words)) | {"\u2581"})]
    for word in words:
        pieces += [word[:end] for end in range(2, len(word) + 1)]
        pieces += [f"\u2581{word[:end]}" for end in range(1, len(word) + 1)]
    tokens = list(
        dict.fromkeys(["<unk>", "<s>", "</s>", *(f"<0x{one:02X}>" for one in range(256)), *pieces])
    )
    scores = [-float(place) for place in range(len(tokens))]
    values = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": [2, 3, 3, *[6] * 256, *[1] * (len(tokens) - 259)],
        "tokenizer.ggml.add_space_prefix": spaced,
    }
    ours = tokenizer_of(lambda key, default=None: values.get(key, default), Path("x"))
    vocabulary = {token: place for place, token in enumerate(tokens)}
    merges = slow.generate_merges(vocabulary, dict(zip(tokens, scores, strict=True)))
    theirs = transformers.LlamaTokenizer(vocab=vocabulary, merges=merges, add_prefix_space=spaced)
    for text in TEXTS:  # it adds no space to one; sentencepiece and llama.cpp do
        own = ours.encode(text.lstrip()).ids
        assert own == theirs.encode(text.lstrip(), add_special_tokens=False)
