"""One small site for all tests of this folder that only look at it."""

from pathlib import Path

import pytest
from site_runs import fault, write_run

from specrecord.publish.site.build import build_site


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two recordings, one of them with a fault and without a baseline."""
    folder = tmp_path_factory.mktemp("runs")
    write_run(folder / "fox.specrec")
    header = {"title": "No baseline", "start": "2026-03-04T05:06:07Z"}
    write_run(
        folder / "lost.specrec",
        seed=3,
        k=2,
        baseline=False,
        header=header,
        extra=[fault(10**6, "after 2 s")],
    )
    return folder


@pytest.fixture(scope="session")
def site(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of `runs`, built once."""
    output = tmp_path_factory.mktemp("built") / "site"
    build_site(runs, output)
    return output
