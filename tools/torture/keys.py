"""A server that quotes the API key in each place of its answers and each spelling: what a run says
and keeps of it holds no part of the key.
"""

import asyncio
import base64
import contextlib
import json
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from specrecord.errors import SpecrecordError
from specrecord.models.base import TargetFaultError, Tokenizer
from specrecord.models.remote.connect import RemoteOptions, open_remote, reachable_models
from specrecord.models.remote.http.gate import Gate
from specrecord.models.remote.http.transport import Transport
from specrecord.registry import load_draft
from tools.torture.attack import Fault

_KEY = "csk-zq7xw93vnk4mtp5hjc8r2bgd6fys"
_SPELLINGS: dict[str, Callable[[str, random.Random], str]] = {
    "whole": lambda key, rng: key,
    "part": lambda key, rng: key[(start := rng.randrange(4, 20)) : start + rng.randrange(8, 12)],
    "spaced": lambda key, rng: rng.choice(" .-_\n\t\u200b\u00a0").join(key),
    "turned": lambda key, rng: key[::-1],
    "large": lambda key, rng: key.upper(),
    "base64": lambda key, rng: base64.b64encode(b"x" * rng.randrange(4) + key.encode()).decode(),
    "hexadecimal": lambda key, rng: key.encode().hex(rng.choice(" :-")),
    "percent": lambda key, rng: "".join(f"%{ord(letter):02x}" for letter in key),
    "quoted": lambda key, rng: quote(f"<{key}>"),
    "entities": lambda key, rng: "".join(f"&#x{ord(letter):x};" for letter in key),
    "escapes": lambda key, rng: json.dumps(
        key.translate({ord(c): f"\\u{ord(c):04x}" for c in key})
    ),
}
_STATUSES = (200, 400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502, 503)
_PLACES = ("message", "detail", "system_fingerprint", "server", "id", "error", "text")


def attack_keys(numbers: range, rng: random.Random) -> Iterator[Fault]:
    """Answers, each of a status, with the key in a place and a spelling, to one of three
    questions.
    """
    tokenizer, gate = load_draft("tiny")[1], Gate(_KEY)
    with _quoting() as (url, plan):
        for _ in numbers:
            spelling = rng.choice(list(_SPELLINGS))
            plan.status, plan.place = rng.choice(_STATUSES), rng.choice(_PLACES)
            plan.spelled = _SPELLINGS[spelling](_KEY, rng)
            said = _said(url, tokenizer, rng)
            if gate(said).startswith("[withheld") and "[withheld" not in said:
                line = f"{spelling}, {plan.status}, {plan.place}: {said}"
                yield Fault("keys that were let through", line)


def _said(url: str, tokenizer: Tokenizer, rng: random.Random) -> str:
    """All that comes of one question: what a run would keep, list or say."""
    options = RemoteOptions(key=_KEY, timeout=5.0, sleep=lambda seconds: None)
    ask = rng.choice(
        (
            lambda: repr(open_remote(f"api:m@{url}", tokenizer, options).info),
            lambda: "\n".join(reachable_models(f"api:@{url}", options)),
            lambda: repr(Transport(url, _KEY, 5.0).complete("m", [1, 2])),
        )
    )
    try:
        return ask()
    except (SpecrecordError, TargetFaultError) as error:
        return f"{error} {error!r}"


@dataclass
class _Plan:
    """What the next answers are."""

    status: int = 200
    place: str = ""
    spelled: str = ""

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "choices": [{"text": "x", "tokens": [1], "index": 0}],
            "data": [{"id": self.spelled if self.place == "id" else "m"}],
        }
        if self.place == "error":
            found["error"] = {"message": self.spelled}
        elif self.place not in ("id", "server"):
            found[self.place] = self.spelled
        return found


@contextlib.contextmanager
def _quoting() -> Iterator[tuple[str, _Plan]]:
    """A server that answers everything as its plan says."""
    plan = _Plan()

    class Handler(RequestHandler):
        def prepare(self) -> None:
            self.set_status(plan.status)
            if plan.place == "server":
                line = " ".join(plan.spelled.split()).encode("ascii", "ignore").decode()
                self.set_header("Server", line)
            self.finish(plan.body())

    ports: list[int] = []
    ready, stop = threading.Event(), []

    async def serve() -> None:
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        sockets = bind_sockets(0, "127.0.0.1")
        HTTPServer(Application([(".*", Handler)], log_function=lambda handler: None)).add_sockets(
            sockets
        )
        ports.append(sockets[0].getsockname()[1])
        stop.append(lambda: loop.call_soon_threadsafe(done.set))
        ready.set()
        await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        yield f"http://127.0.0.1:{ports[0]}", plan
    finally:
        stop[0]()
        thread.join()
