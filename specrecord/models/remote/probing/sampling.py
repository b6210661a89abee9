"""Whether a server draws from what it tells: its draws at temperature 1 are held against its own
log-probabilities, its greedy tokens against its likeliest ones.

A server adds settings of its own to what a request leaves open (top-k 40, top-p 0.95, min-p 0.05; a
penalty from the model's generation_config.json), and need not take the fields that would undo them.
What it draws is then a distribution that nobody here knows.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from specrecord.models.base import TargetFaultError
from specrecord.models.remote.completions.responses import Position
from specrecord.models.remote.completions.verifier import AGREEMENT
from specrecord.models.remote.probing.prober import Prober, ProbeResult

_DRAWS = (128, 384)  # first, and once more where those look odd
_ODD, _IMPOSSIBLE = 0.03, 5e-5  # chances of so few or so many draws beyond one of the shares
_SHARES = (0.25, 0.5, 0.75)
_LISTED = 300  # alternatives that llama-server lists as readily as 20
_ONE_BY_ONE = 64  # prompts of one token each, for servers that tell of the first token alone
_REPETITIVE = "one two three one two three one two three one two three one two"
_GREEDY = 16
_NEAR = 0.5  # nats between two tokens that another kernel may order otherwise
_GOLDEN = (math.sqrt(5) - 1) / 2

Draw = tuple[int, Position]  # a token, and what is told of its place
Cut = Callable[[Sequence[float]], int]


def sampling_doubt(prober: Prober, result: ProbeResult) -> str | None:
    """Why the server's draws do not follow from what it tells; None if they do, as far as some
    hundred draws show. Raises TargetFaultError where it cannot be asked at all.
    """
    several = result.works.get("fan-out", "") is None
    if not prober.client.capabilities.most:
        return _frequency_doubt(prober)
    return _draws_doubt(prober, several) or _greedy_doubt(prober, several)


def _draws_doubt(prober: Prober, several: bool) -> str | None:
    doubt = None
    for count, limit in zip(_DRAWS, (_ODD, _IMPOSSIBLE), strict=True):
        draws = _listed_draws(prober, count, several)
        if len(draws) < _ONE_BY_ONE // 2:
            return "it does not tell enough of what it draws"
        chance, doubt = min(_oddities(draws))
        if chance > limit:
            return None
    return doubt


def _frequency_doubt(prober: Prober) -> str | None:
    """Of a server that tells no more than the log-probability of what it drew: how often it draws
    one token after one prompt, against the probability that it tells of it.
    """
    if prober.client.transport.rate_limiter.per_minute is not None:
        return "it tells too little for the few requests that it takes"
    seen: Counter[int] = Counter()
    probs: dict[int, float] = {}
    for _ in range(_ONE_BY_ONE):
        [(ids, places)] = prober.samples([prober.prompt], 1, temperature=1.0)
        logprob = places[0].logprob if places else None
        if logprob is None:
            return "it does not tell enough of what it draws"
        seen[ids[0]] += 1
        probs[ids[0]] = math.exp(logprob)
    for token, count in seen.items():
        chance, words = _odd(count, [probs[token]] * _ONE_BY_ONE, "on one token", both=True)
        if chance < _IMPOSSIBLE:
            return words
    return None


def _listed_draws(prober: Prober, count: int, several: bool) -> list[Draw]:
    """`count` draws at temperature 1, as far as the server's context and its text go."""
    draws: list[Draw] = []
    size, listed = count, _most_listed(prober)
    for _ in range(count // 8):
        asked = {"logprobs": listed} if listed else {}
        left = min(size, count - len(draws))
        try:
            [(ids, places)] = prober.samples([prober.prompt], left, temperature=1.0, **asked)
        except TargetFaultError as fault:
            if fault.name != "refused" or size < 8:
                raise
            # So many alternatives are not listed, or its context is no longer.
            listed, size = 0, size if listed else size // 4
            continue
        if not all(place.top for place in places[: len(ids)]):
            # Places that its own draft filled are not told; those left over are no fair selection.
            return _first_draws(prober) if several else []
        draws += zip(ids, places, strict=False)
        if len(draws) >= count:
            break
    return draws


def _most_listed(prober: Prober) -> int:
    """How many alternatives are worth asking for beyond what all servers list; 0: not so."""
    able = prober.client.capabilities
    limited = prober.client.transport.rate_limiter.per_minute is not None
    return 0 if able.logprobs_flag or limited else _LISTED


def _first_draws(prober: Prober) -> list[Draw]:
    answers = prober.samples([prober.prompt] * _ONE_BY_ONE, 1, temperature=1.0)
    return [(ids[0], places[0]) for ids, places in answers if places[0].top]


def _oddities(draws: Sequence[Draw]) -> Iterator[tuple[float, str]]:
    """How odd the draws are, by their shares and by what no usual setting would cut away: the
    chance of such a count, and words for it.
    """
    rows = [_sorted(place) for _, place in draws]
    places = list(_fell(draws))
    for share in _SHARES:
        beyond = sum(place > share for place in places)
        words = f"beyond the likeliest {share:.0%}"
        yield _odd(beyond, [1 - share] * len(places), words, both=True)
    for name, kept in _CUTS.items():
        ends = [kept(probs) for probs in rows]
        cut_away = [
            1 - sum(probs[:end]) if end < len(probs) else 0.0
            for probs, end in zip(rows, ends, strict=True)
        ]
        outside = sum(
            _rank(token, place) >= end < len(probs)
            for (token, place), probs, end in zip(draws, rows, ends, strict=True)
        )
        yield _odd(outside, cut_away, f"outside {name}")


def _odd(seen: int, probs: Sequence[float], words: str, both: bool = False) -> tuple[float, str]:
    """Of independent events with these probabilities, the chance of so few as `seen`, or with
    `both` of so many.
    """
    counts = np.ones(1)
    for prob in np.clip(probs, 0, 1):
        counts = np.convolve(counts, (1 - prob, prob))
    few, many = counts[: seen + 1].sum(), counts[seen:].sum()
    wanted = f"{sum(probs):.0f} were to be expected"
    chance = min(few, many) if both else few
    return float(chance), f"{seen} of {len(probs)} draws lie {words}, where {wanted}"


def _sorted(place: Position) -> list[float]:
    return sorted(map(math.exp, place.top.values()), reverse=True)


def _rank(token: int, place: Position) -> int:
    """How many listed tokens are likelier; all of them, for one that is not listed."""
    own = place.top.get(token, -math.inf)
    return sum(logprob > own for logprob in place.top.values())


def _top_k(count: int) -> Cut:
    return lambda probs: count


def _top_p(share: float) -> Cut:
    return lambda probs: 1 + int(np.searchsorted(np.cumsum(probs), share))


def _min_p(share: float) -> Cut:
    return lambda probs: sum(prob >= share * probs[0] for prob in probs)


# What engines cut away unless told: how many of the listed tokens are left.
_CUTS = {
    **{f"top-k {count}": _top_k(count) for count in (20, 40, 50)},
    **{f"top-p {share:g}": _top_p(share) for share in (0.8, 0.9, 0.95)},
    "min-p 0.05": _min_p(0.05),
}


def _fell(draws: Sequence[Draw]) -> Iterator[float]:
    """Uniform in [0, 1) if the tokens were drawn from what was told: the share of likelier tokens,
    and some part of the token's own share. Unlisted tokens share what the list leaves.
    """
    for index, (token, place) in enumerate(draws):
        probs = {one: math.exp(logprob) for one, logprob in place.top.items()}
        part = index * _GOLDEN % 1
        if token in probs:
            likelier = sum(prob for prob in probs.values() if prob > probs[token])
            yield likelier + part * probs[token]
        else:
            listed = min(1.0, sum(probs.values()))
            yield listed + part * (1 - listed)


def _greedy_doubt(prober: Prober, several: bool) -> str | None:
    """On a text that repeats itself, where any penalty shows."""
    prompt = prober.worded(_REPETITIVE)
    [(ids, positions)] = prober.samples([prompt], _GREEDY)
    for token, position in zip(ids, positions, strict=False):
        best = max(position.top.values(), default=0.0)
        if position.top and position.top.get(token, -math.inf) < best - AGREEMENT:
            return "its greedy token is not the likeliest that it tells"
    if not several:
        return None
    prompts = [[*prompt, *ids[:count]] for count in range(len(ids))]
    alone = prober.samples(prompts, 1)
    for token, position, (own, _) in zip(ids, positions, alone, strict=False):
        if own[0] != token and _clear(position):
            return "its greedy text is another when asked for token by token"
    return None


def _clear(position: Position) -> bool:
    """Whether the likeliest token is so by far; where nothing is told it may not be."""
    best, *rest = sorted(position.top.values(), reverse=True) or [0.0]
    return bool(position.top) and (not rest or best - rest[0] > _NEAR)
