"""Runs against servers that others wrote, for real: mlx_lm.server (match) and llama-cpp-python's
(score).

    python -m tools.engines.check_servers mlx          # mlx-lm is in .venv already
    python -m tools.engines.check_servers llama-cpp --python SOME/python
        # of an environment with llama-cpp-python[server]

Each serves the embedded pair's target, with its own code for the same weights. A run is recorded
against it and audited, and what the server reveals is held against our own numpy model.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from specrecord.decoding.sampling import softmax
from specrecord.models.base import OwnSamples
from specrecord.models.remote.connect import RemoteOptions, open_remote
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from specrecord.registry import load_pair

FOLDER = Path(__file__).parents[2] / "specrecord" / "models" / "tiny" / "target"
PROMPT = "Recipe: "
FAR = 0.02  # total variation between two implementations of one model, over what both reveal


@contextmanager
def started(
    words: list[str], port: int, patience: float = 120, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """A server process, once it answers or `patience` seconds have passed; its address."""
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(words, stdout=log, stderr=log, env=environment) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(int(2 * patience)):
                if process.poll() is not None or _answers(url):
                    break
                time.sleep(0.5)
            yield url
        finally:
            process.terminate()
            if process.wait(60) and sys.exc_info()[0] is not None:
                log.seek(0)
                print(log.read()[-3000:].decode(errors="replace"), file=sys.stderr)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/docs", timeout=1).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def check(name: str, url: str, verifier: str, folder: Path) -> None:
    """Record a run, audit it, and compare the laws that the server tells with our own."""
    path = folder / f"{verifier}.specrec"
    words = ["live", PROMPT, "-k", "4", "--max-tokens", "24", "--seed", "3", "--temperature", "0.8"]
    words += ["--target", f"api:{name}@{url}", "--verifier", verifier, "-o", str(path)]
    subprocess.run([sys.executable, "-m", "specrecord", *words], check=True)
    recording = read_recording(path)
    findings = audit_recording(recording)
    if findings:
        raise SystemExit(f"the recording does not audit: {findings[0]}")
    print(
        json.dumps(
            {
                key: recording.header.target.details[key]
                for key in ("verifier", "verifiers", "prompts")
            }
        )
    )
    print(
        json.dumps(
            {
                key: recording_info(recording)[key]
                for key in ("law", "acceptance_rate", "speedup", "faults")
            }
        )
    )
    print(
        f"{verifier}: {len(recording.events)} events follow; largest distance to our own law "
        f"{distance(name, url):.2g}"
    )


def distance(name: str, url: str) -> float:
    """The largest total variation between the server's laws and ours over a draft, over the tokens
    it tells.
    """
    pair = load_pair(None, "tiny:target")
    target = open_remote(f"api:{name}@{url}", pair.tokenizer, RemoteOptions())
    prompt = pair.tokenizer.encode(PROMPT)
    drafted = pair.tokenizer.encode("quick soup")
    output = target.verify(prompt, drafted)
    rows = output.logprobs if isinstance(output, OwnSamples) else output.logits
    own = softmax(pair.target.verify(prompt, drafted).logits)[: len(rows)]
    told = np.exp(rows.astype(np.float64))
    target.close()
    found = float((np.abs(own - told) * (told > 0)).sum(axis=-1).max() / 2)
    if found > FAR:
        raise SystemExit(f"{name} tells other laws than ours: {found:.3f}")
    return found


def check_mlx(folder: Path) -> None:
    """mlx_lm.server: texts only, one at a time. Without its cache, since 0.32.2 ends when it is
    sent one text twice.
    """
    port = free_port()
    words = [sys.executable, "-m", "mlx_lm", "server", "--model", str(FOLDER), "--port", str(port)]
    with started([*words, "--prompt-cache-size", "0"], port) as url:
        check(str(FOLDER), url, "match", folder)


def check_llama_cpp(folder: Path, python: str) -> None:
    """llama-cpp-python's server: texts only, and scores that stand one row too late."""
    from tools.engines.gguf_of_pair import write_gguf

    model, port = folder / "target.gguf", free_port()
    write_gguf(FOLDER, model)
    words = [
        python,
        "-m",
        "llama_cpp.server",
        "--model",
        str(model),
        "--port",
        str(port),
        "--n_ctx",
        "512",
    ]
    with started(
        [*words, "--logits_all", "true", "--model_alias", "tiny", "--n_threads", "1"], port
    ) as url:
        for verifier in ("score", "match"):
            check("tiny", url, verifier, folder)


def main() -> None:
    """Check one server."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("server", choices=["mlx", "llama-cpp"])
    parser.add_argument(
        "--python", default=sys.executable, help="the Python that has llama-cpp-python[server]"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.server == "mlx":
            check_mlx(Path(folder))
        else:
            check_llama_cpp(Path(folder), given.python)


if __name__ == "__main__":
    main()
