"""Training: warm-up and cosine decay, kept at intervals; the target's loss over the corpus."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import Tensor

from ..model import Llama
from .data import Stream
from .muon import Optimiser

SHORT, LONG = 256, 512
LONG_EVERY = 4  # one batch in four has windows of the full context
LOG_EVERY = 100


@dataclass
class Schedule:
    """How long and how fast a model is trained."""

    steps: int
    rate: float = 4e-3  # of the embedding and the norms
    matrix_rate: float = 0.02
    warmup: int = 100
    batch_tokens: int = 4096
    final: float = 0.02  # the last rate, as a share of the highest

    def scale(self, step: int) -> float:
        """The share of the highest rates at a step."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        wave = 0.5 * (1 + math.cos(math.pi * done))
        return self.final + (1 - self.final) * wave


@dataclass
class Curve:
    """The loss as it fell."""

    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0


def descend(
    model: Llama,
    schedule: Schedule,
    loss_of: Callable[[int], Tensor],
    generator: torch.Generator,
    name: str,
    work: Path,
) -> Curve:
    """Run the schedule on a loss, which is asked for each step and draws from `generator`. What
    is reached is kept in `work` at intervals; a run that was stopped goes on from there.
    """
    optimiser = Optimiser(model, schedule.rate, schedule.matrix_rate)
    curve, file = Curve(), work / f"{name}.pt"
    if file.exists():
        reached = torch.load(file)
        model.load_state_dict(reached["model"])
        curve = Curve(**reached["curve"])
        if "optimiser" in reached:
            optimiser.load(reached["optimiser"])
            generator.set_state(reached["generator"])
    begun, running = time.monotonic() - curve.seconds, 0.0
    first = curve.steps[-1] if curve.steps else 0
    for step in range(first, schedule.steps):
        loss = loss_of(step)
        model.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step(schedule.scale(step))
        running += loss.item()
        if (step + 1) % LOG_EVERY == 0 or step + 1 == schedule.steps:
            curve.steps.append(step + 1)
            curve.losses.append(running / (step % LOG_EVERY + 1))
            curve.seconds = time.monotonic() - begun
            print(
                f"{name} {step + 1}/{schedule.steps} loss {curve.losses[-1]:.4f} "
                f"{curve.seconds:.0f}s",
                flush=True,
            )
            running = 0.0
            save_checkpoint(file, model, optimiser, generator, curve)
    return curve


def save_checkpoint(
    file: Path, model: Llama, optimiser: Optimiser, generator: torch.Generator, curve: Curve
) -> None:
    """Write what is needed to go on; the file before it is replaced whole or not at all."""
    content = {
        "model": model.state_dict(),
        "optimiser": optimiser.state(),
        "generator": generator.get_state(),
        "curve": vars(curve),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, file.with_suffix(".part"))
    file.with_suffix(".part").replace(file)


def train(
    model: Llama, stream: Stream, schedule: Schedule, seed: int, name: str, work: Path
) -> Curve:
    """Train a target on the next token of the corpus."""
    generator = torch.Generator().manual_seed(seed)

    def loss_of(step: int) -> Tensor:
        length = LONG if step % LONG_EVERY == LONG_EVERY - 1 else SHORT
        window = stream.windows(length, schedule.batch_tokens // length, generator)
        logits = model(window[:, :-1])
        return functional.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())

    return descend(model, schedule, loss_of, generator, name, work)
