"""The tokenizer that a GGUF file describes, as llama.cpp reads it: byte-level BPE, or SentencePiece
by the scores of its pieces.
"""

from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import decoders, normalizers, pre_tokenizers

from specrecord.errors import UnsupportedModelError

Value = Callable[..., Any]  # of a key of the file, or a default


class _Kind(IntEnum):
    """Types of tokens, in GGUF's numbering."""

    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4


def tokenizer_of(value: Value, path: Path) -> tokenizers.Tokenizer:
    """Raises UnsupportedModelError for one whose way to split text is not known here."""
    kind, split = value("tokenizer.ggml.model"), value("tokenizer.ggml.pre", "default")
    tokens = value("tokenizer.ggml.tokens")
    kinds = value("tokenizer.ggml.token_type")
    if tokens is None or kinds is None:
        raise UnsupportedModelError(f"{path} has no tokenizer; it is no whole model")
    if kind == "gpt2" and split in _SPLITS:
        tokenizer = _byte_level(value, tokens, split)
    elif kind == "llama" and value("tokenizer.ggml.scores") is not None:
        tokenizer = _sentence_piece(value, tokens, kinds)
    else:
        raise UnsupportedModelError(
            f"{path}: tokenizer {kind}/{split} is not read here; known are llama with scores, "
            f"gpt2/{', '.join(_SPLITS)}"
        )
    marked = list(zip(tokens, kinds, strict=True))
    _add(tokenizer.add_special_tokens, marked, _Kind.CONTROL)
    _add(tokenizer.add_tokens, marked, _Kind.USER_DEFINED)
    return tokenizer


def settings_of(value: Value) -> dict[str, Any]:
    """What tokenizer_config.json has to say: the chat template, the tokens that it may name, and
    whether a text begins with a BOS.
    """
    tokens, sentences = value("tokenizer.ggml.tokens"), value("tokenizer.ggml.model") == "llama"
    found: dict[str, Any] = {"chat_template": value("tokenizer.chat_template")}
    for name in ("bos", "eos"):
        token = value(f"tokenizer.ggml.{name}_token_id")
        found[f"{name}_token"] = None if token is None else tokens[token]
    begins = sentences or value("tokenizer.ggml.pre") in _BEGIN_WITH_BOS
    found["add_bos_token"] = bool(value("tokenizer.ggml.add_bos_token", begins))
    return {name: one for name, one in found.items() if one is not None}


def end_ids_of(value: Value) -> list[int]:
    """The tokens that end a text: of the text, of a turn, of a message."""
    named = (value(f"tokenizer.ggml.{name}_token_id") for name in ("eos", "eot", "eom"))
    return sorted({int(token) for token in named if token is not None})


def _add(add: Callable[[Any], Any], marked: list[tuple[str, int]], kind: _Kind) -> None:
    special = kind is _Kind.CONTROL
    add(
        [
            tokenizers.AddedToken(token, special=special, normalized=False)
            for token, own in marked
            if own == kind and token
        ]
    )


def _byte_level(value: Value, tokens: list[str], split: str) -> tokenizers.Tokenizer:
    merges = [tuple(pair.split(" ")) for pair in value("tokenizer.ggml.merges", [])]
    vocabulary = {token: id_ for id_, token in enumerate(tokens)}
    whole = split in _WHOLE_FIRST
    model = tokenizers.models.BPE(vocab=vocabulary, merges=merges, ignore_merges=whole)
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(_SPLITS[split])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _sentence_piece(value: Value, tokens: list[str], kinds: list[int]) -> tokenizers.Tokenizer:
    """Of two neighbours those are merged first whose whole has the highest score."""
    vocabulary = {token: id_ for id_, token in enumerate(tokens)}
    scores = value("tokenizer.ggml.scores")
    pairs = [
        (-scores[id_], vocabulary[token[:cut]], vocabulary[token[cut:]])
        for token, id_ in vocabulary.items()
        for cut in range(1, len(token))
        if token[:cut] in vocabulary and token[cut:] in vocabulary
    ]
    merges = [(tokens[left], tokens[right]) for _, left, right in sorted(pairs)]
    unknown = next((tokens[id_] for id_, kind in enumerate(kinds) if kind == _Kind.UNKNOWN), None)
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.BPE(
            vocab=vocabulary, merges=merges, unk_token=unknown, fuse_unk=True, byte_fallback=True
        )
    )
    spaces: list[normalizers.Normalizer] = [normalizers.Replace(" ", "\u2581")]
    if value("tokenizer.ggml.add_space_prefix", True):
        spaces.insert(0, normalizers.Prepend("\u2581"))
    tokenizer.normalizer = normalizers.Sequence(spaces)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return tokenizer


def _words(digits: str) -> list[Any]:
    """Llama 3's way to cut a text, and Qwen 2's, which differ in their digits."""
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
        + digits
        + r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    return [
        pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]


# How text is cut before bytes are merged, by the name llama.cpp gives it; as the models' own
# tokenizer.json say.
_SPLITS: dict[str, list[Any]] = {
    "smollm": [
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
    ],
    "gpt-2": [pre_tokenizers.ByteLevel(add_prefix_space=False)],
    "default": [pre_tokenizers.ByteLevel(add_prefix_space=False)],
    "llama-bpe": _words(r"\p{N}{1,3}"),
    "qwen2": _words(r"\p{N}"),
}
_WHOLE_FIRST = {"llama-bpe"}  # a piece that is a token whole is not merged from its bytes
_BEGIN_WITH_BOS = {"llama-bpe"}
