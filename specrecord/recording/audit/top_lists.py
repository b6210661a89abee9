"""Lists of likeliest tokens: each is sorted and spelled, holds at most everything, and agrees with
the numbers beside it: with the probability and the place of a token, its raw log-probability, the
entropy, and the overlap of two of them.

What is to be checked is collected and worked out for thousands of lists at once, which is what
makes an audit of a million events a matter of seconds.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord.events import Draft, unpack_top
from specrecord.header import Header
from specrecord.recording.audit.judged_round import (
    WITHOUT_REPLACEMENT,
    JudgedRound,
    Say,
    token_and_prob,
)

Floats = NDArray[np.float64]
Found = tuple[int, str]  # the event's number, what does not hold
_SINGLE = 2e-6  # a float64 against its float32 copy in a list
_SUMMED = 1e-4  # sums of such copies, and of probabilities too small to be listed
_ROUNDED = 5e-4  # an entropy or a logarithm to the nearest 1/2048, worked out in float32
_MOST_TOKENS = 2**18  # as many as any vocabulary has
_BITS = 3  # significant ones that a rounded probability keeps
_MANY = 16384  # lists that are checked together
_NEVER = 2**62


class TopLists:
    """Checks lists as the header says that they were kept. `spelled` has the event that spelled a
    token's bytes.
    """

    def __init__(self, header: Header, spelled: Mapping[int, int]) -> None:
        evidence = header.evidence
        self.spelled, self.at = spelled, 0  # `at` is the event that is looked at
        # Whether they describe what is sampled, and not the model's own at temperature 1.
        self.sampled = evidence.of == "law"
        self.kept = evidence.mode in ("top", "full")
        self.count, self.step = evidence.n, evidence.step or 0.0
        # How far a listed probability may be from the true one, and a sum of them.
        self.off = _SINGLE + self.step / 2
        self.off_summed = _SUMMED + (self.count or 0) * (self.off - _SINGLE)
        self.least = evidence.least or _SINGLE
        self.greedy = header.temperature == 0
        self.temperature = float(header.temperature or 0) if self.sampled else 1.0
        self.cut = bool(header.top_k) or (header.top_p or 1) < 1 or ", top-" in (header.law or "")
        self.most = (self.sampled and header.top_k) or _MOST_TOKENS
        # What is to be checked, by how long its lists are.
        self._lists: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        self._shares: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        self._overlaps: dict[tuple[int, int], list[tuple[Any, ...]]] = defaultdict(list)

    def own(self, packed: bytes | None, entropy: float | None) -> None:
        """Take in an event's own list, with the entropy that stands with it."""
        if packed is not None:
            self._lists[len(packed)].append((packed, self.at, entropy))

    def share(
        self,
        packed: bytes | None,
        token: int,
        prob: float | None,
        low: float | None = None,
        raw: float | None = None,
    ) -> None:
        """Take in a token with its probability, where its interval begins and its logarithm at
        temperature 1, and the list of the distribution that they are of.
        """
        if packed is not None:
            self._shares[len(packed)].append((packed, self.at, token, prob, low, raw))

    def overlap(self, target: bytes | None, draft: bytes | None, shared: float | None) -> None:
        """Take in the overlap of two distributions with their lists."""
        if target is not None and draft is not None and shared is not None and self.sampled:
            lengths = len(target), len(draft)
            self._overlaps[lengths].append((target, draft, self.at, shared))

    @property
    def full(self) -> bool:
        """Whether there is enough to be worked out at once."""
        return sum(map(len, self._shares.values())) >= _MANY

    def findings(self) -> Iterator[Found]:
        """What does not hold of what was taken in."""
        with np.errstate(all="ignore"):  # a hostile list may hold anything
            yield from [*self._findings()]

    def _findings(self) -> Iterator[Found]:
        for group in self._lists.values():
            yield from self._of_lists(group)
        for group in self._shares.values():
            yield from self._of_shares(group)
        for group in self._overlaps.values():
            yield from self._of_overlaps(group)
        for taken in (self._lists, self._shares, self._overlaps):
            taken.clear()

    def _of_lists(self, group: list[tuple[Any, ...]]) -> Iterator[Found]:
        ids, probs = _unpacked(group)
        places = np.array([row[1] for row in group])
        size, sums = ids.shape[1], probs.sum(axis=1)
        wrong = (probs[:, 1:] > probs[:, :-1]).any(axis=1) | (sums > 1 + self.off * size)
        wrong |= ~(probs >= 0).all(axis=1)
        yield from _at(places[wrong], "its likeliest tokens are not in order, or hold too much")
        ordered = np.sort(ids, axis=1)
        twice = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        yield from _at(places[twice], "its likeliest tokens name one of them twice")
        if size > (_NEVER if self.count is None else self.count):
            yield from _at(places, f"lists {size} likeliest tokens, more than {self.count}")
        distinct, where = np.unique(ids, return_inverse=True)
        since = np.array([self.spelled.get(one, _NEVER) for one in distinct.tolist()], np.int64)
        late = (since[where.reshape(ids.shape)] > places[:, None]).any(axis=1)
        yield from _at(places[late], "its likeliest tokens include one that was never spelled")
        if self.step:
            kept = probs / self._grain(probs)
            uneven = (kept != np.rint(kept)).any(axis=1) | (probs < self.least).any(axis=1)
            yield from _at(places[uneven], "its likeliest tokens are not rounded as it is told")
        yield from self._entropies(probs, places, np.array([row[2] for row in group], float))

    def _entropies(self, probs: Floats, places: Any, entropies: Floats) -> Iterator[Found]:
        """Whether they can be those of distributions with these listed."""
        logs = np.log(np.maximum(probs, 1e-30))
        listed, errors = -(probs * logs).sum(axis=1), self._errors(probs)
        off = (errors * (np.abs(logs) + 1)).sum(axis=1) + _ROUNDED * (1 + np.abs(listed))
        rest, doubt = np.maximum(0, 1 - probs.sum(axis=1)), errors.sum(axis=1) + 1e-6
        sure = np.maximum(1e-30, rest - doubt)
        least = listed - sure * np.log(np.minimum(sure, self._cap(probs)))
        more, others = rest + doubt, max(1, self.most - probs.shape[1])
        most = listed + more * (math.log(others) - np.log(np.minimum(1, more)))
        for at in np.flatnonzero((entropies < least - off) | (entropies > most + off)):
            yield (
                int(places[at]),
                f"entropy {entropies[at]:.6g}; by the likeliest tokens, {least[at]:.6g} to "
                f"{most[at]:.6g}",
            )

    def _of_shares(self, group: list[tuple[Any, ...]]) -> Iterator[Found]:
        ids, probs = _unpacked(group)
        places, tokens = (np.array([row[at] for row in group]) for at in (1, 2))
        prob, low, raw = (np.array([row[at] for row in group], float) for at in (3, 4, 5))
        own = ids == tokens[:, None]
        listed, share = own.any(axis=1), (probs * own).sum(axis=1)
        wanted = prob if self.sampled else np.exp(raw)
        # A list shorter than n holds every token that is not negligible.
        cap = self._cap(probs)
        for at in np.flatnonzero(
            listed & (np.abs(share - wanted) > self.off + 3e-4 * (not self.sampled))
        ):
            yield (
                int(places[at]),
                f"probability {wanted[at]:.6g}, but its list of likeliest tokens says "
                f"{share[at]:.6g}",
            )
        for at in np.flatnonzero(~listed & (wanted > cap + self.off + 3e-4 * (not self.sampled))):
            yield (
                int(places[at]),
                f"token {tokens[at]} with probability {wanted[at]:.6g} is missing from its list of "
                "likeliest tokens",
            )
        if not self.sampled:
            if self.greedy and probs.shape[1] > 1:
                yield from _greedy(probs, own, places, prob, 2 * self.off)
            return
        below = (probs * (ids < tokens[:, None])).sum(axis=1)
        unlisted = np.maximum(0, 1 - probs.sum(axis=1))
        wrong = (low < below - self.off_summed) | (low > below + unlisted + self.off_summed)
        for at in np.flatnonzero(wrong):
            yield int(places[at]), _misplaced(low[at], below[at])
        yield from self._logarithms(probs, places, prob, raw)

    def _logarithms(self, probs: Floats, places: Any, prob: Floats, raw: Floats) -> Iterator[Found]:
        """Whether they can be those at temperature 1, these being the probabilities at another: of
        those, p^T is what is shared out.
        """
        if not self.temperature or not probs.shape[1]:
            return
        warmth = self.temperature
        powers = np.maximum(probs, 1e-30) ** warmth
        doubt = (warmth * powers / np.maximum(probs, 1e-30) * self._errors(probs)).sum(axis=1)
        mass = np.maximum(1e-30, powers.sum(axis=1) - doubt)
        rest = np.maximum(0, 1 - probs.sum(axis=1)) + self._errors(probs).sum(axis=1) + 1e-6
        most = mass + 2 * doubt + _MOST_TOKENS ** max(0.0, 1 - warmth) * rest ** min(1.0, warmth)
        if warmth == 1:
            mass = most = np.ones(len(raw))
        kept = np.where(prob == 0, np.minimum(probs[:, -1] + self.off, 1), prob)
        own = warmth * np.log(np.maximum(kept, 1e-300))
        high = own - np.log(mass) + _ROUNDED
        low = np.where((prob > 0) & (not self.cut), own - np.log(most) - _ROUNDED, -np.inf)
        for at in np.flatnonzero((raw > high) | (raw < low)):
            yield (
                int(places[at]),
                f"raw_logprob {raw[at]:.6g}; by the likeliest tokens and the temperature, "
                f"{low[at]:.6g} to {high[at]:.6g}",
            )

    def _of_overlaps(self, group: list[tuple[Any, ...]]) -> Iterator[Found]:
        ids, probs = _unpacked(group)
        others, given = _unpacked([row[1:] for row in group])
        same = ids[:, :, None] == others[:, None, :]
        met = (np.minimum(probs[:, :, None], given[:, None, :]) * same).sum(axis=(1, 2))
        alone, apart = ~same.any(axis=2), ~same.any(axis=1)
        only = (np.minimum(probs, self._cap(given)[:, None]) * alone).sum(axis=1)
        only += (np.minimum(given, self._cap(probs)[:, None]) * apart).sum(axis=1)
        rest = np.minimum(1 - probs.sum(axis=1), 1 - given.sum(axis=1))
        left = np.minimum(1 - (probs * ~alone).sum(axis=1), 1 - (given * ~apart).sum(axis=1))
        off = self._errors(probs).sum(axis=1) + self._errors(given).sum(axis=1) + _SUMMED
        most = met + np.maximum(0, np.minimum(left, only + np.maximum(0, rest)))
        shared = np.array([row[3] for row in group])
        for at in np.flatnonzero((shared < met - off) | (shared > most + off)):
            yield (
                group[at][2],
                f"overlap {shared[at]:.6g}; by the likeliest tokens, {met[at]:.6g} to "
                f"{most[at]:.6g}",
            )

    def sibling_begins(
        self,
        judged: JudgedRound,
        packed: bytes | None,
        event: Draft,
        low: float | None,
        say: Say,
    ) -> None:
        """A later sibling's interval begins where the tokens below it end that its elders left."""
        if packed is None or low is None or not self.sampled:
            return
        elders = judged.round.elders(event.node) if judged.rule in WITHOUT_REPLACEMENT else []
        gone = {judged.drafts[elder].token for elder in elders}
        token, prob = token_and_prob(event)
        scale = (judged.as_first(event.node) or 0.0) / prob
        if not scale:
            return
        listed = {t: p / scale for t, p in unpack_top(packed) if t not in gone}
        off, below = self.off_summed / scale, sum(p for t, p in listed.items() if t < token)
        if not below - off <= low <= below + max(0.0, 1 - sum(listed.values())) + off:
            say(_misplaced(low, below))

    def holds_choice(self, judged: JudgedRound, event: Draft, say: Say) -> None:
        """A token that was chosen stands in the list of the draft's likeliest, if there is one."""
        siblings = [*judged.round.elders(event.node), event.node]
        listed = [token for token, _ in unpack_top(judged.drafts[siblings[0]].top)]
        if len(listed) == self.count and len(siblings) <= len(listed) and event.token not in listed:
            say(f"token {event.token} was chosen, but is not among the likeliest of the draft")

    def _grain(self, probs: Floats) -> Floats:
        """What a probability is a multiple of."""
        exponents = np.frexp(probs)[1] - _BITS
        return np.minimum(self.step, np.ldexp(1.0, exponents))

    def _errors(self, probs: Floats) -> Floats:
        """By how much each may be off."""
        return self._grain(probs) / 2 + 1e-9 if self.step else probs * 1e-7

    def _cap(self, probs: Floats) -> Floats:
        """What a token that is not listed has at most."""
        size = probs.shape[1]
        if size and size == self.count:
            return probs[:, -1] + self.off
        return np.full(len(probs), self.least + self.off)


def _unpacked(rows: list[tuple[Any, ...]]) -> tuple[NDArray[np.int64], Floats]:
    """The ids and probabilities, (rows, entries) both, of the lists that rows begin with."""
    whole = np.frombuffer(b"".join([row[0] for row in rows]), "<u4").reshape(len(rows), -1)
    half = whole.shape[1] // 2
    probs = np.ascontiguousarray(whole[:, half:]).view("<f4")
    return whole[:, :half].astype(np.int64), probs.astype(np.float64)


def _greedy(probs: Floats, own: Any, places: Any, prob: Floats, off: float) -> Iterator[Found]:
    """At temperature 0 the likeliest token is certain, and no other can be."""
    first = own[:, 0]
    far = np.where(own.any(axis=1), (probs * own).sum(axis=1), 0) < probs[:, 0] - off
    ahead = probs[:, 0] > probs[:, 1] + off
    for at in np.flatnonzero(((prob == 1) & far) | ((prob == 0) & first & ahead)):
        yield (
            int(places[at]),
            f"probability {prob[at]:g}, which the likeliest of its list alone has",
        )


def _at(places: Any, message: str) -> Iterator[Found]:
    for place in places.tolist():
        yield place, message


def _misplaced(low: float, below: float) -> str:
    return f"its interval cannot begin at {low:.6g}, the tokens listed below it hold {below:.6g}"
