"""How well the draft guesses: overlap of the two laws, and rounds of the rejection rule."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .model import Llama
from .tokenizer import END_ID

PROPOSED = 4


def law(model: Llama, tokens: Tensor, temperature: float) -> Tensor:
    return torch.softmax(model(tokens) / temperature, dim=-1)


def inside(rows: Tensor, prompt: int) -> Tensor:
    """Where rows are still in their first document: the positions that predict a token of it."""
    ended = (rows[:, prompt:] == END_ID).cumsum(1)
    return ended - (rows[:, prompt:] == END_ID).long() == 0


@torch.no_grad()
def overlap(target: Llama, draft: Llama, rows: Tensor, prompt: int, temperature: float) -> float:
    """The mean of sum(min(p, q)) over the continuations of prompts."""
    both = torch.minimum(law(target, rows, temperature), law(draft, rows, temperature)).sum(-1)
    return both[:, prompt - 1 : -1][inside(rows, prompt)].mean().item()


@dataclass
class Rows:
    """Sequences of different lengths in one table; causal attention never sees the padding."""

    tokens: Tensor
    lengths: Tensor

    def last(self, laws: Tensor, offset: int = 0) -> Tensor:
        """The row of the law that follows each sequence, plus an offset."""
        return laws[torch.arange(len(self.lengths)), self.lengths - 1 + offset]

    def put(self, where: Tensor, values: Tensor) -> None:
        self.tokens[torch.arange(len(where)), where] = values


def propose(
    draft: Llama,
    rows: Rows,
    temperature: float,
    generator: torch.Generator,
) -> list[Tensor]:
    """Write the draft's proposals behind every row; return the laws they were drawn from."""
    laws = []
    for step in range(PROPOSED):
        reach = int(rows.lengths.max()) + step
        propose = rows.last(law(draft, rows.tokens[:, :reach], temperature), step)
        chosen = torch.multinomial(propose, 1, generator=generator)[:, 0]
        rows.put(rows.lengths + step, chosen)
        laws.append(propose)
    return laws


def verify(
    target: Llama,
    rows: Rows,
    proposal: list[Tensor],
    temperature: float,
    generator: torch.Generator,
) -> Tensor:
    """Accept or replace the proposals; return how many tokens every row has emitted."""
    reach = int(rows.lengths.max()) + PROPOSED
    truths = law(target, rows.tokens[:, :reach], temperature)
    row = torch.arange(len(rows.lengths))
    accepted = torch.zeros_like(rows.lengths)
    going = torch.ones_like(rows.lengths, dtype=torch.bool)
    residual = rows.last(truths, PROPOSED)
    for step, propose in enumerate(proposal):
        truth = rows.last(truths, step)
        token = rows.tokens[row, rows.lengths + step]
        chance = torch.rand(len(row), generator=generator)
        kept = chance * propose[row, token] < truth[row, token]
        refused = going & ~kept
        left = (truth - propose).clamp(min=0)
        residual = torch.where(refused[:, None], left, residual)
        going = going & kept
        accepted += going.long()
    closing = torch.multinomial(residual + 1e-12, 1, generator=generator)[:, 0]
    rows.put(rows.lengths + accepted, closing)
    return accepted + 1


@torch.no_grad()
def emitted_per_round(
    target: Llama,
    draft: Llama,
    prompts: Tensor,
    length: int,
    temperature: float,
    generator: torch.Generator,
) -> float:
    """Decode prompts by speculation; the mean number of tokens that a round emits."""
    count, begun = prompts.shape
    tokens = torch.zeros(count, length + PROPOSED + 1, dtype=torch.long)
    tokens[:, :begun] = prompts
    rows = Rows(tokens, torch.full((count,), begun))
    rounds = emitted = 0
    while len(rows.lengths):
        before = rows.lengths
        proposal = propose(draft, rows, temperature, generator)
        gained = verify(target, rows, proposal, temperature, generator)
        rounds, emitted = rounds + len(before), emitted + int(gained.sum())
        rows.lengths = before + gained
        place = torch.arange(rows.tokens.shape[1])[None]
        fresh = (place >= before[:, None]) & (place < rows.lengths[:, None])
        ended = ((rows.tokens == END_ID) & fresh).any(1)
        going = ~ended & (rows.lengths < length)
        rows = Rows(rows.tokens[going], rows.lengths[going])
    return emitted / rounds
