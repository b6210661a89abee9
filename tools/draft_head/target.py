"""The target in PyTorch: many rows decoded side by side, each at its own position."""

from __future__ import annotations

import json
from pathlib import Path

import torch
import torch.nn.functional as functional
from safetensors.torch import load_file
from torch import Tensor


def halves(weight: Tensor, heads: int) -> Tensor:
    """Rows of a query or key matrix from the layout of pairs to that of halves."""
    size = weight.shape[0] // heads
    return weight.view(heads, size // 2, 2, -1).transpose(1, 2).reshape(weight.shape).contiguous()


class Target:
    """A Llama that keeps keys and values for `rows` sequences of at most `context` tokens. Its
    matrices and its cache are of the type `kind`; what runs between them is float32.
    """

    def __init__(self, folder: Path, rows: int, context: int, kind: torch.dtype) -> None:
        config = json.loads((folder / "config.json").read_text())
        weights = {
            name: tensor.float()
            for file in sorted(folder.glob("*.safetensors"))
            for name, tensor in load_file(file).items()
        }
        self.kind = kind
        self.heads = config["num_attention_heads"]
        self.kv_heads = config.get("num_key_value_heads", self.heads)
        self.size = config.get("head_dim") or config["hidden_size"] // self.heads
        self.hidden, self.epsilon = config["hidden_size"], config["rms_norm_eps"]
        self.vocabulary = config["vocab_size"]
        self.embedding = weights["model.embed_tokens.weight"]
        self.head = weights.get("lm_head.weight", self.embedding).to(kind)
        self.norm = weights["model.norm.weight"]
        self.layers = [
            self.layer(weights, f"model.layers.{index}.", config.get("rope_traditional", False))
            for index in range(config["num_hidden_layers"])
        ]
        powers = torch.arange(0, self.size, 2).float() / self.size
        angles = torch.arange(context).float()[:, None] * config["rope_theta"] ** -powers
        self.cosine, self.sine = angles.cos(), angles.sin()
        shape = (len(self.layers), 2, rows, self.kv_heads, context, self.size)
        self.cache = torch.zeros(shape, dtype=kind)

    def layer(self, weights: dict[str, Tensor], name: str, pairs: bool) -> dict[str, Tensor]:
        """One layer's matrices, queries, keys and values in one."""
        query, key, value = (
            weights[f"{name}self_attn.{part}_proj.weight"] for part in ("q", "k", "v")
        )
        if pairs:
            query, key = halves(query, self.heads), halves(key, self.kv_heads)
        return {
            "qkv": torch.cat((query, key, value)).to(self.kind),
            "o": weights[f"{name}self_attn.o_proj.weight"].to(self.kind),
            "gate_up": torch.cat(
                (weights[f"{name}mlp.gate_proj.weight"], weights[f"{name}mlp.up_proj.weight"])
            ).to(self.kind),
            "down": weights[f"{name}mlp.down_proj.weight"].to(self.kind),
            "first": weights[f"{name}input_layernorm.weight"],
            "second": weights[f"{name}post_attention_layernorm.weight"],
        }

    def rotated(self, x: Tensor, places: Tensor) -> Tensor:
        cosine, sine = self.cosine[places][..., None, :], self.sine[places][..., None, :]
        low, high = x.chunk(2, dim=-1)
        return torch.cat((low * cosine - high * sine, high * cosine + low * sine), dim=-1)

    def attend(self, qkv: Tensor, index: int, rows: Tensor, places: Tensor, reach: int) -> Tensor:
        """Attention of tokens (rows, n) at their places over what their rows hold."""
        count, length, _ = qkv.shape
        query, key, value = qkv.view(count, length, -1, self.size).split(
            (self.heads, self.kv_heads, self.kv_heads), dim=2
        )
        cache = self.cache[index]
        at = (rows[:, None], slice(None), places)
        cache[0][at] = self.rotated(key, places).to(self.kind)
        cache[1][at] = value.to(self.kind)
        group = self.heads // self.kv_heads
        # the queries of one key head, of all new tokens, side by side
        query = self.rotated(query, places).view(count, length, self.kv_heads, group, self.size)
        query = query.permute(0, 2, 3, 1, 4).reshape(count, self.kv_heads, -1, self.size)
        query = query.to(self.kind)
        if count == len(cache[0]):
            keys, values = cache[0][:, :, :reach], cache[1][:, :, :reach]
        else:
            keys, values = cache[0][rows, :, :reach], cache[1][rows, :, :reach]
        seen = torch.arange(reach) <= places[:, :, None]  # rows, n, reach
        mask = seen[:, None].repeat(1, 1, group, 1)
        mixed = functional.scaled_dot_product_attention(query, keys, values, attn_mask=mask)
        mixed = mixed.view(count, self.kv_heads, group, length, self.size)
        return mixed.permute(0, 3, 1, 2, 4).reshape(count, length, -1)

    def product(self, x: Tensor, weight: Tensor) -> Tensor:
        return functional.linear(x.to(self.kind), weight).float()

    def normed(self, x: Tensor, weight: Tensor) -> Tensor:
        return functional.rms_norm(x, (self.hidden,), weight, self.epsilon)

    @torch.inference_mode()
    def read(self, tokens: Tensor, rows: Tensor, places: Tensor) -> Tensor:
        """The last norm's output for tokens (rows, n) at their places, (rows, n, hidden)."""
        reach = int(places.max()) + 1
        x = self.embedding[tokens]
        for index, layer in enumerate(self.layers):
            qkv = self.product(self.normed(x, layer["first"]), layer["qkv"])
            x = x + self.product(self.attend(qkv, index, rows, places, reach), layer["o"])
            both = self.product(self.normed(x, layer["second"]), layer["gate_up"])
            gate, up = both.chunk(2, dim=-1)
            x = x + self.product(functional.silu(gate) * up, layer["down"])
        return self.normed(x, self.norm)
