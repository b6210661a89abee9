"""Measuring the pair by register: perplexity, overlap, acceptance, memory and samples."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as functional
from tokenizers import Tokenizer
from torch import Tensor

from . import memory
from .corpus import REGISTERS, document
from .model import Llama
from .sample import sample
from .speculate import emitted_per_round, overlap
from .tokenizer import END_ID
from .training.data import Stream, stream

DOCUMENTS = 60  # held-out documents of a register
PROMPT = 12  # the tokens of a held-out document that prompt a continuation
ROWS = 40
LENGTH = 200
ROUNDS_ROWS = 24
TEMPERATURES = (1.0, 0.7)
SAMPLE_PROMPTS = {
    "stories": "Once upon a time",
    "recipes": "Recipe: ",
    "dialogue": "In Fairhaven ",
    "code": "def ",
    "json": '{"',
    "arithmetic": "Q: what is 12 + 30?",
    "tables": "| name | ",
}


@torch.no_grad()
def perplexity(model: Llama, texts: Stream) -> float:
    """The perplexity of documents, each read from its own beginning."""
    total, count = 0.0, 0
    bounds = [*texts.starts.tolist(), len(texts.tokens)]
    for first, last in itertools.pairwise(bounds):
        row = texts.tokens[first : min(last, first + model.shape.context)]
        loss = functional.cross_entropy(model(row[None, :-1])[0], row[1:], reduction="sum")
        total, count = total + loss.item(), count + len(row) - 1
    return math.exp(total / count)


def held_out(register: str, seed: int) -> list[str]:
    return [document(register, f"{seed}/held/{index}", True) for index in range(DOCUMENTS)]


def prompts(texts: Stream, count: int) -> Tensor:
    starts = [start for start in texts.starts.tolist() if start + PROMPT <= len(texts.tokens)]
    return torch.stack([texts.tokens[start : start + PROMPT] for start in starts[:count]])


def first_document(row: Tensor) -> Tensor:
    """The row up to its first end token."""
    ends = (row == END_ID).nonzero()
    return row[: int(ends[0])] if len(ends) else row


def perplexities(target: Llama, draft: Llama, texts: Stream) -> dict[str, float]:
    """Both models' on one register."""
    return {
        "perplexity_target": round(perplexity(target, texts), 3),
        "perplexity_draft": round(perplexity(draft, texts), 3),
    }


def agreement(
    target: Llama, draft: Llama, texts: Stream, seed: int, temperatures: Sequence[float]
) -> dict[str, Any]:
    """How well the draft guesses on one register, at each temperature."""
    generator = torch.Generator().manual_seed(seed)
    figures = {}
    for temperature in temperatures:
        rows = sample(target, prompts(texts, ROWS), LENGTH, temperature, generator)
        emitted = emitted_per_round(
            target, draft, prompts(texts, ROUNDS_ROWS), LENGTH, temperature, generator
        )
        figures[f"T={temperature:g}"] = {
            "overlap": round(overlap(target, draft, rows, PROMPT, temperature), 4),
            "emitted_per_round": round(emitted, 3),
        }
    return figures


def memorised(target: Llama, held: dict[str, Stream], training: Stream, seed: int) -> object:
    """The overlap of the target's outputs on held-out prompts with the training stream."""
    generator = torch.Generator().manual_seed(seed + 1)
    outputs = []
    for texts in held.values():
        rows = sample(target, prompts(texts, 8), LENGTH, 0.7, generator)
        outputs += [first_document(row)[PROMPT:].numpy() for row in rows]
    return memory.shared(outputs, training.tokens.numpy())


def samples(target: Llama, tokenizer: Tokenizer, seed: int) -> dict[str, str]:
    """What the target writes at temperature 0.7 after a natural prompt of each register."""
    generator = torch.Generator().manual_seed(seed + 2)
    texts = {}
    for register, prompt in SAMPLE_PROMPTS.items():
        ids = torch.tensor([tokenizer.encode(prompt).ids])
        row = sample(target, ids, 320, 0.7, generator)[0]
        texts[register] = tokenizer.decode(first_document(row).tolist())
    return texts


def means(registers: dict[str, Any], temperatures: Sequence[float]) -> dict[str, Any]:
    """The plain mean over registers of the figures at each temperature."""
    result: dict[str, Any] = {}
    for temperature in (f"T={value:g}" for value in temperatures):
        result[temperature] = {
            name: round(
                sum(figures[temperature][name] for figures in registers.values()) / len(registers),
                4,
            )
            for name in ("overlap", "emitted_per_round")
        }
    return result


def evaluate(
    target: Llama,
    draft: Llama,
    tokenizer: Tokenizer,
    training: Stream,
    seed: int,
) -> dict[str, Any]:
    """All the figures of the card."""
    held = {name: stream(tokenizer, held_out(name, seed)) for name in REGISTERS}
    registers = {}
    for name, texts in held.items():
        registers[name] = {
            **perplexities(target, draft, texts),
            **agreement(target, draft, texts, seed, TEMPERATURES),
        }
        print(name, registers[name], flush=True)
    return {
        "registers": registers,
        "overall": means(registers, TEMPERATURES),
        "memory": memorised(target, held, training, seed),
        "samples": samples(target, tokenizer, seed),
    }
