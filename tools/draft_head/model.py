"""The head in PyTorch, as `specrecord/drafters/draft_head.py` computes it in numpy.

A recurrent draft head (Zhang et al., ReDrafter, arXiv 2403.09919) whose state stands for the
target's next feature, so that the target's own head reads it (Li et al., EAGLE, arXiv 2401.15077).
At every step it looks back at the features of all that the target has read, as Hydra's prefix
attention does (Ankner et al., arXiv 2402.05109). Features are the last norm's output before its
gain. Shapes: b answers, n tokens, h hidden, v the head's own vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

EPSILON = 1e-5


@dataclass(frozen=True)
class Shape:
    """The sizes of a head. `slopes`: how fast each attention head forgets, per token."""

    hidden: int
    inner: int = 768
    head_size: int = 64
    slopes: tuple[float, ...] = (0.0, 0.01, 0.05, 0.25)

    def as_config(self) -> dict[str, object]:
        return {**asdict(self), "slopes": list(self.slopes)}


def normed(x: Tensor) -> Tensor:
    """RMSNorm without a gain."""
    return functional.rms_norm(x, x.shape[-1:], eps=EPSILON)


class Head(nn.Module):
    """Reads features and tokens, answers with logits over `vocabulary` (v), the ids that it may
    draft.

    `embedding` and `target_rows` (target's vocabulary, h), the target's head times its last norm's
    gain, are the target's own and are not trained.
    """

    def __init__(
        self, shape: Shape, embedding: Tensor, target_rows: Tensor, vocabulary: Tensor
    ) -> None:
        super().__init__()
        self.shape, hidden = shape, shape.hidden
        inside = shape.head_size * len(shape.slopes)
        self.enter = nn.Linear(2 * hidden, hidden, bias=False)
        self.query = nn.Linear(hidden, inside, bias=False)
        self.key = nn.Linear(2 * hidden, inside, bias=False)
        self.value = nn.Linear(2 * hidden, inside, bias=False)
        self.read = nn.Linear(inside, hidden, bias=False)
        self.gate_up = nn.Linear(hidden, 2 * shape.inner, bias=False)
        self.down = nn.Linear(shape.inner, hidden, bias=False)
        self.gain = nn.Parameter(torch.ones(hidden))
        self.bias = nn.Parameter(torch.zeros(len(vocabulary)))
        nn.init.zeros_(self.read.weight)
        nn.init.zeros_(self.down.weight)
        self.register_buffer("embedding", normed(embedding), persistent=False)
        self.target_rows = target_rows
        self.register_buffer("rows", target_rows[vocabulary], persistent=False)

    def split(self, x: Tensor) -> Tensor:
        """(b, n, inside) to (b, heads, n, head size)."""
        return x.unflatten(-1, (-1, self.shape.head_size)).transpose(1, 2)

    def steps(self, features: Tensor, tokens: Tensor, first: int, depth: int) -> Iterator[Tensor]:
        """The states of `depth` steps from each position, (b, n - 1 - first - step, h).

        `features` (b, n - 1, h) stand after `tokens` (b, n) but the last. The state of step d at
        position i foretells the feature of i + d; it is fed the recorded tokens.
        """
        count = features.shape[1]
        embedded = self.embedding[tokens]
        keys = self.split(self.key(torch.cat((features, embedded[:, :-1]), dim=-1)))
        values = self.split(self.value(torch.cat((features, embedded[:, 1:]), dim=-1)))
        places = torch.arange(count)
        back = (places[first:, None] - places).float()
        slopes = torch.tensor(self.shape.slopes)[:, None, None]
        mask = torch.where(back < 0, -torch.inf, -slopes * back)[None].to(keys.dtype)
        state = features[:, first:]
        for step in range(1, depth + 1):
            end = count - first - step
            state = self.step(
                state[:, :end],
                embedded[:, first + step : first + step + end],
                (keys, values, mask[:, :, :end]),
            )
            yield state

    def step(
        self, state: Tensor, embedded: Tensor, memory: tuple[Tensor, Tensor, Tensor]
    ) -> Tensor:
        """One step of the cell, (b, n, h) each."""
        keys, values, mask = memory
        x = self.enter(torch.cat((state, embedded), dim=-1))
        seen = functional.scaled_dot_product_attention(
            self.split(self.query(normed(x))).to(keys.dtype), keys, values, attn_mask=mask
        )
        x = x + self.read(seen.transpose(1, 2).flatten(-2))
        gate, up = self.gate_up(normed(x)).chunk(2, dim=-1)
        x = x + self.down(functional.silu(gate) * up)
        return normed(x) * self.gain

    def logits(self, state: Tensor) -> Tensor:
        """What the head says, (..., h) to (..., v)."""
        return functional.linear(state, self.rows) + self.bias

    def target_logits(self, features: Tensor) -> Tensor:
        """What the target says of the same tokens, (..., h) to (..., v)."""
        return functional.linear(features, self.rows)
