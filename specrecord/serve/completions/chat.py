"""POST /v1/chat/completions, of a server that behaves as Cerebras is documented: one user's
message, answered in a piece or as a stream, along a prediction of the answer where one is sent.

Counts follow OpenAI's documentation: `accepted_prediction_tokens` came up in the answer,
`rejected_prediction_tokens` did not, and are among the `completion_tokens` all the same.
"""

import asyncio
import codecs
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np

from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.serve.completions.chat_schema import ChatRequest, parse_chat, text_of
from specrecord.serve.completions.handler import ApiHandler, read_json, require_model
from specrecord.serve.completions.predicted import Answer, Prediction, write_along
from specrecord.serve.completions.schema import RefusedError, wrong

_PARTS = ("queue_time", "prompt_time", "completion_time")
_SEED = 2**64 - 1


class ChatHandler(ApiHandler):
    """Only where the server is strict: no other of ours has a chat."""

    def why_refused(self) -> RefusedError | None:
        missing = RefusedError(404, f"no such address: {self.request.path}", None, "not_found")
        return super().why_refused() or (None if self.service.strict else missing)

    async def post(self) -> None:
        self.admit()
        request = await asyncio.to_thread(lambda: parse_chat(read_json(bytes(self.body))))
        require_model(self.service, request.model)
        work = await asyncio.to_thread(_Work, self, request)
        for name, value in self.service.spend().items():
            self.set_header(name, value)
        if request.stream:
            await self._stream(work)
            return
        text: list[str] = []
        await work.run(text.append)
        message = {"role": "assistant", "content": "".join(text)}
        choice = {"index": 0, "message": message, "finish_reason": work.answer.finish}
        self.finish(work.body("chat.completion", choice, **work.totals()))

    async def _stream(self, work: "_Work") -> None:
        """A line for each pass of the model that added text, then one with the numbers of the
        whole, then [DONE].
        """
        self.set_header("Content-Type", "text/event-stream")
        loop, queue = asyncio.get_running_loop(), asyncio.Queue[str | None]()
        done = asyncio.ensure_future(
            work.run(lambda text: loop.call_soon_threadsafe(queue.put_nowait, text))
        )
        done.add_done_callback(lambda _: queue.put_nowait(None))
        while (text := await queue.get()) is not None:
            choice = {"index": 0, "delta": {"role": "assistant", "content": text}}
            await self.line(work.body("chat.completion.chunk", {**choice, "finish_reason": None}))
        await done
        last = {"index": 0, "delta": {}, "finish_reason": work.answer.finish}
        await self.line(work.body("chat.completion.chunk", last, **work.totals()))
        self.finish("data: [DONE]\n\n")


class _Work:
    """One request's answer. Raises RefusedError for one that does not fit the model."""

    def __init__(self, handler: ChatHandler, request: ChatRequest) -> None:
        self.handler, self.service, self.request = handler, handler.service, request
        engine = self.service.engine
        tokenizer, message = engine.tokenizer, text_of(request.messages[0].content)
        written = tokenizer.chat(message)
        encode = tokenizer.encode_opening if written is None else tokenizer.encode
        self.prompt = encode(message if written is None else written)
        predicted = "" if request.prediction is None else text_of(request.prediction.content)
        self.prediction = Prediction(tokenizer.encode(predicted))
        room = engine.model.info.context + 1 - len(self.prompt)
        if not self.prompt or room < 1:
            raise wrong("messages", "the message is empty, or does not fit this model's context")
        self.budget = room if request.budget is None else min(room, request.budget)
        self.answer, self.clock = Answer(), [time.perf_counter()]
        self.id = f"chatcmpl-{uuid.uuid4()}"

    async def run(self, send: Callable[[str], object]) -> None:
        """In the model's own thread; `send` gets text as it comes."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.service.pool, lambda: self._write(send))

    def _write(self, send: Callable[[str], object]) -> None:
        request, engine, clock = self.request, self.service.engine, self.clock
        clock.append(time.perf_counter())
        rng = engine.rng
        if request.seed is not None:
            rng = SeededRng(np.random.default_rng(request.seed & _SEED))
        decoder, sent = codecs.getincrementaldecoder("utf-8")("replace"), 0

        def passed() -> bool:
            nonlocal sent
            if len(clock) == 2:
                clock.append(time.perf_counter())
            new, sent = self.answer.text[sent:], len(self.answer.text)
            if text := decoder.decode(new):
                send(text)
            return not self.handler.closed

        sampling = SamplingParams(request.temperature, top_p=request.top_p)
        write_along(
            engine.logits,
            self.prompt,
            self.prediction,
            self.budget,
            sampling,
            rng,
            self._add,
            passed,
        )
        clock.append(time.perf_counter())
        self.answer.finish = self.answer.finish or "length"

    def _add(self, token: int) -> str | None:
        """Take a token into the answer."""
        answer, tokenizer = self.answer, self.service.engine.tokenizer
        answer.tokens.append(token)
        if token in tokenizer.end_ids:
            answer.finish = "stop"
            return answer.finish
        answer.text += tokenizer.token_bytes(token)
        for stop in self.request.stops:
            if (at := answer.text.find(stop)) >= 0:
                answer.text, answer.finish = answer.text[:at], "stop"
        return answer.finish

    def totals(self) -> dict[str, Any]:
        """Tokens of the request and its answer, and how long it took."""
        prediction, took = self.prediction, np.diff(self.clock).tolist()
        written = len(self.answer.tokens) + prediction.rejected
        return {
            "usage": {
                "prompt_tokens": len(self.prompt),
                "completion_tokens": written,
                "total_tokens": len(self.prompt) + written,
                "completion_tokens_details": {
                    "accepted_prediction_tokens": prediction.accepted,
                    "rejected_prediction_tokens": prediction.rejected,
                },
            },
            "time_info": {
                **dict(zip(_PARTS, took, strict=True)),
                "total_time": time.perf_counter() - self.handler.start,
                "created": time.time(),
            },
        }

    def body(self, kind: str, choice: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An answer, or a chunk of one."""
        return {
            "id": self.id,
            "choices": [choice],
            "created": int(time.time()),
            "model": self.request.model,
            "object": kind,
            "system_fingerprint": self.service.fingerprint,
            **more,
        }
