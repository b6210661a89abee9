"""What is recorded of distributions beside the drawn tokens: likeliest tokens, entropy, overlap,
raw log-probability.

Small vocabularies are worked on many rows at once, since the number of numpy calls is what costs
there; of big ones a row at a time, which stays in the processor's cache.

No verdict hangs on any of it, so it has as many digits as are ever shown: random last digits
of a float are what compresses worst in a recording.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from specrecord.decoding.rng import on_grid
from specrecord.decoding.sampling import Probs

Mode = Literal["top", "full", "none"]
Rows = NDArray[np.floating[Any]]
Row = NDArray[np.floating[Any]]
_BLOCKS = 128  # that a row is cut into; any number is right, this one is fast
_MANY = 32  # tokens of a row; to sort so many takes as long as to find a floor for them
_LEAST_LOGPROB = -1e9  # stands for less, as the schema has it
_LEAST_SHIFTED = -80.0  # stands for less, -inf included: exp of it is nothing beside 1
_WIDE = 8192  # a vocabulary above this is worked on row by row
_STEP = 2.0**-11  # rounded to multiples of it, a number is off by less than 0.00025
_NEGLIGIBLE = _STEP  # a probability that no picture can show is not worth its eight bytes
_NEGLIGIBLE_FINE = 1e-6
# Of a float32's last place: leaves a probability three significant bits, so that it is off by an
# eighth of itself at most.
_ULPS = 2.0**21


class Summary(Struct, frozen=True, gc=False):
    """Of one distribution: its entropy in nats and its likeliest tokens, packed as the events carry
    them. `log_mass` is the logarithm of sum(exp(logits)).
    """

    entropy: float | None
    top: bytes | None
    log_mass: float = 0.0

    def logprob(self, logit: float) -> float:
        """The log-probability at temperature 1 of a token with this logit, `rounded`."""
        return rounded(max(_LEAST_LOGPROB, logit - self.log_mass))


NO_SUMMARY = Summary(None, None)


@dataclass(frozen=True)
class LogprobCapture:
    """How much is recorded. `raw` describes the model's own distribution at temperature 1 instead
    of the sampled one.

    At temperature 0 the sampled distribution is a point mass, and its alternatives and entropy
    would say nothing. `fine` lists are not rounded: for whole distributions, and for rules whose
    audit reckons with the lists.
    """

    mode: Mode = "top"
    count: int = 10
    raw: bool = False
    fine: bool = False

    @property
    def rounds(self) -> bool:
        """Whether lists of likeliest tokens are rounded, and shortened to what can be seen."""
        return self.mode == "top" and not self.fine

    def summarise(
        self, logits: Sequence[Row], probs: Iterable[Probs], temperature: float
    ) -> list[Summary]:
        """A summary of each of the rows of logits, (vocabulary,), of which `probs` were made at a
        `temperature`.
        """
        rows = _blocks(logits)
        blocks = zip(rows, rows if self.raw else _blocks(list(probs), np.float32), strict=True)
        return [one for block in blocks for one in self._summarise(*block, temperature)]

    def _summarise(self, logits: Rows, probs: Rows, temperature: float) -> list[Summary]:
        """Of one block, in float32. Wherever p = exp(shifted / temperature) / mass is not 0, its
        logarithm follows from `shifted`: no pass over the vocabulary. Of a big one, tokens that a
        draft never proposes are left out.
        """
        ids = None
        if logits.shape[1] > _WIDE and (logits[0, ::_BLOCKS] == -np.inf).any():
            ids = (logits[0] > -np.inf).nonzero()[0]
            logits, probs = logits[:, ids], probs[:, ids]
        peaks = np.maximum.reduce(logits, axis=-1, keepdims=True)
        shifted = logits - peaks
        np.maximum(shifted, _LEAST_SHIFTED, out=shifted)
        weights = np.exp(shifted)
        masses = np.add.reduce(weights, axis=-1, keepdims=True)
        both = zip(peaks.ravel().tolist(), masses.ravel().tolist(), strict=True)
        log_masses = [peak + math.log(mass) for peak, mass in both]
        if self.mode == "none":
            return [Summary(None, None, log_mass) for log_mass in log_masses]
        if self.raw:
            described, scale = np.divide(weights, masses, out=weights), 1.0
        else:
            described, scale = probs.astype(np.float32, copy=False), temperature or 1.0
        most = np.maximum.reduce(described, axis=-1).tolist()
        means = np.einsum("rv,rv->r", described, shifted).tolist()
        return [
            Summary(rounded(-math.log(one) - mean / scale), top, log_mass)
            for one, mean, top, log_mass in zip(
                most, means, self._tops(described, ids), log_masses, strict=True
            )
        ]

    def summarise_listed(self, logprobs: Rows) -> Summary:
        """A summary of one row of a server's list: logarithms of its own distribution, -inf where
        it lists nothing. What is missing has a probability too, so there is no entropy.
        """
        if self.mode == "none":
            return NO_SUMMARY
        [top] = self._tops(np.exp(logprobs.astype(np.float64))[None])
        return Summary(None, top)

    def _tops(self, probs: Rows, ids: NDArray[np.intp] | None = None) -> list[bytes]:
        """Each distribution's likeliest tokens, packed; `ids` has those of the columns."""
        if self.rounds:
            return likeliest(probs, self.count, _NEGLIGIBLE, rounded_probs, ids)
        return likeliest(probs, self.count, ids=ids)

    @property
    def header(self) -> dict[str, Any]:
        """The header's `evidence` entry."""
        entry = {"mode": self.mode, "n": self.count, "of": "raw" if self.raw else "law"}
        return {**entry, "step": _STEP, "least": _NEGLIGIBLE} if self.rounds else entry


def rounded(value: float) -> float:
    """To a multiple of 1/2048, so within 0.00025. No negative zero."""
    return round(value / _STEP) * _STEP


def rounded_probs(probs: Rows) -> Rows:
    """The same, but small ones keep three significant bits, so that none is off by more than an
    eighth of itself.
    """
    step = np.minimum(_STEP, np.spacing(probs, dtype=np.float32, casting="same_kind") * _ULPS)
    return np.rint(probs / step) * step


def likeliest(
    probs: Rows,
    count: int,
    least: float = _NEGLIGIBLE_FINE,
    rounding: Callable[[Rows], Rows] = lambda values: values,
    ids: NDArray[np.intp] | None = None,
) -> list[bytes]:
    """Each distribution's `count` likeliest tokens, packed as the events carry them (`pack_top`),
    ties in id order; none below `least`. `rounding` is given the probabilities of all rows at once,
    `ids` has the tokens of the columns, if these are no whole vocabulary.
    """
    rows, width = probs.shape
    places = _reaching(least if least >= _NEGLIGIBLE else _floor(probs, count, least), probs)
    if len(places) > _MANY * rows:
        places = _reaching(_floor(probs, count, least), probs)
    values = probs.ravel().take(places)
    row, token = np.divmod(places, width)
    order = np.lexsort((-values, row))
    tokens = (token if ids is None else ids[token])[order].astype("<u4").tobytes()
    packed = rounding(values[order]).astype("<f4").tobytes()
    starts = (4 * row.searchsorted(np.arange(rows + 1))).tolist()
    ends = [min(end, start + 4 * count) for start, end in pairwise(starts)]
    return [tokens[start:end] + packed[start:end] for start, end in zip(starts, ends, strict=False)]


def _reaching(floor: Rows | float, probs: Rows) -> NDArray[np.intp]:
    """Where, in all rows one after another, a probability is not below the floor."""
    return (probs >= floor).ravel().nonzero()[0]  # of two dimensions it takes 20 times as long


def _floor(probs: Rows, count: int, least: float) -> Rows | float:
    """Of each row what at least `count` tokens reach and few others do, (rows, 1), or `least`: the
    count-th largest of the maxima of blocks. One pass over the vocabulary instead of a selection,
    which for 49,000 tokens is 20 times as slow.
    """
    rows, width = probs.shape
    deep = width // _BLOCKS
    if not deep or count >= _BLOCKS:
        return least
    peaks = np.maximum.reduce(probs[:, : deep * _BLOCKS].reshape(rows, deep, _BLOCKS), axis=1)
    peaks.partition(_BLOCKS - count, axis=1)
    floor: Rows = np.maximum(peaks[:, _BLOCKS - count, None], least)
    return floor


def overlaps(target_probs: Probs, draft_probs: Sequence[Probs]) -> list[float]:
    """sum(min(target, draft)) of each row: the standard rule's acceptance probability, 1 minus the
    total variation.

    Kept `on_grid`.
    """
    shared: list[float] = []
    for target, draft in zip(_blocks(target_probs), _blocks(draft_probs), strict=True):
        shared += np.add.reduce(np.minimum(target, draft), axis=-1).tolist()
    return list(map(on_grid, shared))


def _blocks(rows: Sequence[Row] | Rows, dtype: type[np.float32] | None = None) -> list[Rows]:
    """Rows to be worked on at once: all of a small vocabulary, of this `dtype` where they are
    joined; of a big one, one at a time.
    """
    if len(rows) < 2 or len(rows[0]) > _WIDE:
        return [row[None] for row in rows]
    if isinstance(rows, np.ndarray):
        return [rows]
    joined = np.concatenate(rows, dtype=dtype, casting="same_kind")
    return [joined.reshape(len(rows), -1)]
