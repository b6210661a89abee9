"""`specrecord live`: run speculative decoding and record it."""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from specrecord.cli.arguments import file_option, force_option, port_option, say, text_of
from specrecord.cli.run.options import run_options
from specrecord.errors import FindingError, UsageError
from specrecord.models.remote import split_address
from specrecord.recorder.request import Request
from specrecord.serve.emulated_link.process import emulated_link
from specrecord.terminal.dashboard import dashboard
from specrecord.terminal.live_run import live_run
from specrecord.terminal.pipe_output import pipe_output
from specrecord.terminal.screen import is_screen
from specrecord.terminal.summary import last_fault, summary


@click.command()
@click.argument("prompt", required=False)
@click.option(
    "--prompt-file", metavar="FILE", help="Read the prompt from FILE, or from standard input for -."
)
@run_options
@click.option(
    "--link",
    type=click.FloatRange(0),
    metavar="MS",
    help="Emulate a link of MS milliseconds round trip to an api: target.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Show runs in the browser while they happen; start and stop them there.",
)
@click.option(
    "--host",
    help="With --watch: listen at this address instead of 127.0.0.1. Others may then reach it.",
)
@port_option(0, "With --watch: the port (any free one).")
@click.option(
    "--open/--no-open",
    "open_page",
    default=True,
    help="With --watch: open the page, where there is a screen.",
)
@file_option("The file to record to; by default a new one, in recordings/ where a site is.")
@force_option
def live(
    prompt: str | None,
    prompt_file: str | None,
    link: float | None,
    watch: bool,
    host: str | None,
    port: int,
    open_page: bool,
    output: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Decode PROMPT speculatively, for real, and record every event with its time.

    Without options the embedded pair runs at K=4 and T=0.7, with its baseline.
    Ctrl-C ends the run as a whole recording.

    \b
    Example:
      specrecord live "Once upon a time" -o run.specrec
      echo "def area(" | specrecord live --prompt-file - --temperature 0 -k 6
      specrecord live --watch
    """
    options["prompt"] = _prompt(prompt, prompt_file)
    name, url = split_address(options["target"])
    with nullcontext() if link is None else emulated_link(url, link) as emulated:
        if emulated is not None:
            options |= {"target": f"{name}@{emulated.url}", "simulated": (emulated.words,)}
        if watch:
            from specrecord.cli.run.watch import watch as watch_runs

            watch_runs(options, output, force=force, host=host, port=port, open_page=open_page)
            return
        if host is not None or port:
            raise UsageError("--host and --port are for the page of --watch; add --watch")
        _record(Request(**options), output or _new_file(), force)


def _record(request: Request, path: Path, force: bool) -> None:
    """In a process of its own, shown here: drawn on a screen, else as plain lines."""
    with live_run(request, path, overwrite=force, say=_say) as run:
        if is_screen(sys.stdout) and sys.stderr.isatty():
            dashboard(run, sys.stdin, sys.stdout)
        else:
            pipe_output(run, request.prompt, sys.stdout, sys.stderr)
    say(summary(path))
    if run.reason == "failed":
        raise FindingError(
            f"the run could not go on: {last_fault(path)}; {path} is whole and says so"
        )


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _new_file() -> Path:
    folder = Path("recordings" if Path("specrecord.toml").is_file() else ".")
    return folder / f"run-{datetime.now():%Y%m%d-%H%M%S}.specrec"


def _prompt(prompt: str | None, prompt_file: str | None) -> str:
    if prompt is not None and prompt_file is not None:
        raise UsageError("two prompts: give PROMPT or --prompt-file, not both")
    return (prompt or "") if prompt_file is None else text_of(prompt_file)
