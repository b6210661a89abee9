"""An engine that drafts by itself, as a target whose own rounds are recorded."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from specrecord.models.base import (
    EngineRound,
    EngineTarget,
    ModelInfo,
    Tokenizer,
)
from specrecord.models.remote import shown
from specrecord.models.remote.completions.client import Capabilities, CompletionsClient
from specrecord.models.remote.completions.match import Match
from specrecord.models.remote.completions.responses import documented
from specrecord.models.remote.connect import (
    RemoteOptions,
    address_of,
    connecting,
    measure_round_trip,
    read_context,
)
from specrecord.models.remote.engines import ENGINES
from specrecord.models.remote.engines.engine import Engine, ScoringEngine, bad_answer
from specrecord.models.remote.engines.llama_server import LlamaServer
from specrecord.models.remote.target import HttpTarget

_LOOK = "Once upon a time, there was a"


class ServedEngine(HttpTarget, EngineTarget):
    """`engine` asks and reads; what it samples from is the server's own, whatever it was asked."""

    def __init__(
        self,
        info: ModelInfo,
        client: CompletionsClient,
        engine: Engine,
        round_trip: float,
        second_pass: bool,
    ) -> None:
        super().__init__(info, client, Match(client), round_trip)
        self._engine, self.k, self.alone = engine, engine.k, engine.alone
        self.scores = second_pass and isinstance(engine, ScoringEngine)

    def rounds(
        self, context: Sequence[int], count: int, now: Callable[[], int]
    ) -> Iterator[EngineRound]:
        """One streamed request."""
        size = self._client.tokenizer.vocabulary_size
        stamped = ((now(), chunk) for chunk in self._engine.stream(context, count))
        sent = None
        for one in self._engine.rounds(stamped, count):
            if not all(0 <= token < size for _, token in one.tokens):
                raise bad_answer("it wrote an id that the tokenizer does not have")
            yield replace(one, sent=self._client.transport.sent if sent is None else 0)
            sent = 0

    def stream(self, context: Sequence[int], count: int) -> Generator[int]:
        """One streamed request without a draft."""
        assert isinstance(self._engine, LlamaServer)
        for one in self._engine.without_draft(context, count):
            yield from one.tokens or []

    def score(self, context: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """One request that reads prompt and text."""
        assert isinstance(self._engine, ScoringEngine)
        with documented():
            return self._engine.score(context, tokens)


def open_engine(name: str, tokenizer: Tokenizer, options: RemoteOptions) -> ServedEngine:
    """Connect, and see whether it tells its rounds. `tokenizer` is to be the model's. Raises
    UsageError in all its kinds.
    """
    address = address_of(name, options)
    kind = ENGINES[address.backend]
    able = Capabilities(
        raw_tokens=False, token_ids=kind.token_ids, neutral=dict(kind.neutral), own=True
    )
    with connecting(address, options) as transport:
        client = CompletionsClient(
            transport, address.model, tokenizer, options.temperature, options.top_p, able
        )
        engine = kind(client)
        context = read_context(transport, address.model)
        round_trip = measure_round_trip(transport)
        engine.look(tokenizer.encode_opening(_LOOK))
    details: dict[str, Any] = {"speculation": "the server's own"}
    if not engine.alone:
        details["baseline"] = "none: no request has it write without its draft"
    if options.second_pass and isinstance(engine, ScoringEngine):
        details["second_pass"] = "asked for how likely the tokens of the finished text are"
    info = ModelInfo(
        address.name,
        address.backend,
        shown(address.model),
        tokenizer.fingerprint,
        context,
        details=details,
    )
    return ServedEngine(info, client, engine, round_trip, options.second_pass)
