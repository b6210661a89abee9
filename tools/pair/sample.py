"""Sampling: many sequences at once, with the keys and values of earlier tokens kept."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from .model import Attention, Llama, rotate

Cache = Tensor  # layers, 2, rows, key heads, positions, head size: keys, then values


def attend(part: Attention, x: Tensor, position: int, llama: Llama, cache: Tensor) -> Tensor:
    """Attention of x, which begins at a position, over one layer's cache and itself."""
    batch, length, _ = x.shape
    size, narrow = part.shape.head_dim, part.shape.kv_heads
    until = position + length
    cosine, sine = llama.cosine[position:until], llama.sine[position:until]
    query = rotate(part.q_proj(x).view(batch, length, -1, size).transpose(1, 2), cosine, sine)
    key = rotate(part.k_proj(x).view(batch, length, -1, size).transpose(1, 2), cosine, sine)
    cache[0][:, :, position:until] = key
    cache[1][:, :, position:until] = part.v_proj(x).view(batch, length, -1, size).transpose(1, 2)
    # the queries of one key head stand side by side, so that no key is copied
    group = part.shape.heads // narrow
    seen = torch.arange(until) <= torch.arange(position, until)[:, None]
    mixed = functional.scaled_dot_product_attention(
        query.reshape(batch, narrow, group * length, size),
        cache[0][:, :, :until],
        cache[1][:, :, :until],
        attn_mask=None if length == 1 else seen.repeat(group, 1),
    )
    mixed = mixed.view(batch, narrow * group, length, size).transpose(1, 2)
    return part.o_proj(mixed.reshape(batch, length, -1))


def advance(llama: Llama, tokens: Tensor, position: int, cache: Cache) -> Tensor:
    """Logits of the last of the given tokens; the cache is extended in place."""
    x = llama.model.embed_tokens(tokens)
    for index, layer in enumerate(llama.model.layers):
        x = x + attend(layer.self_attn, layer.input_layernorm(x), position, llama, cache[index])
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    last = llama.model.norm(x[:, -1])
    return functional.linear(last, llama.model.embed_tokens.weight)


@torch.inference_mode()
def sample(
    llama: Llama, prompts: Tensor, length: int, temperature: float, generator: torch.Generator
) -> Tensor:
    """Continue a batch of prompts of one size to a length, running on past the end token."""
    batch = prompts.shape[0]
    shape = llama.shape
    cache = torch.zeros(shape.layers, 2, batch, shape.kv_heads, length, shape.head_dim)
    tokens, fresh = prompts, prompts
    while tokens.shape[1] < length:
        position = tokens.shape[1] - fresh.shape[1]
        probs = torch.softmax(advance(llama, fresh, position, cache) / temperature, dim=-1)
        fresh = torch.multinomial(probs, 1, generator=generator)
        tokens = torch.cat((tokens, fresh), dim=1)
    return tokens
