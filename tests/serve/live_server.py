"""A live server in a process of its own, as the command line starts it, and viewers made by
hand.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

Result = TypeVar("Result")
OPEN: list[WebSocketClientConnection] = []
PATIENCE = 60  # seconds; what is waited for takes well under one


@dataclass
class Live:
    """A running `specrecord live --watch`."""

    process: "subprocess.Popen[str]"
    address: str
    folder: Path

    @property
    def port(self) -> int:
        return int(self.address.split(":")[2].split("/")[0])

    @property
    def token(self) -> str:
        return self.address.rstrip("/").rsplit("/", 1)[1]

    def socket(self, path: str) -> str:
        return self.address.replace("http://", "ws://") + path

    async def connect(self, path: str, **headers: str) -> WebSocketClientConnection:
        """A WebSocket to a path of this server; closed at the end of the test."""
        connection = await websocket_connect(HTTPRequest(self.socket(path), headers=headers))
        OPEN.append(connection)
        return connection

    async def control(self) -> "Control":
        return Control(await self.connect("control"))

    async def bytes_of(self, name: str, start: int = 0) -> bytes:
        """All that a viewer receives from byte `start` on, until the server says that this was
        all.
        """
        viewer = await self.connect(f"stream/{name}?from={start}")
        return b"".join([part async for part in messages(viewer)])

    def interrupt(self) -> int:
        """As Ctrl-C does; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@dataclass
class Control:
    """A page's control socket."""

    connection: WebSocketClientConnection

    async def do(self, what: str, **more: Any) -> None:
        await self.connection.write_message(json.dumps({"do": what, **more}))

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first thing told that is `wanted`."""
        while (told := await self.connection.read_message()) is not None:
            said: dict[str, Any] = json.loads(told)
            if wanted(said):
                return said
        raise AssertionError("the server hung up")

    async def last_run(self, *states: str) -> dict[str, Any]:
        """The newest run, once it is told to be in one of these states."""
        said = await self.until(
            lambda said: bool(said.get("runs")) and said["runs"][-1]["state"] in states
        )
        run: dict[str, Any] = said["runs"][-1]
        return run


async def messages(viewer: WebSocketClientConnection) -> AsyncIterator[bytes]:
    while (part := await viewer.read_message()) is not None:
        assert isinstance(part, bytes)
        yield part
    assert viewer.close_code == 4000


def act(steps: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run `steps` in an event loop, in a thread where no browser test has left one, and hang up
    what is left open.
    """

    async def run() -> Result:
        try:
            return await asyncio.wait_for(steps(), PATIENCE)
        finally:
            # A server that is busy, or gone, may take long to answer a farewell.
            streams = [one.protocol.stream for one in OPEN if one.protocol]
            while OPEN:
                OPEN.pop().close()
            for stream in streams:
                stream.close()
            await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """Start a server with the words after `live --watch`, in a fresh folder. It is stopped at the
    end.
    """
    started: list[subprocess.Popen[str]] = []
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MAX_TOKENS", "TEMPERATURE")
    }

    def start(*words: str) -> Live:
        command = [sys.executable, "-m", "specrecord", "live", "--watch", "--no-open", *words]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=kept
        )
        started.append(process)
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://[\w.]+:\d+/[\w-]{32}/", address), address
        return Live(process, address, tmp_path)

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if process.poll() is None:
            process.kill()
        if process.stdout:
            process.stdout.close()
        process.wait()
