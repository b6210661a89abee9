"""The live server: the player on this machine, fed with a recording's own bytes while they are
written.

    /TOKEN/                    the page
    /TOKEN/player/...          the player's files
    /TOKEN/recordings/RUN      a recording
    /TOKEN/stream/RUN?from=N   a WebSocket: the bytes of RUN from N on and nothing else; closed with
                               4000 at the end
    /TOKEN/control             a WebSocket: what runs there are; start, stop, mark

Every request passes the guard first. Nothing here runs a model: the recorder is another process.
"""

import asyncio
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from specrecord.errors import SpecrecordError
from specrecord.recorder.interrupt import first_interrupt
from specrecord.recorder.process import step_back
from specrecord.serve.feed import Feed
from specrecord.serve.guard import LOOPBACK, Guard, check_bind
from specrecord.serve.listening import listen
from specrecord.serve.runs import Runs

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "specrecord",
}
_LOOK = 0.02  # seconds between two looks at what the recorder reports
_PING = 20  # seconds: a viewer that does not answer for so long is let go
_LONGEST_MESSAGE = 1 << 20  # bytes of one message from a page
_LONGEST_HEADERS = 1 << 14  # bytes of one request's headers
_PATIENCE = 60  # seconds that a request may take to arrive
_NO_RUN = 4004  # close code: there is no such run


class LiveServer:
    """Serves the runs of `runs` with the player in the folder `player`."""

    def __init__(
        self,
        runs: Runs,
        player: Path,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        host_asked: bool = False,
    ) -> None:
        """Listen, from the next turn of the running event loop on.

        Raises UsageError when the address is not for us alone and was not asked for, or cannot be
        had.
        """
        check_bind(host, asked=host_asked)
        self.runs, self.player = runs, player
        self.controls: set[_Control] = set()
        sockets = listen(host, port)
        self.guard = Guard(host, sockets[0].getsockname()[1])
        self.runs.changed = self.broadcast
        self._server = HTTPServer(
            self._application(),
            max_body_size=_LONGEST_MESSAGE,
            max_header_size=_LONGEST_HEADERS,
            idle_connection_timeout=_PATIENCE,
            body_timeout=_PATIENCE,
        )
        self._server.add_sockets(sockets)

    @property
    def address(self) -> str:
        """Where the page is. It holds the token: whoever has it may look, start and stop."""
        host = f"[{self.guard.host}]" if ":" in self.guard.host else self.guard.host
        return f"http://{host}:{self.guard.port}/{self.guard.token}/"

    def state(self) -> dict[str, Any]:
        """What every page gets."""
        runs = [run.entry() for run in self.runs.all.values()]
        return {"runs": runs, "busy": self.runs.busy}

    def broadcast(self) -> None:
        """Send every page how things stand."""
        for control in list(self.controls):
            control.send(self.state())

    async def close(self) -> None:
        """Let everybody go."""
        self._server.stop()
        await self._server.close_all_connections()

    def _application(self) -> Application:
        routes: list[Any] = [
            (r"/[^/]*/", _Page),
            (r"/[^/]*/player/(.+)", _PlayerFile, {"path": self.player}),
            (r"/[^/]*/recordings/([^/]+)", _Download),
            (r"/[^/]*/stream/([^/]+)", _Stream),
            (r"/[^/]*/control", _Control),
        ]
        return Application(
            routes,
            log_function=lambda handler: None,
            default_handler_class=_Nothing,
            live_server=self,
            websocket_ping_interval=_PING,
            websocket_ping_timeout=_PING,
            websocket_max_message_size=_LONGEST_MESSAGE,
        )


async def serve_live(
    server: LiveServer, say: Callable[[str], None], ready: Callable[[str], None]
) -> None:
    """Serve until interrupted; then the run in progress ends whole, and everybody is let go.

    `ready` gets the page's address. Raises SpecrecordError when the recorder's process ends before
    that.
    """
    stopping = threading.Event()

    def stop() -> None:
        if server.runs.busy:
            say("stopping the run after its round; interrupt again to leave at once")
            server.runs.stop()
        stopping.set()

    step_back()
    with first_interrupt(stop):
        ready(server.address)
        try:
            while server.runs.busy or not stopping.is_set():
                server.runs.hear()
                await asyncio.sleep(_LOOK)
        finally:
            await server.close()


class _Guarded(RequestHandler):
    """Every request is judged before anything of it is looked at."""

    @property
    def server(self) -> LiveServer:
        found: LiveServer = self.settings["live_server"]
        return found

    def set_default_headers(self) -> None:
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        token = self.request.path.split("/")[1]
        if problem := self.server.guard.problem(self.request.headers, token):
            self.refuse(403, problem)

    def refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{message}\n")

    def write_error(self, status_code: int, **_: Any) -> None:
        self.refuse(status_code, self._reason)


class _Nothing(_Guarded):
    def get(self) -> None:
        self.refuse(404, "there is nothing at this address")


class _Page(_Guarded):
    def get(self) -> None:
        host = self.request.headers["Host"]
        self.set_header(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
            f"connect-src 'self' ws://{host}; frame-ancestors 'none'; base-uri 'none'; "
            "form-action 'none'",
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        page = (self.server.player / "live" / "index.html").read_text()
        self.finish(page.replace("<!-- ask -->", self.server.runs.form))


class _PlayerFile(_Guarded, StaticFileHandler):
    """A file of the player; tornado keeps to the folder."""


class _Download(_Guarded):
    def get(self, name: str) -> None:
        if feed := self.server.runs.feed(name):
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("Content-Disposition", f'attachment; filename="{name}"')
            self.finish(feed.contents())
        else:
            self.refuse(404, "there is no such run")


class _Socket(_Guarded, WebSocketHandler):
    def check_origin(self, origin: str) -> bool:
        """The guard has judged it already, in `prepare`."""
        return True


class _Stream(_Socket):
    """One viewer of one run. It sends nothing that matters."""

    feed: Feed | None = None

    def open(self, name: str) -> None:
        feed = self.server.runs.feed(name)
        offset = self.get_query_argument("from", "0")
        if feed is None or not re.fullmatch("[0-9]{1,15}", offset):
            self.close(_NO_RUN, "there is no such run")
        else:
            self.set_nodelay(True)
            self.feed = feed
            feed.add(self, int(offset))

    def on_message(self, message: str | bytes) -> None:
        """A viewer has nothing to say."""

    def on_close(self) -> None:
        if self.feed:
            self.feed.remove(self)


class _Control(_Socket):
    """One page: hears of every change, asks for runs."""

    def open(self) -> None:
        self.server.controls.add(self)
        self.send(self.server.state())

    def on_message(self, message: str | bytes) -> None:
        try:
            self._do(json.loads(message))
        except SpecrecordError as error:
            self.send({"error": str(error)})
        except (ValueError, TypeError, RecursionError):
            self.send({"error": "that was not understood"})

    def _do(self, wish: Any) -> None:
        runs = self.server.runs
        match wish:
            case {"do": "start", "request": dict(request)}:
                runs.start(request)
            case {"do": "stop"}:
                runs.stop()
            case {"do": "mark", "title": title}:
                runs.mark(str(title)[:200], str(wish.get("note", ""))[:2000])
            case _:
                raise ValueError(wish)

    def send(self, message: dict[str, Any]) -> None:
        try:
            self.write_message(json.dumps(message))
        except WebSocketClosedError:
            self.server.controls.discard(self)

    def on_close(self) -> None:
        self.server.controls.discard(self)
