"""One keep-alive connection to a completions API, through Cerebras's official SDK, with every
answer's time measured.

The SDK is broken of four of its habits: it opens the connection in its constructor (up to 4 s
against a stalled host), retries in silence (which would hide in the latencies), drops an idle
connection after five seconds, and appends /v1 to an address that may have it already.
"""

import json
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import cerebras.cloud.sdk as sdk
import httpx
from msgspec import convert

from specrecord.models.base import TargetFaultError, Timing
from specrecord.models.remote.http.answers import Answer, Choice, Model, Models, Times
from specrecord.models.remote.http.faults import translated
from specrecord.models.remote.http.gate import Gate
from specrecord.models.remote.http.rate_limit import RateLimiter

_IDLE = 120.0  # seconds that an idle connection is kept
_RAW = "x-stainless-raw-response"  # how the SDK is asked for a response that is not read yet
_NO_KEY = "none"  # the SDK insists on some key


@dataclass(frozen=True)
class Reply:
    """One answer: its JSON, where its time went, and its headers by their names in small
    letters.
    """

    body: Answer
    timing: Timing
    headers: Mapping[str, str]

    @property
    def choices(self) -> list[Choice]:
        """The completions in the order of the prompts. Raises TargetFaultError where there are
        none.
        """
        if not self.body.choices:
            raise TargetFaultError("bad-answer", "the answer has no choices")
        return sorted(self.body.choices, key=lambda choice: choice.index)


class _Measured(httpx.HTTPTransport):
    """The real transport, with an eye on what a request costs: when it left and when the last byte
    of its answer came, bytes of its body, and opening a connection.
    """

    def __init__(self, *, encrypted: bool) -> None:
        super().__init__(
            verify=encrypted,  # reading the machine's certificates takes 80 ms
            limits=httpx.Limits(
                max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE
            ),
        )
        self.sent = 0
        self.connect = 0.0
        self.left = self.ended = 0.0
        self._opened = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent, self.connect = len(request.content), 0.0
        request.extensions = {**request.extensions, "trace": self._trace}
        self.left = time.perf_counter()
        response = super().handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Watched(response.stream, self)
        return response

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        if name in ("connection.connect_tcp.started", "connection.start_tls.started"):
            self._opened = time.perf_counter()
        elif name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.connect += time.perf_counter() - self._opened


class _Watched(httpx.SyncByteStream):
    """An answer's bytes; the transport is told when the last has come."""

    def __init__(self, stream: httpx.SyncByteStream, transport: _Measured) -> None:
        self._stream, self._transport = stream, transport

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream
        self._transport.ended = time.perf_counter()

    def close(self) -> None:
        self._stream.close()


class Transport:
    """A connection to the API at `base_url`. `timeout` is in seconds and bounds each wait for
    bytes.

    Raises TargetFaultError, and nothing else, for whatever goes wrong.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None,
        timeout: float = 60.0,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        self.rate_limiter = rate_limiter or RateLimiter()
        self._gate = Gate(key)
        self._transport = _Measured(encrypted=not base_url.lower().startswith("http:"))
        self._http = httpx.Client(
            transport=self._transport, timeout=httpx.Timeout(timeout, connect=min(5.0, timeout))
        )
        self._root = base_url.rstrip("/").removesuffix("/v1")
        self._client = sdk.Cerebras(
            api_key=key or _NO_KEY,
            base_url=self._root,
            http_client=self._http,
            max_retries=0,
            warm_tcp_connection=False,
            timeout=timeout,
        )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Whatever goes wrong within is a TargetFaultError; a refusal's headers say when to come
        again.
        """
        try:
            yield
        except Exception as error:
            if isinstance(error, sdk.APIStatusError):
                self.rate_limiter.answered(error.response.headers)
            raise translated(error, self._gate) from None

    def complete(self, model: str, prompt: Any, **fields: Any) -> Reply:
        """One POST /v1/completions. `fields` go into the body as they are, whether the SDK knows
        them or not.
        """
        self.rate_limiter.sent()
        with self._faults():
            raw = self._client.completions.with_raw_response.create(
                model=model, prompt=prompt, extra_body=fields
            )
            content = raw.http_response.content
            body = convert(self._gate.clean(json.loads(content)), Answer)
        if body.error:
            raise TargetFaultError("bad-answer", "the answer is no completion")
        timing = self._timing(body, self._transport.ended - self._transport.left, len(content))
        self.rate_limiter.answered(raw.headers)
        headers = {name.lower(): self._gate(value) for name, value in raw.headers.items()}
        return Reply(body, timing, headers)

    def stream(self, model: str, prompt: Any, **fields: Any) -> Generator[Answer]:
        """The chunks of one streamed completion as they arrive, the last with `usage` and
        `time_info`.
        """
        self.rate_limiter.sent()
        with (
            self._faults(),
            self._client.completions.with_streaming_response.create(
                model=model, prompt=prompt, stream=True, extra_body=fields
            ) as response,
        ):
            yield from self._chunks(response.iter_lines())

    def stream_from(self, path: str, fields: dict[str, Any]) -> Iterator[Answer]:
        """The chunks of a streamed answer of another address."""
        self.rate_limiter.sent()
        with self._faults():
            unread: Any = {"headers": {_RAW: "stream"}}
            raw: Any = self._client.post(path, cast_to=httpx.Response, body=fields, options=unread)
            with closing(raw):
                yield from self._chunks(raw.iter_lines())

    def _chunks(self, lines: Iterable[str]) -> Iterator[Answer]:
        for line in lines:
            if line.startswith("data:") and line[5:].strip() != "[DONE]":
                chunk = convert(self._gate.clean(json.loads(line[5:])), Answer)
                if chunk.error:
                    raise TargetFaultError("server-error", "the stream ended in an error")
                yield chunk

    @property
    def sent(self) -> int:
        """Bytes of the last request's body."""
        return self._transport.sent

    def post(self, path: str, fields: dict[str, Any]) -> Any:
        """The JSON that another address answers."""
        self.rate_limiter.sent()
        with self._faults():
            answer = self._client.post(path, cast_to=httpx.Response, body=fields)
            return self._gate.clean(json.loads(answer.content))

    def models(self) -> list[Model]:
        """The entries of /v1/models."""
        with self._faults():
            found = self._client.get("/v1/models", cast_to=httpx.Response)
            return convert(self._gate.clean(json.loads(found.content)), Models).data

    @property
    def answered_at(self) -> float:
        """When the last byte of the last answer came, by time.perf_counter."""
        return self._transport.ended

    def is_mlx(self) -> bool:
        """Whether this is mlx_lm.server, which must not be asked as others may be: by the names of
        its two answers to a question that does no harm.
        """
        try:
            answer = self._http.get(f"{self._root}/health")
            named = answer.headers.get("server", "").startswith("BaseHTTP/")
            return named and answer.json().get("status") in ("ok", "unavailable")
        except (httpx.HTTPError, ValueError, AttributeError):
            return False

    def ping(self) -> float:
        """The seconds that a small answer takes, whatever it says: any status will do."""
        for path in ("/v1/models", "/"):
            start = time.perf_counter()
            try:
                self._http.get(f"{self._root}{path}")
                return time.perf_counter() - start
            except httpx.HTTPError as error:
                lost = error
        raise translated(lost, self._gate) from None

    def __del__(self) -> None:
        # A run may end anywhere; what nobody holds any longer must not keep a connection.
        if hasattr(self, "_http"):
            self._http.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _timing(self, body: Answer, span: float, received: int) -> Timing:
        """The server's own account of its time, where it gives one."""
        times = body.times
        if times.total_time is None:
            times = Times()
        return Timing(
            span=span,
            queue=times.queue_time,
            prompt=times.prompt_time,
            completion=times.completion_time,
            network=None if times.total_time is None else max(0.0, span - times.total_time),
            connect=self._transport.connect,
            sent=self._transport.sent,
            received=received,
        )
