"""The model of one run at other settings: a table of inputs, and what the formulas make of it.

`recording.estimate` derives the table; nothing is measured here. The player computes the same
(player/core/measures/run-model.js; tests/fixtures/estimates.json holds both). Times are seconds.
Everything counts as `specrecord info` does: tokens per second are all tokens over the whole span,
the reading of the prompt included.

For a draft of the same kind that is cut at depth K, and a text of N tokens:

    E(K) = 1 + S_1 + ... + S_K              tokens of a round (Leviathan et al., arXiv 2211.17192)
    R(K) = (N + sum(i S_i) / E(K)) / E(K)   rounds
    D(K) = sum(m_i (R(K) - i / E(K)))       tokens drafted
    seconds  = start + R(K) (verify + other + queue + network)
                     + D(K) (draft + verify_slope + other_slope)
    tokens/s = N / seconds
    speedup  = (baseline start + N token) / seconds

A round begins at any given place of the text with probability 1 / E(K) (renewal theory), and one
that begins within i tokens of the end may not draft i: those are i / E(K) rounds, so that
N = R + sum(S_i (R - i / E)). Far from the end it is the field's E(K) / T(K), the tokens of a round
over its time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any

from specrecord.events import STREAMING


@dataclass(frozen=True)
class Baseline:
    """The target alone: its track, seconds a token, and what its span holds besides."""

    name: str
    token_s: float
    start_s: float

    def seconds(self, tokens: int) -> float:
        """Of so many tokens."""
        return self.start_s + tokens * self.token_s


@dataclass(frozen=True)
class RunModel:
    """The inputs; `recording.estimate` says how each is derived.

    `tokens`: N. `tried`: the depths K that may be spoken of, ascending. `limited`: K ended some
    draft, so that a larger one may bring more. `reached`: rounds behind each S_i of
    `survival`. `drafted`: m_i. `network_s` is None where a remote target did not tell its times:
    `verify_s` holds it then. `recorded` (tokens/s) and `recorded_speedup` are the run's own.
    """

    tokens: int
    tried: Sequence[int]
    limited: bool
    reached: Sequence[int]
    survival: Sequence[float]
    drafted: Sequence[float]
    start_s: float
    draft_s: float
    verify_s: float
    verify_slope_s: float
    other_s: float
    other_slope_s: float
    queue_s: float
    network_s: float | None
    baseline: Baseline | None
    recorded: float
    recorded_speedup: float | None

    def tokens_per_round(self, k: int) -> float:
        """E(K)."""
        return 1 + _added(self.survival[:k])

    def rounds(self, k: int) -> float:
        """R(K)."""
        tokens = self.tokens_per_round(k)
        return (self.tokens + _weighted(self.survival[:k]) / tokens) / tokens

    def drafts(self, k: int) -> float:
        """D(K)."""
        nodes = self.drafted[:k]
        return self.rounds(k) * _added(nodes) - _weighted(nodes) / self.tokens_per_round(k)

    def seconds(self, k: int) -> float:
        """Of the whole run at K."""
        fixed = self.verify_s + self.other_s + self.queue_s + (self.network_s or 0)
        each = self.draft_s + self.verify_slope_s + self.other_slope_s
        return self.start_s + self.rounds(k) * fixed + self.drafts(k) * each

    def tokens_per_second(self, k: int) -> float:
        """Of the whole run at K."""
        return self.tokens / self.seconds(k)

    def speedup(self, k: int) -> float | None:
        """Of the whole run at K over as many tokens of the baseline; None without one."""
        if self.baseline is None:
            return None
        return self.baseline.seconds(self.tokens) / self.seconds(k)

    @property
    def fastest_k(self) -> int:
        """The K tried with the most tokens per second, the smallest of equals."""
        return min(self.tried, key=self.seconds)

    @property
    def best_k(self) -> int:
        """The K tried with the most tokens per second; 0 where the baseline has as many."""
        best = self.fastest_k
        speedup = self.speedup(best)
        return best if speedup is None or speedup > 1 else 0

    @property
    def rising(self) -> bool:
        """Whether tokens per second still rise at the deepest K tried."""
        return self.limited and self.fastest_k == self.tried[-1] == len(self.tried)

    @property
    def best_k_text(self) -> str:
        """`best_k` in words that leave nothing out: what was not tried may be faster."""
        best = self.best_k
        if self.rising:
            deepest = f"at K = {self.tried[-1]}, the deepest tried"
            return f"still rising {deepest}" if best else f"0; tokens/s still rises {deepest}"
        if len(self.tried) == 1:
            only = f"only K = {self.tried[0]} was tried"
            return only if best else f"0; {only}"
        return str(best)

    @property
    def break_even_s(self) -> float | None:
        """The longest round trip at which a K tried is as fast as a streaming target.

        A stream pays the round trip r once, speculation in each round: with no network on either
        side, baseline seconds + r = seconds + R(K) r. Negative where no K is as fast at any r. None
        where a side is unknown, and where model and record disagree whether the deepest K paid.
        """
        near = self.at_round_trip(0)
        if near.baseline is None or self.network_s is None or self.recorded_speedup is None:
            return None
        alone = near.baseline.seconds(self.tokens)
        lasting = [k for k in self.tried if near.rounds(k) > 1]
        pays = (self.speedup(self.tried[-1]) or 0) >= 1
        if not lasting or pays != (self.recorded_speedup >= 1):
            return None
        return max((alone - near.seconds(k)) / (near.rounds(k) - 1) for k in lasting)

    def at_round_trip(self, seconds: float) -> "RunModel":
        """The run with this much network in each round, and in a stream's start."""
        alone = self.baseline
        if alone is not None and alone.name == STREAMING:
            alone = replace(alone, start_s=alone.start_s + seconds - (self.network_s or 0))
        return replace(self, network_s=seconds, baseline=alone)

    def answers(self) -> dict[str, str | float | None]:
        """What it says of K and the network, ready to be shown; `speedup` is at the deepest K."""
        even = self.break_even_s
        return {
            "best_k": self.best_k_text,
            "speedup": self.speedup(self.tried[-1]),
            "break_even_s": "unknown" if even is None else even,
        }

    @classmethod
    def from_json(cls, inputs: Mapping[str, Any]) -> "RunModel":
        """A model from its fields by name, as `dataclasses.asdict` gives them."""
        alone = inputs["baseline"]
        return cls(**{**inputs, "baseline": alone and Baseline(**alone)})


def _weighted(values: Sequence[float]) -> float:
    return _added(depth * value for depth, value in enumerate(values, 1))


def _added(values: Iterable[float]) -> float:
    """One after another, as the player adds: since Python 3.12 `sum` makes up for rounding."""
    return reduce(add, values, 0)
