"""Where torch is not installed, `hf:` says so in one line, before anything is read."""

from importlib.util import find_spec

import pytest

from specrecord.errors import UnsupportedModelError
from specrecord.registry import load_pair


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
@pytest.mark.parametrize("pair", [("tiny", "hf:tiny"), ("hf:tiny@cuda", "tiny")])
def test_what_to_install_is_told(pair: tuple[str, str]) -> None:
    with pytest.raises(UnsupportedModelError) as told:
        load_pair(*pair)
    said = "hf models need torch and transformers: pip install 'specrecord[hf]'"
    assert str(told.value) == said
