"""What a head is worth on answers that it was not trained on, exactly: the probability that a round
which begins at any token of a text sampled from the target gets through its first i drafts is the
mean of prod(min(1, q / p)) over that text's own tokens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .card import DEPTH
from .data import Text, batch_of
from .model import Head


@torch.inference_mode()
def acceptance(head: Head, vocabulary: Tensor, text: Text, gain: Tensor) -> tuple[Tensor, Tensor]:
    """For each position and step, (n, `DEPTH`): the overlap of both distributions at the text's
    temperature, and the probability that the text's own token is accepted. At temperature 0 both
    say whether the likeliest token is the same.
    """
    batch = batch_of([text], gain)
    first, temperature = batch.first, text.temperature or 1.0
    count = batch.features.shape[1] - first - DEPTH
    logits = torch.nn.functional.linear(batch.features[0], head.target_rows) / temperature
    target = logits.softmax(-1)
    overlaps, accepted = [], []
    steps = head.steps(batch.features, batch.tokens, first, DEPTH)
    for step, states in enumerate(steps, 1):
        rows = slice(first + step, first + step + count)
        following = batch.tokens[0, first + step + 1 :][:count]
        draft = torch.zeros(count, target.shape[1])
        draft[:, vocabulary] = (head.logits(states[0, :count]) / temperature).softmax(-1)
        if text.temperature == 0:
            hit = (draft.argmax(-1) == following).float()
            overlaps.append(hit)
            accepted.append(hit)
            continue
        overlaps.append(torch.minimum(draft, target[rows]).sum(-1))
        shares = [probs.gather(1, following[:, None])[:, 0] for probs in (draft, target[rows])]
        accepted.append((shares[0] / shares[1]).clamp(max=1))
    return torch.stack(overlaps, 1), torch.stack(accepted, 1)


def evaluate(head: Head, vocabulary: Tensor, texts: Iterable[Text], gain: Tensor) -> dict[str, Any]:
    """By temperature and kind of prompt: positions, overlap by depth, tokens a round."""
    found: dict[tuple[float, str], list[tuple[Tensor, Tensor]]] = defaultdict(list)
    for text in texts:
        if len(text.tokens) > text.begun + DEPTH:
            both = acceptance(head, vocabulary, text, gain)
            for kind in (text.kind, "all"):
                found[text.temperature, kind].append(both)
    card: dict[str, Any] = {}
    for (temperature, kind), parts in sorted(found.items()):
        overlaps, accepted = (torch.cat(part) for part in zip(*parts, strict=True))
        card.setdefault(f"T={temperature:.2g}", {})[kind] = {
            "positions": len(overlaps),
            "overlap": [round(value, 3) for value in overlaps.mean(0).tolist()],
            "tokens_per_round": round(1 + float(accepted.cumprod(1).mean(0).sum()), 3),
        }
    return card
