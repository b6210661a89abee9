"""The emulated link: real waiting between real sockets, and a recording that says so."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wires import Letters, http_target, opened, served, small_service

from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.loop import Settings
from specrecord.decoding.sampling import SamplingParams
from specrecord.errors import UsageError
from specrecord.events import SPECULATIVE
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import Session
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from specrecord.registry import load_pair
from specrecord.serve.emulated_link.process import emulated_link


@pytest.fixture
def echo() -> Iterator[str]:
    """A server that sends back what it gets, a connection at a time."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(1 << 20):
                    connection.sendall(data)

    threading.Thread(target=answer, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    server.close()


def connect(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def test_every_byte_is_held_and_none_is_lost_or_moved(echo: str) -> None:
    sent = bytes(range(256)) * 4096
    with emulated_link(echo, 50) as link, connect(link.url) as client:
        start = time.perf_counter()
        threading.Thread(target=client.sendall, args=(sent,)).start()
        first = client.recv(1)
        waited = time.perf_counter() - start
        got = bytearray(first)
        while len(got) < len(sent):
            got += client.recv(1 << 20)
    assert bytes(got) == sent
    assert waited >= 0.05


def test_pieces_travel_at_the_same_time(echo: str) -> None:
    """Twenty pieces 10 ms apart need 200 ms once, not twenty times."""
    with emulated_link(echo, 200) as link, connect(link.url) as client:
        start = time.perf_counter()
        for _ in range(20):
            client.sendall(b"x")
            time.sleep(0.01)
        got = b""
        while len(got) < 20:
            got += client.recv(20)
        assert 0.2 <= time.perf_counter() - start < 4


def test_the_link_ends_with_its_context(echo: str) -> None:
    with emulated_link(echo, 0) as link:
        url = link.url
    with pytest.raises(OSError, match="refused"):
        connect(url)


def test_a_closed_side_closes_the_other(echo: str) -> None:
    with emulated_link(echo, 10) as link, connect(link.url) as client:
        client.sendall(b"bye")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(10) == b"bye"
        assert client.recv(10) == b""


def test_only_what_can_be_forwarded_gets_a_link() -> None:
    with (
        pytest.raises(UsageError, match="http://HOST:PORT"),
        emulated_link("https://api.cerebras.ai", 10),
    ):
        pass


def test_the_parts_of_each_round_add_up_and_the_network_follows_the_link(tmp_path: Path) -> None:
    """The least of several is compared: a busy machine adds to a round trip, and never takes
    away.
    """
    pair = load_pair("tiny", "tiny:target")
    least: dict[int, float] = {}
    for delay in (0, 40):
        path = tmp_path / f"{delay}.specrec"
        with (
            served(small_service(pair.target, pair.tokenizer)) as url,
            emulated_link(url, delay) as link,
        ):
            target = http_target(link.url, "score", pair.tokenizer, 0.8)
            settings = Settings(
                k=3,
                max_tokens=16,
                end_ids=pair.tokenizer.end_ids,
                token_bytes=pair.tokenizer.token_bytes,
                sampling=SamplingParams(0.8),
                capture=LogprobCapture("none"),
            )
            request = Request(
                "Recipe: ",
                k=3,
                max_tokens=16,
                temperature=0.8,
                baselines=False,
                simulated=(link.words,),
            )
            assert pair.drafter is not None
            prompt = pair.tokenizer.encode(request.prompt)
            record(Session(request, pair.drafter, target, pair.tokenizer, prompt, settings), path)
            target.close()
        recording = read_recording(path)
        assert recording.header.simulated == [link.words]
        verifies = []
        for one in recording.tracks[SPECULATIVE].rounds:
            whole, drafting, verify = one.end - one.start, one.draft_time, one.verify
            assert verify is not None
            server = verify.duration - verify.queue - verify.network
            other = whole - drafting - verify.duration
            assert min(drafting, server, other) >= 0
            assert verify.prompt + verify.completion <= server + 2
            assert verify.queue + verify.network + server + drafting + other == pytest.approx(
                whole, rel=0.02
            )
            verifies.append(verify)
        latency = recording_info(recording)["latency"]
        assert sum(latency.values()) == pytest.approx(recording_info(recording)["duration_s"])
        least[delay] = min(verify.network / 1000 for verify in verifies)
    # A busy machine adds to both, by whatever it likes; the shipped recordings are held to 10 %
    # (test_network_docs.py).
    assert least[40] >= 40
    assert least[40] > least[0]


def test_the_round_trip_in_the_header_is_that_of_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with served(small_service()) as url, emulated_link(url, 40) as link:
        target = opened(link.url, Letters())
        target.close()
    assert 0.04 <= target.round_trip < 20  # seconds
