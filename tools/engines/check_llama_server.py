"""Runs against llama-server, for real: its default settings, neutral ones, a grammar that no
request undoes, and a draft of its own.

python -m tools.engines.check_llama_server --python ENV/bin/python --gguf SmolLM2.gguf

ENV has the package xllamacpp. What is asked of each setting stands in `checks`.
"""

import argparse
import tempfile
from pathlib import Path

from tools.engines.check_servers import free_port, started
from tools.engines.checks import TOKENS, check, own_speculation, posted

SERVER = Path(__file__).parent / "llama_server.py"
SETTINGS = {
    "default": ["--sampling", "default"],
    "neutral": ["--sampling", "neutral"],
    "grammar": ["--sampling", "grammar"],
    "own draft": ["--draft", "ngram", "--after", "4", "--most", "8"],
}


def written(url: str, ids: list[int]) -> list[int]:
    """What the server writes by itself at T = 0, one request."""
    neutral = {"top_k": 0, "top_p": 1, "min_p": 0, "temperature": 0, "return_tokens": True}
    body = {"prompt": ids, "n_predict": TOKENS, **neutral}
    found: list[int] = posted(f"{url}/completion", body)["tokens"]
    return found


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
                check(setting, url, given.tokens, Path(folder), written, setting == "grammar")
                if setting == "own draft":
                    own_speculation(setting, "llama-server", url, Path(folder))


if __name__ == "__main__":
    main()
