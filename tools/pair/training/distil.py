"""Distillation of the draft: its distribution is brought near the target's, on text that the target
sampled; at last by the very measure that decides acceptance.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import Tensor

from ..model import Llama
from ..sample import sample
from .data import Stream
from .train import Curve, Schedule, descend

LENGTH = 256
PROMPT = 4  # the tokens of the corpus that begin a sampled sequence
ROWS_AT_ONCE = 128
OWN_ROWS = 4096
OWN_SHARE = 0.75  # how much of the rows the target has sampled; the rest is corpus
OWN_TEMPERATURES = (1.0, 0.7)  # sampled by turns
TEMPERATURES = (1.0, 0.7)  # at which the distributions are to agree
BY_OVERLAP = 0.5  # the last share of the steps is trained on overlap itself


@dataclass(frozen=True)
class TeacherData:
    """Sequences (rows, LENGTH), and the target's log-probabilities of each next token in float16
    (rows, LENGTH, vocabulary), so that the target is asked once, not at every step.
    """

    rows: Tensor
    logprobs: Tensor


def own_text(target: Llama, stream: Stream, rows: int, seed: int) -> Tensor:
    """Sequences of the target's own, begun like the corpus and continued by chance."""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for first in range(0, rows, ROWS_AT_ONCE):
        prompts = stream.windows(PROMPT - 1, ROWS_AT_ONCE, generator)
        temperature = OWN_TEMPERATURES[len(parts) % len(OWN_TEMPERATURES)]
        parts.append(sample(target, prompts, LENGTH, temperature, generator))
        print(f"sampled {first + ROWS_AT_ONCE}/{rows} rows", flush=True)
    return torch.cat(parts)[:rows]


@torch.no_grad()
def teacher_data(
    target: Llama, stream: Stream, own_rows: int, seed: int, work: Path
) -> TeacherData:
    """What the draft learns from; kept in `work`, since it takes minutes."""
    file = work / "teacher.pt"
    if not file.exists():
        own = own_text(target, stream, own_rows, seed)
        generator = torch.Generator().manual_seed(seed)
        others = round(own_rows * (1 - OWN_SHARE) / OWN_SHARE)
        rows = torch.cat((own, stream.windows(LENGTH - 1, others, generator)))
        parts = [torch.log_softmax(target(part), dim=-1).half() for part in rows.split(16)]
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"rows": rows, "logprobs": torch.cat(parts)}, file)
    return TeacherData(**torch.load(file))


def distance(draft: Tensor, target: Tensor, by_overlap: bool) -> Tensor:
    """How far the draft is from the target, of log-probabilities (..., vocabulary): Kullback and
    Leibler's divergence, or one minus the overlap, which is the chance of a rejection (Leviathan
    et al. 2023, theorem 3.5; as a loss: Zhou et al., DistillSpec, arXiv 2310.08461).
    """
    if by_overlap:
        return 1 - torch.minimum(draft.exp(), target.exp()).sum(-1).mean()
    return functional.kl_div(draft, target, reduction="none", log_target=True).sum(-1).mean()


def loss(
    draft: Llama, teacher: TeacherData, rows: int, generator: torch.Generator, by_overlap: bool
) -> Tensor:
    """The mean distance over some of the rows, at all temperatures."""
    chosen = torch.randint(len(teacher.rows), (rows,), generator=generator)
    logits, target = draft(teacher.rows[chosen]), teacher.logprobs[chosen].float()
    losses = [
        distance(
            torch.log_softmax(logits / temperature, dim=-1),
            torch.log_softmax(target / temperature, dim=-1),
            by_overlap,
        )
        for temperature in TEMPERATURES
    ]
    return torch.stack(losses).mean()


def distil(
    draft: Llama, teacher: TeacherData, schedule: Schedule, seed: int, name: str, work: Path
) -> Curve:
    """Train a draft so that its distribution comes near the target's at every position."""
    generator = torch.Generator().manual_seed(seed)
    rows = schedule.batch_tokens // LENGTH

    def loss_of(step: int) -> Tensor:
        by_overlap = step >= schedule.steps * (1 - BY_OVERLAP)
        return loss(draft, teacher, rows, generator, by_overlap)

    return descend(draft, schedule, loss_of, generator, name, work)
