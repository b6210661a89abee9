"""llama.cpp's server with its own n-gram drafts. Needs xllamacpp; the weights are the same values,
kept at four bits.
"""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from runner import ALONE, SPECULATIVE, run, task

SERVER = Path(__file__).parents[2] / "tools" / "engines" / "llama_server.py"


def serve(asked: dict[str, Any], port: int, *more: str) -> "subprocess.Popen[str]":
    """A server that has answered with its address."""
    words = [sys.executable, str(SERVER), asked["gguf"], "--port", str(port), *more]
    words += ["--threads", str(os.cpu_count() or 1)]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    if not server.stdout.readline():
        raise SystemExit("llama-server did not start")
    return server


def main() -> None:
    asked = task()
    ports = {ALONE: 8191, SPECULATIVE: 8192}

    def complete(mode: str, ids: list[int]) -> list[int]:
        body = {"prompt": ids, "n_predict": asked["tokens"], "temperature": 0, "top_k": 1}
        body |= {"return_tokens": True, "cache_prompt": False, "speculative.n_max": asked["k"]}
        request = urllib.request.Request(
            f"http://127.0.0.1:{ports[mode]}/completion", json.dumps(body).encode()
        )
        with urllib.request.urlopen(request) as answer:
            found: list[int] = json.load(answer)["tokens"]
        return found

    servers = [
        serve(asked, ports[ALONE]),
        serve(asked, ports[SPECULATIVE], "--draft", "ngram"),
    ]
    try:
        run(asked, {mode: lambda ids, mode=mode: complete(mode, ids) for mode in ports})
    finally:
        for server in servers:
            server.kill()


if __name__ == "__main__":
    main()
