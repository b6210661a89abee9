"""Training of a head for so many seconds, on all shards that are there; a run that was stopped goes
on from its last checkpoint.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tools.pair.training.muon import orthogonal

from .data import Text, batch_of, batches
from .losses import loss
from .model import Head
from .warm_start import warm_start

KEEP_EVERY = 10  # steps
TEMPERATURES = (1.0, 0.7)  # in turn
WARM_UP = 0.02  # of all seconds
OVERLAP_FROM, OVERLAP_SHARE = 0.4, 0.7  # when overlap begins to count, and for how much at the end


class Optimiser:
    """Muon for the matrices, Adam for gain and bias."""

    def __init__(self, head: Head, rate: float, decay: float) -> None:
        self.matrices = [weight for weight in head.parameters() if weight.dim() > 1]
        others = [weight for weight in head.parameters() if weight.dim() == 1]
        self.adam = torch.optim.Adam(others, betas=(0.9, 0.98))
        self.averages = [torch.zeros_like(weight) for weight in self.matrices]
        self.rate, self.decay = rate, decay

    @torch.no_grad()
    def step(self, scale: float, momentum: float = 0.95) -> None:
        """One step at a share of the highest rates."""
        self.adam.param_groups[0]["lr"] = self.rate * scale / 10
        self.adam.step()
        for weight, average in zip(self.matrices, self.averages, strict=True):
            assert weight.grad is not None
            average.lerp_(weight.grad, 1 - momentum)
            update = orthogonal(weight.grad.lerp(average, momentum).bfloat16())
            rows, columns = weight.shape
            size = self.rate * scale * max(1.0, rows / columns) ** 0.5
            weight.mul_(1 - self.decay * self.rate * scale).sub_(update, alpha=size)


@dataclass
class Progress:
    """How far a training has come; `curve` holds step, seconds and each step's overlap."""

    step: int = 0
    seconds: float = 0.0
    curve: list[list[float]] = field(default_factory=list)


def load_checkpoint(file: Path, head: Head, optimiser: Optimiser) -> Progress:
    """What an earlier run left, loaded into both."""
    content: dict[str, Any] = torch.load(file)
    head.load_state_dict(content["head"])
    optimiser.adam.load_state_dict(content["adam"])
    optimiser.averages = content["averages"]
    return Progress(**content["progress"])


def save_checkpoint(file: Path, head: Head, optimiser: Optimiser, progress: Progress) -> None:
    part = file.with_suffix(".part")
    content = {"head": head.state_dict(), "adam": optimiser.adam.state_dict()}
    torch.save(content | {"averages": optimiser.averages, "progress": vars(progress)}, part)
    part.replace(file)


def endless(read: Callable[[], list[Text]], size: int, rng: random.Random) -> Iterator[list[Text]]:
    """Batches of texts, which are read anew for every epoch: there may be more of them."""
    while True:
        yield from batches(read(), size, rng)


def train(
    head: Head,
    read: Callable[[], list[Text]],
    gain: Tensor,
    file: Path,
    *,
    seconds: float,
    size: int = 8,
    depth: int = 4,
    rate: float = 0.012,
    decay: float = 0.1,
) -> Progress:
    """Train until `seconds` are spent; `file` is the checkpoint."""
    optimiser = Optimiser(head, rate, decay)
    if not file.exists():
        warm_start(head, read(), gain)
        save_checkpoint(file, head, optimiser, Progress())
    progress = load_checkpoint(file, head, optimiser)
    before, texts = progress.seconds, endless(read, size, random.Random(progress.step))
    begun = time.monotonic()
    while (done := progress.seconds / seconds) < 1:
        share = OVERLAP_SHARE * max(0.0, min(1.0, (done - OVERLAP_FROM) / (1 - OVERLAP_FROM)))
        with torch.autocast("cpu", torch.bfloat16):
            temperature = TEMPERATURES[progress.step % len(TEMPERATURES)]
            total, overlaps = loss(head, batch_of(next(texts), gain), depth, temperature, share)
        head.zero_grad(set_to_none=True)
        total.backward()
        optimiser.step(min(1.0, done / WARM_UP + 0.01) * 0.5 * (1 + math.cos(math.pi * done)))
        progress.step += 1
        progress.seconds = before + time.monotonic() - begun
        progress.curve.append([progress.step, progress.seconds, *overlaps])
        if progress.step % KEEP_EVERY == 0:
            save_checkpoint(file, head, optimiser, progress)
            means = torch.tensor(progress.curve[-KEEP_EVERY:])[:, 2:].mean(0)
            shown = " ".join(f"{overlap:.3f}" for overlap in means)
            print(f"step {progress.step}, {progress.seconds:.0f} s: overlap {shown}", flush=True)
    save_checkpoint(file, head, optimiser, progress)
    return progress
