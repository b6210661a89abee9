"""`specrecord live`: run speculative decoding and record it."""

import secrets
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from specrecord.cli.display import last_fault, summary
from specrecord.errors import FindingError, UsageError
from specrecord.recorder.session import Request, prepare, record
from specrecord.serve.emulated_link.process import emulated_link
from specrecord.terminal.dashboard import dashboard
from specrecord.terminal.pipe_output import PipeOutput
from specrecord.terminal.screen import is_screen, print_text

_AUTO_LIMIT = 12  # tokens that a round may draft at most with -k auto


@click.command()
@click.argument("prompt", required=False)
@click.option(
    "--prompt-file", metavar="FILE", help="Read the prompt from FILE, or from standard input for -."
)
@click.option(
    "--draft", default="tiny", envvar="DRAFT_MODEL", show_default=True, help="Who drafts."
)
@click.option("--target", default="tiny", show_default=True, help="Who verifies.")
@click.option("-k", "k", default="4", envvar="SPECULATION_K", show_default=True,
              help="Tokens drafted a round; auto stops where one more is not expected to pay.")  # fmt: skip
@click.option(
    "--rule",
    default="standard",
    show_default=True,
    help="Verification rule: standard, match, block, gumbel, specinfer or rrs.",
)
@click.option("--tree", default="chain", show_default=True,
              help="Shape of the draft: chain, children at each depth such as 2x2x1, or dynamic.")  # fmt: skip
@click.option(
    "--temperature",
    type=float,
    default=0.7,
    envvar="TEMPERATURE",
    show_default=True,
    help="0 is greedy.",
)
@click.option(
    "--top-k", type=int, default=0, show_default=True, help="Keep the likeliest N tokens; 0 is off."
)
@click.option(
    "--top-p",
    type=float,
    default=1.0,
    show_default=True,
    help="Keep the likeliest tokens that hold P.",
)
@click.option(
    "--max-tokens",
    type=int,
    default=128,
    envvar="MAX_TOKENS",
    show_default=True,
    help="Token budget.",
)
@click.option(
    "--stop", multiple=True, metavar="TEXT", help="End the text before TEXT; may be repeated."
)
@click.option("--seed", type=int, help="Same seed, same tokens. Drawn and recorded when not given.")
@click.option("--evidence", type=click.Choice(["top", "full", "none"]), default="top", show_default=True,
              help="Keep the likeliest tokens, whole laws, or no alternatives.")  # fmt: skip
@click.option("--baselines/--no-baselines", default=True, show_default=True,
              help="Also record the target without a draft.")  # fmt: skip
@click.option("--verifier", type=click.Choice(["auto", "score", "fan-out", "match"]), default="auto",
              show_default=True, help="How a remote target checks drafts; auto takes the best "
                                      "that works.")  # fmt: skip
@click.option(
    "--requests-per-minute", type=click.IntRange(1), help="Send a remote target no more than this."
)
@click.option("--link", type=click.FloatRange(0), metavar="MS",
              help="Emulate a link of MS milliseconds round trip to an api: target.")  # fmt: skip
@click.option("--chat/--raw", default=None,
              help="Use the target's chat template (default if it has one), or the prompt as it "
                   "is.")  # fmt: skip
@click.option("--title", help="A title for the recording.")
@click.option("--redact-prompt", is_flag=True, help="Record only the prompt's hash.")
@click.option(
    "--watch",
    is_flag=True,
    help="Show runs in the browser while they happen; start and stop them there.",
)
@click.option(
    "--host",
    help="With --watch: listen at this address instead of 127.0.0.1. Others may then reach it.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="With --watch: the port (any free one).",
)
@click.option(
    "--open/--no-open",
    "open_page",
    default=True,
    help="With --watch: open the page, where there is a screen.",
)
@click.option(
    "-o",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to record to; by default a new one, in recordings/ where a site is.",
)
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
def live(
    prompt: str | None,
    prompt_file: str | None,
    watch: bool,
    host: str | None,
    port: int,
    open_page: bool,
    output: Path | None,
    force: bool,
    link: float | None,
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
    options |= _depth(options["k"])
    if link is not None:
        name, _, url = options["target"].rpartition("@")
        with emulated_link(url, link) as emulated:
            options |= {"target": f"{name}@{emulated.url}", "simulated": (emulated.words,)}
            return _live(prompt, prompt_file, watch, host, port, open_page, output, force, options)
    return _live(prompt, prompt_file, watch, host, port, open_page, output, force, options)


def _live(
    prompt: str | None,
    prompt_file: str | None,
    watch: bool,
    host: str | None,
    port: int,
    open_page: bool,
    output: Path | None,
    force: bool,
    options: dict[str, Any],
) -> None:
    if watch:
        from specrecord.cli.watch import watch as watch_runs

        wishes = {**options, "prompt": _prompt(prompt, prompt_file)}
        return watch_runs(wishes, output, force=force, host=host, port=port, open_page=open_page)
    if host is not None or port:
        raise UsageError("--host and --port are for the page of --watch; add --watch")
    if options["seed"] is None:
        options["seed"] = secrets.randbelow(2**32)
    request = Request(prompt=_prompt(prompt, prompt_file), **options)
    folder = Path("recordings" if Path("specrecord.toml").is_file() else ".")
    path = output or folder / f"run-{datetime.now():%Y%m%d-%H%M%S}.specrec"
    on_screen = is_screen(sys.stdout) and sys.stderr.isatty()
    reason = (_on_screen if on_screen else _plainly)(request, path, force)
    click.echo(summary(path), err=True)
    if reason == "failed":
        raise FindingError(
            f"the run could not go on: {last_fault(path)}; {path} is whole and says so"
        )
    return None


def _plainly(request: Request, path: Path, force: bool) -> str:
    """Record in this process, with plain lines beside it; how the run ended."""
    session = prepare(request, on_interrupt())
    _say(session.forecast())
    with PipeOutput(request.prompt, session.settings.token_bytes, sys.stdout, sys.stderr) as plain:
        return record(session, path, overwrite=force, observe=plain)


def _on_screen(request: Request, path: Path, force: bool) -> str:
    """Record in a process of its own and draw the run here; how it ended."""
    request.check()
    timeline, reason = dashboard(
        asdict(request), path, overwrite=force, keyboard=sys.stdin, stream=sys.stdout, say=_say
    )
    print_text(timeline, sys.stdout)
    return reason


def _say(lines: Iterable[str]) -> None:
    click.echo("".join(f"{line}\n" for line in lines), err=True, nl=False)


def _depth(text: str) -> dict[str, Any]:
    """K as given, or for `auto` the most that a round may draft."""
    if text == "auto":
        return {"k": _AUTO_LIMIT, "adaptive": True}
    try:
        return {"k": int(text)}
    except ValueError:
        raise UsageError(f"-k {text} is neither a number nor auto") from None


def _prompt(prompt: str | None, prompt_file: str | None) -> str:
    if prompt is not None and prompt_file is not None:
        raise UsageError("two prompts: give PROMPT or --prompt-file, not both")
    if prompt is not None or prompt_file is None:
        return prompt or ""
    try:
        with click.open_file(prompt_file, encoding="utf-8") as file:
            text: str = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{prompt_file}: the prompt cannot be read ({error}); give a UTF-8 text file"
        ) from None
    return text.removesuffix("\n")


def on_interrupt() -> Callable[[], bool]:
    """The first Ctrl-C asks the run to end after its round; the second stops at once."""
    asked: list[int] = []

    def handle(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    signal.signal(signal.SIGINT, handle)
    return lambda: bool(asked)
