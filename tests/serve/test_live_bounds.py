"""A live page asks for what fits the machine, or hears why not; the server ends when it is asked
to, and the run with it, whole.
"""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from live_server import PATIENCE, Live, act, live
from long_pair import long_pair

from specrecord.recording.reader import read_recording

__all__ = ["live"]
TOO_MUCH: list[dict[str, Any]] = [
    {"k": 10**9},
    {"k": 10**400},
    {"k": "1" * 6000},
    {"max_tokens": 10**12},
    {"temperature": 1e300},
    {"tree": "9999x9999"},
    {"prompt": "\ud800"},
    {"draft": "y" * 9000},
    {"x" * 9000: 1},
]


def test_no_field_takes_the_machine(live: Callable[..., Live]) -> None:
    server = live()

    async def check() -> None:
        control = await server.control()
        for asked in TOO_MUCH:
            await control.do("start", request={"prompt": "Once", **asked})
            said = await control.until(lambda said: "error" in said)
            assert len(said["error"]) < 300
        await control.connection.write_message("[" * 100_000)
        assert "error" in await control.until(lambda said: "error" in said)

    act(check)


def test_sigterm_ends_the_run_whole_and_the_server(
    live: Callable[..., Live], tmp_path: Path
) -> None:
    words = [*long_pair(tmp_path / "pair"), "--max-tokens", "8000", "-o", "run.specrec"]
    server = live("Once upon a time", *words)

    async def begun() -> None:
        control = await server.control()
        await control.last_run("recording")

    act(begun)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0
    assert read_recording(server.folder / "run.specrec").complete
