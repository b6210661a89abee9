"""Writes docs/cli.md from each command's `--help`: python -m tools.docs.cli_docs."""

from collections.abc import Iterator
from pathlib import Path

import click

from specrecord.cli import specrecord

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
_HEAD = """# Commands

What `--help` prints, for every command. This page is written by `python -m tools.docs.cli_docs`.

Data goes to standard output, talk to standard error. Exit codes: 0 done, 1 a check found something,
2 wrong use, 130 interrupted. Where a command reads a recording, `-` is standard input.
Settings may also stand in the environment, or in a `.env` file in the current folder: the variables
named below, and `CEREBRAS_API_KEY` and `CEREBRAS_TARGET_MODEL`.
"""


def page() -> str:
    """The whole text of docs/cli.md."""
    parts = [_HEAD]
    for context in contexts(specrecord, None, "specrecord"):
        text = context.get_help().strip()
        parts.append(f"## {context.command_path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def contexts(
    command: click.Command, parent: click.Context | None, name: str
) -> Iterator[click.Context]:
    """The command and all below it, each as it is called, 100 columns wide."""
    context = click.Context(command, parent, name, terminal_width=100, **command.context_settings)
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from contexts(found, context, below)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
