"""Distillation of the draft: nearness to the target's law on text that the target sampled."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from .data import Stream
from .model import Llama, Shape
from .sample import sample
from .train import Curve, Schedule, descend

LENGTH = 256
PROMPT = 4  # the tokens of the corpus that begin a sampled sequence
ROWS_AT_ONCE = 128
OWN_SHARE = 0.75  # how much of a batch the target has sampled; the rest is corpus


def own_text(target: Llama, stream: Stream, rows: int, seed: int) -> Tensor:
    """Sequences of the target's own, begun like the corpus and continued by chance."""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for _ in range(0, rows, ROWS_AT_ONCE):
        prompts = stream.windows(PROMPT - 1, ROWS_AT_ONCE, generator)
        parts.append(sample(target, prompts, LENGTH, 1.0, generator))
        print(f"sampled {len(parts) * ROWS_AT_ONCE}/{rows} rows", flush=True)
    return torch.cat(parts)[:rows]


def distil(
    target: Llama, shape: Shape, stream: Stream, own: Tensor, schedule: Schedule, seed: int
) -> tuple[Llama, Curve]:
    """Train a draft so that its law comes near the target's at every position."""
    torch.manual_seed(seed)
    draft = Llama(shape)
    generator = torch.Generator().manual_seed(seed)
    rows = schedule.batch_tokens // LENGTH
    own_rows = round(rows * OWN_SHARE)

    def loss_of(step: int) -> Tensor:
        chosen = torch.randint(len(own), (own_rows,), generator=generator)
        batch = torch.cat((own[chosen], stream.windows(LENGTH - 1, rows - own_rows, generator)))
        with torch.no_grad():
            law = torch.log_softmax(target(batch), dim=-1)
        propose = torch.log_softmax(draft(batch), dim=-1)
        return functional.kl_div(propose, law, reduction="none", log_target=True).sum(-1).mean()

    return draft, descend(draft, schedule, loss_of, "draft")
