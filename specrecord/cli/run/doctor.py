"""`specrecord doctor`: what this machine can do, and what a remote target can."""

import importlib.util
import os
import time
from typing import TYPE_CHECKING

import click

from specrecord.cli.arguments import print_rows, say, show
from specrecord.cli.run.options import run_option
from specrecord.errors import UsageError
from specrecord.models.base import TargetFaultError
from specrecord.models.remote import is_remote
from specrecord.options import OPTIONS
from specrecord.recorder.machine import describe_machine
from specrecord.registry import load_draft

if TYPE_CHECKING:
    from specrecord.models.remote.probing.prober import ProbeResult

_FREE_TIER = 5  # requests a minute


@click.command()
@click.argument("target", required=False)
@run_option(OPTIONS["draft"], help="The draft whose vocabulary the target shares.")
@run_option(OPTIONS["tokenizer"])
@run_option(
    OPTIONS["requests_per_minute"],
    help="Ask no more often than this (5 for cerebras:, as its free tier allows).",
)
def doctor(
    target: str | None, draft: str, tokenizer: str | None, requests_per_minute: int | None
) -> None:
    """Report what this machine can do; with a TARGET (cerebras:MODEL, api:MODEL@URL), what that
    target can.

    A target is asked some 30 requests. What comes out is written into later recordings, too.

    \b
    Example:
      specrecord doctor
      specrecord doctor api:tiny:target@http://127.0.0.1:8091
    """
    if target is None:
        _machine()
    elif is_remote(target):
        _target(target, draft, tokenizer, requests_per_minute)
    else:
        raise UsageError(
            f"{target} is a model of this machine; doctor asks cerebras:MODEL or api:MODEL@URL"
        )


def _machine() -> None:
    found = describe_machine()
    libraries = found.pop("libraries")
    rows = {**{key: str(value) for key, value in found.items()}, **libraries}
    rows["clock"] = f"perf_counter, {time.get_clock_info('perf_counter').resolution * 1e9:g} ns"
    rows["numpy models"] = "yes: tiny, llama:FOLDER"
    for kind, needs in {"mlx": ["mlx_lm"], "hf": ["torch", "transformers"]}.items():
        there = all(importlib.util.find_spec(name) for name in needs)
        rows[f"{kind} models"] = "yes" if there else f"no: pip install 'specrecord[{kind}]'"
    key = os.environ.get("CEREBRAS_API_KEY")
    rows["cerebras key"] = "set" if key else "not set: CEREBRAS_API_KEY"
    print_rows(rows)


def _target(name: str, draft: str, tokens: str | None, requests_per_minute: int | None) -> None:
    from specrecord.models.remote.connect import RemoteOptions, address_of
    from specrecord.models.remote.http.rate_limit import RateLimiter
    from specrecord.models.remote.http.transport import Transport
    from specrecord.models.remote.probing.cache import remember
    from specrecord.models.remote.probing.doctor import Doctor

    address = address_of(name, RemoteOptions())
    if requests_per_minute is None and address.backend == "cerebras":
        requests_per_minute = _FREE_TIER
    _, tokenizer = load_draft(draft, tokens)
    transport = Transport(address.url, address.key, rate_limiter=RateLimiter(requests_per_minute))
    doctor = Doctor(transport, address.model, tokenizer, _wait)
    try:
        for answer in doctor.examine():
            show(f"{answer.probe:<4} {answer.question}  {answer.words}")
    except TargetFaultError as fault:
        raise UsageError(f"{address.name}: {fault}") from None
    finally:
        transport.close()
    result = doctor.result
    assert result is not None
    for verifier, why in result.works.items():
        show(f"{verifier:<8} {'works' if why is None else f'does not: {why}'}")
    if result.capabilities.rounding:
        show(f"scores differ from what it told by {result.capabilities.rounding:.2g} nats")
    if result.sampling is not None:
        show(f"draws    {_sampling(result)}")
    if "drafts" in result.facts:
        show(f"its own  {result.facts['drafts']}")
    remember(address.url, address.model, result)


def _sampling(result: "ProbeResult") -> str:
    """Whether what the server draws follows from what it tells, and what it was asked for that."""
    if result.sampling:
        return f"from a distribution of its own: {result.sampling}"
    neutral = ", ".join(result.capabilities.neutral) or "nothing but the temperature"
    return f"from what it tells, asked with {neutral}"


def _wait(seconds: float) -> None:
    say(f"waiting {seconds:.0f} s for the rate limit")
    time.sleep(seconds)
