"""Who is let in: holders of the address, from a page that we served, under a name that is ours.
Nobody else.
"""

from collections.abc import Callable

import pytest
from live_server import OPEN, Live, act, live
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from specrecord.errors import UsageError
from specrecord.serve.guard import Guard, check_bind
from specrecord.serve.live import LiveServer

__all__ = ["live"]
OURS = {"Host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, False),
        ({"Host": "localhost:8000"}, False),
        ({"Origin": "http://127.0.0.1:8000"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"token": "wrong"}, True),
        ({"token": ""}, True),
        ({"token": "rïght"}, True),
        ({"Host": "127.0.0.1:8001"}, True),
        ({"Host": "evil.example:8000"}, True),
        ({"Host": "127.0.0.1.evil.example:8000"}, True),
        ({"Host": "10.0.0.7:8000"}, True),
        ({"Host": ""}, True),
        ({"Host": "[::1"}, True),
        ({"Origin": "http://evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://127.0.0.1:9000"}, True),
        ({"Origin": "https://127.0.0.1:8000"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
    ],
)
def test_a_request_is_judged_by_name_origin_and_token(
    change: dict[str, str], refused: bool
) -> None:
    headers = {**OURS, **change}
    token = headers.pop("token", "right")
    problem = Guard("127.0.0.1", 8000, "right").problem(headers, token)
    assert (problem is not None) == refused


def test_on_the_network_numbers_are_names_of_ours_and_other_names_are_not() -> None:
    guard = Guard("0.0.0.0", 8000, "right")
    assert guard.problem({"Host": "10.0.0.7:8000"}, "right") is None
    assert guard.problem({"Host": "evil.example:8000"}, "right") is not None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_an_address_that_others_reach_must_be_asked_for(host: str) -> None:
    with pytest.raises(UsageError, match="--host"):
        check_bind(host, asked=False)
    check_bind(host, asked=True)


def test_the_server_itself_refuses_such_an_address() -> None:
    with pytest.raises(UsageError, match=r"0\.0\.0\.0: others could reach"):
        LiveServer(None, None, host="0.0.0.0")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_asking(host: str) -> None:
    check_bind(host, asked=False)


def test_every_address_is_refused_to_foreigners_and_to_wrong_tokens(
    live: Callable[..., Live],
) -> None:
    server = live("Once upon a time", "--max-tokens", "40", "-o", "run.specrec")
    foreign = {
        "another site": {"Origin": "https://evil.example"},
        "no site": {"Origin": "null"},
        "a name made to point here": {"Host": f"evil.example:{server.port}"},
        "a cross-site request": {"Sec-Fetch-Site": "cross-site"},
    }
    wrong = server.address.replace(server.token, "x" * len(server.token))

    async def status(address: str, headers: dict[str, str]) -> int:
        answer = await AsyncHTTPClient().fetch(
            HTTPRequest(address, headers=headers), raise_error=False
        )
        return answer.code

    async def shakes_hands(address: str, headers: dict[str, str]) -> bool:
        try:
            OPEN.append(
                await websocket_connect(
                    HTTPRequest(address.replace("http://", "ws://"), headers=headers)
                )
            )
        except HTTPClientError as error:
            return error.code != 403
        return True

    async def check() -> None:
        control = await server.control()
        await control.last_run("done")
        pages = ["", "player/define.js", "recordings/run.specrec"]
        sockets = ["control", "stream/run.specrec"]
        for page in pages:
            assert await status(server.address + page, {}) == 200
            assert await status(wrong + page, {}) == 403
            for why, headers in foreign.items():
                assert await status(server.address + page, headers) == 403, (page, why)
        for path in sockets:
            assert await shakes_hands(server.address + path, {})
            assert await shakes_hands(
                server.address + path, {"Origin": f"http://127.0.0.1:{server.port}"}
            )
            assert not await shakes_hands(wrong + path, {})
            for why, headers in foreign.items():
                assert not await shakes_hands(server.address + path, headers), (path, why)
        assert await status(f"http://127.0.0.1:{server.port}/", {}) == 403
        assert await status(server.address + "player/../pyproject.toml", {}) in (403, 404)
        assert await status(server.address + "player/%2e%2e/pyproject.toml", {}) in (403, 404)
        assert await status(server.address + "recordings/other.specrec", {}) == 404
        assert await status(server.address + "nothing", {}) == 404

    act(check)


def test_the_command_line_says_how_to_listen_elsewhere(live: Callable[..., Live]) -> None:
    server = live("--host", "0.0.0.0")
    assert server.address.startswith("http://0.0.0.0:")
