"""The command line: one file a command, and one place where every error becomes one line and an
exit code.
"""

import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import click

from specrecord import __version__
from specrecord.cli.settings import load_settings
from specrecord.cli.streams import give_up_unwritten, open_streams
from specrecord.errors import SpecrecordError
from specrecord.text import visible

_FOLDERS = {
    "run": ("live", "bench", "target", "doctor", "models"),
    "recordings": ("info", "audit", "sign", "play", "mark", "redact", "export"),
    "site": ("init", "build", "preview", "check", "publish"),
}
_MODULES = {
    name: f"specrecord.cli.{folder}.{name}" for folder, names in _FOLDERS.items() for name in names
}


_NOBODY_READS = 141  # 128 + SIGPIPE, as a shell says of a program that wrote on
_PASSWORD = re.compile(r"://[^/\s]*@")  # and the user, in an address


class _Commands(click.Group):
    """Loads a command's module only when it is asked for, so that `info` does not wait for a web
    server's import.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _MODULES:
            return None
        command: click.Command = getattr(import_module(_MODULES[name]), name)
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
    """Run the command line and exit: 0 done, 1 a check found something, 2 wrong use, 130
    interrupted, 141 where nobody reads on.
    """
    open_streams()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        code = _NOBODY_READS
    except OSError as error:
        code = _complain(f"{error.filename or 'standard output'}: {error.strerror}", 2)
    give_up_unwritten()
    sys.exit(code or 0)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        load_settings()
        done = specrecord.main(arguments, prog_name="specrecord", standalone_mode=False)
        return done or 0
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except SpecrecordError as error:
        return _complain(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", 130)
    except SystemExit:
        if "PacifyFlush" in type(sys.stdout).__name__:  # click met a pipe that nobody reads
            return _NOBODY_READS
        raise


def _complain(message: str, code: int) -> int:
    line = _PASSWORD.sub("://...@", " ".join(message.splitlines()))
    with suppress(OSError):
        click.echo(f"specrecord: {visible(line, cells=True)}", err=True)
    return code
