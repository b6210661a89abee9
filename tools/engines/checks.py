"""What is asked of a real server, whichever it is: doctor; with every verifier that works the text
at T = 0 is the server's own and the recording audits; draws at T = 1 agree with what a recording
would say of them (chi-squared), or are told to be the server's own; where it drafts by itself, its
own speculation recorded, with the engine's own counts.
"""

import json
import math
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from specrecord.events import SPECULATIVE
from specrecord.models.remote.connect import RemoteOptions, open_remote
from specrecord.models.remote.target import HttpTarget
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording
from specrecord.registry import load_draft

PROMPT = "The little boat went out to sea and"
TOKENS = 24
DRAWS = 300
LEAST = 5  # draws that a bin must let expect
UNLIKELY = 1e-4


Written = Callable[[str, list[int]], list[int]]


def check(
    setting: str, url: str, tokens: str, folder: Path, written: Written, own_sampling: bool = False
) -> None:
    """One running server. `written` is what it writes by itself at T = 0 after some ids, asked
    without a client of ours; `own_sampling`: it samples from what no request undoes.
    """
    name = f"api:model@{url}"
    command = [sys.executable, "-m", "specrecord"]
    draft = ["--draft", f"ngram:{tokens}"]
    subprocess.run([*command, "doctor", name, *draft], check=True)
    _, tokenizer = load_draft(f"ngram:{tokens}")
    target = open_remote(name, tokenizer, RemoteOptions())
    own = written(url, tokenizer.encode(PROMPT))
    for verifier, why in target.info.details["verifiers"].items():
        if why != "works":
            continue
        path = folder / f"{setting}-{verifier}.specrec"
        words = ["live", PROMPT, "--raw", "-k", "4", "--max-tokens", str(TOKENS), "--seed", "3"]
        words += [*draft, "--target", name, "--verifier", verifier, "--temperature", "0"]
        subprocess.run([*command, *words, "-o", str(path)], check=True, capture_output=True)
        compare(path, own, setting, verifier)
    agreement(setting, target, tokenizer.encode(PROMPT), own_sampling)
    target.close()


def compare(path: Path, own: Sequence[int], setting: str, verifier: str) -> None:
    """The recording audits, and its text is the server's."""
    recording = read_recording(path)
    if findings := audit_recording(recording):
        raise SystemExit(f"{setting}, {verifier}: the recording does not audit: {findings[0]}")
    rounds = recording.tracks[SPECULATIVE].rounds
    text = [output.token for one in rounds for output in one.output]
    if text[: len(own)] != list(own):
        raise SystemExit(f"{setting}, {verifier}: {text} is not the server's own text {own}")
    print(f"{setting}, {verifier}: the text at T = 0 is the server's own, {len(own)} tokens")


def agreement(setting: str, target: HttpTarget, prompt: list[int], own_sampling: bool) -> None:
    """Draws at T = 1 against what the recording would say of them."""
    told = target.write(prompt, 1)
    if told.own:
        print(f"{setting}: the server's own distribution: {target.info.details['sampling']}")
        if not own_sampling:
            raise SystemExit(f"{setting}: it should be neutral")
        return
    assert told.logprobs is not None
    assert told.as_sampled
    drawn = np.bincount(
        [target.write(prompt, 1).tokens[0] for _ in range(DRAWS)], minlength=told.logprobs.shape[1]
    )
    chance = chi_squared(drawn, np.exp(told.logprobs[0].astype(np.float64)))
    print(f"{setting}: {DRAWS} draws agree with what is told, p = {chance:.3g}")
    if own_sampling or chance < UNLIKELY:
        raise SystemExit(f"{setting}: draws do not follow what the recording says, p = {chance:g}")


def chi_squared(drawn: Any, probs: Any) -> float:
    """The chance of counts at least so far from `probs`, those too rare for a bin of their own
    together; by Wilson and Hilferty's approximation.
    """
    total = drawn.sum()
    big = probs * total >= LEAST
    seen = np.append(drawn[big], total - drawn[big].sum())
    wanted = np.append(probs[big], 1 - probs[big].sum()) * total
    statistic, degrees = float(((seen - wanted) ** 2 / wanted).sum()), len(seen) - 1
    spread = 2 / (9 * degrees)
    deviation = ((statistic / degrees) ** (1 / 3) - (1 - spread)) / math.sqrt(spread)
    return 0.5 * math.erfc(deviation / math.sqrt(2))


def own_speculation(setting: str, kind: str, url: str, folder: Path) -> Path:
    """What the engine drafts by itself, recorded: audited and held to its /metrics. Where it is."""
    words = ["-m", "tools.record.own_speculation", f"{kind}:model@{url}"]
    path = folder / f"{setting}-own.specrec"
    subprocess.run([sys.executable, *words, str(path), "--max-tokens", "48"], check=True)
    return path


def posted(url: str, body: dict[str, Any]) -> Any:
    """The answer to a request of JSON."""
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), kind)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
