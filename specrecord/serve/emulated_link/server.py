"""An emulated link: a forwarding proxy, in a process of its own, that holds every byte for half a
round trip each way.

The client meets real sockets and real waiting, and nothing is slept inside it. Bytes of one
direction keep their order; jitter, if asked for, is drawn anew for each piece that arrives. Opening
a connection is not delayed, since the proxy answers it at once: with the connection kept alive, as
our client keeps it, only the first request would notice.

    python -m specrecord.serve.emulated_link.server --to 127.0.0.1:8091 --round-trip 60

prints the address it listens at, and forwards until it is ended or its standard input closes.
"""

import argparse
import asyncio
import random
import socket
import sys
import threading
from dataclasses import dataclass

_PIECE = 65536  # bytes read at once
# seconds: timers round up to whole milliseconds, so the last two are spent looking at the clock
_LATE = 0.002


@dataclass(frozen=True)
class Link:
    """Where to forward to, and for how long a byte is held one way: `delay` seconds, give or take
    `jitter`.
    """

    host: str
    port: int
    delay: float
    jitter: float

    async def serve(self, port: int = 0) -> asyncio.Server:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        return await asyncio.start_server(self._connected, "127.0.0.1", port)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        for side in (writer, back):
            side.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        except asyncio.CancelledError:
            return  # the link is taken down
        finally:
            for side in (writer, back):
                side.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """One direction: pieces wait in a queue until they are due, so that later ones travel at
        the same time.
        """
        loop = asyncio.get_running_loop()
        travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(travelling, sink))
        latest = 0.0
        try:
            while piece := await source.read(_PIECE):
                held = self.delay + random.uniform(-self.jitter, self.jitter)
                latest = max(latest, loop.time() + max(0.0, held))
                travelling.put_nowait((latest, piece))
        except OSError:
            sink.transport.abort()
        travelling.put_nowait((loop.time() + self.delay, b""))
        await arriving

    async def _arrive(
        self, travelling: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        piece = b"-"
        while piece:
            due, piece = await travelling.get()
            await asyncio.sleep(max(0.0, due - _LATE - loop.time()))
            while loop.time() < due:
                await asyncio.sleep(0)
            try:
                if piece:
                    sink.write(piece)
                    await sink.drain()
                elif sink.can_write_eof():
                    sink.write_eof()
            except OSError:
                return


async def _run(link: Link, port: int) -> None:
    server = await link.serve(port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait_for_parent() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    await closed.wait()


def main() -> None:
    """Parse the arguments and forward until standard input closes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--to", required=True, metavar="HOST:PORT", help="where the target listens")
    parser.add_argument(
        "--round-trip",
        type=float,
        default=60.0,
        metavar="MS",
        help="round trip in milliseconds (60)",
    )
    parser.add_argument(
        "--jitter", type=float, default=0.0, metavar="MS", help="vary each way by up to this (0)"
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (a free one)")
    given = parser.parse_args()
    host, _, port = given.to.rpartition(":")
    asyncio.run(
        _run(Link(host, int(port), given.round_trip / 2000, given.jitter / 1000), given.port)
    )


if __name__ == "__main__":
    main()
