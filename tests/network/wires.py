"""Real servers for the tests, each on a thread of this process: real sockets, the real protocol,
the real SDK.

`served` runs the target server over any model. A plan of faults makes chosen requests fail, each in
its own way.
"""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import tornado.web
from small_models import SmallModel

from specrecord.decoding.rng import Rng, SeededRng
from specrecord.models.base import Target, Tokenizer
from specrecord.models.remote.completions.client import Capabilities, CompletionsClient
from specrecord.models.remote.completions.verifiers import VERIFIERS
from specrecord.models.remote.connect import RemoteOptions, open_remote
from specrecord.models.remote.http.rate_limit import RateLimiter
from specrecord.models.remote.http.transport import Transport
from specrecord.models.remote.target import HttpTarget
from specrecord.serve.completions.app import CompletionsHandler, start
from specrecord.serve.completions.engine import Engine
from specrecord.serve.completions.service import Service

CANARY = "csk-canary-0123456789abcdef"
PROMPT = [1, 0]


class Letters:
    """A tokenizer of single letters; the last of them ends a text where `ends` says so."""

    def __init__(self, size: int = 4, ends: bool = False) -> None:
        self.vocabulary_size = size
        self.end_ids = frozenset({size - 1} if ends else ())
        self.fingerprint = f"letters-{size}"
        self.special_names: dict[int, str] = {}

    def encode(self, text: str) -> list[int]:
        return [ord(letter) % self.vocabulary_size for letter in text]

    def encode_opening(self, text: str) -> list[int]:
        return self.encode(text)

    def chat(self, text: str) -> str | None:
        return None

    def token_bytes(self, token: int) -> bytes:
        return chr(0x100 + token).encode()


@dataclass
class Plan:
    """Which requests fail, counted from 0 over POSTs, and how. `kind_of` says it of any number."""

    kind_of: Callable[[int], str | None] = lambda number: None
    seen: int = 0
    bodies: list[dict[str, object]] = field(default_factory=list)


class FaultyHandler(CompletionsHandler):
    """The real handler, but for planned requests."""

    plan = Plan()

    async def post(self) -> None:
        plan = self.plan
        kind = plan.kind_of(plan.seen)
        plan.seen += 1
        plan.bodies.append(json.loads(bytes(self.body)))
        if kind is None:
            return await super().post()
        if kind.isdigit():
            self.set_status(int(kind))
            body = {
                "message": f"no model: {self.request.headers.get('Authorization')}",
                "type": "x",
                "code": "y",
            }
            self.finish(json.dumps(body))
        elif kind.startswith("429 after "):
            self.set_status(429)
            self.set_header("retry-after", kind.removeprefix("429 after "))
            self.finish(json.dumps({"message": "slow down"}))
        else:
            await getattr(self, f"do_{kind}")()
        return None

    async def do_timeout(self) -> None:
        await asyncio.sleep(1.0)
        self.finish("{}")

    async def do_slow(self) -> None:
        await asyncio.sleep(0.1)
        await super().post()

    async def do_reset(self) -> None:
        stream = self.request.connection.stream
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()

    async def do_truncated(self) -> None:
        stream = self.detach()
        await stream.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            b'999\r\n\r\n{"id": "c'
        )
        stream.close()

    async def do_nonsense(self) -> None:
        self.finish("<html>busy</html>")

    async def do_empty(self) -> None:
        self.finish(json.dumps({"id": "x", "choices": []}))

    async def do_tokenizer(self) -> None:
        """Another vocabulary: every string is another one, and the ids are out of this one's
        range.
        """
        prompts = plan_prompts(self.plan.bodies[-1])
        told = {
            "tokens": ["~~"] * 9,
            "token_logprobs": [-0.1] * 9,
            "top_logprobs": [{"~~": -0.1}] * 9,
        }
        choice = {"tokens": [10**6], "logprobs": told, "text": "~", "finish_reason": "length"}
        answer = json.dumps({"choices": [{**choice, "index": index} for index in range(prompts)]})
        self.finish(f"data: {answer}\n\n" if self.plan.bodies[-1].get("stream") else answer)


def plan_prompts(body: dict[str, object]) -> int:
    """How many prompts a request has."""
    prompt = body["prompt"]
    return len(prompt) if isinstance(prompt, list) and isinstance(prompt[0], list) else 1


@contextmanager
def served(service: Service, plan: Plan | None = None) -> Iterator[str]:
    """The service at an address of this machine, for as long as the context lasts."""
    ready = threading.Event()
    found: list[str] = []
    stop: list[Callable[[], None]] = []

    async def run() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        server, address = start(service, "127.0.0.1", 0)
        if plan is not None:
            handler = type("Planned", (FaultyHandler,), {"plan": plan})
            server.request_callback.wildcard_router.rules.insert(0, _rule(handler, service))
        found.append(address)
        stop.append(lambda: loop.call_soon_threadsafe(done.set))
        ready.set()
        await done.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        stop[0]()
        thread.join(10)
        service.pool.shutdown(cancel_futures=True)


def _rule(handler: type, service: Service) -> object:
    return tornado.web.URLSpec(r"/v1/completions", handler, {"service": service})


def small_service(
    model: Target | None = None,
    tokenizer: Tokenizer | None = None,
    rng: Rng | None = None,
    **options: object,
) -> Service:
    """A service over a model of a handful of tokens, or over any other."""
    chosen = rng or SeededRng(np.random.default_rng(0))
    engine = Engine(model or SmallModel(100), tokenizer or Letters(), chosen)
    return Service(engine, "small", **options)


def http_target(
    url: str,
    verifier: str,
    tokenizer: Tokenizer,
    temperature: float = 1.0,
    top_p: float = 1.0,
    timeout: float = 5.0,
    key: str | None = None,
    echo_last: bool = True,
) -> HttpTarget:
    """A target at `url` without probing, so that a test's first request is the run's own."""
    transport = Transport(url, key, timeout, RateLimiter())
    capabilities = Capabilities(echo_last=echo_last)
    client = CompletionsClient(transport, "small", tokenizer, temperature, top_p, capabilities)
    return HttpTarget(SmallModel(100).info, client, VERIFIERS[verifier](client), 0.0)


def opened(url: str, tokenizer: Tokenizer, **options: object) -> HttpTarget:
    """A target at `url` as a run opens it: probed, chosen, measured."""
    plain: dict[str, object] = {"sleep": lambda seconds: None}
    return open_remote(f"api:small@{url}", tokenizer, RemoteOptions(**{**plain, **options}))
