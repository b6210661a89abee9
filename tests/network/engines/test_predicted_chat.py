"""The strict chat of `specrecord target`: it refuses what the documentation refuses, and writes
along a prediction what it would write without.
"""

import json
import urllib.error
import urllib.request
from collections import Counter
from typing import Any

import numpy as np
import pytest
from enumerate_rng import ScriptedRng, every_run
from small_models import SmallModel
from wires import Letters, served, small_service

from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.models.remote.http.transport import Transport
from specrecord.models.remote.probing.doctor import Doctor
from specrecord.serve.completions.predicted import Prediction, write_along


def along(guess: str, own: str) -> tuple[str, int, int, int]:
    """What a model writes that would write `own` alone, along a guess; the counts, and its
    passes.
    """
    tokens, passes, out = [ord(one) for one in own], [0], []

    def read(context: Any, ahead: Any) -> Any:
        passes[0] += 1
        rows = np.zeros((len(ahead) + 1, 128), np.float32)
        for row in range(len(rows)):
            place = len(context) - 1 + row
            # After what it would not write itself it says something else.
            same = [*context[1:], *ahead[:row]] == tokens[:place]
            rows[row, tokens[place] if same and place < len(tokens) else 0] = 1.0
        return rows

    prediction = Prediction([ord(one) for one in guess])
    greedy, rng = SamplingParams(0.0), SeededRng(np.random.default_rng(0))
    add = lambda token: out.append(chr(token))  # noqa: E731
    write_along(read, [1], prediction, len(own), greedy, rng, add, lambda: True)
    return "".join(out), prediction.accepted, prediction.rejected, passes[0]


@pytest.mark.parametrize(
    ("guess", "accepted", "passes"),
    [
        ("the red fox ran off at dawn", 27, 2),
        ("", 0, 27),
        ("the RED fox ran off at dawn", 24, 7),  # taken up again behind " fo"
        ("the fox ran off at dawn", 23, 8),  # a word too few: behind "fox"
        ("the red old fox ran off at dawn", 27, 3),  # one too many: behind "d f"
        ("nothing of this", 0, None),
    ],
)
def test_a_prediction_is_taken_up_again_and_changes_no_text(
    guess: str, accepted: int, passes: int | None
) -> None:
    own = "the red fox ran off at dawn"
    text, taken, lost, took = along(guess, own)
    assert text == own
    if passes is not None:
        assert (taken, took) == (accepted, passes)
    assert taken + lost == len(guess)


@pytest.mark.parametrize("guess", [[], [0, 1, 1], [1, 1, 1]])
def test_by_enumeration_a_prediction_changes_no_distribution(guess: list[int]) -> None:
    model, law = SmallModel(7, vocabulary=2), SamplingParams(0.9)

    def one(rng: ScriptedRng) -> tuple[int, ...]:
        out: list[int] = []
        read = lambda context, ahead: model.verify(context, ahead).logits  # noqa: E731
        prediction = Prediction(list(guess))
        write_along(read, [0], prediction, 3, law, rng, out.append, lambda: True)
        return tuple(out)

    found: Counter[tuple[int, ...]] = Counter()
    for text, weight in every_run(one):
        found[text] += weight  # type: ignore[assignment]
    assert sum(found.values()) == pytest.approx(1)
    for text, weight in found.items():
        own = 1.0
        for place, token in enumerate(text):
            own *= float(law(model.next_logits([0, *text[:place]]))[token])
        assert weight == pytest.approx(own)


def ask(url: str, **fields: Any) -> tuple[int, str]:
    """Status and text of one chat request."""
    given = {"model": "small", "messages": [{"role": "user", "content": "ab"}], **fields}
    body = json.dumps({name: one for name, one in given.items() if one != "-"}).encode()
    headers = {"Content-Type": "application/json"}
    sent = urllib.request.Request(f"{url}/v1/chat/completions", body, headers)
    try:
        with urllib.request.urlopen(sent) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


EXPECTED = {"type": "content", "content": "abab"}


def test_the_strict_chat_refuses_what_the_documentation_refuses() -> None:
    beside: dict[str, Any] = {
        "logprobs": True,
        "n": 2,
        "tools": [{"type": "function"}],
        "presence_penalty": 0.5,
        "frequency_penalty": 0.5,
        "max_completion_tokens": 5,
    }
    with served(small_service(strict=True)) as url:
        for name, value in beside.items():
            status, text = ask(url, prediction=EXPECTED, **{name: value})
            assert status == 400, name
            assert "cannot be used with 'prediction'" in text
        for wrong in (
            "abab",
            {"type": "content"},
            {"type": "text", "content": "a"},
            {"content": 1},
        ):
            assert ask(url, prediction=wrong)[0] == 400
        assert "property 'body.min_p' is unsupported" in ask(url, min_p=0.1)[1]
        for fields in (
            {"messages": []},
            {"messages": [{"role": "system", "content": "a"}]},
            {"max_tokens": -2},
            {"stream": True, "stop": "a"},
            {"logprobs": True},
            {"model": "other"},
        ):
            assert ask(url, **fields)[0] in (400, 404), fields
        parts = [{"type": "text", "text": "ab"}] * 2
        status, text = ask(
            url, prediction={**EXPECTED, "content": parts}, max_tokens=5, temperature=0
        )
        told = json.loads(text)
        details = told["usage"]["completion_tokens_details"]
        assert status == 200
        assert sum(details.values()) == 4
        assert told["usage"]["completion_tokens"] == 5 + details["rejected_prediction_tokens"]
        assert len(told["choices"][0]["message"]["content"]) == 5
        assert ask(url, max_completion_tokens=2, n=1, logprobs=False)[0] == 200
        transport = Transport(url, None)
        doctor = Doctor(transport, "small", Letters(), lambda seconds: None)
        words = doctor._prediction()
        assert words.startswith("yes, ")
        assert words.endswith("; not beside log-probabilities")
        transport.close()
    with served(small_service()) as url:
        assert ask(url)[0] == 404
