"""What a head is worth on answers that it was not trained on, exactly: the probability that a round
which begins at any token of a text sampled from the target gets through its first i drafts is the
mean of prod(min(1, q / p)) over that text's own tokens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
import torch.nn.functional as functional
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
    logits = functional.linear(batch.features[0, first:], head.target_rows) / temperature
    total = logits.logsumexp(-1, keepdim=True)
    own = (logits.gather(1, batch.tokens[0, first + 1 :, None]) - total).exp()[:, 0]
    listed = (logits[:, vocabulary] - total).exp()
    overlaps, accepted = [], []
    steps = head.steps(batch.features, batch.tokens, first, DEPTH)
    for step, states in enumerate(steps, 1):
        rows = slice(step, step + count)
        draft = (head.logits(states[0, :count]) / temperature).softmax(-1)
        same = vocabulary == batch.tokens[0, first + 1 :, None][rows]
        if text.temperature == 0:
            hit = same.gather(1, draft.argmax(-1, keepdim=True))[:, 0].float()
            overlaps.append(hit)
            accepted.append(hit)
        else:
            overlaps.append(torch.minimum(draft, listed[rows]).sum(-1))
            accepted.append(((draft * same).sum(-1) / own[rows]).clamp(max=1))
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
