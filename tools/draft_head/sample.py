"""Sampling: the target answers our prompts, many side by side; what it wrote and its features at
every token (the last norm's output) is kept in shards, so that a run that was stopped goes on.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .prompts import Prompt
from .target import Target

TEMPERATURES = (0.0, 0.7, 1.0)
SHARD = 32  # answers


@dataclass
class Answer:
    """One answer in progress: the tokens it began with, those written, and the last norm's output
    after each token that was read.
    """

    prompt: Prompt
    temperature: float
    begun: list[int]
    written: list[int] = field(default_factory=list)
    states: list[Tensor] = field(default_factory=list)


def drawn(logits: Tensor, temperatures: Tensor, rng: torch.Generator) -> Tensor:
    """A token for each row, (rows,): the likeliest where the temperature is 0."""
    noise = -torch.empty_like(logits).exponential_(generator=rng).log()
    return (logits + temperatures[:, None] * noise).argmax(-1)


class Batch:
    """Rows that are filled anew as soon as an answer ends."""

    def __init__(
        self, target: Target, rows: int, length: int, ends: frozenset[int], rng: torch.Generator
    ) -> None:
        self.target, self.length, self.ends, self.rng = target, length, ends, rng
        self.answers: list[Answer | None] = [None] * rows

    def begin(self, row: int, answer: Answer) -> None:
        """Read a prompt into a row, and write its first token."""
        ids = torch.tensor([answer.begun])
        places = torch.arange(ids.shape[1])[None]
        states = self.target.read(ids, torch.tensor([row]), places)
        answer.states.extend(states[0, :-1].half())
        self.answers[row] = answer
        self.write([row], states[:, -1])

    def write(self, rows: list[int], states: Tensor) -> None:
        """Draw a token in each of the rows from its hidden state."""
        answers = [answer for row in rows if (answer := self.answers[row])]
        temperatures = torch.tensor([answer.temperature for answer in answers])
        logits = self.target.product(states, self.target.head)
        tokens = drawn(logits, temperatures, self.rng).tolist()
        for answer, token, state in zip(answers, tokens, states.half(), strict=True):
            answer.written.append(token)
            answer.states.append(state)

    def step(self) -> list[Answer]:
        """One token for every row; the answers that are over."""
        rows = [row for row, answer in enumerate(self.answers) if answer]
        current = [answer for answer in self.answers if answer]
        tokens = torch.tensor([[answer.written[-1]] for answer in current])
        places = torch.tensor([[len(a.begun) + len(a.written) - 1] for a in current])
        self.write(rows, self.target.read(tokens, torch.tensor(rows), places)[:, 0])
        over = []
        for row, answer in zip(rows, current, strict=True):
            if answer.written[-1] in self.ends or len(answer.written) >= self.length:
                over.append(answer)
                self.answers[row] = None
        return over


def save(answers: list[Answer], file: Path) -> None:
    """A shard: tokens and states of all answers behind one another, and where each begins."""
    np.savez(
        file.with_suffix(".part.npz"),
        begun=np.concatenate([answer.begun for answer in answers]).astype(np.int32),
        begun_counts=np.array([len(answer.begun) for answer in answers], np.int32),
        written=np.concatenate([answer.written for answer in answers]).astype(np.int32),
        written_counts=np.array([len(answer.written) for answer in answers], np.int32),
        states=torch.cat([torch.stack(answer.states) for answer in answers]).numpy(),
        temperatures=np.array([answer.temperature for answer in answers], np.float32),
        kinds=np.array([answer.prompt.kind for answer in answers]),
    )
    file.with_suffix(".part.npz").replace(file)


def sample(
    batch: Batch,
    asked: Iterator[Prompt],
    encode: Callable[[str], list[int]],
    folder: Path,
    wanted: int,
) -> None:
    """Answer prompts, each at the next of the temperatures, and keep shards in `folder` until they
    hold `wanted` tokens; prompts that an earlier run answered are passed over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = [np.load(file)["written_counts"] for file in folder.glob("*[0-9].npz")]
    shard, tokens, done, begun = len(counts), int(sum(map(np.sum, counts))), [], time.monotonic()
    before, count = tokens, sum(map(len, counts))
    asked = itertools.islice(asked, count, None)
    while tokens < wanted:
        for row, answer in enumerate(batch.answers):
            if answer is None and (prompt := next(asked, None)):
                temperature = TEMPERATURES[count % len(TEMPERATURES)]
                batch.begin(row, Answer(prompt, temperature, encode(prompt.text)))
                count += 1
        if not any(batch.answers):
            break
        done += batch.step()
        if len(done) >= SHARD:
            save(done, folder / f"{shard:05d}.npz")
            tokens += sum(len(answer.written) for answer in done)
            shard, done = shard + 1, []
            speed = (tokens - before) / (time.monotonic() - begun)
            print(f"{shard} shards, {tokens} tokens, {speed:.0f} a second", flush=True)
    if done:
        save(done, folder / f"{shard:05d}.npz")
