"""What all addresses of the API have in common: who may ask, and how a refusal is worded."""

import hmac
import json
import time
from typing import Any

import tornado.iostream
import tornado.web
from msgspec.json import decode

from specrecord import __version__
from specrecord.serve.completions.schema import RefusedError
from specrecord.serve.completions.service import Service
from specrecord.serve.guard import program_problem

_POLITE = 1 << 16  # bytes that are read, and dropped, of a request that is refused


@tornado.web.stream_request_body
class ApiHandler(tornado.web.RequestHandler):
    """Checks who asks before the body is read, and answers every error as JSON."""

    refused: RefusedError | None = None
    closed = False

    def initialize(self, service: Service) -> None:
        self.service = service
        self.start = time.perf_counter()
        self.body = bytearray()

    def set_default_headers(self) -> None:
        self.set_header("Server", f"specrecord/{__version__}")
        self.set_header("Content-Type", "application/json")

    def prepare(self) -> None:
        self.refused = self.why_refused()
        if self.refused and not 0 <= self._announced() <= _POLITE:
            raise self.refused

    def data_received(self, chunk: bytes) -> None:
        if not self.refused:
            self.body += chunk

    def why_refused(self) -> RefusedError | None:
        """Decided by the headers alone."""
        headers, key = self.request.headers, self.service.key
        if key is not None:
            given = headers.get("Authorization", "").removeprefix("Bearer ")
            if hmac.compare_digest(given.encode(), key.encode()):
                return None
            return RefusedError(401, "wrong API key", None, "wrong_api_key")
        problem = program_problem(headers)
        return RefusedError(403, problem, None, "forbidden") if problem else None

    def admit(self) -> None:
        """Raises the refusal of a request whose short body was read first, so that the client,
        which sends before it listens, gets to read it.
        """
        if self.refused:
            raise self.refused

    def _announced(self) -> int:
        """Bytes that the body will have, -1 where that is not told."""
        headers = self.request.headers
        if "Transfer-Encoding" in headers:
            return -1
        length = headers.get("Content-Length", "0")
        return int(length) if length.isdecimal() else -1

    def on_connection_close(self) -> None:
        self.closed = True

    async def line(self, content: dict[str, Any]) -> None:
        """One line of a stream."""
        try:
            self.write(f"data: {json.dumps(content)}\n\n")
            await self.flush()
        except tornado.iostream.StreamClosedError:
            self.closed = True

    def write_error(self, status_code: int, **about: Any) -> None:
        error = about.get("exc_info", (None, None, None))[1]
        if not isinstance(error, RefusedError):
            reason, code = self._reason, "bad_request"
            if status_code >= 500:
                reason, code = "the server failed", "internal_error"
            error = RefusedError(status_code, reason, None, code)
        for name, value in error.headers.items():
            self.set_header(name, value)
        self.finish(error.body())


def read_json(body: bytes) -> Any:
    """What a body holds. Raises RefusedError."""
    try:
        return decode(body)
    except (ValueError, RecursionError):  # lone surrogates, and what is nested too deep
        raise RefusedError(400, "the body is not JSON", None, "invalid_json") from None


def require_model(service: Service, name: str) -> None:
    """Raises RefusedError where that is not served."""
    if name != service.model:
        message = f"Model {name} does not exist or you do not have access to it."
        raise RefusedError(404, message, "model", "model_not_found")
