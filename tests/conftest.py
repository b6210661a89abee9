"""What all tests share: one thread for matrices, and who stays together under `pytest -n`."""

import os

import pytest

# Before numpy is loaded. Small matrices gain nothing from a second thread, and where the other
# core is busy both spin while they wait for one another: thirteen times the processor time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever drives Chromium shares one browser, and the sites that were built for it."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
