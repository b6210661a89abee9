"""What all tests share: one thread for matrices, and who stays together under `pytest -n`."""

import os
from pathlib import Path

import pytest

# Before numpy is loaded. Small matrices gain nothing from a second thread, and where the other
# core is busy both spin while they wait for one another: thirteen times the processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BROWSER = Path(__file__).parent / "browser"
TOGETHER = {"site", "hosts"}  # folders whose files share what was built for them


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever drives Chromium stays with its file, or its folder where that shares a site: each
    process has a browser, and none is alone with all of the pages.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            folder = item.path.parent
            shared = folder.parent == BROWSER and folder.name in TOGETHER
            group = f"browser/{folder.name if shared else item.path.stem}"
            item.add_marker(pytest.mark.xdist_group(group))
