"""The features that `hf:` targets show to draft heads are those of our numpy models, whatever was
read and taken back before; a head drafts over them as it does over those.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

from specrecord.errors import UnsupportedModelError
from specrecord.models.base import FeatureTarget
from specrecord.models.fetched.store import fetched_folder
from specrecord.models.hf.model import HfModel
from specrecord.registry import load_pair
from tools.matrix.families import random_folder

sys.path.append(str(Path(__file__).parents[1] / "models"))

from small_heads import generate, random_head, settings

pytest.importorskip("torch")
pytest.importorskip("transformers")

TEXT = [40, 41, 42, 43, 44, 45, 40, 41]
TOKENS, PARENTS = [50, 41, 51, 52], [-1, -1, 0, 1]


def pair(name: str) -> tuple[FeatureTarget, HfModel]:
    if name == "smollm2" and fetched_folder("smollm2") is None:
        pytest.skip("smollm2 was not fetched")
    ours, theirs = (load_pair(None, one).target for one in (name, f"hf:{name}@cpu"))
    assert isinstance(ours, FeatureTarget)
    assert isinstance(theirs, HfModel)
    return ours, theirs


@pytest.mark.parametrize("masks", [True, False], ids=["by a mask", "path by path"])
@pytest.mark.parametrize("name", ["tiny:target", "smollm2"])
def test_they_are_those_of_our_numpy_models(name: str, masks: bool) -> None:
    both = ours, theirs = pair(name)
    theirs._takes_masks = masks
    some = np.array([3, 500, 7])
    assert np.abs(ours.embedding - theirs.embedding).max() < 1e-6
    assert np.abs(ours.head_rows(some) - theirs.head_rows(some)).max() < 1e-4

    def require(context: list[int], count: int) -> None:
        found, wanted = theirs.features(context), ours.features(context)
        assert len(found) == len(wanted) == count
        assert np.abs(found - wanted).max() < 2e-3

    for one in both:
        one.prefill(TEXT)
    require(TEXT, 7)
    for one in both:
        one.verify(TEXT, [50, 51, 52])
    require([*TEXT, 50, 51, 60], 10)
    require([*TEXT[:4], 60, 61], 4)
    for one in both:
        one.verify([*TEXT, 60], TOKENS, PARENTS)
    require([*TEXT, 60, 41, 52, 61], 11)
    for one in both:
        one.verify([*TEXT, 60, 41, 52, 61], [])
    require([*TEXT, 60, 41, 52, 61, 62], 12)


def test_a_head_writes_the_same_over_both(tmp_path: Path) -> None:
    ours, _ = pair("tiny:target")
    head = random_head(tmp_path / "head", ours, list(range(40, 80)), scale=0.3)
    written = []
    for name in ("tiny:target", "hf:tiny:target@cpu"):
        loaded = load_pair(f"head:{head}", name)
        written.append(generate(loaded, TEXT, settings(loaded)))
    assert written[0] == written[1]


@pytest.mark.parametrize("family", ["Gemma 3", "Qwen 3.5"])
def test_one_whose_last_norm_is_another_is_refused(tmp_path: Path, family: str) -> None:
    folder = random_folder(family, tmp_path / "model")
    target = load_pair(None, f"hf:{folder}@cpu").target
    before = target.verify(TEXT, [50]).logits
    with pytest.raises(UnsupportedModelError, match="show"):
        target.features(TEXT)
    assert np.array_equal(target.verify(TEXT, [50]).logits, before)
