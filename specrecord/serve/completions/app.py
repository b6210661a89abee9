"""A local model served as a target for another machine, through the completions API that Cerebras
documents.

POST /v1/completions takes texts or token ids, several prompts, echo, up to 20 log-probabilities,
streaming; GET /v1/models and /v1/models/ID tell what is served. `strict` behaves as Cerebras is
documented: echo repeats the prompt but scores none of it, and POST /v1/chat/completions takes a
prediction (`chat`). One model, one request at a time; for more than that, serve it with vLLM or
SGLang.
"""

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

import tornado.httpserver
import tornado.web

from specrecord.serve.completions.answers import completion_choice, last_token
from specrecord.serve.completions.chat import ChatHandler
from specrecord.serve.completions.engine import Written
from specrecord.serve.completions.handler import ApiHandler, read_json, require_model
from specrecord.serve.completions.schema import CompletionRequest, RefusedError, parse_request
from specrecord.serve.completions.service import Service
from specrecord.serve.listening import listen

_LONGEST_BODY = 1 << 24  # bytes of a request
_IDLE = 150.0  # seconds without a request, or within its headers; our client keeps one for 120
_BODY_TIME = 30.0  # seconds that a body may take
_LONGEST_HEADERS = 1 << 14  # bytes


class MissingHandler(ApiHandler):
    """Any other address."""

    def why_refused(self) -> RefusedError | None:
        missing = RefusedError(404, f"no such address: {self.request.path}", None, "not_found")
        return super().why_refused() or missing

    def get(self) -> None:
        self.admit()

    post = put = delete = get


class WarmingHandler(ApiHandler):
    """The SDK opens its connection with this."""

    def get(self) -> None:
        self.admit()
        self.finish('"ok"')


class ModelsHandler(ApiHandler):
    """What is served."""

    def get(self, name: str) -> None:
        self.admit()
        service = self.service
        model = {
            "id": service.model,
            "object": "model",
            "created": service.started,
            "owned_by": "specrecord",
            "context_length": service.engine.model.info.context,
        }
        if not name:
            self.finish({"object": "list", "data": [model]})
            return
        require_model(service, name)
        self.finish(model)


class CompletionsHandler(ApiHandler):
    """POST /v1/completions."""

    async def post(self) -> None:
        self.admit()
        service = self.service
        # A long prompt takes long to read: beside the loop, which others wait for.
        request, prompts = await asyncio.to_thread(_read, service, bytes(self.body))
        for name, value in service.spend().items():
            self.set_header(name, value)
        if request.stream:
            await self._stream(request, prompts)
            return
        written, times = await self._write(request, prompts)
        choices = await asyncio.to_thread(_choices, service, request, written)
        self.finish(self._answer(request, choices, **self._totals(prompts, written, times)))

    async def _stream(self, request: CompletionRequest, prompts: list[tuple[int, ...]]) -> None:
        """A line a token, then one with the numbers of the whole, then [DONE]."""
        service, loop = self.service, asyncio.get_running_loop()
        self.set_header("Content-Type", "text/event-stream")
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

        def observe(one: Written) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, last_token(service, request, one))

        work = self._write(request, prompts, observe)
        work.add_done_callback(lambda _: queue.put_nowait(None))
        while (choice := await queue.get()) is not None:
            await self.line(self._answer(request, [choice]))
        written, times = await work
        last = {"index": 0, "text": "", "finish_reason": written[0].finish, "logprobs": None}
        await self.line(self._answer(request, [last], **self._totals(prompts, written, times)))
        self.finish("data: [DONE]\n\n")

    def _write(
        self,
        request: CompletionRequest,
        prompts: list[tuple[int, ...]],
        observe: Callable[[Written], None] = lambda one: None,
    ) -> asyncio.Future[tuple[list[Written], dict[str, float]]]:
        """The model's work, in its own thread; left off when the client has gone."""
        service, asked = self.service, time.perf_counter()
        return asyncio.get_running_loop().run_in_executor(
            service.pool,
            lambda: service.engine.write(
                request, prompts, not service.strict, asked, observe, lambda: self.closed
            ),
        )

    def _totals(
        self, prompts: list[tuple[int, ...]], written: list[Written], times: dict[str, float]
    ) -> dict[str, Any]:
        """Tokens read and written by the request, and how long it took."""
        read, sampled = sum(map(len, prompts)), sum(len(one.tokens) for one in written)
        total = time.perf_counter() - self.start
        return {
            "usage": {
                "prompt_tokens": read,
                "completion_tokens": sampled,
                "total_tokens": read + sampled,
            },
            "time_info": {**times, "total_time": total, "created": time.time()},
        }

    def _answer(
        self, request: CompletionRequest, choices: list[dict[str, Any]], **more: Any
    ) -> dict[str, Any]:
        return {
            "id": f"cmpl-{uuid.uuid4()}",
            "choices": choices,
            "created": int(time.time()),
            "model": request.model,
            "object": "text_completion",
            "system_fingerprint": self.service.fingerprint,
            **more,
        }


def _read(service: Service, body: bytes) -> tuple[CompletionRequest, list[tuple[int, ...]]]:
    """The request in a body, and its prompts as ids. Raises RefusedError."""
    request = parse_request(read_json(body), service.strict)
    require_model(service, request.model)
    return request, service.engine.prompts(request)


def _choices(
    service: Service, request: CompletionRequest, written: list[Written]
) -> list[dict[str, Any]]:
    return [completion_choice(service, request, index, one) for index, one in enumerate(written)]


_HANDLERS = (
    (r"/v1/completions", CompletionsHandler),
    (r"/v1/chat/completions", ChatHandler),
    (r"/v1/models/?(.*)", ModelsHandler),
    (r"/v1/tcp_warming", WarmingHandler),
    (r".*", MissingHandler),
)


def start(service: Service, host: str, port: int) -> tuple[tornado.httpserver.HTTPServer, str]:
    """Bind and serve on the running loop; the server and its address. Port 0 takes a free one.

    Raises UsageError where the address cannot be used.
    """
    sockets = listen(host, port)
    application = tornado.web.Application(
        [(path, handler, {"service": service}) for path, handler in _HANDLERS],
        log_function=lambda handler: None,  # tornado would log every refused request
    )
    server = tornado.httpserver.HTTPServer(
        application,
        max_body_size=_LONGEST_BODY,
        max_header_size=_LONGEST_HEADERS,
        idle_connection_timeout=_IDLE,
        body_timeout=_BODY_TIME,
    )
    server.add_sockets(sockets)
    return server, f"http://{host}:{sockets[0].getsockname()[1]}"


def serve_target(service: Service, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until interrupted. `say` gets the address once it can be used."""

    async def run() -> None:
        _, address = start(service, host, port)
        say(address)
        await asyncio.Event().wait()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        return
    finally:
        service.pool.shutdown(wait=False, cancel_futures=True)
