"""The joint distribution of a round's tokens, enumerated: of the real loop, and of the target
alone.
"""

from collections import defaultdict
from collections.abc import Iterator

from enumerate_rng import ScriptedRng, every_run
from small_models import SmallModel, Ticker

from specrecord.decoding.loop import Settings, speculate
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.sampling import SamplingParams
from specrecord.events import Draft, Emit, Event, RoundBegin, Verdict

SAMPLINGS = [
    SamplingParams(),
    SamplingParams(temperature=0.7),
    SamplingParams(temperature=1.8),
    SamplingParams(temperature=0),
    SamplingParams(top_k=2),
    SamplingParams(top_p=0.8),
    SamplingParams(temperature=0.7, top_k=3, top_p=0.9),
]
PROMPT = [1, 0]
ENUMERABLE = [
    name for name in RULES if name != "gumbel"
]  # its noise is a continuum: see test_exact_noise
BRANCHING = [name for name in ENUMERABLE if RULES[name].branches]


def first_round(events: Iterator[Event]) -> list[int]:
    """The tokens that the first round emits."""
    drafted: list[int] = []
    emitted: list[int] = []
    rounds = 0
    for event in events:
        match event:
            case RoundBegin():
                rounds += 1
                if rounds == 2:
                    break
            case Draft():
                drafted.append(event.token)
            case Verdict(fate="accepted"):
                emitted.append(drafted[event.node])
            case Emit():
                emitted.append(event.token)
    return emitted


def output(events: Iterator[Event]) -> tuple[int, ...]:
    """All tokens that a run emits."""
    drafted: dict[int, int] = {}
    emitted: list[int] = []
    for event in events:
        match event:
            case Draft():
                drafted[event.node] = event.token
            case Verdict(fate="accepted"):
                emitted.append(drafted[event.node])
            case Emit():
                emitted.append(event.token)
    return tuple(emitted)


Joint = dict[tuple[int, ...], float]  # the probability of each sequence of tokens


def target_joint(
    target: SmallModel, sampling: SamplingParams, length: int, start: tuple[int, ...] = ()
) -> Joint:
    """The target's probability of every continuation of the prompt and `start` by `length`
    tokens.
    """
    joint = {(): 1.0}
    for _ in range(length):
        joint = {
            (*tokens, token): prob * float(probs)
            for tokens, prob in joint.items()
            for token, probs in enumerate(sampling(target.next_logits([*PROMPT, *start, *tokens])))
        }
    return joint


def worst_error(
    drafter: SmallModel, target: SmallModel, plain: Settings, chance_type: type = ScriptedRng
) -> float:
    """The largest difference in the joint distribution of K + 1 tokens, between one round continued
    and the target alone.
    """

    def one_round(rng: ScriptedRng) -> tuple[int, ...]:
        asked = chance_type(rng) if chance_type is not ScriptedRng else rng
        return tuple(
            first_round(speculate(drafter, target, PROMPT, plain, now=Ticker(), rng=asked))
        )

    started: Joint = defaultdict(float)
    for emitted, weight in every_run(one_round):
        started[emitted] += weight
    found: Joint = defaultdict(float)
    for emitted, weight in started.items():
        for rest, prob in target_joint(
            target, plain.sampling, plain.k + 1 - len(emitted), emitted
        ).items():
            found[emitted + rest] += weight * prob
    wanted = target_joint(target, plain.sampling, plain.k + 1)
    return max(abs(found[tokens] - prob) for tokens, prob in wanted.items())
