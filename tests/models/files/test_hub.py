"""Models fetched from a Hugging Face hub, by its own library: a small one on this machine that
speaks its protocol.

No hub can be reached where these tests run, so what is proven is the whole way from the name to a
loaded model, the library's own requests included; that the real hub still holds the files is not.
"""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from naive_llama import Variant

from specrecord.recording.reader import read_recording

pytest.importorskip("huggingface_hub")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "HuggingFaceTB/SmolLM2-135M-Instruct"


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers for one repository with the files of `folder`, which may be empty of them."""

    folder: Path
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        path = self.path.partition("?")[0]
        file = self.folder / path.rpartition("/")[2]
        if not self.folder.exists():
            self.send_error(404)
        elif path.startswith(f"/api/models/{REPOSITORY}/tree/"):
            self._send(
                json.dumps([_entry(file) for file in sorted(self.folder.iterdir())]).encode(), {}
            )
        elif path.startswith(f"/api/models/{REPOSITORY}"):
            names = [{"rfilename": file.name} for file in sorted(self.folder.iterdir())]
            self._send(
                json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": names}).encode(), {}
            )
        elif path.startswith(f"/{REPOSITORY}/resolve/") and file.is_file():
            self._send(file.read_bytes(), {"ETag": f'"{_digest(file)}"', "X-Repo-Commit": COMMIT})
        else:
            self.send_error(404)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


def _entry(file: Path) -> dict[str, Any]:
    return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": _digest(file)}


def _digest(file: Path) -> str:
    return hashlib.sha1(file.read_bytes()).hexdigest()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[type[Hub], dict[str, str]]]:
    """The hub, and the environment of a program that asks it and has an empty cache."""
    folder = Variant().folder(tmp_path / "published", seed=3)
    (folder / "README.md").write_text("not asked for")
    kind = type("Published", (Hub,), {"folder": folder, "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    own = {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "HF_HOME": str(tmp_path / "hf"),
        "NO_PROXY": "*",
        "SPECRECORD_MODELS": str(tmp_path / "store"),
        "HF_HUB_DISABLE_XET": "1",
    }
    yield kind, {**os.environ, **own}
    server.shutdown()
    server.server_close()


def specrecord(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "specrecord", *words],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def record(environment: dict[str, str], path: Path, target: str) -> str:
    """A short run with that target; what the recording says of it."""
    options = ["--raw", "--draft", "ngram", "--max-tokens", "8", "--seed", "1", "--no-baselines"]
    specrecord(environment, "live", "a", "--target", target, *options, "-o", str(path))
    specrecord(environment, "audit", str(path))
    return str(read_recording(path).header.target.model)


def test_a_model_is_fetched_from_the_hub_and_loaded(
    hub: tuple[type[Hub], dict[str, str]], tmp_path: Path
) -> None:
    kind, environment = hub
    told = specrecord(environment, "models", "fetch", "smollm2", "--from", "hub")
    assert f"fetching {REPOSITORY} from the Hugging Face hub" in told
    assert not any("README" in path for path in kind.asked)
    assert record(environment, tmp_path / "run.specrec", "smollm2")
    kind.asked.clear()
    assert "is here already" in specrecord(environment, "models", "fetch", "smollm2")
    assert not kind.asked


def test_mlx_takes_a_repository_by_its_name(
    hub: tuple[type[Hub], dict[str, str]], tmp_path: Path
) -> None:
    pytest.importorskip("mlx_lm")
    kind, environment = hub
    assert record(environment, tmp_path / "run.specrec", f"mlx:{REPOSITORY}") == REPOSITORY
    assert any(path.endswith("/model.safetensors") for path in kind.asked)


def test_a_hub_without_the_model_is_told_of(hub: tuple[type[Hub], dict[str, str]]) -> None:
    kind, environment = hub
    kind.folder = kind.folder / "nothing"
    words = [sys.executable, "-m", "specrecord", "models", "fetch", "smollm2", "--from", "hub"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert "smollm2 could not be fetched: the hub" in done.stderr
    assert "Traceback" not in done.stderr
