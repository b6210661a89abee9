"""The files that a new site of one's own begins with."""

from pathlib import Path

from specrecord.errors import UsageError
from specrecord.publish.source import CONFIG

_CONFIG = """# A site of recorded runs: `specrecord build` reads this folder. Every line may go; these are the defaults.
title = "{title}"
description = "Real runs of speculative decoding, recorded token by token, to scrub through in the browser."
address = ""        # where it will be published, as in "https://example.org/{name}/": for cards, feed and sitemap
author = ""
walkthrough = true  # the chapters that explain speculative decoding, bound to these recordings
laboratory = true   # a page in which the embedded pair runs
"""

_CHAPTER = """# About these runs

Write what your readers should know here: this page is markdown. Chapters come in the order of their file names.

{% set run = choose() %}
{{ chooser(run) }}

In it {{ value(run, "accepted") }} of {{ value(run, "drafted") }} drafted tokens were accepted, and a round yielded
{{ value(run, "mean_acceptance_length") }} tokens on average: {{ formula("mean_acceptance_length") }}.

{{ player(run, view="text") }}

Formulas stand between dollars: $\\\\alpha = \\\\sum_x \\\\min(p(x), q(x))$.
""".replace("\\\\", "\\")

_WORKFLOW = """# Builds the site and publishes it with GitHub Pages.
# In the repository's settings choose Pages, Source: GitHub Actions.
name: site
on:
  push:
    branches: [main]
  workflow_dispatch:
permissions:
  contents: read
  pages: write
  id-token: write
concurrency:
  group: pages
  cancel-in-progress: true
jobs:
  publish:
    runs-on: ubuntu-latest
    environment:
      name: github-pages
      url: ${{ steps.deployment.outputs.page_url }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install specrecord
      - id: pages
        uses: actions/configure-pages@v5
      - run: specrecord build --address "${{ steps.pages.outputs.base_url }}/"
      - uses: actions/upload-pages-artifact@v3
        with:
          path: _site
      - id: deployment
        uses: actions/deploy-pages@v4
"""


def start_site(folder: Path) -> list[Path]:
    """Make a site's folder, without touching any file that is there. Returns what was made.

    Raises UsageError when the folder is a site already, or cannot be written.
    """
    if (folder / CONFIG).exists():
        raise UsageError(
            f"{folder / CONFIG}: there is a site here already; change that file, or choose "
            "another folder"
        )
    name = folder.resolve().name
    files = {
        CONFIG: _CONFIG.format(title=name.replace('"', "'"), name=name),
        "chapters/00-about.md": _CHAPTER,
        "recordings/.gitkeep": "",
        ".github/workflows/site.yml": _WORKFLOW,
        ".gitignore": "_site/\n",
    }
    made = []
    try:
        for address, text in files.items():
            path = folder / address
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            made.append(path)
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); choose another"
        ) from None
    return made
