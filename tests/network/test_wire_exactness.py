"""Losslessness through the wire, computed: what a remote run emits has the distribution that its
verifier declares.

Real HTTP, the real SDK, a real server over a model of a few tokens. For score every coin falls on
this side and the declared distribution is the server's likeliest 20, renormalised; for fan-out and
match the server draws, and its draws are enumerated there. Then the same by sampling, with and
without faults.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from enumerate_rng import ScriptedRng, every_run
from scipy.stats import chisquare
from small_models import SmallModel, Ticker, settings
from wires import PROMPT, Letters, Plan, http_target, served, small_service

from specrecord.decoding.loop import autoregress, speculate
from specrecord.decoding.remote.baselines import Chunked, Streaming
from specrecord.decoding.remote.retry import RetryPolicy
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams, softmax
from specrecord.events import Draft, Emit, Event, Fault, RoundBegin, Verdict

Joint = dict[tuple[int, ...], float]
CONTINUATIONS = int(os.environ.get("SPECRECORD_CONTINUATIONS", "600"))


SAMPLINGS = [
    SamplingParams(),
    SamplingParams(temperature=0.7),
    SamplingParams(temperature=0),
    SamplingParams(temperature=0.8, top_p=0.8),
]


def emitted(events: Iterator[Event], rounds: int | None = None) -> tuple[int, ...]:
    """The tokens that come out of so many rounds, or of all."""
    drafted: dict[int, int] = {}
    found: list[int] = []
    for event in events:
        match event:
            case RoundBegin(index=index) if index == rounds:
                break
            case Draft():
                drafted[event.node] = event.token
            case Verdict(fate="accepted"):
                found.append(drafted[event.node])
            case Emit():
                found.append(event.token)
    return tuple(found)


def declared(
    model: SmallModel, verifier: str, sampling: SamplingParams, context: list[int]
) -> np.ndarray:
    """The distribution that a verifier is exact for, worked out from the model itself."""
    logits = model.next_logits(context)
    if verifier == "score":
        raw = softmax(logits)
        kept = np.argsort(-raw, kind="stable")[:20]
        only = np.full(len(raw), -np.inf)
        only[kept] = np.log(raw[kept])
        logits = only
    return sampling(logits)


def joint(
    model: SmallModel,
    verifier: str,
    sampling: SamplingParams,
    length: int,
    start: tuple[int, ...] = (),
) -> Joint:
    """The declared distribution of every continuation by `length` tokens."""
    found: Joint = {(): 1.0}
    for _ in range(length):
        found = {
            (*tokens, int(token)): prob * float(probs[token])
            for tokens, prob in found.items()
            for probs in [declared(model, verifier, sampling, [*PROMPT, *start, *tokens])]
            for token in np.flatnonzero(probs)
        }
    return found


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda sampling: sampling.name)
@pytest.mark.parametrize(
    ("verifier", "vocabulary"), [("score", 4), ("score", 23), ("fan-out", 4), ("match", 4)]
)
def test_a_round_over_http_has_the_declared_joint_distribution(
    verifier: str, vocabulary: int, sampling: SamplingParams
) -> None:
    model, k = SmallModel(100, vocabulary), 1 if vocabulary > 4 else 2
    tokenizer = Letters(vocabulary)
    service = small_service(model, tokenizer)
    # The draft's own distribution is cut to four tokens, so that all drafts can be followed.
    drafting = (
        SamplingParams(0.9, top_k=4) if verifier == "score" else SamplingParams(temperature=0)
    )
    plain = settings(
        k=k, sampling=sampling, draft_sampling=drafting, token_bytes=tokenizer.token_bytes
    )
    with served(service) as url:
        target = http_target(url, verifier, tokenizer, sampling.temperature, sampling.top_p)
        if verifier == "score":
            remember(target)

        def one_round(rng: ScriptedRng) -> tuple[int, ...]:
            service.engine.rng = rng if verifier != "score" else ScriptedRng([])
            return emitted(
                speculate(SmallModel(1, vocabulary), target, PROMPT, plain, now=Ticker(), rng=rng),
                1,
            )

        started: Joint = defaultdict(float)
        for tokens, weight in every_run(one_round):
            started[tokens] += weight
        target.close()
    found: Joint = defaultdict(float)
    for tokens, weight in started.items():
        for rest, prob in joint(model, verifier, sampling, k + 1 - len(tokens), tokens).items():
            found[tokens + rest] += weight * prob
    wanted = joint(model, verifier, sampling, k + 1)
    assert sampling.temperature == 0 or len(started) > 2
    assert max(abs(found[tokens] - prob) for tokens, prob in wanted.items()) < 1e-12
    assert sum(found.values()) == pytest.approx(1, abs=1e-12)


def remember(target: object) -> None:
    """Ask the server once for each question; its answers to score are a function of it."""
    probed: dict[object, object] = {}
    verify = target.verify

    def once(context: list[int], drafted: list[int], parents: object = None) -> object:
        key = (tuple(context), tuple(drafted))
        if key not in probed:
            probed[key] = verify(context, drafted, parents)
        return probed[key]

    target.verify = once


@pytest.mark.parametrize("track", ["score", "fan-out", "match", "chunked", "streaming"])
def test_whole_texts_over_http_have_the_distribution_of_the_target_alone(track: str) -> None:
    """To their ends: an end token may come at any place, drafted, drawn in a chunk or streamed."""
    model, tokenizer = SmallModel(100, 3), Letters(3, ends=True)
    verifier: str = "score" if track == "score" else "fan-out" if track == "fan-out" else "match"
    service = small_service(model, tokenizer)
    plain = settings(
        k=2,
        max_tokens=3,
        end_ids=tokenizer.end_ids,
        token_bytes=tokenizer.token_bytes,
        draft_sampling=None if track == "score" else SamplingParams(temperature=0),
    )
    with served(service) as url:
        target = http_target(url, verifier, tokenizer)

        def whole(rng: ScriptedRng) -> tuple[int, ...]:
            service.engine.rng = rng if track != "score" else ScriptedRng([])
            if track in ("chunked", "streaming"):
                kind = Chunked if track == "chunked" else Streaming
                return emitted(kind(track, None, target, PROMPT, plain, Ticker(), rng).run())
            return emitted(
                speculate(SmallModel(1, 3), target, PROMPT, plain, now=Ticker(), rng=rng)
            )

        found = distribution_of(whole)
        target.close()
    wanted = distribution_of(
        lambda rng: emitted(autoregress(model, PROMPT, plain, now=Ticker(), rng=rng))
    )
    assert len(wanted) > 6
    assert found.keys() == wanted.keys()
    assert max(abs(found[tokens] - wanted[tokens]) for tokens in wanted) < 1e-12


def distribution_of(run: Callable[[ScriptedRng], tuple[int, ...]]) -> Joint:
    """The probability of each text."""
    found: Joint = defaultdict(float)
    for tokens, weight in every_run(run):
        found[tokens] += weight
    return found


def sample(
    verifier: str, count: int, plan: Plan | None = None
) -> tuple[Counter[tuple[int, ...]], Joint, int]:
    """Continuations of three tokens through HTTP, their declared distribution, and how many faults
    there were.
    """
    sampling, tokenizer, faults = SamplingParams(temperature=0.8), Letters(4), 0
    model, drafter = SmallModel(100), SmallModel(1)
    plain = settings(
        k=2,
        max_tokens=3,
        sampling=sampling,
        token_bytes=tokenizer.token_bytes,
        retry_policy=RetryPolicy(attempts=9),
        draft_sampling=None if verifier == "score" else SamplingParams(temperature=0),
    )
    seen: Counter[tuple[int, ...]] = Counter()
    rng = SeededRng(np.random.default_rng(5))
    with served(small_service(model, tokenizer), plan) as url:
        target = http_target(url, verifier, tokenizer, sampling.temperature, timeout=10.0)
        for _ in range(count):
            events = list(speculate(drafter, target, PROMPT, plain, now=Ticker(), rng=rng))
            faults += sum(isinstance(event, Fault) for event in events)
            seen[emitted(iter(events))] += 1
        target.close()
    return seen, joint(model, verifier, sampling, 3), faults


def fits(seen: Counter[tuple[int, ...]], wanted: Joint) -> float:
    """The p-value of a joint chi-squared test; rare continuations are counted together."""
    total = sum(seen.values())
    assert set(seen) <= set(wanted)
    often = [tokens for tokens, prob in wanted.items() if prob * total >= 5]
    observed = [seen[tokens] for tokens in often]
    expected = [wanted[tokens] * total for tokens in often]
    if total - sum(expected) > 1:
        observed.append(total - sum(observed))
        expected.append(total - sum(expected))
    return float(chisquare(observed, np.array(expected) * sum(observed) / sum(expected)).pvalue)


@pytest.mark.slow
@pytest.mark.parametrize("verifier", ["score", "fan-out", "match"])
def test_sampled_continuations_have_the_declared_distribution(verifier: str) -> None:
    seen, wanted, faults = sample(verifier, CONTINUATIONS)
    assert faults == 0
    assert fits(seen, wanted) > 1e-4


def test_the_measure_sees_a_wrong_distribution() -> None:
    seen, _, _ = sample("fan-out", 400)
    assert fits(seen, joint(SmallModel(100), "fan-out", SamplingParams(temperature=1.3), 3)) < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("verifier", ["score", "fan-out", "match"])
def test_faults_do_not_bend_the_distribution(verifier: str) -> None:
    """Every fourth request fails, in a way of its own; what fails depends on nothing that was
    drawn.
    """
    rng = np.random.default_rng(3)
    kinds = ["429", "429 after 0", "500", "503", "reset", "truncated", "nonsense", "empty"]
    plan = Plan(lambda number: str(rng.choice(kinds)) if rng.random() < 0.25 else None)
    seen, wanted, faults = sample(verifier, max(300, CONTINUATIONS // 4), plan)
    assert faults > 50
    assert fits(seen, wanted) > 1e-4
