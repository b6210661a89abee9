"""Where a training begins: least squares foretell the next feature, first from state and token
linearly, then what is left of it from random features of that. Seconds of work in place of hundreds
of steps.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as functional
from torch import Tensor

from .data import Text, batch_of
from .model import Head, normed

RIDGE = 0.02  # per row
GAIN = 0.9  # a foretold feature is as long as a true one, and less certain


def least_squares(texts: list[Text], rows: Callable[[Text], tuple[Tensor, Tensor]]) -> Tensor:
    """The matrix (outputs, inputs) that best takes the first of `rows` (n, inputs) to the second
    (n, outputs), over all texts.
    """
    squares, products, count = torch.zeros(()), torch.zeros(()), 0
    for text in texts:
        inputs, wanted = rows(text)
        squares = squares + inputs.T @ inputs
        products = products + inputs.T @ wanted
        count += len(inputs)
    squares.diagonal().add_(RIDGE * count)
    return torch.linalg.solve(squares, products).T.contiguous()


@torch.no_grad()
def warm_start(head: Head, texts: list[Text], gain: Tensor) -> None:
    """Set `enter`, `gate_up`, `down` and `gain`."""

    def linear(text: Text) -> tuple[Tensor, Tensor]:
        batch = batch_of([text], gain)
        features, embedded = batch.features[0, batch.first :], head.embedding[batch.tokens[0]]
        known = torch.cat((features[:-1], embedded[batch.first + 1 : -1]), dim=-1)
        return known, features[1:]

    def rest(text: Text) -> tuple[Tensor, Tensor]:
        known, wanted = linear(text)
        foretold = head.enter(known)
        gate, up = head.gate_up(normed(foretold)).chunk(2, dim=-1)
        return functional.silu(gate) * up, wanted - foretold

    head.enter.weight.copy_(least_squares(texts, linear))
    head.gate_up.weight.normal_(0, head.shape.hidden**-0.5)
    head.down.weight.copy_(least_squares(texts, rest))
    head.gain.fill_(GAIN)
