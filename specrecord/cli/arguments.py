"""Arguments and options that several commands have, and rows for a terminal."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from specrecord.errors import UsageError
from specrecord.text import visible

Command = TypeVar("Command", bound=Callable[..., Any])


def show(text: object, *, err: bool = False) -> None:
    """A line of data on standard output. What steers a terminal, whoever wrote it into a recording,
    a path or an answer, is shown by its number.
    """
    click.echo(visible(str(text), cells=True), err=err)


def say(text: object) -> None:
    """A line of talk. Nobody needs to hear it."""
    with suppress(OSError):
        show(text, err=True)


source_argument = click.argument(
    "source", metavar="[DIR]", required=False, type=click.Path(path_type=Path)
)
recording_argument = click.argument("run", type=click.Path(dir_okay=False, path_type=Path))
force_option = click.option("--force", is_flag=True, help="Replace the file if it exists.")
force_folder_option = click.option(
    "--force",
    is_flag=True,
    help="Write into a folder that `build` did not make. Removes nothing there.",
)

skip_bad_option = click.option(
    "--skip-bad",
    is_flag=True,
    help="Leave out recordings that cannot be read or fail the audit, and name them.",
)


def file_option(help: str, *names: str) -> Callable[[Command], Command]:
    """`-o`, a file to write."""
    path = click.Path(dir_okay=False, path_type=Path)
    return click.option("-o", *names, "output", type=path, help=help)


def folder_option(help: str, default: str | None = "_site") -> Callable[[Command], Command]:
    """`-o`, the folder of a built site."""
    path = click.Path(path_type=Path)
    return click.option("-o", "--output", default=default, type=path, help=help)


def port_option(default: int, help: str, **more: Any) -> Callable[[Command], Command]:
    """`--port`."""
    return click.option("--port", default=default, type=click.IntRange(0, 65535), help=help, **more)


def text_of(file_name: str) -> str:
    """A prompt in a file, or on standard input for `-`, without its last line's end. Raises
    UsageError.
    """
    try:
        with click.open_file(file_name, encoding="utf-8") as file:
            text: str = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file_name}: the prompt cannot be read ({error}); give a UTF-8 text file"
        ) from None
    return text.removesuffix("\n")


def print_rows(rows: Mapping[str, str]) -> None:
    """Names in a column, and what stands beside each."""
    width = max(map(len, rows))
    for name, text in rows.items():
        show(f"{name:{width}}  {text}")
