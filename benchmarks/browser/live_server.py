"""A live server in a process of its own, for `live.py`: its pair, its recorder, its clock's zero.

python benchmarks/browser/live_server.py FOLDER   # as `live.py` starts it
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from specrecord.events import Event
from specrecord.publish.assets import assets
from specrecord.recorder import worker
from specrecord.recorder.process import RecorderProcess
from specrecord.recorder.record import record
from specrecord.recorder.session import Session
from specrecord.serve.live import LiveServer, serve_live
from specrecord.serve.runs import Runs

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "specrecord" / "models" / "tiny"
CONTEXT = 32768
# that numpy may use for a product: with more, a run slows down with anything else on the machine
THREADS = 1
SIZES = {"draft": (64, 160, 2, 4), "target": (512, 1408, 8, 8)}  # hidden, inner, layers, heads
ZERO_SAMPLES = 50  # events over which the recorder's zero is taken: the least delay counts


def make_pair(folder: Path) -> dict[str, str]:
    """Write the pair; the words that choose it."""
    rng = np.random.default_rng(1)
    for side, (hidden, inner, layers, heads) in SIZES.items():
        shutil.copytree(
            TINY / "target", folder / side, ignore=shutil.ignore_patterns("model.safetensors")
        )
        (folder / side / "tokenizer_config.json").unlink()
        path = folder / side / "config.json"
        shape = {
            "hidden_size": hidden,
            "intermediate_size": inner,
            "num_hidden_layers": layers,
            "head_dim": hidden // heads,
            "num_attention_heads": heads,
            "num_key_value_heads": heads // 2,
            "max_position_embeddings": CONTEXT,
            "eos_token_id": None,
        }
        config = {**json.loads(path.read_text()), **shape}
        path.write_text(json.dumps(config))

        def draw(rows: int, columns: int) -> Any:
            return rng.normal(0, 0.02, (rows, columns)).astype(np.float32)

        weights = {"model.embed_tokens.weight": draw(config["vocab_size"], hidden)}
        weights["model.norm.weight"] = np.ones(hidden, np.float32)
        for layer in range(layers):
            name = f"model.layers.{layer}."
            for norm in ("input_layernorm", "post_attention_layernorm"):
                weights[f"{name}{norm}.weight"] = np.ones(hidden, np.float32)
            for part, rows in (
                ("q", hidden),
                ("k", hidden // 2),
                ("v", hidden // 2),
                ("o", hidden),
            ):
                weights[f"{name}self_attn.{part}_proj.weight"] = draw(rows, hidden)
            for part in ("gate", "up"):
                weights[f"{name}mlp.{part}_proj.weight"] = draw(inner, hidden)
            weights[f"{name}mlp.down_proj.weight"] = draw(hidden, inner)
        save_file(weights, folder / side / "model.safetensors")
    return {side: f"llama:{folder / side}" for side in SIZES}


def recorder(connection: Any, zero: Path) -> None:
    """The recorder's process, which also tells when its clock was zero, in wall-clock
    microseconds.
    """

    def timed(session: Session, path: Path, **more: Any) -> str:
        delays: list[float] = []

        def see(event: Event) -> None:
            if len(delays) < ZERO_SAMPLES:
                delays.append(time.time_ns() / 1000 - event.time)
                if len(delays) == ZERO_SAMPLES:
                    zero.write_text(str(min(delays)))

        return record(session, path, observe=see, **more)

    worker.record = timed
    worker.work(connection)


def serve(folder: Path) -> None:
    """The live server, as the command line starts it."""
    process = RecorderProcess(recorder, folder / "zero")
    request = {
        **json.loads((folder / "pair.json").read_text()),
        "baselines": False,
        "prompt": "Once upon a time",
    }
    runs = Runs(
        process,
        folder,
        request,
        print,
        {},
    )

    async def run() -> None:
        server = LiveServer(runs, assets().player)
        await serve_live(server, print, lambda address: print(address, flush=True))

    try:
        asyncio.run(run())
    finally:
        runs.close()


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A live server in a process of its own; its address."""
    (folder / "pair.json").write_text(json.dumps(make_pair(folder / "pair")))
    threads = {
        f"{library}_NUM_THREADS": str(THREADS) for library in ("OPENBLAS", "MKL", "OMP", "VECLIB")
    }
    process = subprocess.Popen(
        [sys.executable, __file__, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **threads},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
