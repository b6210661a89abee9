"""`specrecord publish`: build, then put the site on a branch that a host of static pages serves."""

from pathlib import Path

import click

from specrecord.cli.arguments import folder_option, say, skip_bad_option, source_argument
from specrecord.publish.site.build import build_site
from specrecord.publish.site.github_pages import publish_folder
from specrecord.publish.site.source import find_source


@click.command()
@source_argument
@folder_option("Folder to build into (_site).")
@click.option(
    "--remote", default="origin", show_default=True, help="Git remote, by name, address or path."
)
@click.option("--branch", default="gh-pages", show_default=True, help="The branch that is served.")
@click.option(
    "-m", "--message", default="Publish the site", show_default=True, help="The commit's message."
)
@click.option(
    "--address", default="", help="Where it will be seen; else what specrecord.toml says."
)
@skip_bad_option
@click.option("--remove", is_flag=True, help="Remove what stands there and no build made.")
def publish(
    source: Path | None,
    output: Path,
    remote: str,
    branch: str,
    message: str,
    address: str,
    skip_bad: bool,
    remove: bool,
) -> None:
    """Build DIR and push the result to a branch, GitHub Pages' by default. Run it inside the site's
    git repository.

    Your branch, index and work tree stay as they are. A site that did not change is not pushed
    again. A domain of your own stays: CNAME in DIR, else the host of --address, else what the
    branch has.

    \b
    Example:
      specrecord publish
      specrecord publish --remote ../pages.git --branch main
    """
    found = find_source(source).at(address).skipping(skip_bad)
    built = build_site(found, output, warn=say)
    repository = found.own or Path()
    done = publish_folder(
        output,
        repository,
        remote=remote,
        branch=branch,
        message=message,
        address=found.settings.address,
        remove=remove,
    )
    state = "pushed" if done.pushed else "nothing changed: not pushed"
    say(f"{built}; {remote} {branch} {done.commit[:10]}, {state}")
