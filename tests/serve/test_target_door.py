"""Who a served target answers, and what it makes of bodies that no client should send."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from wires import Letters, served, small_service

from specrecord.serve.completions import app, engine
from specrecord.serve.guard import program_problem

ASKED = {"model": "small", "prompt": [1, 0], "max_tokens": 1}
GOOD = json.dumps(ASKED).encode()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(small_service()) as address:
        yield address


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    with served(small_service(key="csk-canary")) as address:
        yield address


def status(url: str, body: bytes = GOOD, **headers: str) -> int:
    """The status of one POST."""
    request = urllib.request.Request(f"{url}/v1/completions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def talk(url: str, *pieces: bytes) -> bytes:
    """What the server sends on a connection that says these pieces and nothing more."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


@pytest.mark.parametrize(
    ("host", "origin", "site", "refused"),
    [
        ("127.0.0.1:8091", None, None, False),
        ("localhost:9", None, None, False),
        ("[::1]:8091", None, None, False),
        ("127.0.0.1:8091", None, "none", False),
        ("evil.example:8091", None, None, True),
        ("127.0.0.1.evil.example", None, None, True),
        ("", None, None, True),
        ("[::1", None, None, True),
        ("127.0.0.1:8091", "http://127.0.0.1:8091", None, True),
        ("127.0.0.1:8091", "null", None, True),
        ("127.0.0.1:8091", None, "cross-site", True),
        ("127.0.0.1:8091", None, "same-origin", True),
    ],
)
def test_without_a_key_programs_of_this_machine_are_answered(
    host: str, origin: str | None, site: str | None, refused: bool
) -> None:
    headers = {"Host": host, "Origin": origin, "Sec-Fetch-Site": site}
    sent = {name: value for name, value in headers.items() if value is not None}
    assert (program_problem(sent) is not None) == refused


def test_web_pages_and_foreign_names_are_refused_at_every_address(url: str) -> None:
    assert status(url) == 200
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example:80"}):
        assert status(url, **headers) == 403
        for path in ("/v1/models", "/v1/tcp_warming", "/elsewhere"):
            request = urllib.request.Request(f"{url}{path}", headers=headers)
            with pytest.raises(urllib.error.HTTPError, match="403") as refused:
                urllib.request.urlopen(request)
            refused.value.close()


def test_with_a_key_the_key_decides(locked: str) -> None:
    key = {"Authorization": "Bearer csk-canary"}
    assert status(locked, **key, Origin="https://mine.example") == 200
    assert status(locked, Origin="https://mine.example") == 401


def test_a_wrong_key_is_answered_before_a_large_body_is_sent(locked: str) -> None:
    head = b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
    assert talk(locked, head).startswith(b"HTTP/1.1 401 ")
    chunked = b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(locked, chunked).startswith(b"HTTP/1.1 401 ")


def test_a_body_over_the_limit_is_not_read(url: str) -> None:
    head = b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n"
    assert not talk(url, head).startswith(b"HTTP/1.1 200")


def test_headers_and_bodies_that_never_end_are_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_IDLE", 0.3)
    monkeypatch.setattr(app, "_BODY_TIME", 0.3)
    head = b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
    with served(small_service()) as slow:
        start = time.monotonic()
        assert talk(slow, head) == b""
        assert talk(slow, head + b"Content-Length: 100\r\n\r\n{") == b""
        assert time.monotonic() - start < 25
        assert status(slow) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"model": "small", "prompt": "\\ud800", "max_tokens": 1}',
        b'{"model": "small", "prompt": [1, 0], "max_tokens": 1, "stop": ["\\udfff"]}',
        b'{"model": "small", "prompt": "\xff", "max_tokens": 1}',
        b'{"model": "small", "prompt": [1, 0], "temperature": 1e999}',
        b'{"model": "small", "prompt": [1e30], "max_tokens": 1}',
        b'{"model": "small", "prompt": [' + b"9" * 5000 + b"]}",
        json.dumps({**ASKED, "prompt": [[1, 0]] * 257}).encode(),
        b"",
        b"7",
    ],
)
def test_what_cannot_be_meant_is_a_400(url: str, body: bytes) -> None:
    assert status(url, body) == 400


class SlowReader(Letters):
    """A tokenizer that takes its time."""

    reading, done = threading.Event(), threading.Event()

    def encode(self, text: str) -> list[int]:
        self.reading.set()
        assert self.done.wait(30)
        return super().encode(text)


def test_others_are_answered_while_a_prompt_is_tokenised() -> None:
    service = small_service(tokenizer=SlowReader())
    body = json.dumps({**ASKED, "prompt": "abc"}).encode()
    with served(service) as url, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(status, url, body)
        assert SlowReader.reading.wait(30)
        with urllib.request.urlopen(f"{url}/v1/models", timeout=20) as answer:
            assert answer.status == 200
        SlowReader.done.set()
        assert asked.result(30) == 200


def test_more_log_probabilities_than_memory_holds_are_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_MOST_VALUES", 40)
    scored = {**ASKED, "logprobs": 2, "max_tokens": 8}
    assert status(url, json.dumps({**scored, "n": 1}).encode()) == 200
    assert status(url, json.dumps({**scored, "n": 2}).encode()) == 400
