"""Stand-ins for llama-server, vLLM and mlx_lm.server over a small model: what each takes, tells and
samples from unless told otherwise, as their sources have it (versions: docs/engines.md).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import numpy as np
from small_models import SmallModel
from wires import Letters

from specrecord.decoding.sampling import softmax

VOCABULARY = 64


class RefusedError(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


class Engine:
    """What they share: a model, settings of their own, and a sampler that takes a request's."""

    server_name = ""
    names: ClassVar[dict[str, str]] = {"penalty": "repetition_penalty"}

    def __init__(self, model: SmallModel | None = None, stubborn: bool = False, **own: float):
        self.model = model or SmallModel(7, VOCABULARY, 1.5, 4096)
        self.tokenizer, self.rng = Letters(VOCABULARY), np.random.default_rng(5)
        self.own, self.stubborn = own, stubborn
        self.bodies: list[dict[str, Any]] = []
        self.id = "small"

    def setting(self, body: dict[str, Any], name: str, neutral: float) -> float:
        """A request's, or the server's own, which one that is `stubborn` always takes."""
        asked = None if self.stubborn else body.get(self.names.get(name, name))
        return float(self.own.get(name, neutral) if asked is None else asked)

    def logprobs(self, context: list[int]) -> Any:
        return np.log(softmax(self.model.next_logits(context)))

    def draw(self, body: dict[str, Any], context: list[int]) -> int:
        logits = self.model.next_logits(context).astype(float)
        penalty = self.setting(body, "penalty", 1.0)
        for token in set(context):
            logits[token] *= penalty if logits[token] < 0 else 1 / penalty
        temperature = body.get("temperature", 1.0)
        if temperature == 0:
            return int(logits.argmax())
        probs = softmax(logits / temperature).astype(float)
        order = np.argsort(-probs)
        top_k = int(self.setting(body, "top_k", 0))
        cut = order[top_k:] if top_k > 0 else []
        probs[cut] = 0
        kept = np.cumsum(probs[order]) - probs[order] < self.setting(body, "top_p", 1.0)
        probs[order[~kept]] = 0
        probs[probs < self.setting(body, "min_p", 0.0) * probs.max()] = 0
        return int(self.rng.choice(VOCABULARY, p=probs / probs.sum()))

    def written(self, body: dict[str, Any], prompt: list[int]) -> list[int]:
        tokens: list[int] = []
        for _ in range(body["max_tokens"]):
            tokens.append(self.draw(body, [*prompt, *tokens]))
        return tokens

    def likeliest(self, context: list[int], count: int) -> list[tuple[int, float]]:
        row = self.logprobs(context)
        return [(int(token), float(row[token])) for token in np.argsort(-row)[:count]]

    def text(self, token: int) -> str:
        return self.tokenizer.token_bytes(token).decode()

    def entry(self, body: dict[str, Any], context: list[int], token: int, listed: int) -> Any:
        """A token in the form that llama-server and mlx_lm.server share."""
        tops = [
            {"id": one, "token": self.text(one), "logprob": value}
            for one, value in self.likeliest(context, listed)
        ]
        own = float(self.logprobs(context)[token])
        return {"id": token, "token": self.text(token), "logprob": own, "top_logprobs": tops}

    def get(self, path: str) -> Any:
        if path == "/v1/models":
            return {"object": "list", "data": [{"id": self.id, **self.model_entry()}]}
        if path == "/health":
            return {"status": "ok"}
        raise RefusedError(404, {"detail": "Not Found"})

    def model_entry(self) -> dict[str, Any]:
        return {}

    def chat(self, body: dict[str, Any]) -> Any:
        """An unknown `prediction` is passed over."""
        message = {"role": "assistant", "content": "one two three"}
        return {"choices": [{"message": message}], "usage": {"completion_tokens": 8}}

    def complete(self, body: dict[str, Any]) -> Any:
        raise NotImplementedError

    def stream(self, body: dict[str, Any]) -> Iterator[Any]:
        raise NotImplementedError


class LlamaServer(Engine):
    """llama-server b11549. `drafts`: it speculates, and of its accepted tokens tells nothing."""

    server_name = "llama.cpp"
    names: ClassVar[dict[str, str]] = {"penalty": "repeat_penalty"}

    def __init__(self, drafts: bool = False, **more: Any) -> None:
        super().__init__(**{"top_k": 40, "top_p": 0.95, "min_p": 0.05, **more})
        self.drafts = drafts

    def model_entry(self) -> dict[str, Any]:
        return {"owned_by": "llamacpp", "meta": {"n_ctx": self.model.info.context, "n_vocab": 64}}

    def complete(self, body: dict[str, Any]) -> Any:
        prompt = body["prompt"]
        several = prompt if isinstance(prompt[0], list) else [prompt]
        prompts = [self.tokenizer.encode(one) if isinstance(one, str) else one for one in several]
        return {
            "choices": [self.choice(body, index, one) for index, one in enumerate(prompts)],
            "system_fingerprint": "b0-unknown",
            "usage": {"prompt_tokens": len(prompts[0]), "completion_tokens": body["max_tokens"]},
            "timings": {"prompt_ms": 0.01, "predicted_ms": 0.02, "predicted_n": body["max_tokens"]},
        }

    def stream(self, body: dict[str, Any]) -> Iterator[Any]:
        """A chunk a token. Where it drafts, rounds of three: two drafted, of which in turn both and
        one are accepted, and its own.
        """
        tokens = self.written(body, body["prompt"])
        times = {"predicted_ms": 0.001, "predicted_n": 0}
        counts = {"draft_n": 0, "draft_n_accepted": 0} if self.drafts else {}
        left = 1
        for place, token in enumerate(tokens):
            if left == 0:
                left = 3 - counts["draft_n"] // 2 % 2 if self.drafts else 1
                times["predicted_ms"] += 5.0
                if self.drafts:
                    counts["draft_n"] += 2
                    counts["draft_n_accepted"] += left - 1
            left, times["predicted_n"] = left - 1, place + 1
            choice = {"index": 0, "text": self.text(token), "logprobs": None}
            asked = body.get("timings_per_token")
            yield {"choices": [choice], **({"timings": {**times, **counts}} if asked else {})}

    def choice(self, body: dict[str, Any], index: int, prompt: list[int]) -> Any:
        tokens = self.written(body, prompt)
        content = [
            self.entry(body, [*prompt, *tokens[:place]], token, body.get("logprobs", 0))
            for place, token in enumerate(tokens)
        ]
        for entry in content[1:] if self.drafts else []:
            entry |= {"logprob": 0.0, "top_logprobs": []}
        text = "".join(map(self.text, tokens))
        told = {"content": content}
        return {"index": index, "text": text, "logprobs": told, "finish_reason": "length"}


class Vllm(Engine):
    """vLLM 0.32 with --enable-per-request-metrics; `rounding` are nats between prefill and decode,
    `shift` rows by which the echoed ones stand too late.
    """

    server_name = "uvicorn"

    def __init__(self, rounding: float = 0.0, shift: int = 0, **more: Any) -> None:
        super().__init__(**more)
        self.rounding, self.shift = rounding, shift

    def model_entry(self) -> dict[str, Any]:
        return {"owned_by": "vllm", "max_model_len": self.model.info.context}

    def complete(self, body: dict[str, Any]) -> Any:
        if body.get("logprobs", 0) > 20:
            message = "Requested sample logprobs of 300, which is greater than max allowed: 20"
            raise RefusedError(400, {"error": {"message": message, "type": "BadRequestError"}})
        prompt = body["prompt"]
        prompts = prompt if isinstance(prompt[0], list) else [prompt]
        usage = {"prompt_tokens": len(prompts[0]), "completion_tokens": body["max_tokens"]}
        choices = [self.choice(body, index, one) for index, one in enumerate(prompts)]
        answer = {"choices": choices, "usage": usage}
        if len(prompts) == 1:
            times = {"queue_time_ms": 0.1, "time_to_first_token_ms": 0.2, "generation_time_ms": 0.3}
            answer["metrics"] = times
        return answer

    def choice(self, body: dict[str, Any], index: int, prompt: list[int]) -> Any:
        tokens = self.written(body, prompt)
        whole = [*prompt, *tokens]
        first = 0 if body.get("echo") else len(prompt)
        spell = self.text
        if body.get("return_tokens_as_token_ids"):
            spell = "token_id:{}".format
        tops: list[dict[str, float] | None] = []
        for place in range(first, len(whole)):
            read = place < len(prompt)
            row = self.likeliest(whole[: place - self.shift if read else place], body["logprobs"])
            noise = self.rounding if read else 0.0
            tops.append({spell(one): v + noise * (-1) ** one for one, v in row} if place else None)
        own = [
            None if not place else float(self.logprobs(whole[:place])[whole[place]])
            for place in range(first, len(whole))
        ]
        told = {"tokens": list(map(spell, whole[first:])), "token_logprobs": own}
        choice = {"index": index, "text": "", "logprobs": {**told, "top_logprobs": tops}}
        ids = {"token_ids": tokens} if body.get("return_token_ids") else {}
        return {**choice, **ids, "finish_reason": "length"}


class MlxServer(Engine):
    """mlx_lm.server 0.32.2: texts only. Its one worker ends of a list of them, and, where it keeps
    a cache of prompts, of one text twice.
    """

    def __init__(self, cache: bool = True, **more: Any) -> None:
        super().__init__(**more)
        self.cache, self.seen, self.dead = cache, list[str](), False

    def complete(self, body: dict[str, Any]) -> Any:
        prompt, listed = body.get("prompt"), body.get("top_logprobs", -1)
        if not isinstance(body.get("logprobs", False), bool):
            raise RefusedError(400, {"error": "logprobs must be of type bool"})
        if listed > 11:
            raise RefusedError(400, {"error": "top_logprobs must be at most 11"})
        if isinstance(body.get("top_k"), int) and body["top_k"] < 0:
            raise RefusedError(400, {"error": "top_k must be at least 0"})
        if isinstance(prompt, list) and isinstance(prompt[0], int):
            raise RefusedError(404, {"error": "TextInputSequence must be str"})
        self.dead = self.dead or isinstance(prompt, list) or (self.cache and prompt in self.seen)
        if self.dead:
            raise RefusedError(404, {"error": "generation thread died"})
        cached = max((len(one) for one in self.seen if prompt.startswith(one)), default=0)
        self.seen.append(prompt)
        ids = self.tokenizer.encode(prompt)
        tokens = self.written(body, ids)
        content = [
            self.told(self.entry(body, [*ids, *tokens[:place]], token, max(0, listed)))
            for place, token in enumerate(tokens)
        ]
        logprobs = {"content": content}
        choice = {"index": 0, "text": "", "finish_reason": "length", "logprobs": logprobs}
        details = {"cached_tokens": cached if self.cache else 0}
        usage = {"prompt_tokens": len(ids), "prompt_tokens_details": details}
        return {"choices": [choice], "usage": usage, "system_fingerprint": "0.32.2-0.32.4-Linux-"}

    @staticmethod
    def told(entry: dict[str, Any]) -> Any:
        """Where the likeliest are listed, the first of them stands for the token, in no order."""
        tops = entry["top_logprobs"][::-1]
        if not tops:
            return {"id": entry["id"], "logprob": entry["logprob"]}
        return {**tops[0], "top_logprobs": tops}


@contextmanager
def running(engine: Engine) -> Iterator[str]:
    """The engine at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for what the client says

        def version_string(self) -> str:
            return engine.server_name or super().version_string()

        def log_message(self, *words: object) -> None:
            pass

        def do_GET(self) -> None:
            self.answer(lambda: engine.get(self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            engine.bodies.append(body)
            if body.get("stream"):
                self.lines(engine.stream(body))
                return
            chat = self.path.endswith("/chat/completions")
            self.answer(lambda: (engine.chat if chat else engine.complete)(body))

        def lines(self, chunks: Iterator[Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for line in (*map(json.dumps, chunks), "[DONE]"):
                self.wfile.write(f"data: {line}\n\n".encode())
            self.close_connection = True

        def answer(self, work: Any) -> None:
            try:
                status, content = 200, work()
            except RefusedError as refused:
                status, content = refused.status, refused.body
            raw = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
