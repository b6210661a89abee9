"""Runs against llama-server, for real: its default settings, neutral ones, a grammar that no
request undoes, and a draft of its own.

python -m tools.engines.check_llama_server --python ENV/bin/python --gguf SmolLM2.gguf

ENV has the package xllamacpp. For each setting: doctor; with every verifier that works the text at
T = 0 is the server's own and the recording audits; draws at T = 1 agree with what a recording would
say of them (chi-squared), or are told to be the server's own.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from specrecord.events import SPECULATIVE
from specrecord.models.remote.connect import RemoteOptions, open_remote
from specrecord.models.remote.target import HttpTarget
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording
from specrecord.registry import load_draft
from tools.engines.check_servers import free_port, started

SERVER = Path(__file__).parent / "llama_server.py"
PROMPT = "The little boat went out to sea and"
TOKENS = 24
DRAWS = 300
LEAST = 5  # draws that a bin must let expect
UNLIKELY = 1e-4
SETTINGS = {
    "default": ["--sampling", "default"],
    "neutral": ["--sampling", "neutral"],
    "grammar": ["--sampling", "grammar"],
    "own draft": ["--draft", "ngram"],
}


def check(setting: str, url: str, tokens: str, folder: Path) -> None:
    """One running server."""
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
    agreement(setting, target, tokenizer.encode(PROMPT))
    target.close()


def written(url: str, ids: list[int]) -> list[int]:
    """What the server writes by itself at T = 0, without a client of ours, one request."""
    neutral = {"top_k": 0, "top_p": 1, "min_p": 0, "temperature": 0, "return_tokens": True}
    body = {"prompt": ids, "n_predict": TOKENS, **neutral}
    request = urllib.request.Request(f"{url}/completion", json.dumps(body).encode())
    with urllib.request.urlopen(request) as answer:
        found: list[int] = json.load(answer)["tokens"]
    return found


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


def agreement(setting: str, target: HttpTarget, prompt: list[int]) -> None:
    """Draws at T = 1 against what the recording would say of them."""
    told = target.write(prompt, 1)
    if told.own:
        print(f"{setting}: the server's own distribution: {target.info.details['sampling']}")
        if setting != "grammar":
            raise SystemExit(f"{setting}: it should be neutral")
        return
    assert told.logprobs is not None
    assert told.as_sampled
    drawn = np.bincount(
        [target.write(prompt, 1).tokens[0] for _ in range(DRAWS)], minlength=told.logprobs.shape[1]
    )
    chance = chi_squared(drawn, np.exp(told.logprobs[0].astype(np.float64)))
    print(f"{setting}: {DRAWS} draws agree with what is told, p = {chance:.3g}")
    if setting == "grammar" or chance < UNLIKELY:
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


def main() -> None:
    """Check all settings, or those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--python", required=True, help="the Python that has xllamacpp")
    parser.add_argument("--gguf", required=True, help="the model")
    parser.add_argument("--tokens", default="smollm2", help="a model with its tokens")
    parser.add_argument("--settings", nargs="*", default=list(SETTINGS), choices=list(SETTINGS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for setting in given.settings:
            port = free_port()
            words = [given.python, str(SERVER), given.gguf, "--port", str(port)]
            with started([*words, *SETTINGS[setting]], port) as url:
                check(setting, url, given.tokens, Path(folder))


if __name__ == "__main__":
    main()
