"""Firefox for tests, driven by WebDriver BiDi (w3.org/TR/webdriver-bidi) over a websocket: as much
of both as pages here need. Playwright drives only a Firefox of its own.
"""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 30.0  # seconds
ARGUMENTS = ["--headless", "--no-remote", "--remote-debugging-port=0"]
PREFERENCES = ['"ui.prefersReducedMotion", 0', '"browser.tabs.closeWindowWithLastTab", false']
# An expression, or a function that gets the argument, as Playwright takes either.
EVALUATED = """(async () => {{ const found = ({script});
const value = typeof found === "function" ? await found(...{arguments}) : await found;
return JSON.stringify(value ?? null); }})()"""
KEYS = {"ArrowRight": "\ue014", "ArrowLeft": "\ue012", "PageDown": "\ue00f", "Shift": "\ue008"}


class WebSocket:
    """A client's end of a websocket (RFC 6455): text messages, whole."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self.socket = socket.create_connection((host, port), PATIENCE)
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        status = self.stream.readline()
        assert b" 101 " in status, status
        while self.stream.readline().strip():
            pass

    def send(self, text: str) -> None:
        payload, mask = text.encode(), os.urandom(4)
        size = len(payload)
        short, form = (size, "") if size < 126 else (126, "H") if size < 65536 else (127, "Q")
        head = struct.pack(f"!BB{form}", 0x81, 0x80 | short, *([size] if form else []))
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.socket.sendall(head + mask + masked)

    def receive(self) -> str:
        """The next text message; pings need no answer within a test's time."""
        text, ended = b"", False
        while not ended:
            head, size = self.stream.read(2)
            size &= 127
            if size > 125:
                wide, form = (2, "!H") if size == 126 else (8, "!Q")
                (size,) = struct.unpack(form, self.stream.read(wide))
            payload = self.stream.read(size)
            if head & 15 < 2:  # text, or its continuation
                text, ended = text + payload, bool(head & 128)
        return text.decode()

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


class Firefox:
    """The one session of a browser process that has this profile."""

    def __init__(self, process: subprocess.Popen[bytes], profile: Path) -> None:
        self.troubles: list[str] = []
        self.asked = 0
        where = listening(process, profile / "WebDriverBiDiServer.json")
        self.socket = WebSocket(where["ws_host"], where["ws_port"], "/session")
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.fetchError"])

    def send(self, method: str, **parameters: Any) -> Any:
        """Sends a command and returns its result. What is told meanwhile is listened to."""
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message["type"] == "event":
                self._hear(message["method"], message["params"])
            elif message["id"] == self.asked:
                assert message["type"] == "success", (method, message)
                return message["result"]

    def _hear(self, event: str, told: dict[str, Any]) -> None:
        if event == "network.fetchError":
            self.troubles.append(f"failed request: {told['request']['url']}: {told['errorText']}")
        elif told["level"] == "error":
            self.troubles.append(f"console: {told['text']}")


def listening(process: subprocess.Popen[bytes], file: Path) -> dict[str, Any]:
    """What Firefox writes into its profile once it can be driven."""
    end = time.monotonic() + 2 * PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            return dict(json.loads(file.read_text()))
        except (OSError, ValueError):
            time.sleep(0.05)
    pytest.skip("FIREFOX TESTS DID NOT RUN: it does not start, or cannot be driven")


class Page:
    """A tab, or a frame in one: with what of Playwright's page is asked for here."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self.firefox, self.context = firefox, context

    def goto(self, url: str) -> None:
        self.firefox.send(
            "browsingContext.navigate", context=self.context, url=url, wait="complete"
        )

    @property
    def frame(self) -> "Page":
        """The first frame in it."""
        tree = self.firefox.send("browsingContext.getTree", root=self.context)["contexts"]
        return Page(self.firefox, tree[0]["children"][0]["context"])

    def evaluate(self, script: str, *arguments: Any) -> Any:
        told = self.firefox.send(
            "script.evaluate",
            expression=EVALUATED.format(script=script, arguments=json.dumps(arguments)),
            target={"context": self.context},
            awaitPromise=True,
        )
        assert told["type"] == "success", told["exceptionDetails"]["text"]
        return json.loads(told["result"]["value"])

    def wait_for_function(self, script: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.evaluate(script):
            assert time.monotonic() < end, f"never so: {script}"
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Presses keys at once, and lets them go."""
        down = [{"type": "keyDown", "value": KEYS.get(key, key)} for key in keys]
        up = [{**one, "type": "keyUp"} for one in reversed(down)]
        actions = [{"type": "key", "id": "keys", "actions": down + up}]
        self.firefox.send("input.performActions", context=self.context, actions=actions)

    def screenshot(self, **_: Any) -> bytes:
        shot = self.firefox.send("browsingContext.captureScreenshot", context=self.context)
        return base64.b64decode(shot["data"])

    def close(self) -> None:
        self.firefox.send("browsingContext.close", context=self.context)


@pytest.fixture(scope="session")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """One Firefox for all pages: $FIREFOX, or by its usual names. Not everybody has one."""
    names = ("firefox-esr", "firefox")
    path = os.environ.get("FIREFOX") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("FIREFOX TESTS DID NOT RUN: install firefox-esr, or set FIREFOX to its path")
    profile = tmp_path_factory.mktemp("firefox")
    (profile / "user.js").write_text("".join(f"user_pref({one});\n" for one in PREFERENCES))
    command = [path, *ARGUMENTS, "--profile", str(profile)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            found = Firefox(process, profile)
            yield found
            found.socket.close()
        finally:
            process.terminate()


@pytest.fixture
def tab(firefox: Firefox) -> Iterator[Page]:
    """A page of 1200 by 900 that fails its test on any error."""
    firefox.troubles.clear()
    page = Page(firefox, firefox.send("browsingContext.create", type="tab")["context"])
    size = {"width": 1200, "height": 900}
    firefox.send("browsingContext.setViewport", context=page.context, viewport=size)
    yield page
    page.close()
    assert not firefox.troubles, "\n".join(firefox.troubles)
