"""`specrecord live`: run speculative decoding and record it."""

import sys
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, TextIO

import click

from specrecord.cli.arguments import file_option, force_option, port_option, say, text_of
from specrecord.cli.run.options import run_options
from specrecord.errors import FindingError, UsageError
from specrecord.models.remote import split_address
from specrecord.recorder.request import Request
from specrecord.recording.output_file import is_stream
from specrecord.recording.reader import read_recording
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
@file_option(
    "The file to record to, - for standard output; by default a new one, in recordings/ where a "
    "site is."
)
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
    Ctrl-C ends the run as a whole recording, and so do SIGTERM and SIGHUP.

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

            if output and (is_stream(output) or str(output) == "-"):
                raise UsageError("--watch shows what is in files; name one with -o")
            watch_runs(options, output, force=force, host=host, port=port, open_page=open_page)
            return
        if host is not None or port:
            raise UsageError("--host and --port are for the page of --watch; add --watch")
        _record(Request(**options), output or _new_file(), force)


def _record(request: Request, path: Path, force: bool) -> None:
    """In a process of its own, shown here: drawn on a screen, else as plain lines. A path that is
    no file gets the bytes as they come, and standard output then holds nothing else.
    """
    if not is_stream(path) and str(path) != "-":
        _show(request, path, force, None, sys.stdout, str(path))
        return
    out = sys.stderr if str(path) == "-" else sys.stdout
    if str(path) == "-" and is_screen(sys.stdout):
        raise UsageError("a recording is no text for a terminal; name a file with -o, or pipe it")
    with (
        TemporaryDirectory(prefix="specrecord-") as folder,
        nullcontext(sys.stdout.buffer) if str(path) == "-" else path.open("wb") as copy,
    ):
        name = "standard output" if str(path) == "-" else str(path)
        _show(request, Path(folder) / "run.specrec", False, copy, out, name)


def _show(
    request: Request, path: Path, force: bool, copy: BinaryIO | None, out: TextIO, name: str
) -> None:
    with live_run(request, path, overwrite=force, say=_say, copy=copy) as run:
        if is_screen(out) and sys.stderr.isatty():
            dashboard(run, sys.stdin, out)
        else:
            pipe_output(run, request.prompt, out, sys.stderr)
    recording = read_recording(path)
    say(summary(recording, name))
    if run.reason == "failed":
        raise FindingError(
            f"the run could not go on: {last_fault(recording)}; {name} is whole and says so"
        )
    if recording.problem is not None:
        raise FindingError(f"{name}: {recording.problem}")


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
