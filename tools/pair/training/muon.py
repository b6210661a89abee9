"""The optimiser: Muon for the matrices of the layers, AdamW for the embedding and the norms."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..model import Llama

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # the usual quintic of the Newton-Schulz iteration
ITERATIONS = 5
MOMENTUM = 0.95
DECAY = 0.01


def orthogonal(matrices: Tensor) -> Tensor:
    """The nearest orthogonal matrix, nearly, of each of a stack."""
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    first, second, third = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = first * x + (second * square + third * square @ square) @ x
    return x.mT if tall else x


class Optimiser:
    """Both halves, with rates that the schedule scales."""

    def __init__(self, model: Llama, rate: float, matrix_rate: float) -> None:
        layers = [weight for weight in model.model.layers.parameters() if weight.dim() > 1]
        chosen = {id(weight) for weight in layers}
        others = [weight for weight in model.parameters() if id(weight) not in chosen]
        self.rate, self.matrix_rate = rate, matrix_rate
        self.adam = torch.optim.AdamW(
            others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
        shapes = sorted({tuple(weight.shape) for weight in layers})
        self.stacks = [
            [weight for weight in layers if tuple(weight.shape) == shape] for shape in shapes
        ]
        self.averages = [torch.zeros(len(stack), *stack[0].shape) for stack in self.stacks]

    def state(self) -> dict[str, Any]:
        """What `load` goes on from."""
        return {"adam": self.adam.state_dict(), "averages": self.averages}

    def load(self, state: dict[str, Any]) -> None:
        self.adam.load_state_dict(state["adam"])
        self.averages = state["averages"]

    @torch.no_grad()
    def step(self, scale: float) -> None:
        """One step at a share of the highest rates."""
        for group in self.adam.param_groups:
            group["lr"] = self.rate * scale
        self.adam.step()
        for stack, average in zip(self.stacks, self.averages, strict=True):
            gradient = torch.stack([weight.grad for weight in stack if weight.grad is not None])
            average.lerp_(gradient, 1 - MOMENTUM)
            update = orthogonal(gradient.lerp(average, MOMENTUM))
            rows, columns = stack[0].shape
            rate = self.matrix_rate * scale
            size = rate * max(1.0, rows / columns) ** 0.5
            for weight, change in zip(stack, update, strict=True):
                weight.mul_(1 - DECAY * rate).sub_(change, alpha=size)
