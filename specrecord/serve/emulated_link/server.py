"""An emulated link: a forwarding proxy, in a process of its own, that holds every byte for half a
round trip each way.

The client meets real sockets and real waiting, and nothing is slept inside it. Bytes of one
direction keep their order. Opening a connection is not delayed, since the proxy answers it at once:
with the connection kept alive, as our client keeps it, only the first request would notice.
"""

import asyncio
import signal
import socket
from dataclasses import dataclass
from multiprocessing.connection import Connection

_PIECE = 65536  # bytes read at once
# seconds: timers round up to whole milliseconds, so the last two are spent looking at the clock
_LATE = 0.002


@dataclass(frozen=True)
class Link:
    """Where to forward to, and for how many seconds a byte is held one way."""

    host: str
    port: int
    delay: float

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
        try:
            while piece := await source.read(_PIECE):
                travelling.put_nowait((loop.time() + self.delay, piece))
        except OSError:
            sink.transport.abort()
        travelling.put_nowait((loop.time() + self.delay, b""))
        await arriving

    async def _arrive(
        self, travelling: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
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


async def _forward(link: Link, connection: "Connection[int, object]") -> None:
    server = await asyncio.start_server(link.connected, "127.0.0.1", 0)
    connection.send(server.sockets[0].getsockname()[1])
    closed = asyncio.Event()
    asyncio.get_running_loop().add_reader(connection.fileno(), closed.set)
    await closed.wait()


def forward(link: Link, connection: "Connection[int, object]") -> None:
    """Send the port that it listens at, on 127.0.0.1, and forward until `connection` closes."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # what ends the run, which needs the link until then
    asyncio.run(_forward(link, connection))
