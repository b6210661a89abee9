"""Who may use a server of this program on this machine.

A web page of another site can reach 127.0.0.1 from the reader's browser. Three things keep it out:
`Host`, which shows a name that was set up to point here (DNS rebinding); `Origin` and
`Sec-Fetch-Site`, which the browser sets and no script can change; and, for a live run, a random
token in the address, which it cannot know.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from specrecord.errors import UsageError

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def check_bind(host: str, *, asked: bool) -> None:
    """Raises UsageError for an address that others can reach, unless it was `asked` for by name."""
    if not asked and not _is_loopback(host):
        raise UsageError(
            f"{host}: others could reach the run there; say --host {host} if that is what you want"
        )


@dataclass(frozen=True)
class Guard:
    """Judges requests to the server that listens on `host` and `port`. The token is drawn anew for
    each server.
    """

    host: str
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def problem(self, headers: Mapping[str, str], token: str) -> str | None:
        """Why a request with these headers and this token is refused, or None."""
        if found := self.page_problem(headers):
            return found
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return (
                "the address is not complete: its secret part is wrong; copy it from the terminal"
            )
        return None

    def page_problem(self, headers: Mapping[str, str]) -> str | None:
        """Why a request, whatever its token, cannot be of a page or a program that is let in."""
        host, origin = headers.get("Host", ""), headers.get("Origin")
        if not self._is_ours(host):
            return "this server does not answer to that name"
        foreign = origin is not None and origin.lower() != f"http://{host.lower()}"
        if foreign or headers.get("Sec-Fetch-Site") == "cross-site":
            return "pages of other sites may not look here"
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names this server: a loopback name, or where it
        listens.
        """
        name, port = _name_and_port(host)
        # Listening to the network: a number is never a name that somebody else let point here.
        number = not _is_loopback(self.host) and _number(name) is not None
        return port == self.port and (number or name in {*_LOCAL_NAMES, self.host.lower()})


def program_problem(headers: Mapping[str, str]) -> str | None:
    """Why a request to a server without a key is refused, or None: it answers programs of this
    machine that are no web page. The port is free, since tunnels and links have ports of their own.
    """
    if _name_and_port(headers.get("Host", ""))[0] not in _LOCAL_NAMES:
        return "this server does not answer to that name; to serve others, start it with a --key"
    if "Origin" in headers or headers.get("Sec-Fetch-Site", "none") != "none":
        return "web pages may not ask here; to let them, start the server with a --key"
    return None


def _name_and_port(host: str) -> tuple[str, int]:
    """What a Host header names, "" where it is no such header."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "").lower(), parts.port or 80
    except ValueError:
        return "", 0


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    number = _number(host)
    return number.is_loopback if number else host.lower() == "localhost"
