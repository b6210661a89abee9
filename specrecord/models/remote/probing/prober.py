"""Asks one server, and finds out how it wants to be asked: in which form, by which fields it leaves
its own sampling settings out.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from specrecord.errors import UnsupportedModelError
from specrecord.models.base import TargetFaultError, Tokenizer
from specrecord.models.remote.completions.client import Capabilities, CompletionsClient
from specrecord.models.remote.completions.responses import Position, documented
from specrecord.models.remote.completions.verifier import Sample
from specrecord.models.remote.completions.verifiers import VERIFIERS
from specrecord.models.remote.http.answers import Usage
from specrecord.models.remote.http.transport import Reply, Transport

Answer = TypeVar("Answer")
PROBE_TEXT = "Once upon a time, there was a"
_TOKENS = 4
_ATTEMPTS = 4  # times that a request is sent again after a 429
_LONGEST = 60.0  # seconds that are waited for a rate limit at most
FATAL = {
    "unauthorized",
    "payment-required",
    "forbidden",
    "no-such-model",
    "unreachable",
    "rate-limited",
}

# What leaves a server's own sampling settings out, by everybody's names: llama-server, vLLM,
# mlx_lm.server, SGLang. Strict servers refuse what their documentation does not name.
OPENAI = {"top_p": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0}
EVERY = {
    **OPENAI,
    "top_k": 0,
    "min_p": 0.0,
    "typical_p": 1.0,
    "top_n_sigma": -1.0,
    "repetition_penalty": 1.0,
    "repeat_penalty": 1.0,
    "xtc_probability": 0.0,
    "dry_multiplier": 0.0,
    "dynatemp_range": 0.0,
    "mirostat": 0,
}

FORMS = (
    Capabilities(),
    Capabilities(raw_tokens=False, token_ids=True),
    Capabilities(raw_tokens=False),
    Capabilities(ids=False, raw_tokens=False),
)
# Without lists: where mlx_lm.server 0.32.2 lists the likeliest, it names the first of them, in no
# order, in place of the token that it drew.
FLAGGED = (Capabilities(ids=False, raw_tokens=False, logprobs_flag=True, most=0),)
MLX_CACHE = (
    "mlx_lm.server keeps a cache of prompts, and ends when it is sent one text twice, as every run "
    "does; start it with --prompt-cache-size 0"
)


@dataclass
class ProbeResult:
    """What was found out about one model at one address. `works` maps a verifier's name to None, or
    to why it does not. `sampling` is why what the server draws does not follow from what it tells,
    empty if it does, None where that was not tried.

    `fingerprint` and `server` are the server's own words for itself, `facts` the answers of
    `doctor`'s probes; `sample` is what it wrote when it was first asked.
    """

    capabilities: Capabilities
    works: dict[str, str | None] = field(default_factory=dict)
    sampling: str | None = None
    fingerprint: str = ""
    server: str = ""
    retokenised: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    sample: Sample = field(default_factory=Sample)

    @property
    def working(self) -> list[str]:
        """The verifiers that work, best first."""
        return [name for name in VERIFIERS if name in self.works and self.works[name] is None]


class Prober:
    """Asks one server. `sleep` waits for that many seconds, where the rate limit wants it.
    `trouble` is why it must not be asked any further; None as long as it may be.
    """

    def __init__(
        self,
        transport: Transport,
        model: str,
        tokenizer: Tokenizer,
        sleep: Callable[[float], None],
    ) -> None:
        self.client = CompletionsClient(transport, model, tokenizer, temperature=0.0)
        self._sleep = sleep
        self.sample = Sample()
        self.trouble: str | None = None
        self._mlx, self._refusal = False, ""
        self.prompt = self.worded(PROBE_TEXT)

    def worded(self, text: str) -> tuple[int, ...]:
        """A prompt. None is sent to mlx_lm.server twice, not even by two programs."""
        unique = f"{text} {secrets.token_hex(4)}" if self._mlx else text
        return tuple(self.client.tokenizer.encode(unique))

    def form(self, expected: Capabilities | None = None) -> ProbeResult:
        """The first form that the server answers well, `expected` before all others; it writes the
        sample that verifiers are held against.

        Raises UnsupportedModelError where no form works, TargetFaultError where none can (a wrong
        key, no such model).
        """
        self._mlx = self.client.transport.is_mlx()
        self.prompt = self.worded(PROBE_TEXT)
        reason = "it answers in no form that is probed here"
        for capabilities in self._forms(expected):
            self.client.capabilities = capabilities
            try:
                reply = self.ask([self.prompt], _TOKENS)
                with documented():
                    [(ids, positions)] = self.client.samples(reply, _TOKENS, 1)
            except TargetFaultError as fault:
                if fault.name in FATAL:
                    raise
                reason = str(fault)
                continue
            if capabilities.most and not any(one.top for one in positions):
                reason = "it tells no log-probabilities"
                continue
            if (capabilities.raw_tokens or capabilities.token_ids) and reply.choices[0].ids is None:
                continue
            self.sample = Sample(self.prompt, tuple(ids), tuple(positions))
            if self._mlx:
                self._look_for_cache()
            return self._found(reply)
        raise UnsupportedModelError(f"the target cannot be used: {reason}")

    def _forms(self, expected: Capabilities | None) -> Iterator[Capabilities]:
        """The forms to try. Each begins with every neutral field; one that is refused goes on with
        fewer. A form that works is the last that is asked for.
        """
        if expected is not None:
            yield expected
        for form in FLAGGED if self._mlx else (*FORMS, *FLAGGED):
            for neutral in (EVERY, {**EVERY, "top_k": -1}, OPENAI, {}):
                if neutral.get("top_k") == -1 and "top_k" not in self._refusal:
                    continue  # SGLang's way to say: all of them
                self._refusal = ""
                yield replace(form, neutral=dict(neutral))
                if not self._refusal:
                    break

    def _found(self, reply: Reply) -> ProbeResult:
        read = (reply.body.usage or Usage()).prompt_tokens
        return ProbeResult(
            self.client.capabilities,
            fingerprint=reply.body.system_fingerprint or "",
            server=reply.headers.get("server", ""),
            retokenised=read not in (None, len(self.prompt)),
            sample=self.sample,
        )

    def _look_for_cache(self) -> None:
        """Whether a longer text finds the shorter one kept: a second time the same would end the
        server.
        """
        reply = self.ask([[*self.prompt, *self.client.tokenizer.encode(" and")]], 1)
        details = (reply.body.usage or Usage()).prompt_tokens_details
        if details is not None and details.cached_tokens:
            self.trouble = MLX_CACHE

    def ask(self, prompts: Sequence[Sequence[int]], count: int, **fields: object) -> Reply:
        """One request, in its time."""
        try:
            return self.in_time(lambda: self.client.ask(prompts, count, **fields))
        except TargetFaultError as fault:
            self._refusal = str(fault) if fault.name == "refused" else ""
            raise

    def samples(
        self, prompts: Sequence[Sequence[int]], count: int, **fields: object
    ) -> list[tuple[list[int], list[Position]]]:
        """What the server writes after each prompt, and what it tells of it."""
        with documented():
            return self.client.samples(self.ask(prompts, count, **fields), count, len(prompts))

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
