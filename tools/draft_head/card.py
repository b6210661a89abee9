"""A head's card as text, made from its figures alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.pair.card import table

DEPTH = 4  # tokens that a round drafts where figures are told
DEPTHS = [f"overlap, token {depth}" for depth in range(1, DEPTH + 1)]


def write_card(card: dict[str, Any], folder: Path) -> None:
    card["bytes"] = (folder / "model.safetensors").stat().st_size
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (folder / "CARD.md").write_text(render(card), encoding="utf-8")


def figures(card: dict[str, Any]) -> str:
    rows: list[list[object]] = [
        [temperature, kind, row["positions"], *row["overlap"], row["tokens_per_round"]]
        for temperature, kinds in card["acceptance"].items()
        for kind, row in kinds.items()
    ]
    return table(["", "prompts", "positions", *DEPTHS, f"tokens a round, K={DEPTH}"], rows)


def render(card: dict[str, Any]) -> str:
    """The whole card."""
    versions = ", ".join(f"{name} {version}" for name, version in card["versions"].items())
    return f"""# A draft for {card["target"]}

A recurrent draft head of {card["parameters"]} parameters ({card["bytes"]} bytes, float16). It reads
the target's features and embedding rows, looks back at all features before, and scores
{card["vocabulary"]} tokens with the target's own head; the target gives them {card["coverage"]:.1%}
of its probability. It was trained on nothing but answers of the target to prompts of our own. This
card is written by `tools/draft_head`; its figures are those of `card.json`.

## Recipe

`{card["command"]}`

{card["tokens"]} tokens of {card["texts"]} answers, sampled at temperatures 0, 0.7 and 1 in turn. It
began from least squares (`warm_start.py`), then
{card["steps"]} steps in {card["seconds"]} seconds on {card["threads"]} thread of a processor that
others used as well. The loss is cross-entropy with the target's distribution over the scored tokens
and, increasingly, 1 - sum(min(p, q)), at temperatures 1 and 0.7 in turn, over {DEPTH} unrolled
steps. {versions}. {card.get("note", "")}

## Acceptance

On {card["held_out"]} answers to prompts whose subjects were not trained on, at the temperature that
they were sampled at. Overlap is the mean of sum(min(p, q)) over the target's whole vocabulary, at
temperature 0 the share of positions where both are of one mind. Tokens a round are those of a chain
of {DEPTH} under the standard rule, the resampled or bonus token included; both follow exactly from
the distributions along the text.

{figures(card)}

## Training

{table(["step", "seconds", *DEPTHS], card["curve"])}
"""
