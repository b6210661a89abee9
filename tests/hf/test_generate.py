"""`record_generate` writes down what transformers' own assisted generation did: its text, its
rounds, and nothing that it does not tell.
"""

from pathlib import Path
from typing import Any

import pytest

import specrecord
from specrecord.errors import UsageError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

FOLDER = Path(specrecord.__file__).parent / "models" / "tiny"
PROMPT = "Once upon a time there was a cat. Once upon a time there was"


def model(which: str) -> Any:
    found = transformers.AutoModelForCausalLM.from_pretrained(FOLDER / which, dtype="float32")
    found.generation_config.pad_token_id = 0
    return found


@pytest.fixture(scope="module")
def pair() -> tuple[Any, Any]:
    return model("target"), model("draft")


def prompt() -> Any:
    tokenizer = specrecord.registry.FolderTokenizer(FOLDER / "target")
    return torch.tensor([tokenizer.encode(PROMPT)])


def recorded(target: Any, path: Path, **asked: Any) -> tuple[specrecord.Run, list[int]]:
    """The recording of one generate, and the ids that it answered with, without the prompt."""
    ids = prompt()
    with specrecord.record_generate(target, path):
        answer = target.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, **asked
        )
    return specrecord.load(path), answer[0, ids.shape[1] :].tolist()


def emitted(run: specrecord.Run) -> list[int]:
    return [output.token for one in run.rounds for output in one.output]


@pytest.mark.parametrize(
    "asked",
    [{"assistant": True}, {"prompt_lookup_num_tokens": 4}, {"assistant": True, "constant": True}],
    ids=["an assistant", "prompt lookup", "an assistant of constant length"],
)
def test_a_greedy_generate_is_recorded_as_it_went(
    pair: tuple[Any, Any], tmp_path: Path, asked: dict[str, Any]
) -> None:
    target, draft = pair
    asked = dict(asked)
    constant = asked.pop("constant", False)
    draft.generation_config.num_assistant_tokens_schedule = "constant" if constant else "heuristic"
    draft.generation_config.num_assistant_tokens = 3 if constant else 5
    if asked.pop("assistant", False):
        asked["assistant_model"] = draft
    run, answer = recorded(target, tmp_path / "run.specrec", do_sample=False, **asked)
    assert run.audit() == []
    assert emitted(run) == answer
    ids = prompt()
    plain = target.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False
    )
    assert answer == plain[0, ids.shape[1] :].tolist()
    assert run.stats["accepted"] > 0
    assert run.stats["speedup"]["autoregressive"] is None
    assert run.header["k"] == (4 if "prompt_lookup_num_tokens" in asked else 3 if constant else 23)
    drafts = [event for event in run if isinstance(event, specrecord.events.Draft)]
    assert all((one.raw_logprob is None) == ("assistant_model" not in asked) for one in drafts)
    assert all(one.uniform is None for one in drafts)


def test_a_sampled_prompt_lookup_tells_the_probabilities_it_was_judged_by(
    pair: tuple[Any, Any], tmp_path: Path
) -> None:
    torch.manual_seed(3)
    asked = {"do_sample": True, "temperature": 0.8, "top_k": 0, "prompt_lookup_num_tokens": 4}
    run, answer = recorded(pair[0], tmp_path / "run.specrec", **asked)
    assert run.audit() == []
    assert emitted(run) == answer
    assert run.header["law"] == "softmax T=0.8, drawn by the target"
    verdicts = [event for event in run if isinstance(event, specrecord.events.Verdict)]
    assert any(0 < verdict.target_prob < 1 for verdict in verdicts)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"assistant": True, "do_sample": True}, "transformers tells none of its coins"),
        ({"prompt_lookup_num_tokens": 4, "repetition_penalty": 1.2}, "RepetitionPenalty"),
        ({}, "nothing was drafted"),
    ],
    ids=["sampling with an assistant", "a penalty", "no draft"],
)
def test_what_cannot_be_recorded_is_refused_in_one_line(
    pair: tuple[Any, Any], tmp_path: Path, asked: dict[str, Any], message: str
) -> None:
    target, draft = pair
    given = {**asked, **({"assistant_model": draft} if asked.get("assistant") else {})}
    given.pop("assistant", None)
    with pytest.raises(UsageError, match=message) as told:
        recorded(target, tmp_path / "run.specrec", **given)
    assert "\n" not in str(told.value)
    assert "_get_candidate_generator" not in vars(target)
    assert not target._forward_hooks
