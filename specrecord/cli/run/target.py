"""`specrecord target`: a local model as a target for another machine."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click
import numpy as np

from specrecord.cli.arguments import port_option, show
from specrecord.decoding.rng import SeededRng
from specrecord.errors import UsageError
from specrecord.models.remote.http.rate_limit import RateLimiter
from specrecord.registry import load_pair
from specrecord.serve.completions.app import serve_target
from specrecord.serve.completions.engine import Engine
from specrecord.serve.completions.service import Service


@click.command()
@click.option(
    "--model", "name", default="tiny:target", show_default=True, help="The local model to serve."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all."
)
@port_option(8091, "0 takes a free one.", show_default=True)
@click.option("--key", envvar="SPECRECORD_TARGET_KEY", help="The API key that clients must send.")
@click.option(
    "--strict-cerebras",
    "strict",
    is_flag=True,
    help="Behave as Cerebras is documented: no scoring of the prompt, and a chat that takes a "
    "prediction.",
)
@click.option(
    "--requests-per-minute",
    "per_minute",
    type=click.IntRange(1),
    help="Refuse more than this, with a 429.",
)
@click.option(
    "--seed", type=int, help="Draw the same tokens for the same requests in the same order."
)
def target(name: str, host: str, port: int, seed: int | None, **serving: Any) -> None:
    """Serve a local model through a completions API, so that another machine can draft for it.

    Prints its address, and serves until Ctrl-C. Beyond this machine (--host) a --key is required.

    \b
    Example:
      specrecord target --model tiny:target --port 8091
      specrecord live "Once upon a time" --target api:tiny:target@http://127.0.0.1:8091
    """
    if serving["key"] is None and host not in ("127.0.0.1", "localhost", "::1"):
        raise UsageError(f"a target at {host} can be reached by others; give it a --key KEY")
    # Loads what it will be asked for: mlx's models stay in their thread.
    pool = ThreadPoolExecutor(max_workers=1)
    pair = pool.submit(load_pair, None, name).result()
    engine = Engine(pair.target, pair.tokenizer, SeededRng(np.random.default_rng(seed)))
    limiter = RateLimiter(serving.pop("per_minute"))
    service = Service(engine, pair.target.info.name, limiter=limiter, pool=pool, **serving)
    serve_target(service, host, port, show)
