"""The API key is in nothing that is kept or said, whatever a server makes of it."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from wires import CANARY, Letters, Plan, opened, served, small_service

from specrecord.errors import SpecrecordError, UsageError
from specrecord.models.remote import public_name, split_address
from specrecord.models.remote.connect import RemoteOptions, address_of
from specrecord.models.remote.http.gate import Gate

MIDDLE = CANARY[6:20]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "whole": lambda key: key,
    "in a sentence": lambda key: f"the key {key!r} is not known",
    "first half": lambda key: key[: len(key) // 2],
    "second half": lambda key: key[len(key) // 2 :],
    "middle": lambda key: key[6:20],
    "few letters": lambda key: key[9:16],
    "spaced": lambda key: " ".join(key),
    "dotted": lambda key: ".".join(key),
    "on lines": lambda key: "\n".join(key),
    "large": str.upper,
    "reversed": lambda key: key[::-1],
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64 of more": lambda key: base64.b64encode(f"a{key}".encode()).decode(),
    "base64 of a header": lambda key: base64.b64encode(f"Bearer {key} ".encode()).decode(),
    "base64 for addresses": lambda key: base64.urlsafe_b64encode(f"ab{key}".encode()).decode(),
    "hexadecimal": lambda key: key.encode().hex(),
    "hexadecimal, spaced": lambda key: key.encode().hex(" "),
    "percent": quote,
    "all percent": lambda key: "".join(f"%{ord(letter):02x}" for letter in key),
    "entities": lambda key: "".join(f"&#{ord(letter)};" for letter in key),
    "escapes": lambda key: "".join(f"\\u{ord(letter):04x}" for letter in key),
    "wide letters": lambda key: "".join(chr(ord(letter) + 0xFEE0) for letter in key),
    "zero width": lambda key: "\u200b".join(key),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_passes_the_gate(spelling: str) -> None:
    spelled = SPELLINGS[spelling](CANARY)
    for text in (spelled, f"no: {spelled} at 12:30", f"x{spelled}y"):
        assert Gate(CANARY)(text) == "[withheld: it quotes the API key]"


def test_what_holds_nothing_of_the_key_passes() -> None:
    said = "specrecord:0123456789: the prompt is\ntoo   long (2,048 tokens) — bitte kürzen"
    assert Gate(CANARY.replace("0123456789", ""))(said) == " ".join(said.split())
    assert Gate(None)(CANARY) == CANARY
    assert len(Gate(CANARY)("é " * 10**5)) <= 400
    body = {"choices": [{"text": CANARY}], "server": CANARY, "list": [CANARY, 3]}
    assert CANARY not in json.dumps(Gate(CANARY).clean(body) | {"choices": []})


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_fingerprint_that_quotes_the_key_is_withheld(spelling: str) -> None:
    service = small_service(key=CANARY)
    spelled = SPELLINGS[spelling](CANARY)
    kind = type("Quoting", (type(service),), {"fingerprint": property(lambda self: spelled)})
    service.__class__ = kind
    with served(service) as url:
        target = opened(url, Letters(), key=CANARY)
    assert Gate(CANARY)(json.dumps(target.info.details)) != "[withheld: it quotes the API key]"
    assert "withheld" in target.info.details["fingerprint"]


@pytest.mark.parametrize("status", ["400", "402", "403", "404", "409", "500"])
def test_a_refusal_that_quotes_the_key_does_not(status: str) -> None:
    with (
        served(small_service(key=CANARY), Plan(lambda number: status)) as url,
        pytest.raises(SpecrecordError) as refused,
    ):
        opened(url, Letters(), key=CANARY)
    assert MIDDLE not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://user:hunter2@127.0.0.1:8091",
        "https://hunter2@example.org/v1",
        "http://example.org/v1?api_key=hunter2",
        "http://example.org:hunter2",
        "http://user:hunter2@",
    ],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        address_of(f"api:small@{address}", RemoteOptions())
    assert "hunter2" not in str(refused.value)
    with pytest.raises(UsageError) as refused:
        address_of("cerebras:small", RemoteOptions(key="k", base_url=address))
    assert "hunter2" not in str(refused.value)
    assert public_name(f"api:small@{address}") == "api:small@URL"


def test_an_address_without_a_scheme_is_not_repeated_either() -> None:
    with pytest.raises(UsageError) as refused:
        address_of("api:small@user:hunter2@host", RemoteOptions())
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("key", ["csk-hunter2\n", "csk hunter2", "csk-hünter2"])
def test_a_key_that_no_header_holds_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(UsageError) as refused:
        address_of("api:small@http://127.0.0.1:9", RemoteOptions(key=key))
    assert "nter2" not in str(refused.value)


def test_model_and_address_are_told_apart(tmp_path: Path) -> None:
    assert split_address("a@b@http://h/v1") == ("a@b", "http://h/v1")
    assert split_address("a@http://u:p@h") == ("a", "http://u:p@h")
    assert split_address("tiny:target") == ("tiny:target", "")
