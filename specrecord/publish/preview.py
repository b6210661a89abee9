"""`preview`: builds, serves on this machine only, and builds and reloads again whenever a source
file changes.
"""

import asyncio
import signal
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import ExitStack
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

Snapshot = dict[Path, tuple[int, int]]


def preview_site(
    source: Source,
    output: Path | None = None,
    *,
    port: int = 8000,
    open_browser: bool = False,
    force: bool = False,
    say: Callable[[str], None] = print,
    warn: Callable[[str], None] = print,
) -> None:
    """Serve the site of `source` until interrupted. `say` gets the address, `warn` what a later
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
            again = (
                find_source(source.own) if source.own else source
            )  # its settings may have changed
            build_site(again, folder, force=force, parts=parts, cache=cache)

        build()
        roots = (*source.watched, parts.player, parts.site)
        asyncio.run(_serve(folder, port, open_browser, say, _Sources(roots, build, warn)))


class _Sources:
    """Everything a site is made of. `rebuilt` builds again when any of it changed."""

    def __init__(
        self, roots: Sequence[Path], build: Callable[[], None], warn: Callable[[str], None]
    ) -> None:
        self.roots = roots
        self.build, self.warn = build, warn
        self.seen = self._look()

    def rebuilt(self) -> bool:
        """True when a source changed and the site was built anew; a failing build is told and the
        old site stays.
        """
        found = self._look()
        if found == self.seen:
            return False
        self.seen = found
        try:
            self.build()
        except SpecrecordError as error:
            self.warn(str(error))
            return False
        return True

    def _look(self) -> Snapshot:
        paths = [
            path for root in self.roots for path in ([root] if root.is_file() else root.rglob("*"))
        ]
        return dict(filter(None, map(_state, paths)))


def _state(path: Path) -> tuple[Path, tuple[int, int]] | None:
    """Time and size of a file; None for a folder, or for a file that was just removed."""
    try:
        return (path, (path.stat().st_mtime_ns, path.stat().st_size)) if path.is_file() else None
    except OSError:
        return None


async def _serve(
    folder: Path, port: int, open_browser: bool, say: Callable[[str], None], sources: _Sources
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    server = Server()
    server.root, server.default_filename = str(folder.resolve()), "index.html"
    port = _free_port(port)
    server.application(port, _HOST, live_css=False)
    address = f"http://{_HOST}:{port}/"
    say(address)
    if open_browser:
        webbrowser.open(address)
    while not stop.is_set():
        if await asyncio.to_thread(sources.rebuilt):
            LiveReloadHandler.reload_waiters("*")
        await _wait(stop, _INTERVAL)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _free_port(wanted: int) -> int:
    """`wanted` or one of the next ports, else any that is free."""
    for port in [*range(wanted, min(wanted + _PORTS_TRIED, 65536)), 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return wanted
