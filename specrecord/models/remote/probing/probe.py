"""Finds out how a server wants to be spoken to, and which verifiers can be trusted there. Nothing
is believed unseen.

A scoring call is held against what the server said while it generated: it writes a few tokens
greedily and tells their log-probabilities, then scores the same tokens, and the two must agree.
(llama-cpp-python 0.3.36 echoes rows that are shifted by one; used naively they are silently wrong.
Shifted rows are recognised and put right.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from specrecord.errors import UnsupportedModelError
from specrecord.models.base import TargetFaultError, Tokenizer
from specrecord.models.remote.http.responses import Position, understood
from specrecord.models.remote.http.transport import Reply, Transport
from specrecord.models.remote.verifiers import (
    VERIFIERS,
    Capabilities,
    CompletionsClient,
    FanOut,
    Match,
    Name,
    Score,
    Verifier,
)

Answer = TypeVar("Answer")
PROBE_TEXT = "Once upon a time, there was a"
_TOKENS = 4
# nats between generating and scoring: half-precision kernels differ by about this much at most
AGREEMENT = 0.05
_PATIENCE = 4  # times that a request is sent again after a 429
_LONGEST = 60.0  # seconds that are waited for a rate limit at most
_FATAL = {
    "unauthorized",
    "payment-required",
    "forbidden",
    "no-such-model",
    "unreachable",
    "rate-limited",
}

FORMS = (
    Capabilities(),
    Capabilities(raw_tokens=False),
    Capabilities(ids=False, raw_tokens=False),
    Capabilities(ids=False, raw_tokens=False, logprobs_flag=True, most=0),
)


@dataclass
class ProbeResult:
    """What was found out about one model at one address. `works` maps a verifier's name to None, or
    to why it does not.

    `fingerprint` and `server` are the server's own words for itself, `facts` the answers of
    `doctor`'s probes.
    """

    capabilities: Capabilities
    works: dict[Name, str | None] = field(default_factory=dict)
    fingerprint: str = ""
    server: str = ""
    retokenised: bool = False
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """Tokens that the server wrote greedily after `prompt`, with what it told about each."""

    prompt: tuple[int, ...]
    tokens: tuple[int, ...]
    told: tuple[Position, ...]


class Prober:
    """Asks one server. `pause` waits for that many seconds, where the rate limit wants it."""

    def __init__(
        self,
        transport: Transport,
        model: str,
        tokenizer: Tokenizer,
        pause: Callable[[float], None],
    ) -> None:
        self.client = CompletionsClient(transport, model, tokenizer, temperature=0.0)
        self.prompt = tuple(tokenizer.encode(PROBE_TEXT))
        self._pause = pause
        self.sample = Sample((), (), ())

    def form(self) -> ProbeResult:
        """The first form that the server answers well; it writes the sample that scoring is held
        against.

        Raises UnsupportedModelError where no form works, TargetFaultError where none can (a wrong
        key, no such model).
        """
        said = ""
        for capabilities in FORMS:
            self.client.capabilities = capabilities
            try:
                reply = self.ask([self.prompt], _TOKENS)
                with understood():
                    [(ids, told)] = self.client.drawn(reply, _TOKENS, 1)
            except TargetFaultError as fault:
                if fault.name in _FATAL:
                    raise
                said = str(fault)
                continue
            if capabilities is not FORMS[-1] and not any(position.top for position in told):
                said = "it tells no log-probabilities"
                continue
            if capabilities.raw_tokens and not isinstance(reply.choices[0].get("tokens"), list):
                continue
            self.sample = Sample(self.prompt, tuple(ids), tuple(told))
            return self._known(capabilities, reply)
        raise UnsupportedModelError(
            f"the target cannot be used: {said or 'it answers in no form that is probed here'}"
        )

    def _known(self, capabilities: Capabilities, reply: Reply) -> ProbeResult:
        read = (reply.body.get("usage") or {}).get("prompt_tokens")
        return ProbeResult(
            capabilities,
            fingerprint=str(reply.body.get("system_fingerprint") or ""),
            server=reply.headers.get("server", ""),
            retokenised=isinstance(read, int) and read != len(self.prompt),
        )

    def ask(self, prompts: Sequence[Sequence[int]], count: int, **fields: object) -> Reply:
        """One request, in its time."""
        return self.in_time(lambda: self.client.ask(prompts, count, **fields))

    def in_time(self, request: Callable[[], Answer]) -> Answer:
        """What a request comes to, sent when the rate limit allows, and again where it did not."""
        for _ in range(_PATIENCE):
            self.paced()
            try:
                with understood():
                    return request()
            except TargetFaultError as fault:
                if fault.name != "rate-limited" or (fault.retry_after or 0.0) > _LONGEST:
                    raise
                self._pause(_LONGEST / 4 if fault.retry_after is None else fault.retry_after)
        self.paced()
        return request()

    def paced(self) -> None:
        """Wait until the next request may leave."""
        wait = self.client.transport.rate_limiter.wait()
        if wait > 0:
            self._pause(wait)

    def verifiers(self, probed: ProbeResult, wanted: Sequence[Name] = VERIFIERS) -> None:
        """Try the wanted verifiers, best first, into `probed.works`; `probed.capabilities` learns
        how to score.
        """
        self._learn_scale(probed)
        for name in wanted:
            if name == "score":
                self._try_score(probed)
            elif name == "fan-out" and not probed.capabilities.ids:
                # A list of texts ended mlx_lm.server 0.32.2's only worker: a probe must do no harm.
                probed.works[name] = "it takes texts only, and several of them are not tried"
            elif name == "fan-out":
                probed.works[name] = self._attempt(self._fan_out_differs)
            else:
                probed.works[name] = None  # the sample was written in this way

    def _learn_scale(self, probed: ProbeResult) -> None:
        """Whether a token's log-probability moves with the temperature, into `probed.capabilities`.
        Two requests.
        """

        def likeliest(temperature: float) -> float:
            told = self.client.read(
                self.client.ask([self.prompt], 1, temperature=temperature).choices[0]
            )
            return max(told[0].top.values(), default=0.0)

        try:
            raw, cold = (
                self.in_time(partial(likeliest, temperature)) for temperature in (1.0, 0.3)
            )
        except TargetFaultError as fault:
            if fault.name in _FATAL:
                raise
            raw = cold = 0.0
        # A token that is all but certain has the same logarithm either way.
        scaled = None if raw > -AGREEMENT else abs(raw - cold) > AGREEMENT
        probed.capabilities = self.client.capabilities = replace(probed.capabilities, scaled=scaled)

    def _try_score(self, probed: ProbeResult) -> None:
        probed.works["score"] = "its log-probabilities are not told as a list of the likeliest"
        if probed.capabilities.logprobs_flag or not self.sample.told or len(self.sample.tokens) < 2:
            return
        capabilities = probed.capabilities
        ways = (
            [{"echo_last": True}, {"echo_last": False}]
            if capabilities.ids
            else [{"shifted": False}, {"shifted": True}]
        )
        for way in ways:
            self.client.capabilities = replace(capabilities, **way)
            probed.works["score"] = self._attempt(self._score_differs)
            if probed.works["score"] is None:
                probed.capabilities = self.client.capabilities
                return
        self.client.capabilities = probed.capabilities

    def _attempt(self, differs: Callable[[], str | None]) -> str | None:
        try:
            return self.in_time(differs)
        except TargetFaultError as fault:
            if fault.name in _FATAL:
                raise
            return str(fault)

    def _score_differs(self) -> str | None:
        """Why the server's scores of its own sample are not what it said when it wrote it; None if
        they agree.
        """
        sample = self.sample
        evidence = Score(self.client).verify(sample.prompt, sample.tokens[:-1])
        for row, position in enumerate(sample.told):
            for token, logprob in position.top.items():
                scored = float(evidence.logits[row, token])
                likely = (
                    logprob > -5
                )  # where the list is cut, two passes may well list different tokens
                if likely and abs(scored - logprob) > AGREEMENT:
                    return (
                        "its scores of a prompt are not those it gave when it wrote the same tokens"
                    )
        return None

    def _fan_out_differs(self) -> str | None:
        """Why greedy draws after prefixes of the sample are not the sample; None if they are."""
        sample = self.sample
        evidence = FanOut(self.client).verify(sample.prompt, sample.tokens[:-1])
        if evidence.drawn is None or evidence.drawn[0] != sample.tokens[0]:
            return "its answers to several prompts are not those to each alone"
        same = sum(one == other for one, other in zip(evidence.drawn, sample.tokens, strict=True))
        # A near tie may fall the other way in another kernel; answers in the wrong order would
        # agree by luck alone.
        return (
            None
            if same >= len(sample.tokens) - 1
            else "its answers to several prompts are out of order"
        )


def best(probed: ProbeResult) -> Name:
    """The best verifier that works. Raises UnsupportedModelError where none does."""
    for name in VERIFIERS:
        if name in probed.works and probed.works[name] is None:
            return name
    raise UnsupportedModelError("no verifier works with this target; see: specrecord doctor")


def build(name: Name, client: CompletionsClient) -> Verifier:
    """The verifier of that name."""
    kinds: dict[Name, type[Score] | type[FanOut] | type[Match]] = {
        "score": Score,
        "fan-out": FanOut,
        "match": Match,
    }
    verifier: Verifier = kinds[name](client)
    return verifier
