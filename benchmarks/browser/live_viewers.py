"""Viewers of a live run that are sockets, in a process of their own, for `live.py`.

python benchmarks/browser/live_viewers.py ADDRESS COUNT FILE   # as `live.py` starts it
"""

import json
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

PONG = b"\x8a\x80\0\0\0\0"


def viewers(address: str, name: str, count: int, folder: Path) -> "subprocess.Popen[str]":
    """Socket viewers of a run, in a process of their own."""
    words = [f"{address}stream/{name}", str(count), str(folder / name)]
    return subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True)


def receive(address: str, count: int, file: Path) -> None:
    """`count` viewers that take every byte as it comes; at the end their bytes are held against the
    file.
    """
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    chooser = selectors.DefaultSelector()
    for _ in range(count):
        viewer = socket.create_connection((parts.hostname, parts.port))
        viewer.sendall(
            f"GET {parts.path}?from=0 HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: "
            "websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        chooser.register(viewer, selectors.EVENT_READ, bytearray())
    left, received, answered = count, [], time.monotonic()
    while left:
        if (
            time.monotonic() - answered > 1
        ):  # a viewer says that it is there, as browsers do when they are asked
            answered = time.monotonic()
            for key in list(chooser.get_map().values()):
                key.fileobj.send(PONG)
        for key, _ in chooser.select(1):
            viewer = key.fileobj
            assert isinstance(viewer, socket.socket)
            data = viewer.recv(1 << 18)
            key.data.extend(data)
            if not data or _said_goodbye(key.data):
                chooser.unregister(viewer)
                viewer.close()
                received.append(bytes(_payload(key.data)))
                left -= 1
    whole = file.read_bytes()
    print(json.dumps({"equal": sum(data == whole for data in received), "bytes": len(whole)}))


def _said_goodbye(stream: bytearray) -> bool:
    """Whether a close frame came last: two bytes of head, a code, a reason."""
    return stream[-40:].find(b"\x0f\xa0the recording is whole") >= 0


def _payload(stream: bytearray) -> bytearray:
    """The data of all binary frames."""
    at, data = stream.index(b"\r\n\r\n") + 4, bytearray()
    while at < len(stream):
        kind, size, at = stream[at] & 15, stream[at + 1], at + 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size, at = int.from_bytes(stream[at : at + wide]), at + wide
        if kind == 2:
            data += stream[at : at + size]
        at += size
    return data


if __name__ == "__main__":
    receive(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
