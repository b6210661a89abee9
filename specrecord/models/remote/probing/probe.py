"""Finds out how a server wants to be asked, and which verifiers can be trusted there. Nothing is
believed unseen.

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
from specrecord.models.remote.completions.client import Capabilities, CompletionsClient
from specrecord.models.remote.completions.responses import documented
from specrecord.models.remote.completions.verifier import AGREEMENT, Sample, Verifier
from specrecord.models.remote.completions.verifiers import VERIFIERS
from specrecord.models.remote.http.answers import Usage
from specrecord.models.remote.http.transport import Reply, Transport

Answer = TypeVar("Answer")
PROBE_TEXT = "Once upon a time, there was a"
_TOKENS = 4
_ATTEMPTS = 4  # times that a request is sent again after a 429
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
    works: dict[str, str | None] = field(default_factory=dict)
    fingerprint: str = ""
    server: str = ""
    retokenised: bool = False
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def working(self) -> list[str]:
        """The verifiers that work, best first."""
        return [name for name in VERIFIERS if name in self.works and self.works[name] is None]


class Prober:
    """Asks one server. `sleep` waits for that many seconds, where the rate limit wants it."""

    def __init__(
        self,
        transport: Transport,
        model: str,
        tokenizer: Tokenizer,
        sleep: Callable[[float], None],
    ) -> None:
        self.client = CompletionsClient(transport, model, tokenizer, temperature=0.0)
        self.prompt = tuple(tokenizer.encode(PROBE_TEXT))
        self._sleep = sleep
        self.sample = Sample()

    def form(self) -> ProbeResult:
        """The first form that the server answers well; it writes the sample that verifiers are held
        against.

        Raises UnsupportedModelError where no form works, TargetFaultError where none can (a wrong
        key, no such model).
        """
        reason = "it answers in no form that is probed here"
        for capabilities in FORMS:
            self.client.capabilities = capabilities
            try:
                reply = self.ask([self.prompt], _TOKENS)
                with documented():
                    [(ids, positions)] = self.client.samples(reply, _TOKENS, 1)
            except TargetFaultError as fault:
                if fault.name in _FATAL:
                    raise
                reason = str(fault)
                continue
            if capabilities is not FORMS[-1] and not any(one.top for one in positions):
                reason = "it tells no log-probabilities"
                continue
            if capabilities.raw_tokens and reply.choices[0].tokens is None:
                continue
            self.sample = Sample(self.prompt, tuple(ids), tuple(positions))
            read = (reply.body.usage or Usage()).prompt_tokens
            return ProbeResult(
                capabilities,
                fingerprint=reply.body.system_fingerprint or "",
                server=reply.headers.get("server", ""),
                retokenised=read not in (None, len(self.prompt)),
            )
        raise UnsupportedModelError(f"the target cannot be used: {reason}")

    def ask(self, prompts: Sequence[Sequence[int]], count: int, **fields: object) -> Reply:
        """One request, in its time."""
        return self.in_time(lambda: self.client.ask(prompts, count, **fields))

    def in_time(self, request: Callable[[], Answer]) -> Answer:
        """What a request comes to, sent when the rate limit allows, and again where it did not."""
        for _ in range(_ATTEMPTS):
            self._wait()
            try:
                with documented():
                    return request()
            except TargetFaultError as fault:
                if fault.name != "rate-limited" or (fault.retry_after or 0.0) > _LONGEST:
                    raise
                self._sleep(_LONGEST / 4 if fault.retry_after is None else fault.retry_after)
        self._wait()
        return request()

    def _wait(self) -> None:
        seconds = self.client.transport.rate_limiter.seconds_until_ready()
        if seconds > 0:
            self._sleep(seconds)

    def try_verifiers(self, result: ProbeResult) -> None:
        """Try all verifiers, best first, into `result.works`; `result.capabilities` learns how to
        ask.
        """
        self._learn_scale(result)
        for name, verifier in VERIFIERS.items():
            result.works[name] = self._why_not(verifier, result)

    def _learn_scale(self, result: ProbeResult) -> None:
        """Whether a token's log-probability moves with the temperature, into `result.capabilities`.
        Two requests.
        """

        def likeliest(temperature: float) -> float:
            reply = self.client.ask([self.prompt], 1, temperature=temperature)
            return max(self.client.read(reply.choices[0])[0].top.values(), default=0.0)

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
        result.capabilities = self.client.capabilities = replace(result.capabilities, scaled=scaled)

    def _why_not(self, verifier: type[Verifier], result: ProbeResult) -> str | None:
        """Why a verifier cannot be used here; None if it can, and then by `result.capabilities`."""
        reason = verifier.why_untried(result.capabilities, self.sample)
        if reason is not None:
            return reason
        for capabilities in verifier.variants(result.capabilities):
            self.client.capabilities = capabilities
            try:
                reason = self.in_time(lambda: verifier(self.client).disagreement(self.sample))
            except TargetFaultError as fault:
                if fault.name in _FATAL:
                    raise
                reason = str(fault)
            if reason is None:
                result.capabilities = capabilities
                return None
        self.client.capabilities = result.capabilities
        return reason
