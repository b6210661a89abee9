"""Wires models and decoding into one run, ready to record."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.loop import Clock, Loop, Settings
from specrecord.decoding.remote.baselines import Chunked, Streaming, interleave
from specrecord.decoding.remote.own_speculation import OwnSpeculation
from specrecord.decoding.remote.prediction import PredictedAnswer
from specrecord.decoding.remote.retry import RetryPolicy
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import Chain
from specrecord.errors import UsageError
from specrecord.events import AUTOREGRESSIVE, CHUNKED, PER_REQUEST, SPECULATIVE, STREAMING, Event
from specrecord.models.base import (
    Drafter,
    EngineTarget,
    OwnSamples,
    PredictionTarget,
    Proposer,
    RemoteTarget,
    Target,
    Tokenizer,
)
from specrecord.models.remote import PREDICTION, is_engine, is_remote
from specrecord.models.remote.forecast import forecast
from specrecord.options import AUTO
from specrecord.recorder.request import Request
from specrecord.registry import Pair, load_draft, load_pair, load_tokens
from specrecord.shared_randomness import track_uniforms

_WARM_UP_PASSES = 3


@dataclass
class Session:
    """A loaded pair and an encoded prompt, ready to record.

    `cold`: each track begins with nothing of the prompt in a cache. Otherwise what the runs before
    have read is reused, and each `prefill` says how much that was. `baseline_first`: the run itself
    comes second, so that over several runs neither has the better place.
    """

    request: Request
    drafter: Drafter | Proposer | None
    target: Target
    tokenizer: Tokenizer
    prompt: list[int]
    settings: Settings
    chat: bool = False
    cold: bool = True
    baseline_first: bool = False
    start: float = field(default_factory=time.time)

    @property
    def remote(self) -> RemoteTarget | None:
        """The target, if it is behind HTTP."""
        return self.target if isinstance(self.target, RemoteTarget) else None

    @property
    def target_samples(self) -> bool:
        """Whether the target draws the tokens that the draft is compared with."""
        return self.target.output_type is OwnSamples

    @property
    def engine(self) -> EngineTarget | None:
        """The target, if it drafts by itself, so that its own rounds are recorded."""
        return self.target if isinstance(self.target, EngineTarget) else None

    @property
    def predicts(self) -> bool:
        """Whether the target gets the draft's whole answer at once, as a prediction."""
        return isinstance(self.target, PredictionTarget)

    def tracks(self, now: Clock) -> Iterator[Iterator[Event]]:
        """Each track's events: the run itself, then its baseline; from warm code, and from cold
        caches if `cold`. Over a network its three baselines take turns with it; of an engine that
        drafts by itself there is one, where a request can have it write without; of one that takes
        a prediction, the same request without.
        """
        kinds: tuple[tuple[str, type[Loop]], ...] = ((SPECULATIVE, Loop), (AUTOREGRESSIVE, Loop))
        if self.engine is not None:
            kinds = ((SPECULATIVE, OwnSpeculation), (STREAMING, Streaming))[: 1 + self.engine.alone]
        elif self.predicts:
            kinds = ((SPECULATIVE, PredictedAnswer), (STREAMING, PredictedAnswer))
        elif self.remote is not None:
            kinds = (kinds[0], (PER_REQUEST, Loop), (CHUNKED, Chunked), (STREAMING, Streaming))
        settings, loops = self.settings, []
        for track, (name, kind) in enumerate(kinds if self.request.baselines else kinds[:1]):
            rng, drafter = _rng(self.request.seed, track), None if track else self.drafter
            loops.append(kind(name, drafter, self.target, self.prompt, settings, now, rng))
        tracks = [loop.run() for loop in loops]
        if self.predicts and self.baseline_first:
            loops.reverse()
        if self.remote is not None:
            ready, sleep = self.remote.seconds_until_ready, settings.retry_policy.sleep
            tracks = [interleave(loops, now, ready, sleep)]
        elif self.baseline_first:
            tracks.reverse()
        for track_events in tracks:
            if self.cold:
                self.warm_up()
            yield track_events

    def forecast(self) -> list[str]:
        """Lines to show before the run: which rule judges a tree, what a remote target is sent."""
        if self.remote is None:
            tree, chain = self.settings.tree, isinstance(self.settings.tree, Chain)
            return [] if chain else [f"tree {tree.name}, judged by rule {self.settings.rule}"]
        if self.engine is not None:
            alone = ", and one without its draft" if self.engine.alone else ""
            again = ", and one that reads the finished text again" if self.engine.scores else ""
            return [
                f"one streamed request{alone if self.request.baselines else ''}{again}; which "
                "tokens the engine drafts and rejects it does not tell"
            ]
        if self.predicts:
            count, most = 1 + self.request.baselines, self.request.max_tokens
            return [
                f"{count} request{'s' * (count > 1)} for an answer of at most {most:,} tokens; the "
                "server counts what it accepts of the draft's text, and does not tell which",
                "where tokens are billed, rejected ones of a prediction are, as if they were "
                f"written: up to {most:,} more",
            ]
        fans_out = "fan-out" in str(self.target.info.details.get("verifier"))
        return forecast(
            prompt=len(self.prompt),
            max_tokens=self.request.max_tokens,
            k=self.settings.k,
            copies=self.settings.k + 1 if fans_out else 1,
            written=self.settings.k + 1 if self.target_samples else 1,
            baselines=self.request.baselines,
            per_minute=self.remote.requests_per_minute,
        )

    def warm_up(self) -> None:
        """Run both models a few times over other text: code and weights are warm, the prompt is in
        no cache.
        """
        other = [token for token in range(self.settings.k + 2) if token != self.prompt[0]]
        side_by_side = None if isinstance(self.settings.tree, Chain) else [-1] * (len(other) - 1)
        for _ in range(_WARM_UP_PASSES):
            if self.drafter is not None and not isinstance(self.drafter, Proposer):
                self.drafter.next_logits(other[:1])
            if self.remote is None:
                self.target.verify(other[:1], other[1:], side_by_side)


def prepare(
    request: Request,
    interrupted: Callable[[], bool] = lambda: False,
    loaded: Pair | None = None,
    cold: bool = True,
) -> Session:
    """Load the pair unless it is `loaded`, encode the prompt. `interrupted` is asked each round.

    Raises UsageError (or one of its kinds) when the run cannot be.
    """
    pair = loaded or _load(request, interrupted)
    engine = isinstance(pair.target, EngineTarget)
    assert pair.drafter is not None or engine
    drawn = pair.target.output_type is OwnSamples
    if drawn and request.rule not in (AUTO, "standard", "match"):
        raise UsageError(
            f"rule {request.rule} judges by probabilities, but this verifier has the target draw; "
            "leave --rule out"
        )
    rule = request.rejection_rule
    text, chat = _as_chat(request, pair.tokenizer)
    plain = chat or request.bos is False
    prompt = pair.tokenizer.encode(text) if plain else pair.tokenizer.encode_opening(text)
    context = pair.target.info.context
    if len(prompt) >= context:
        name = pair.target.info.name
        raise UsageError(
            f"the prompt has {len(prompt)} tokens and {name} holds {context}; shorten the prompt"
        )
    settings = Settings(
        k=request.depth,
        max_tokens=request.max_tokens,
        end_ids=pair.tokenizer.end_ids,
        token_bytes=pair.tokenizer.token_bytes,
        rule=rule.name,
        tree=request.shape,
        adaptive=request.adaptive,
        sampling=SamplingParams(request.temperature, request.top_k, request.top_p),
        stop=tuple(stop.encode() for stop in request.stop),
        capture=LogprobCapture(
            "none" if engine else request.evidence,
            raw=request.temperature == 0 or drawn,
            fine=rule.by_lists,
        ),
        # Where the target draws by itself, its likeliest token is the best guess at what it draws.
        draft_sampling=SamplingParams(0.0) if drawn else None,
        retry_policy=RetryPolicy(sleep=partial(_sleep, interrupted)),
        interrupted=interrupted,
    )
    session = Session(
        request, pair.drafter, pair.target, pair.tokenizer, prompt, settings, chat, cold
    )
    # Over many runs neither request has the other's cached prompt more often.
    session.baseline_first = session.predicts and bool((request.seed or 0) % 2)
    return session


def _as_chat(request: Request, tokenizer: Tokenizer) -> tuple[str, bool]:
    """What the models read, and whether that is the prompt in the target's chat template (used
    where it has one).
    """
    written = None if request.chat is False else tokenizer.chat(request.prompt)
    if written is None and request.chat:
        raise UsageError(f"{request.target} has no chat template; leave out --chat")
    return (request.prompt, False) if written is None else (written, True)


def _load(request: Request, interrupted: Callable[[], bool]) -> Pair:
    """Both models; a remote target with what it takes to reach it."""
    if not is_remote(request.target):
        return load_pair(request.draft, request.target)
    from specrecord.models.remote.connect import RemoteOptions, open_remote
    from specrecord.models.remote.engine_target import open_engine
    from specrecord.models.remote.prediction import open_prediction

    if request.shape != Chain():
        raise UsageError(
            f"a remote target verifies chains, not the tree {request.tree}; leave --tree out"
        )
    options = RemoteOptions(
        verifier=request.verifier,
        temperature=request.temperature,
        top_k=request.top_k,
        top_p=request.top_p,
        per_minute=request.requests_per_minute,
        sleep=partial(_sleep, interrupted),
        second_pass=request.evidence != "none",
    )
    if is_engine(request.target):
        tokenizer = load_tokens(request.tokenizer)
        return Pair(None, open_engine(request.target, tokenizer, options), tokenizer)
    drafter, tokenizer = load_draft(request.draft, request.tokenizer)

    def predicting() -> Target:
        return open_prediction(request.target, tokenizer, options, request.prompt)

    if request.verifier == PREDICTION:
        return Pair(drafter, predicting(), tokenizer)
    try:
        return Pair(drafter, open_remote(request.target, tokenizer, options), tokenizer)
    except UsageError:
        if request.verifier != AUTO or not request.may_predict:
            raise
        with suppress(
            UsageError
        ):  # what keeps it from all the others is told where this fails, too
            return Pair(drafter, predicting(), tokenizer)
        raise


def _sleep(interrupted: Callable[[], bool], seconds: float) -> None:
    """Wait, but no longer than the run goes on."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not interrupted():
        time.sleep(min(left, 0.1))


def _rng(seed: int, track: int) -> SeededRng:
    return SeededRng(track_uniforms(seed, track), seed)
