"""A served target under requests that no client should send: slow, huge, deep,
hostile. Each is refused, the next good one is answered, and memory stays where it was.
"""

import contextlib
import json
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tools.torture.attack import Fault

_GOOD = {"model": "tiny:target", "prompt": [1, 2, 3], "max_tokens": 2}
_HEAD = "POST /v1/completions HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n"
_MOST_GROWTH = 300_000  # kB that a server may grow under all of it
_ODD = ["\ud800", "a" * 10**6, 10**30, -1, 1e308, None, [], {}, [[]], [[1]] * 5000, True, "", "\0"]


def attack_requests(numbers: range, rng: random.Random) -> Iterator[Fault]:
    """Bad requests to a `target` without a key, a few of them slow."""
    with _served() as (process, port):
        before, idle = _memory(process.pid), []
        for number in numbers:
            if number % 50 == 0:
                idle.append(_begun(port))  # and never finished
            status = _sent(port, _bad(rng, port))
            if status in (b"200", b"500"):
                yield Fault("bad requests that were taken", f"status {status.decode()}")
            if number % 100 == 0 and not _answers(port):
                yield Fault("servers that no longer answered", f"after request {number}")
        if (growth := _memory(process.pid) - before) > _MOST_GROWTH:
            yield Fault("servers that grew", f"by {growth:,} kB")
        for each in idle:
            each.close()
        if process.poll() is not None:
            yield Fault("servers that ended", f"status {process.returncode}")


@contextlib.contextmanager
def _served() -> Iterator[tuple["subprocess.Popen[str]", int]]:
    words = [sys.executable, "-m", "specrecord", "target", "--model", "tiny:target", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline().rsplit(":", 1)[1])
        finally:
            process.terminate()


def _bad(rng: random.Random, port: int) -> bytes:
    """A request that should be refused."""
    host = f"127.0.0.1:{port}"
    kind = rng.randrange(7)
    if kind == 0:  # a name or a page that may not ask
        head = _HEAD.format(host="evil.example", length=2) + "{}"
        return head.encode()
    if kind == 1:
        body = json.dumps(_GOOD)
        head = _HEAD.format(host=host, length=len(body))
        return head.replace("\r\n\r\n", "\r\nOrigin: https://evil.example\r\n\r\n").encode() + (
            body.encode()
        )
    if kind == 2:  # deep
        body = rng.choice(["[", '{"a":']) * rng.randrange(1, 200_000)
    elif kind == 3:  # huge by announcement
        return _HEAD.format(host=host, length=rng.randrange(2**25, 2**62)).encode()
    elif kind == 4:  # noise
        body = rng.randbytes(rng.randrange(2000)).decode("latin-1")
    elif kind == 5:
        body = json.dumps({**_GOOD, "prompt": [[1]] * 3000, "n": 64})
    else:
        name = rng.choice(["model", "max_tokens", "temperature", "n", "logprobs", "seed", "stop"])
        wrong = {"x": "y"} if name == "seed" else rng.choice([[{}], {"a": 1}, -(10**20), [[1]]])
        body = json.dumps({**_GOOD, name: wrong, "prompt": rng.choice(_ODD)})
    data = body.encode("utf-8", "surrogatepass")
    return _HEAD.format(host=host, length=len(data)).encode() + data


def _sent(port: int, request: bytes) -> bytes:
    """The status of the answer, empty where the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(request)
        with contextlib.suppress(OSError):
            return connection.recv(64).split(b" ")[1:2][0]
    return b""


def _begun(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Le")
    return connection


def _answers(port: int) -> bool:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/completions", json.dumps(_GOOD).encode()
    )
    start = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status == 200 and time.monotonic() - start < 30
    except OSError:
        return False


def _memory(pid: int) -> int:
    """Resident memory of a process in kB, 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0
