"""`preview`: builds, serves on this machine only, and to no other site's pages; builds and reloads
again whenever a source file changes.
"""

import asyncio
import signal
import socket
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from livereload import Server
from livereload.handlers import LiveReloadHandler, LiveReloadJSHandler
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import Application, HTTPError, OutputTransform, RequestHandler, StaticFileHandler

from specrecord.errors import SpecrecordError
from specrecord.publish.assets import assets
from specrecord.publish.runs.load import RunCache
from specrecord.publish.site.build import build_site
from specrecord.publish.site.source import Source, find_source
from specrecord.serve.guard import Guard

_HOST = "127.0.0.1"
_INTERVAL = 0.2  # seconds between looks at the source files
_PORTS_TRIED = 20
_RELOADER = "livereload.js"
_HEAD_END = b"</head>"


def preview_site(
    source: Source,
    output: Path | None,
    *,
    port: int,
    force: bool,
    ready: Callable[[str], None],
    warn: Callable[[str], None],
) -> None:
    """Serve the site of `source` until interrupted. `ready` gets the address, `warn` what a later
    build complains of.

    Without an `output` the site lives in a temporary folder. A taken port makes way for the next
    free one. Raises a SpecrecordError when the first build fails.
    """
    with ExitStack() as stack:
        folder = (
            output
            or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="specrecord-"))) / "site"
        )
        # In a checkout the player's modules are served as they are written.
        parts, cache = assets(unbuilt=True), RunCache()

        def build() -> None:
            # Its settings may have changed.
            again = find_source(source.own) if source.own else source
            build_site(again, folder, force=force, parts=parts, cache=cache, warn=warn)

        def rebuild() -> None:
            try:
                build()
            except SpecrecordError as error:
                warn(str(error))  # and the site stays as it was

        build()
        server = Server()
        for root in (*source.watched, parts.player, parts.site):
            server.watch(str(root))
        server.watcher.examine()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(folder.resolve(), server, rebuild, _free_port(port), ready))


class _Guarded(RequestHandler):
    """Every request is judged before anything of it is looked at."""

    def prepare(self) -> None:
        if problem := self.settings["guard"].page_problem(self.request.headers):
            raise HTTPError(403, reason=problem)


class _Page(_Guarded, StaticFileHandler):
    """A file of the site, never from a cache."""

    def should_return_304(self) -> bool:
        return False


class _Reload(_Guarded, LiveReloadHandler):  # type: ignore[misc]
    """The socket that tells pages to load again."""


class _Reloader(_Guarded, LiveReloadJSHandler):  # type: ignore[misc]
    """The script that listens there."""


class _Reloading(OutputTransform):
    """Puts that script into every page, and its socket into the page's policy."""

    def __init__(self, request: HTTPServerRequest) -> None:
        super().__init__(request)
        port = str(request.host).rpartition(":")[2]
        self._script = f'<script src="/{_RELOADER}?port={port}"></script>'.encode()
        self._socket = f"connect-src 'self' ws://{request.host}".encode()

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        if "html" in headers.get("Content-Type", ""):
            before = len(chunk)
            chunk = chunk.replace(b"connect-src 'self'", self._socket, 1)
            chunk = chunk.replace(_HEAD_END, self._script + _HEAD_END, 1)
            if "Content-Length" in headers:
                length = int(headers["Content-Length"]) + len(chunk) - before
                headers["Content-Length"] = str(length)
        return status_code, headers, chunk


def _application(folder: Path, port: int) -> Application:
    files = {"path": str(folder), "default_filename": "index.html"}
    return Application(
        [
            ("/livereload", _Reload),
            (f"/{_RELOADER}", _Reloader),
            ("/(.*)", _Page, files),
        ],
        transforms=[_Reloading],
        guard=Guard(_HOST, port),
        log_function=lambda handler: None,
    )


async def _serve(
    folder: Path,
    server: Server,
    rebuild: Callable[[], None],
    port: int,
    ready: Callable[[str], None],
) -> None:
    LiveReloadHandler.watcher, LiveReloadHandler.live_css = server.watcher, False
    _application(folder, port).listen(port, address=_HOST)
    ready(f"http://{_HOST}:{port}/")
    while True:
        changed, _ = server.watcher.examine()
        if changed:
            await asyncio.to_thread(rebuild)
            LiveReloadHandler.reload_waiters("*")
        await asyncio.sleep(_INTERVAL)


def _free_port(wanted: int) -> int:
    """`wanted` or one of the next ports, else any that is free."""
    for port in [*range(wanted, min(wanted + _PORTS_TRIED, 65536)), 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((_HOST, port))
                return int(probe.getsockname()[1])
    return wanted
