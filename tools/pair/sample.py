"""Sampling: many sequences at once, with the keys and values of earlier tokens kept."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from .model import Attention, Llama, rotate

Cache = list[tuple[Tensor, Tensor]]


def attend(
    part: Attention,
    x: Tensor,
    position: int,
    llama: Llama,
    kept: tuple[Tensor, Tensor],
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Attention over what is kept and x, which begins at a position."""
    batch, length, _ = x.shape
    size = part.shape.head_dim
    cosine = llama.cosine[position : position + length]
    sine = llama.sine[position : position + length]
    query = rotate(part.q_proj(x).view(batch, length, -1, size).transpose(1, 2), cosine, sine)
    key = rotate(part.k_proj(x).view(batch, length, -1, size).transpose(1, 2), cosine, sine)
    value = part.v_proj(x).view(batch, length, -1, size).transpose(1, 2)
    key, value = torch.cat((kept[0], key), dim=2), torch.cat((kept[1], value), dim=2)
    group = part.shape.heads // part.shape.kv_heads
    mixed = functional.scaled_dot_product_attention(
        query,
        key.repeat_interleave(group, dim=1),
        value.repeat_interleave(group, dim=1),
        is_causal=length > 1,
    )
    return part.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1)), (key, value)


def advance(llama: Llama, tokens: Tensor, position: int, cache: Cache) -> Tensor:
    """Logits of the last of the given tokens; the cache is extended in place."""
    x = llama.model.embed_tokens(tokens)
    for index, layer in enumerate(llama.model.layers):
        mixed, cache[index] = attend(
            layer.self_attn, layer.input_layernorm(x), position, llama, cache[index]
        )
        x = x + mixed
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    last = llama.model.norm(x[:, -1])
    return functional.linear(last, llama.model.embed_tokens.weight)


@torch.no_grad()
def sample(
    llama: Llama, prompts: Tensor, length: int, temperature: float, generator: torch.Generator
) -> Tensor:
    """Continue a batch of prompts of one size to a length, running on past the end token."""
    batch = prompts.shape[0]
    empty = torch.zeros(batch, llama.shape.kv_heads, 0, llama.shape.head_dim)
    cache: Cache = [(empty, empty) for _ in range(llama.shape.layers)]
    tokens, fresh = prompts, prompts
    while tokens.shape[1] < length:
        position = tokens.shape[1] - fresh.shape[1]
        law = torch.softmax(advance(llama, fresh, position, cache) / temperature, dim=-1)
        fresh = torch.multinomial(law, 1, generator=generator)
        tokens = torch.cat((tokens, fresh), dim=1)
    return tokens
