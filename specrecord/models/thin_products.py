"""Products of a few tokens with a model's matrices, by numpy alone, as fast as memory brings them.

OpenBLAS copies the whole of a big matrix into another order before it multiplies more than one row,
and its threads wait by spinning, which costs twenty times as much on a busy machine. So BLAS is
held to one thread, and a big matrix is kept in slices of 64 outputs, which a core's cache holds:
read once from memory, used for every token. Threads of our own take the slices, sleep when there
are none, and are not waited for when the machine never let them begin.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from specrecord.models.weights import Tensor

_BIG = 2**18  # elements of a matrix that is more than a cache line or two away
_WIDTH = 64
_THIN = 8  # tokens; more are a matter of arithmetic, which BLAS is good at
_PARAMETERS_A_THREAD = 2**25
_MOST_THREADS = 4  # which is as much as memory feeds
# Where OpenBLAS multiplies small matrices without copying them first. Elsewhere a slice in the
# cache times one row after another is faster.
_COPIES_NOTHING = {"SkylakeX", "Cooperlake", "SapphireRapids"}


@dataclass(frozen=True)
class Linear:
    """A matrix and a bias (outputs,) or None. `weight` is (inputs, outputs), or where that is big
    (slices, inputs, 64), the last slice filled up with zeros.
    """

    weight: Tensor
    bias: Tensor | None
    outputs: int

    @classmethod
    def of(cls, stored: Tensor, bias: Tensor | None = None) -> Self:
        """From a weight as files have it, (outputs, inputs)."""
        outputs, inputs = stored.shape
        if stored.size <= _BIG:
            return cls(np.ascontiguousarray(stored.T), bias, outputs)
        filled = np.pad(stored, ((0, -outputs % _WIDTH), (0, 0)))
        slices = filled.reshape(-1, _WIDTH, inputs).transpose(0, 2, 1)
        return cls(np.ascontiguousarray(slices), bias, outputs)

    def rows(self, outputs: NDArray[np.intp]) -> Tensor:
        """The weights of some outputs, as files have them, (outputs, inputs)."""
        if self.weight.ndim == 2:
            return self.weight[:, outputs].T
        return self.weight[outputs // _WIDTH, :, outputs % _WIDTH]


class Products:
    """Multiplies for a model of so many `parameters`: `threads` by its size and this machine.

    From the first one on numpy's BLAS uses one thread in this process.
    """

    def __init__(self, parameters: int) -> None:
        threadpool_limits(1, "blas")
        wanted = min(parameters // _PARAMETERS_A_THREAD, _MOST_THREADS, _cores())
        self.threads = max(1, wanted)
        self._helpers = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None
        kinds = {library.get("architecture") for library in threadpool_info()}
        self._row_by_row = not kinds & _COPIES_NOTHING

    @property
    def description(self) -> str:
        """What computes, for the header."""
        return f"numpy, {self.threads} thread{'s' * (self.threads > 1)}"

    def __call__(self, x: Tensor, layer: Linear) -> Tensor:
        """x (n, inputs) to (n, outputs)."""
        product: Tensor = (
            x.dot(layer.weight) if layer.weight.ndim == 2 else self._by_slices(x, layer)
        )
        if layer.bias is not None:
            product += layer.bias
        return product

    def _by_slices(self, x: Tensor, layer: Linear) -> Tensor:
        weight, alone = layer.weight, len(x) == 1
        if alone and not self._row_by_row:
            # on a slice OpenBLAS multiplies two rows sooner than one: a matrix, not a vector
            x = np.repeat(x, 2, axis=0)
        product = np.empty((len(weight), len(x), _WIDTH), np.float32)
        rows, out = x, product
        if self._row_by_row and len(x) <= _THIN:
            rows, weight, out = x[:, None], weight[:, None], product[:, :, None]
        # a single token is bound by memory: waking a helper costs more than it brings
        helpers = None if alone else self._helpers
        step = -(-len(weight) // (4 * self.threads)) if helpers else len(weight)
        parts = iter([slice(first, first + step) for first in range(0, len(weight), step)])

        def multiply() -> None:
            for part in parts:  # shared: whoever is free takes the next
                np.matmul(rows, weight[part], out=out[part])

        helping = [helpers.submit(multiply) for _ in range(1, self.threads) if helpers]
        multiply()
        for helper in helping:
            if not helper.cancel():
                helper.result()
        joined = product.transpose(1, 0, 2).reshape(len(x), len(weight) * _WIDTH)
        return joined[: 1 if alone else None, : layer.outputs]


def _cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
