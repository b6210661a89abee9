"""`hf:` models compute what transformers computes, take tokens back, and say in one line what they
cannot do; numpy's models beside them.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import specrecord
from specrecord.errors import SpecrecordError, UnsupportedModelError
from specrecord.models.fetched.store import fetched_folder
from specrecord.models.hf.model import HfModel
from specrecord.registry import load_pair
from tools.matrix.__main__ import LIMIT, Reference, compared, softmax, variation
from tools.matrix.families import FAMILIES, random_folder

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

TINY = Path(specrecord.__file__).parent / "models" / "tiny"
IDS = [int(one) for one in np.random.default_rng(2).integers(5, 1000, 24)]
TREE = [-1, -1, 0, 0, 1, 4]
REFUSED = {"Mamba"}
BY_NUMPY = {name for name, (kind, _) in FAMILIES.items() if kind in ("llama", "mistral", "qwen2")}
BY_NUMPY |= {"Qwen 3"}


@pytest.mark.parametrize("family", FAMILIES)
def test_each_kind_is_right_or_refused(tmp_path: Path, family: str) -> None:
    folder = random_folder(family, tmp_path / "model")
    reference = Reference(folder)
    hf, numpy = (compared(f"{kind}:{folder}", reference, 40) for kind in ("hf", "llama"))
    assert hf.words.startswith("refused: " if family in REFUSED else "right")
    assert numpy.words.startswith("right" if family in BY_NUMPY else "refused: ")
    assert not hf.wrong
    assert not numpy.wrong
    assert "beyond" not in hf.words
    assert ("beyond" in numpy.words) == ("window" in family and "without" not in family) or (
        family not in BY_NUMPY
    )


@pytest.mark.parametrize("masks", [True, False], ids=["by a mask", "path by path"])
@pytest.mark.parametrize("name", ["tiny:target", "smollm2"])
def test_it_says_what_our_numpy_models_say(name: str, masks: bool) -> None:
    if name == "smollm2" and fetched_folder("smollm2") is None:
        pytest.skip("smollm2 was not fetched")
    ours, theirs = (load_pair(None, one).target for one in (name, f"hf:{name}@cpu"))
    assert isinstance(theirs, HfModel)
    assert theirs._takes_masks
    theirs._takes_masks = masks
    for context, drafted, parents in (
        (IDS[:12], IDS[12:20], None),
        (IDS[:14], IDS[3:6], None),
        (IDS[:16], IDS[:6], TREE),
        ([*IDS[:16], IDS[1], IDS[4]], IDS[6:8], None),  # goes on along a path of the tree
    ):
        own, other = (
            softmax(one.verify(context, drafted, parents).logits) for one in (ours, theirs)
        )
        assert max(variation(own, other)) < LIMIT


def test_a_greedy_run_writes_what_generate_writes(tmp_path: Path) -> None:
    run = specrecord.record(
        "Once upon a time",
        draft="hf:tiny:draft@cpu",
        target="hf:tiny:target@cpu",
        temperature=0,
        max_tokens=24,
        seed=1,
    )
    assert run.audit() == []
    assert run.stats["accepted"] > 0
    assert run.header["target"]["backend"] == "hf"
    assert run.header["target"]["details"]["device"] == "cpu"
    model = transformers.AutoModelForCausalLM.from_pretrained(TINY / "target", dtype="float32")
    ids = torch.tensor([run.header["prompt"]["ids"]])
    plain = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False
    )
    emitted = [output.token for one in run.rounds for output in one.output]
    assert emitted == plain[0, ids.shape[1] :].tolist()


def test_its_first_layers_are_those_of_the_numpy_model() -> None:
    ours, theirs = (load_pair("skip:2", one).drafter for one in ("tiny", "hf:tiny@cpu"))
    rows = [softmax(one.next_logits(IDS[:9])) for one in (ours, theirs)]
    assert variation(*(row[None] for row in rows))[0] < LIMIT
    with pytest.raises(UnsupportedModelError, match="skip:24 must leave out"):
        load_pair("skip:24", "hf:tiny@cpu")


def _folder(path: Path, **changes: object) -> Path:
    shutil.copytree(TINY / "draft", path)
    config = json.loads((path / "config.json").read_text()) | changes
    (path / "config.json").write_text(json.dumps(config))
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_hidden_layers": 99}, "its weights do not fit"),
        ({"intermediate_size": 30}, "its weights do not fit|cannot load it"),
        ({"model_type": "nothing"}, "transformers cannot load it"),
        ({"quantization": {"bits": 4, "group_size": 32}}, "packed in mlx's layout"),
    ],
)
def test_what_does_not_load_whole_is_refused_in_one_line(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(SpecrecordError, match=message) as told:
        load_pair(None, f"hf:{_folder(tmp_path / 'model', **changes)}@cpu")
    assert "\n" not in str(told.value)
    assert str(tmp_path) not in str(told.value)


@pytest.mark.parametrize("device", ["cuda:9", "nonsense"])
def test_a_device_that_is_not_there_is_told(device: str) -> None:
    with pytest.raises(UnsupportedModelError, match=f"torch has no device {device} here") as told:
        load_pair(None, f"hf:tiny@{device}")
    assert "\n" not in str(told.value)
