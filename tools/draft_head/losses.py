"""What a head is trained on: the target's distribution over the head's own vocabulary, at every
step of its unrolling.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .data import Batch
from .model import Head

STEP_WEIGHT = 0.8  # of a step, against the one before
OVERLAP_SCALE = 3.0  # what overlap weighs against a nat of cross-entropy


class Distance(torch.autograd.Function):
    """Cross-entropy of softmax(logits) (m, v) with `wanted` (m, v), and by `share` 1 - sum(min)
    instead, both means. The gradient is worked out at once: few passes over big arrays.
    """

    @staticmethod
    def forward(
        context: Any, logits: Tensor, wanted: Tensor, temperature: float, share: float
    ) -> tuple[Tensor, Tensor]:
        logs = (logits.float() / temperature).log_softmax(-1)
        probs = logs.exp()
        entropy = -(wanted * logs).sum() / len(logs)
        below = torch.where(probs < wanted, probs, 0.0)
        sums = below.sum(-1, keepdim=True)
        overlap = torch.minimum(probs, wanted).sum(-1).mean()
        lost = (probs * sums).sub_(below)  # the gradient of -sum(min)
        gradient = probs.sub_(wanted).mul_(1 - share).add_(lost, alpha=share * OVERLAP_SCALE)
        context.save_for_backward(gradient.mul_(1 / (temperature * len(logs))).to(logits.dtype))
        return torch.lerp(entropy, OVERLAP_SCALE * (1 - overlap), share), overlap

    @staticmethod
    def backward(context: Any, *outer: Tensor) -> tuple[Tensor | None, ...]:
        (gradient,) = context.saved_tensors
        return gradient * outer[0], None, None, None


def loss(
    head: Head, batch: Batch, depth: int, temperature: float, share: float
) -> tuple[Tensor, list[float]]:
    """The sum of all steps' distances, weighted, and the overlap of each."""
    first, total, overlaps = batch.first, torch.zeros(()), []
    with torch.no_grad():
        wanted = (head.target_logits(batch.features[:, first:]).float() / temperature).softmax(-1)
    steps = head.steps(batch.features, batch.tokens, first, depth)
    for step, states in enumerate(steps, 1):
        valid = batch.valid[:, first:-step] & batch.valid[:, first + step :]
        distance, overlap = Distance.apply(
            head.logits(states[valid]), wanted[:, step:][valid], temperature, share
        )
        overlaps.append(overlap.item())
        total = total + STEP_WEIGHT ** (step - 1) * distance
    return total, overlaps
