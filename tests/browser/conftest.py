"""Chromium for tests: a folder served over http on a free port, and a page that fails its test on
any trouble.

Trouble is a console error, an uncaught exception, a failed request, or a request that leaves the
page's own server. Without a browser the tests skip, with one loud line; where CI=true that is an
error.
"""

import functools
import http.server
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.site.build import build_site

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]
ROOT = Path(__file__).resolve().parents[2]
AXE = """async () => {
  // It would look for imported sheets beside the page, and not beside the sheet that imports them.
  const preload = false;
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
  const found = await axe.run(document, { runOnly, preload });
  return found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0,
    140)} ${one.nodes[0].failureSummary}`);
}"""
# A player at rest has no picture to come, however many it takes and however long the machine needs.
SETTLED = """async () => {
  const end = performance.now() + 60_000;
  const busy = (one) => one.paused && (one.pendingFrame || one.stage?.dragged);
  do {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (performance.now() > end) throw new Error("a paused player keeps drawing");
  } while ([...document.querySelectorAll("spec-player")].some(busy));
}"""


def find_browser() -> str | None:
    """Path of a Chromium, from $CHROMIUM or the usual names.

    The headless shell comes first: the same engine without a browser's own windows, in half the
    time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(
        (path for name in names if (path := shutil.which(name))), None
    )


def missing(what: str) -> None:
    """Skip loudly, or fail where CI says that everything must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no browser tests: {what}", pytrace=False)
    pytest.skip(f"BROWSER TESTS DID NOT RUN: {what}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for the whole session."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the python package playwright is not installed; pip install playwright")
    with sync_playwright() as playwright:
        path = find_browser() or playwright.chromium.executable_path
        if not Path(path).exists():
            missing("no Chromium found; `playwright install chromium`, or set CHROMIUM to its path")
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


def settle(page: Any) -> None:
    """Wait until each player on the page that does not play has drawn all that it shows."""
    page.evaluate(SETTLED)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


_Handler.extensions_map = {
    **_Handler.extensions_map,
    ".js": "text/javascript",
    ".specrec": "application/octet-stream",
}


class _Server(http.server.ThreadingHTTPServer):
    """Some tabs ask for a hundred files at once. Whoever finds no place in the queue knocks again
    after seconds, and then after a minute: on a busy machine five places do not do.
    """

    request_queue_size = 128


@contextmanager
def served(
    folder: Path, handler: type[http.server.SimpleHTTPRequestHandler] = _Handler
) -> Iterator[str]:
    """Serves a folder over http from a thread, at the address that it gives."""
    server = _Server(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves a folder until the session ends; returns its address."""
    with ExitStack() as servers:
        yield lambda folder: servers.enter_context(served(folder))


@pytest.fixture(scope="session")
def built(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    """The site of the shipped recordings: its folder, and its address below the server's root."""
    root = tmp_path_factory.mktemp("pages")
    folder = root / "some" / "name"
    build_site(ROOT / "recordings", folder)
    return folder, f"{serve(root)}/some/name"


@pytest.fixture(scope="session")
def runs(built: tuple[Path, str]) -> dict[str, dict[str, Any]]:
    return {data["name"]: data for data in json.loads((built[0] / "figures.json").read_bytes())}


@pytest.fixture(scope="session")
def axe() -> Path:
    """The file of axe-core."""
    found = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not found.is_file():
        missing("node_modules lacks axe-core; run: make test, or npm ci")
    return found


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Makes pages, with the options of a browser context; any trouble on any of them fails the test
    at its end. Playwright waits by what a page's policy forbids, so the policy holds only where
    `bypass_csp` is false.
    """
    contexts, troubles = [], []

    def make(**options: Any) -> Any:
        context = browser.new_context(**{"bypass_csp": True, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # two busy cores may take their time
        page.on(
            "console",
            lambda message: message.type == "error" and troubles.append(f"console: {message.text}"),
        )
        page.on("pageerror", lambda error: troubles.append(f"exception: {error}"))
        page.on(
            "requestfailed",
            lambda request: _left(request) or troubles.append(f"failed request: {request.url}"),
        )
        page.on(
            "request",
            lambda request: (
                _off_origin(request.url) and troubles.append(f"off origin: {request.url}")
            ),
        )
        page.troubles = troubles
        return page

    yield make
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


def _left(request: Any) -> bool:
    """Whether the browser itself gave the request up, as it does with a page's icon when the page
    is left.
    """
    return request.failure == "net::ERR_ABORTED"


def _off_origin(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:", "file:"))


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page of 1280 by 900 that fails its test on any trouble."""
    return new_page(viewport={"width": 1280, "height": 900})
