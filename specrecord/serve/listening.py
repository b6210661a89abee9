"""Where a server of this program listens."""

import socket

from tornado.netutil import bind_sockets

from specrecord.errors import UsageError


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen there; port 0 takes a free one. Raises UsageError."""
    try:
        return bind_sockets(port, host)
    except OSError as error:
        raise UsageError(
            f"cannot listen at {host}:{port} ({error.strerror}); choose another --port or --host"
        ) from None
