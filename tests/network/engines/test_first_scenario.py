"""A draft of gpt-oss' kind by mlx for a target in Cerebras' cloud, as documented: a server that
scores no prompt and takes five requests a minute, over the official SDK.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from harmony_folder import WORDS, harmony_folder
from wires import CANARY, served

from specrecord.cli import specrecord
from specrecord.decoding.rng import SeededRng
from specrecord.events import Fault, Verify
from specrecord.models.remote.http.rate_limit import RateLimiter
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.channels import (
    MARKERS,
    Channels,
    channel_counts,
    output_channels,
)
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import Recording, parse_recording, read_recording
from specrecord.recording.rewrite import redacted
from specrecord.registry import load_pair
from specrecord.serve.completions.engine import Engine
from specrecord.serve.completions.service import Service
from tests.node import node

ROOT = Path(__file__).parents[3]
pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")


@dataclass
class Minutes:
    """A clock on which waiting takes no time."""

    time: float = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, *seconds: object) -> None:
        self.time += float(seconds[-1])


@contextmanager
def cloud(folder: Path, minutes: Minutes) -> Iterator[str]:
    """Its address. mlx's models stay in the thread that loaded them."""
    pool = ThreadPoolExecutor(max_workers=1)
    pair = pool.submit(load_pair, None, f"mlx:{folder}").result()
    engine = Engine(pair.target, pair.tokenizer, SeededRng(np.random.default_rng(4)))
    limiter = RateLimiter(5, minutes.now)
    service = Service(engine, "gpt-oss-120b", CANARY, strict=True, limiter=limiter, pool=pool)
    with served(service) as url:
        yield url


@dataclass
class Recorded:
    """A run, its file, and what was said before it."""

    recording: Recording
    path: Path
    said: list[str]
    minutes: float


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    minutes, folder = Minutes(), tmp_path_factory.mktemp("cloud")
    draft = harmony_folder(folder / "draft", 1, slips=True)
    with (
        pytest.MonkeyPatch.context() as patched,
        cloud(harmony_folder(folder / "target", 2), minutes) as url,
    ):
        limiter = "specrecord.models.remote.connect.RateLimiter"
        patched.setattr(limiter, partial(RateLimiter, now=minutes.now))
        patched.setattr("specrecord.recorder.session._sleep", minutes.sleep)
        patched.setenv("CEREBRAS_API_KEY", CANARY)
        patched.setenv("CEREBRAS_BASE_URL", url)
        request = Request(
            prompt="Say it.",
            draft=f"mlx:{draft}",
            target="cerebras:gpt-oss-120b",
            k=4,
            max_tokens=40,
            temperature=1.0,
            seed=3,
        )
        session = prepare(request)
        begun, path = minutes.time, folder / "run.specrec"
        record(session, path)
        yield Recorded(read_recording(path), path, session.forecast(), (minutes.time - begun) / 60)


def test_gpt_oss_drafts_here_for_a_target_in_the_cloud(run: Recorded) -> None:
    """Past the window of 16 that its cache rotates in, with drafts that are taken back."""
    info = recording_info(run.recording)
    assert (info["complete"], info["tokens"], info["rule"]) == (True, 40, "drawn")
    assert 0 < info["accepted"] < info["drafted"]
    assert run.recording.header.target.verifier == "fan-out"  # chosen by auto
    assert run.recording.header.chat
    assert audit_recording(run.recording) == []
    assert CANARY.encode() not in run.path.read_bytes()


def test_five_requests_a_minute_are_kept_and_said_before_the_start(run: Recorded) -> None:
    verifies = sum(isinstance(event, Verify) for event in run.recording.events)
    streamed = run.recording.tracks["streaming"].verified
    requests = verifies - len(streamed) + 1
    fewest, most = map(int, re.findall(r"takes (\d+) to (\d+) minutes", run.said[-1])[0])
    assert run.said[-1].startswith("at 5 requests a minute")
    assert fewest <= run.minutes <= most + 1
    assert requests <= 5 * (run.minutes + 1)
    faults = {event.name for event in run.recording.events if isinstance(event, Fault)}
    assert faults == {"paced"}  # never a 429


def test_reasoning_is_told_apart_from_the_answer(run: Recorded) -> None:
    """By both readers alike: words of a message in its channel, its heading in none."""
    tokens = [
        one.token for each in run.recording.tracks["speculative"].verified for one in each.output
    ]
    spelled = [run.recording.token_bytes[token].decode() for token in tokens]
    channels = list(output_channels(run.recording))
    expected, channel = [], ""
    for text in spelled:
        channel = text if text in ("analysis", "final") else channel
        expected.append(channel if text in WORDS else None)
    assert channels == expected
    counts = channel_counts(run.recording)
    assert sum(counts.values()) == sum(text in WORDS for text in spelled)
    assert (
        by_the_player(
            run.recording.header.markers,
            run.recording.token_bytes,
            run.recording.header.prompt.ids,
            tokens,
        )
        == channels
    )


def test_info_tells_it_and_a_redacted_text_does_not(run: Recorded) -> None:
    told = CliRunner().invoke(specrecord, ["info", str(run.path)])
    assert re.search(r"^channels\.(analysis|final) +\d+$", told.output, re.M)
    blank = parse_recording(redacted(run.path.read_bytes(), run.recording, ["text"]))
    assert blank.header.markers is None
    assert channel_counts(blank) == {}


TEXTS = {
    "<|channel|> analysis <|message|> so <|end|> <|start|> assistant <|channel|> final <|message|>"
    " yes <|return|>": [None, None, None, "analysis", *[None] * 6, "final", None],
    "<|channel|> commentary to=f <|constrain|> json <|message|> {} <|call|>": [
        *[None] * 6,
        "commentary",
        None,
    ],
    "hm </think> yes": ["think", None, "final"],
    "<|message|> yes": [None, ""],
}


@pytest.mark.parametrize("text", TEXTS)
def test_channels_and_thoughts_of_every_form(text: str) -> None:
    """The prompt may have opened a thought, as Qwen's template does."""
    words = text.split(" ")
    vocabulary = dict.fromkeys([*MARKERS, *words])
    ids = {word: place for place, word in enumerate(vocabulary)}
    markers = {name: ids[name] for name in MARKERS}
    token_bytes = {
        token: b"" if word in MARKERS else f"{word} ".encode() for word, token in ids.items()
    }
    prompt = [ids["<think>"]] if text.startswith("hm") else []
    tokens = [ids[word] for word in words]
    channels = Channels(markers, token_bytes)
    for token in prompt:
        channels.of(token)
    assert [channels.of(token) for token in tokens] == TEXTS[text]
    assert by_the_player(markers, token_bytes, prompt, tokens) == TEXTS[text]


SCRIPT = """
const { outputChannels } = await import("./player/core/measures/channels.js");
const [markers, spelled, ids, token] = JSON.parse(process.argv[1]);
const tokens = new Map(spelled.map(([id, bytes]) => [id, new Uint8Array(bytes)]));
const header = { markers, prompt: { ids } };
const output = { length: token.length, token };
console.log(JSON.stringify(outputChannels({ header, tokens }, { output })));
"""


def by_the_player(*given: Any) -> list[str | None]:
    """What the player finds, from markers, spelled tokens, prompt and text."""
    markers, token_bytes, *ids = given
    spelled = [(token, list(raw)) for token, raw in token_bytes.items()]
    command = [node(), "--input-type=module", "-e", SCRIPT, json.dumps([markers, spelled, *ids])]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[str | None] = json.loads(ran.stdout)
    return found
