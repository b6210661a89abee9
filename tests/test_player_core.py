"""The player's core under Node, and its numbers against Python's on every recording of the
repository.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack
import pytest

from specrecord.header import FORMAT
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tests.node import node

Ask = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[1]
PLAYER_TESTS = ROOT / "tests" / "player"
RECORDINGS = sorted(
    path
    for folder in (PLAYER_TESTS / "fixtures", ROOT / "tests" / "fixtures", ROOT / "recordings")
    for pattern in ("*.specrec", "*.specrec.gz")
    for path in folder.rglob(pattern)
)


def test_core_under_node() -> None:
    files = sorted(str(path) for path in PLAYER_TESTS.rglob("*.test.js"))
    result = subprocess.run([node(), "--test", *files], capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """What the player's core answers, by one process of Node for all questions of this file."""
    command = [node(), str(PLAYER_TESTS / "helpers" / "answer.js")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout

        def answer(*question: Any) -> Any:
            print(json.dumps(question), file=process.stdin, flush=True)
            said = json.loads(process.stdout.readline() or '{"error": "Node has ended"}')
            assert "error" not in said, said["error"]
            return said["answer"]

        yield answer


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_equal_to_the_last_digit(path: Path, ask: Ask) -> None:
    expected = json.loads(json.dumps(recording_info(read_recording(path))))
    assert sealed(ask("info", str(path)), path) == sealed(expected, path)


def test_what_the_target_never_answered_counts_on_neither_side(tmp_path: Path, ask: Ask) -> None:
    sound = PLAYER_TESTS / "fixtures" / "standard.specrec"
    values = msgpack.Unpacker()
    values.feed(sound.read_bytes())
    header, *events = values
    places = [place for place, event in enumerate(events) if event[0] == "verify"]
    events.insert(places[8], events[places[8]])  # of two answers the first counts
    for place in (places[6], places[0]):
        del events[place]
    broken = tmp_path / "broken.specrec"
    broken.write_bytes(b"".join(msgpack.packb(value) for value in (header, *events)))
    rounds = recording_info(read_recording(sound))["rounds"]
    assert recording_info(read_recording(broken))["rounds"] == rounds - 2
    test_numbers_equal_to_the_last_digit(broken, ask)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "recordings").glob("*.specrec*")), ids=lambda path: path.name
)
def test_a_frame_is_what_replaying_gives_at_ten_thousand_times(path: Path, ask: Ask) -> None:
    assert ask("property", str(path), 10_000) == 10_000


@pytest.mark.parametrize(
    "path",
    sorted([*ROOT.glob("recordings/*.specrec"), *ROOT.glob("tests/fixtures/gallery/*.specrec")]),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_token_stands_beside_the_list_it_was_drawn_from(path: Path, ask: Ask) -> None:
    compared = ask("lists", str(path))
    if path.parent.name == "gallery" and path.name == "draft-ensemble-tree.specrec":
        assert compared > 300


def sealed(info: dict[str, Any], path: Path) -> dict[str, Any]:
    """The player checks the digest apart from the events, so `complete` may differ on a damaged
    file alone.
    """
    return info if read_recording(path).complete else {**info, "complete": False}


@pytest.mark.parametrize("name", ["standard", "match", "hostile"])
def test_golden_numbers(name: str) -> None:
    stored = json.loads((PLAYER_TESTS / "fixtures" / f"{name}.json").read_text())
    assert stored["format"] == FORMAT
    assert stored == json.loads(
        json.dumps(recording_info(read_recording(PLAYER_TESTS / "fixtures" / f"{name}.specrec")))
    )
