"""The weights of a Llama or its kin, read from its folder and folded into the form that `llama`
computes with.

Folded, exactly up to rounding: a norm's gain g into the matrix after it, (x g) W = x (diag(g) W);
1/sqrt(d) into the queries; 1/2 into the gate. The two members of each rotary pair are moved side by
side within a head: queries and keys are permuted alike, so their products stay, and a rotation by
angle a is one complex product with exp(i a).
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from specrecord.errors import UnsupportedModelError
from specrecord.models.context import within_window
from specrecord.models.thin_products import Linear
from specrecord.models.weights import Tensor, read_tensors

# What is computed alike: qwen2 has biases, qwen3 a norm over each query and key.
_KIN = ("llama", "mistral", "qwen2", "qwen3")


@dataclass(frozen=True)
class Shape:
    """The sizes of a model, from its config.json. `inverse_wavelengths` (d/2,) are radians per
    position; `window` is what its details say of a sliding window.
    """

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    context: int
    epsilon: float
    tied: bool
    interleaved: bool
    inverse_wavelengths: NDArray[np.float64]
    window: dict[str, str]

    @classmethod
    def from_config(cls, config: dict[str, Any], name: str) -> Self:
        """Read config.json as transformers writes it. Raises UnsupportedModelError for other than a
        Llama or one of its kin.
        """
        if config.get("model_type") not in _KIN or config.get("hidden_act", "silu") != "silu":
            kind = f"{config.get('model_type')}, activation {config.get('hidden_act', 'silu')}"
            raise UnsupportedModelError(
                f"{name} is not a Llama but {kind}; computed here are {', '.join(_KIN)}; try "
                "hf:PATH or mlx:PATH"
            )
        try:
            heads = config["num_attention_heads"]
            size = config.get("head_dim") or config["hidden_size"] // heads
            context, window = within_window(config, config["max_position_embeddings"])
            return cls(
                hidden=config["hidden_size"],
                layers=config["num_hidden_layers"],
                heads=heads,
                kv_heads=config.get("num_key_value_heads") or heads,
                head_size=size,
                context=context,
                epsilon=config["rms_norm_eps"],
                tied=config.get("tie_word_embeddings", False),
                interleaved=config.get("rope_traditional", False),
                inverse_wavelengths=_inverse_wavelengths(config, size, name),
                window=window,
            )
        except KeyError as missing:
            raise UnsupportedModelError(f"{name}: config.json has no {missing}") from None


def _inverse_wavelengths(config: dict[str, Any], size: int, name: str) -> NDArray[np.float64]:
    """Radians that each rotary pair turns per position, (size/2,): theta^(-2i/size), scaled as the
    config says.
    """
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if (rope.get("partial_rotary_factor") or config.get("partial_rotary_factor") or 1) != 1:
        raise UnsupportedModelError(f"{name} turns only a part of each head; try hf:PATH")
    theta = config.get("rope_theta") or rope.get("rope_theta") or 10_000.0
    angles = theta ** (-np.arange(0, size, 2, dtype=np.float64) / size)
    match rope.get("rope_type") or rope.get("type") or "default":
        case "default":
            return angles
        case "linear":
            return angles / rope["factor"]
        case "llama3":
            return _llama3(angles, rope)
        case "factors":  # of a GGUF file, one for each angle
            return angles / np.array(rope["factors"])
        case other:
            raise UnsupportedModelError(
                f"{name}: rope scaling {other!r} is not known here; usable are linear, llama3"
            )


def _llama3(angles: NDArray[np.float64], rope: dict[str, Any]) -> NDArray[np.float64]:
    """Llama 3.1's scaling: long waves slowed by `factor`, short ones kept, those between blended
    linearly.
    """
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    turns = (
        rope["original_max_position_embeddings"] * angles / (2 * math.pi)
    )  # over the original context
    unscaled = np.clip((turns - low) / (high - low), 0, 1)
    return unscaled * angles + (1 - unscaled) * angles / rope["factor"]


class Rotation:
    """exp(i position angle) for every pair of every rotated head, (positions, (heads + kv heads)
    d/2); doubles.
    """

    def __init__(self, shape: Shape) -> None:
        self._angles = np.tile(shape.inverse_wavelengths, shape.heads + shape.kv_heads)
        self._table = self._turned(256)

    def rows(self, start: int, end: int) -> NDArray[np.complex64]:
        """The factors of positions `start` to `end`."""
        if end > len(self._table):
            self._table = self._turned(max(end, 2 * len(self._table)))
        return self._table[start:end]

    def _turned(self, positions: int) -> NDArray[np.complex64]:
        return np.exp(1j * np.outer(np.arange(positions), self._angles)).astype(np.complex64)


@dataclass(frozen=True)
class Layer:
    """One block. `head_gain` (heads + kv heads, d) is that of a norm over each query and key, None
    where there is none.
    """

    qkv: Linear
    out: Linear
    gate: Linear
    up: Linear
    down: Linear
    head_gain: Tensor | None


@dataclass(frozen=True)
class LlamaWeights:
    """A whole model: `embedding` (v, h), `head` to the tokenizer's vocabulary, and the count before
    folding.
    """

    embedding: Tensor
    layers: list[Layer]
    head: Linear
    parameters: int


def read_llama(folder: Path, shape: Shape, vocabulary: int, name: str) -> LlamaWeights:
    """Read and fold the weights in `folder`. Every tensor must find its place, or the model is no
    plain Llama.
    """
    tensors = {
        key: value
        for key, value in read_tensors(folder).items()
        if not key.endswith("rotary_emb.inv_freq")
    }
    if shape.tied:
        tensors.pop("lm_head.weight", None)
    parameters = sum(tensor.size for tensor in tensors.values())
    try:
        embedding = tensors.pop("model.embed_tokens.weight")
        head = embedding if shape.tied else tensors.pop("lm_head.weight")
        gain = tensors.pop("model.norm.weight")
        layers = [_layer(tensors, f"model.layers.{index}.", shape) for index in range(shape.layers)]
    except KeyError as missing:
        raise UnsupportedModelError(f"{name}: the weights have no {missing}") from None
    if tensors:
        raise UnsupportedModelError(
            f"{name} is not a plain Llama: its weights hold {min(tensors)} as well"
        )
    if len(head) < vocabulary:
        raise UnsupportedModelError(
            f"{name}: the tokenizer knows {vocabulary} ids, the model only {len(head)}"
        )
    return LlamaWeights(embedding, layers, Linear.of(head[:vocabulary] * gain), parameters)


def _layer(tensors: dict[str, Tensor], prefix: str, shape: Shape) -> Layer:
    before_attention = tensors.pop(f"{prefix}input_layernorm.weight")
    before_mlp = tensors.pop(f"{prefix}post_attention_layernorm.weight")
    normed = f"{prefix}self_attn.q_norm.weight" in tensors

    def joined(part: str, *names: str, gain: Tensor | float = 1) -> Linear:
        """Projections of one input as one, with a bias if they have one."""

        def stacked(kind: str) -> Tensor:
            return np.concatenate(
                [
                    _adjusted(name, tensors.pop(f"{prefix}{part}.{name}.{kind}"), shape, normed)
                    for name in names
                ]
            )

        has_bias = f"{prefix}{part}.{names[0]}.bias" in tensors
        return Linear.of(stacked("weight") * gain, stacked("bias") if has_bias else None)

    return Layer(
        joined("self_attn", "q_proj", "k_proj", "v_proj", gain=before_attention),
        joined("self_attn", "o_proj"),
        joined("mlp", "gate_proj", gain=before_mlp),
        joined("mlp", "up_proj", gain=before_mlp),
        joined("mlp", "down_proj"),
        _head_gain(tensors, f"{prefix}self_attn.", shape),
    )


def _head_gain(tensors: dict[str, Tensor], prefix: str, shape: Shape) -> Tensor | None:
    """Those of qwen3's norms over queries and keys, in the order and with the factor that their
    projections would have.
    """
    if f"{prefix}q_norm.weight" not in tensors:
        return None
    queries, keys = (
        _side_by_side(tensors.pop(f"{prefix}{name}_norm.weight"), shape) for name in ("q", "k")
    )
    queries = queries * np.float32(shape.head_size**-0.5)
    return np.concatenate([np.tile(queries, (shape.heads, 1)), np.tile(keys, (shape.kv_heads, 1))])


def _adjusted(name: str, tensor: Tensor, shape: Shape, normed: bool) -> Tensor:
    """A projection's weight or bias with the factor it takes (queries that are `normed` take it
    with their gain) and, for queries and keys, its pairs side by side.
    """
    if name in ("q_proj", "k_proj"):
        tensor = _side_by_side(tensor, shape)
    factor = {"q_proj": 1 if normed else shape.head_size**-0.5, "gate_proj": 0.5}.get(name, 1)
    return tensor if factor == 1 else tensor * np.float32(factor)


def _side_by_side(tensor: Tensor, shape: Shape) -> Tensor:
    """Heads (heads d, ...) with the two members of each rotary pair side by side."""
    if shape.interleaved:
        return tensor
    heads = tensor.reshape(-1, 2, shape.head_size // 2, *tensor.shape[1:])
    return heads.swapaxes(1, 2).reshape(tensor.shape)
