"""`preview`: builds, serves on this machine only, and builds and reloads again whenever a source
file changes.
"""

import asyncio
import signal
import socket
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from livereload import Server
from livereload.handlers import LiveReloadHandler

from specrecord.errors import SpecrecordError
from specrecord.publish.assets import assets
from specrecord.publish.build import build_site
from specrecord.publish.runs.load import RunCache
from specrecord.publish.source import Source, find_source

_HOST = "127.0.0.1"
_INTERVAL = 0.2  # seconds between looks at the source files
_PORTS_TRIED = 20


def preview_site(
    source: Source,
    output: Path | None = None,
    *,
    port: int = 8000,
    force: bool = False,
    ready: Callable[[str], None] = print,
    warn: Callable[[str], None] = print,
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
            build_site(again, folder, force=force, parts=parts, cache=cache)

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
        server.root, server.default_filename = str(folder.resolve()), "index.html"
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(server, rebuild, _free_port(port), ready))


async def _serve(
    server: Server, rebuild: Callable[[], None], port: int, ready: Callable[[str], None]
) -> None:
    server.application(port, _HOST, live_css=False)
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
