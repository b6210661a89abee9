"""A Llama written down as slowly and plainly as can be, in float64, one head and one position at a
time, and random folders for it: what `specrecord.models.llama` must agree with for every shape.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

import specrecord

Array = NDArray[np.float64]
TOKENIZER = Path(specrecord.__file__).parent / "models" / "tiny" / "target" / "tokenizer.json"
VOCABULARY = 1024


@dataclass(frozen=True)
class Variant:
    """One way in which Llamas differ from each other."""

    heads: int = 4
    kv_heads: int = 2
    head_size: int = 6
    interleaved: bool = False
    biases: bool = False
    tied: bool = True
    padded: int = 0  # rows of the embedding beyond the tokenizer's vocabulary
    rope: dict[str, object] | None = None

    def config(self) -> dict[str, object]:
        """config.json as transformers writes it."""
        return {
            "model_type": "llama",
            "hidden_act": "silu",
            "hidden_size": 16,
            "num_hidden_layers": 2,
            "intermediate_size": 20,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_size,
            "rms_norm_eps": 1e-5,
            "vocab_size": VOCABULARY + self.padded,
            "rope_theta": 500.0,
            "rope_scaling": self.rope,
            "rope_traditional": self.interleaved,
            "max_position_embeddings": 600,
            "tie_word_embeddings": self.tied,
            "attention_bias": self.biases,
            "mlp_bias": self.biases,
            "eos_token_id": 0,
        }

    def weights(self, seed: int) -> dict[str, Array]:
        """Random tensors of this variant's shapes, gains away from 1."""
        random = np.random.default_rng(seed)
        hidden, wide, narrow, inner = (
            16,
            self.heads * self.head_size,
            self.kv_heads * self.head_size,
            20,
        )
        found = {
            "model.embed_tokens.weight": (VOCABULARY + self.padded, hidden),
            "model.norm.weight": (hidden,),
        }
        if not self.tied:
            found["lm_head.weight"] = (VOCABULARY + self.padded, hidden)
        for layer in ("model.layers.0.", "model.layers.1."):
            found |= {
                f"{layer}{norm}_layernorm.weight": (hidden,) for norm in ("input", "post_attention")
            }
            linear = {
                "self_attn.q_proj": (wide, hidden),
                "self_attn.k_proj": (narrow, hidden),
                "self_attn.v_proj": (narrow, hidden),
                "self_attn.o_proj": (hidden, wide),
                "mlp.gate_proj": (inner, hidden),
                "mlp.up_proj": (inner, hidden),
                "mlp.down_proj": (hidden, inner),
            }
            found |= {f"{layer}{name}.weight": shape for name, shape in linear.items()}
            if self.biases:
                found |= {f"{layer}{name}.bias": shape[:1] for name, shape in linear.items()}
        return {name: random.normal(0.3, 0.5, shape) for name, shape in found.items()}

    def folder(self, path: Path, seed: int) -> Path:
        """A model's folder that `llama:` and `mlx:` can open."""
        path.mkdir()
        (path / "config.json").write_text(json.dumps(self.config()))
        shutil.copy(TOKENIZER, path / "tokenizer.json")
        tensors = {name: tensor.astype(np.float32) for name, tensor in self.weights(seed).items()}
        save_file(tensors, path / "model.safetensors")
        return path

    def logits(self, tokens: list[int], seed: int) -> Array:
        """Logits after each token, (tokens, vocabulary), by the definition."""
        weights = {
            name: tensor.astype(np.float32).astype(float)
            for name, tensor in self.weights(seed).items()
        }
        embedding = weights["model.embed_tokens.weight"]
        x = embedding[tokens]
        for layer in ("model.layers.0.", "model.layers.1."):
            part = {
                key.removeprefix(layer): value
                for key, value in weights.items()
                if key.startswith(layer)
            }
            x = x + self._attention(part, _normed(x, part["input_layernorm.weight"]))
            x = x + _feed_forward(part, _normed(x, part["post_attention_layernorm.weight"]))
        head = embedding if self.tied else weights["lm_head.weight"]
        logits: Array = _normed(x, weights["model.norm.weight"]) @ head[:VOCABULARY].T
        return logits

    def _attention(self, part: dict[str, Array], x: Array) -> Array:
        size, group = self.head_size, self.heads // self.kv_heads
        queries, keys, values = (_linear(part, f"self_attn.{name}_proj", x) for name in "qkv")
        read = np.zeros((len(x), self.heads * size))
        for head in range(self.heads):
            own, shared = slice(head * size, (head + 1) * size), head // group
            theirs = slice(shared * size, (shared + 1) * size)
            for position in range(len(x)):
                query = self._turned(queries[position, own], position)
                scores = (
                    np.array(
                        [query @ self._turned(keys[t, theirs], t) for t in range(position + 1)]
                    )
                    / size**0.5
                )
                shares = np.exp(scores - scores.max())
                read[position, own] = shares / shares.sum() @ values[: position + 1, theirs]
        return _linear(part, "self_attn.o_proj", read)

    def _turned(self, vector: Array, position: int) -> Array:
        """Rotary position: each pair of one head turned by its own angle."""
        turned, half = vector.copy(), self.head_size // 2
        for pair in range(half):
            first, second = (2 * pair, 2 * pair + 1) if self.interleaved else (pair, pair + half)
            angle = position * self._speed(500.0 ** (-2 * pair / self.head_size))
            a, b = vector[first], vector[second]
            turned[first], turned[second] = (
                a * np.cos(angle) - b * np.sin(angle),
                a * np.sin(angle) + b * np.cos(angle),
            )
        return turned

    def _speed(self, speed: float) -> float:
        """Radians a position; `linear` divides by the factor, `llama3` slows the long waves
        only.
        """
        rope = self.rope or {}
        if rope.get("rope_type") == "linear":
            return speed / float(str(rope["factor"]))
        if rope.get("rope_type") == "llama3":
            factor, low, high, original = (
                float(str(rope[name]))
                for name in (
                    "factor",
                    "low_freq_factor",
                    "high_freq_factor",
                    "original_max_position_embeddings",
                )
            )
            wave = 2 * np.pi / speed
            if wave < original / high:
                return speed
            if wave > original / low:
                return speed / factor
            smooth = (original / wave - low) / (high - low)
            return (1 - smooth) * speed / factor + smooth * speed
        return speed


def _normed(x: Array, gain: Array) -> Array:
    normed: Array = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-5) * gain
    return normed


def _linear(part: dict[str, Array], name: str, x: Array) -> Array:
    product: Array = x @ part[f"{name}.weight"].T + part.get(f"{name}.bias", 0.0)
    return product


def _feed_forward(part: dict[str, Array], x: Array) -> Array:
    gate = _linear(part, "mlp.gate_proj", x)
    return _linear(
        part, "mlp.down_proj", gate / (1 + np.exp(-gate)) * _linear(part, "mlp.up_proj", x)
    )
