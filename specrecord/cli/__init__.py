"""The command line: one file a command, and one place where every error becomes one line and an
exit code.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from specrecord import __version__
from specrecord.cli.dotenv import load_dotenv
from specrecord.errors import SpecrecordError

_COMMANDS = (
    "live",
    "info",
    "audit",
    "play",
    "mark",
    "redact",
    "export",
    "init",
    "build",
    "preview",
    "check",
    "publish",
    "target",
    "doctor",
    "models",
    "bench",
)


class _Commands(click.Group):
    """Loads a command's module only when it is asked for, so that `info` does not wait for a web
    server's import.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"specrecord.cli.{name}"), name)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="specrecord %(version)s")
def specrecord() -> None:
    """Record real speculative decoding runs and make them explorable.

    \b
    Example:
      specrecord live "Once upon a time" -o run.specrec
      specrecord info run.specrec
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 a check found something, 2 wrong use."""
    load_dotenv()
    try:
        code = specrecord.main(arguments, prog_name="specrecord", standalone_mode=False)
    except click.ClickException as error:
        code = _complain(error.format_message().replace("\n", " "), error.exit_code)
    except SpecrecordError as error:
        code = _complain(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = _complain("interrupted", 130)
    sys.exit(code or 0)


def _complain(message: str, code: int) -> int:
    click.echo(f"specrecord: {message}", err=True)
    return code
