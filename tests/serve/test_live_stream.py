"""Runs watched while they happen: every viewer gets the file's own bytes, and no viewer harms the
run.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from live_server import Live, act, live
from long_pair import long_pair

from specrecord.events import Finish, Mark
from specrecord.recorder.messages import Began
from specrecord.recorder.process import RecorderProcess
from specrecord.recorder.request import Request
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording

__all__ = ["live"]
FULL = ("--evidence", "full", "--no-baselines", "--max-tokens", "400")  # a few megabytes


def is_whole(path: Path) -> bool:
    recording = read_recording(path)
    return recording.complete and audit_recording(recording) == []


def test_early_late_and_returning_viewers_receive_the_file_byte_for_byte(
    live: Callable[..., Live],
) -> None:
    server = live("Once upon a time", *FULL, "-o", "run.specrec")

    async def check() -> None:
        control = await server.control()
        run = await control.last_run("recording", "done")  # a slow machine may come after it
        early = [asyncio.create_task(server.bytes_of("run.specrec")) for _ in range(5)]
        first = await server.connect("stream/run.specrec?from=0")
        some = await first.read_message()
        assert isinstance(some, bytes)
        first.close()
        rest = asyncio.create_task(server.bytes_of("run.specrec", len(some)))
        if run["state"] == "recording":
            await control.last_run("done")
        late = await server.bytes_of("run.specrec")
        written = (server.folder / "run.specrec").read_bytes()
        assert len(written) > 1_000_000
        assert late == written
        assert some + await rest == written
        assert await asyncio.gather(*early) == [written] * 5
        assert await server.bytes_of("run.specrec", len(written)) == b""

    act(check)
    assert is_whole(server.folder / "run.specrec")


def test_bad_names_and_offsets_are_told_by_a_code(live: Callable[..., Live]) -> None:
    server = live("Once", "--max-tokens", "4", "-o", "run.specrec")

    async def code(path: str) -> int | None:
        viewer = await server.connect(path)
        assert await viewer.read_message() is None
        return viewer.close_code

    async def check() -> None:
        await (await server.control()).last_run("done")
        assert await code("stream/other.specrec") == 4004
        assert await code("stream/run.specrec?from=-1") == 4004
        assert await code("stream/run.specrec?from=x") == 4004
        assert await code("stream/run.specrec?from=99999999") == 4001

    act(check)


def test_a_page_starts_marks_and_stops_runs_one_after_the_other(
    live: Callable[..., Live], tmp_path: Path
) -> None:
    server = live(*long_pair(tmp_path / "pair"), "--no-baselines")

    async def check() -> list[str]:
        control = await server.control()
        assert await control.until(lambda said: True) == {"runs": [], "busy": False}
        await control.do(
            "start", request={"prompt": "Once upon a time", "max_tokens": 8000, "k": 2, "seed": 5}
        )
        first = await control.last_run("recording")
        await control.do("mark", title="here", note="look")
        await control.do("start", request={"prompt": "again"})
        assert "in progress" in (await control.until(lambda said: "error" in said))["error"]
        await control.do("stop")
        assert (await control.last_run("done"))["note"] == "interrupted"
        await control.do("start", request={"prompt": "def ", "max_tokens": "8", "temperature": "0"})
        second = await control.last_run("done")
        assert second["note"] == "complete"
        for request, message in [
            ({"prompt": "x", "k": "four"}, "K is 'four'; it must be a whole number"),
            ({"prompt": "x", "k": True}, "K is True; it must be a whole number"),
            ({"prompt": "x", "k": 0}, "K is 0"),
            ({"prompt": ""}, "the prompt is empty"),
            ({"prompt": "x", "tree": "2x2", "rule": "standard"}, "judges chains"),
            ({"prompt": "x", "title": "t"}, "'title' cannot be set here"),
        ]:
            await control.do("start", request=request)
            assert message in (await control.until(lambda said: "error" in said))["error"]
        await control.do("start", request={"prompt": "x", "draft": "nonesuch"})
        assert "nonesuch" in (await control.last_run("failed"))["note"]
        await control.connection.write_message("nonsense")
        assert "understood" in (await control.until(lambda said: "error" in said))["error"]
        return [first["name"], second["name"]]

    names = act(check)
    assert len(set(names)) == 2
    for name in names:
        assert is_whole(server.folder / name)
    first, second = (read_recording(server.folder / name) for name in names)
    assert (first.header.k, first.header.seed, second.header.temperature) == (2, 5, 0)
    marks = [event for event in first.events if isinstance(event, Mark)]
    assert [(mark.title, mark.note) for mark in marks] == [("here", "look")]


def test_interrupting_the_server_ends_the_run_whole(
    live: Callable[..., Live], tmp_path: Path
) -> None:
    words = [*long_pair(tmp_path / "pair"), "--max-tokens", "8000", "-o", "run.specrec"]
    server = live("Once upon a time", *words)

    async def begun() -> None:
        await (await server.control()).last_run("recording")

    act(begun)
    assert server.interrupt() == 0
    assert is_whole(server.folder / "run.specrec")
    ends = [
        event
        for event in read_recording(server.folder / "run.specrec").events
        if isinstance(event, Finish)
    ]
    assert ends[-1].reason == "interrupted"


def stalled(server: Live) -> socket.socket:
    """A viewer that shakes hands and then reads nothing, with as little room as the system lets it
    have.
    """
    viewer = socket.socket()
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    viewer.connect(("127.0.0.1", server.port))
    viewer.sendall(
        f"GET /{server.token}/stream/run.specrec?from=0 HTTP/1.1\r\nHost: "
        f"127.0.0.1:{server.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return viewer


def memory(process_id: int) -> int:
    """Bytes that a process holds in memory."""
    status = Path(f"/proc/{process_id}/status")
    if not status.is_file():
        pytest.skip("MEMORY WAS NOT MEASURED: no /proc here")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def test_viewers_that_stall_break_off_or_come_and_go_harm_nothing(
    live: Callable[..., Live],
) -> None:
    server = live("Once upon a time", *FULL, "-o", "run.specrec")

    async def come_and_go(turn: int) -> None:
        viewer = await server.connect(f"stream/run.specrec?from={turn * 1000}")
        if turn % 3:
            await viewer.read_message()
        viewer.close()
        while await viewer.read_message() is not None:  # until it is closed
            pass

    async def check() -> None:
        control = await server.control()
        await control.last_run("recording", "done")
        before = memory(server.process.pid)
        sleepers = [stalled(server) for _ in range(20)]
        closing.callback(lambda: [sleeper.close() for sleeper in sleepers])
        broken = stalled(server)
        broken.recv(500)
        # A reset in the middle of a message, as when a machine is switched off.
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        broken.close()
        await asyncio.gather(*map(come_and_go, range(100)))
        received = await server.bytes_of("run.specrec")
        grown = memory(server.process.pid) - before
        written = (server.folder / "run.specrec").read_bytes()
        assert received == written
        # Each stalled viewer may hold one chunk here; the file times the viewers would be far more.
        assert grown < 30_000_000 < 20 * len(written)

    with contextlib.ExitStack() as closing:
        act(check)
    assert is_whole(server.folder / "run.specrec")


def test_a_run_outlives_the_process_that_asked_for_it(tmp_path: Path) -> None:
    recorder = RecorderProcess()
    path = tmp_path / "run.specrec"
    recorder.record(Request("Once upon a time", max_tokens=400, baselines=False), path)
    while not any(isinstance(report, Began) for report in recorder.receive(60)):
        pass
    recorder.close()
    assert is_whole(path)
