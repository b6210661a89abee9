"""The ten probes that tell what a completions API can do, one question each: some 30 requests,
paced.

Answers are words for people and for the recording's header; those that decide how the server is
asked go into its capabilities.
"""

import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specrecord.models.base import TargetFaultError, Tokenizer
from specrecord.models.remote.completions.responses import documented
from specrecord.models.remote.http.answers import Choice, Logprobs, Usage
from specrecord.models.remote.http.transport import Reply, Transport
from specrecord.models.remote.probing.probe import try_verifiers
from specrecord.models.remote.probing.prober import Prober, ProbeResult

_REPEATS = 3
_GREEDY = 8
_PINGS = 5
_LINE = "the red fox, the brown bear, the grey wolf, the white owl, the black cat, the green frog\n"
_COPIED = 3 * _LINE + _LINE[:56]
_COUNT = 24


@dataclass(frozen=True)
class Answer:
    """One probe's: its name (P1 to P10), what was asked, and what came out."""

    probe: str
    question: str
    words: str


class Doctor:
    """Asks one model at one address. Probes that come to nothing say why; only a server beyond
    reach raises.
    """

    def __init__(
        self, transport: Transport, model: str, tokenizer: Tokenizer, sleep: Callable[[float], None]
    ) -> None:
        self.prober = Prober(transport, model, tokenizer, sleep)
        self.transport, self.model = transport, model
        self.result: ProbeResult | None = None

    def examine(self) -> Iterator[Answer]:
        """All probes in order; afterwards `result` holds everything. Raises TargetFaultError,
        UnsupportedModelError.
        """
        result = self.result = self.prober.form()
        try_verifiers(self.prober, result)
        if self.prober.trouble is not None:
            return
        questions: list[tuple[str, Callable[[], str]]] = [
            ("are the prompt's own tokens scored (echo, logprobs)?", lambda: self._echo(1)),
            ("and without generating any (max_tokens 0)?", lambda: self._echo(0)),
            ("are several prompts of one request answered, and counted as one?", self._several),
            ("are log-probabilities raw, or scaled by the temperature?", self._scaled),
            ("are token ids returned beside log-probabilities?", self._raw_tokens),
            ("how many alternatives are told, and are they told apart?", self._alternatives),
            ("is a greedy answer always the same?", self._repeats),
            ("do greedy tokens agree whether written or asked one by one?", self._flips),
            ("does chat take a prediction beside log-probabilities?", self._prediction),
            ("how far is it?", self._distance),
        ]
        for number, (question, ask) in enumerate(questions, 1):
            answer = Answer(f"P{number}", question, self._attempt(ask))
            result.facts[answer.probe] = answer.words
            yield answer
        if (words := _own_drafts(self.prober)) is not None:
            result.facts["drafts"] = words

    def _attempt(self, ask: Callable[[], str]) -> str:
        try:
            with documented():
                return ask()
        except TargetFaultError as fault:
            return f"refused: {fault}"

    def _ask(self, count: int = 1, **fields: Any) -> Reply:
        return self.prober.ask([self.prober.prompt], count, **fields)

    def _logprobs(self, reply: Reply) -> Logprobs:
        return reply.choices[0].logprobs or Logprobs()

    def _echo(self, count: int) -> str:
        reply = self._ask(count, echo=True, return_raw_tokens=None)
        logprobs = self._logprobs(reply)
        listed = len(logprobs.content or logprobs.tokens or [])
        usage = reply.body.usage or Usage(completion_tokens=count)
        scored = listed - (usage.completion_tokens or 0)
        return f"yes, {scored} of them" if scored > 0 else "no, only generated ones"

    def _several(self) -> str:
        if not self.prober.client.capabilities.ids:
            return "not asked: it takes texts only"
        prompt = self.prober.prompt
        before = _remaining(self._ask().headers)
        reply = self.prober.ask([prompt[:-2], prompt[:-1], prompt], 1)
        after = _remaining(reply.headers)
        counted = "" if before is None or after is None else f"; counted as {before - after}"
        return f"{len(reply.choices)} of 3 answered{counted}"

    def _scaled(self) -> str:
        scaled = self.prober.client.capabilities.scaled
        return "unknown" if scaled is None else "scaled" if scaled else "raw"

    def _raw_tokens(self) -> str:
        choice = self._ask().choices[0]
        has_ids = choice.ids is not None or all(
            isinstance(token, int) or token.startswith("token_id:") for token in _named(choice)
        )
        if not has_ids:
            return "no ids"
        return "ids alone" if choice.logprobs is None else "yes"

    def _alternatives(self) -> str:
        logprobs = self._logprobs(self._ask(4))
        if logprobs.content is not None:
            lists = [
                [one.token or "" for one in row.top_logprobs or []] for row in logprobs.content
            ]
        else:
            lists = [list(top or {}) for top in logprobs.top_logprobs or []]
        tops = [top for top in lists if top]
        if not tops:
            return "none"
        unclear = 0
        if logprobs.content is None:
            unclear = sum("\ufffd" in text for top in tops for text in top)
        asked = self.prober.client.capabilities.most
        return (
            f"{min(map(len, tops))} to {max(map(len, tops))} of {asked} a token; {unclear} that "
            "cannot be told apart"
        )

    def _repeats(self) -> str:
        answers = []
        for _ in range(_REPEATS):
            reply = self._ask(4)
            answers.append(tuple(self.prober.client.samples(reply, 4, 1)[0][0]))
        same = answers.count(answers[0])
        return f"{same} of {_REPEATS} times"

    def _flips(self) -> str:
        client, prompt = self.prober.client, self.prober.prompt
        if not client.capabilities.ids:
            return "not asked: it takes texts only"
        [(written, _)] = client.samples(self._ask(_GREEDY), _GREEDY, 1)
        prompts = [[*prompt, *written[:count]] for count in range(len(written))]
        asked = client.samples(self.prober.ask(prompts, 1), 1, len(prompts))
        flips = sum(ids[0] != token for (ids, _), token in zip(asked, written, strict=True))
        return f"{flips} of {len(written)} differ"

    def _prediction(self) -> str:
        """Documented not to go with log-probabilities; what counts is whether it goes at all."""
        beside = {"logprobs": True, "top_logprobs": 2}
        try:
            return self._predicted(beside)
        except TargetFaultError as fault:
            if fault.name != "refused":
                raise
        return f"{self._predicted({})}; not beside log-probabilities"

    def _predicted(self, beside: dict[str, Any]) -> str:
        fields = {
            "model": self.model,
            "messages": [{"role": "user", "content": "Say: one two three"}],
            "max_tokens": 8,
            "temperature": 0,
            "prediction": {"type": "content", "content": "one two three"},
            **beside,
        }
        answer = self.prober.in_time(lambda: self.transport.post("/v1/chat/completions", fields))
        details = (answer.get("usage") or {}).get("completion_tokens_details") or {}
        accepted, rejected = (
            details.get(f"{what}_prediction_tokens") or 0 for what in ("accepted", "rejected")
        )
        if not accepted + rejected:  # servers pass over fields that they do not know
            return "no sign of it: it tells of no accepted and no rejected token"
        return f"yes, {accepted} accepted and {rejected} rejected"

    def _distance(self) -> str:
        timings = [self._ask().timing for _ in range(_PINGS)]
        network = [timing.network for timing in timings if timing.network is not None]
        span = statistics.median(timing.span for timing in timings)
        if not network:
            return f"{1000 * span:.1f} ms a request; it does not tell its own share"
        return f"{1000 * statistics.median(network):.1f} ms of a request's {1000 * span:.1f} ms"


def _own_drafts(prober: Prober) -> str | None:
    """What a server tells of drafting by itself, in words; None where it tells nothing. One
    request.
    """
    client = prober.client
    if "top_k" not in client.capabilities.neutral:  # it refuses what it does not know
        return None
    fields = client.fields([prober.worded(_COPIED)], _COUNT, logprobs=1, timings_per_token=True)
    try:
        chunks = prober.in_time(lambda: list(client.transport.stream(**fields)))
    except TargetFaultError:
        return None
    timings = [chunk.timings for chunk in chunks if chunk.timings is not None]
    if not timings or not timings[-1].draft_n:
        return None
    last = timings[-1]
    rounds = len({one.predicted_ms for one in timings}) - 1  # its clock moves once a round
    return (
        f"it drafts by itself: {last.draft_n_accepted or 0} of {last.draft_n} accepted "
        f"over {rounds} rounds of a text that repeats itself; which of them is not told, all else "
        "is recorded with --target llama-server:"
    )


def _named(choice: Choice) -> list[str | int]:
    """What stands for each token of an answer, ids where there are some."""
    logprobs = choice.logprobs or Logprobs()
    if logprobs.content is None:
        return logprobs.tokens or [""]
    return [one.token or "" if one.id is None else one.id for one in logprobs.content]


def _remaining(headers: Mapping[str, str]) -> int | None:
    for window in ("minute", "hour", "day"):
        value = headers.get(f"x-ratelimit-remaining-requests-{window}")
        if value is not None and value.isdigit():
            return int(value)
    return None
