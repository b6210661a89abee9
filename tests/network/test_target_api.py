"""`specrecord target` speaks the documented API: what it answers, what it refuses, and who may
ask.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import cerebras.cloud.sdk as sdk
import numpy as np
import pytest
from small_models import SmallModel
from wires import CANARY, Letters, served, small_service

from specrecord.decoding.sampling import softmax
from specrecord.models.remote.http.rate_limit import RateLimiter


@pytest.fixture
def url() -> Iterator[str]:
    with served(small_service(tokenizer=Letters(ends=True))) as address:
        yield address


@pytest.fixture
def strict() -> Iterator[str]:
    with served(small_service(strict=True)) as address:
        yield address


def ask(url: str, **fields: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers of one POST."""
    key = fields.pop("key", None)
    headers = {
        "Content-Type": "application/json",
        **({"Authorization": f"Bearer {key}"} if key else {}),
    }
    body = json.dumps({"model": "small", **fields}).encode()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{url}/v1/completions", body, headers)
        ) as response:
            return response.status, json.load(response), dict(response.headers.items())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), dict(error.headers.items())


def probs(*context: int) -> np.ndarray:
    return softmax(SmallModel(100).next_logits(context))


def test_a_completion_has_what_the_schema_has(url: str) -> None:
    status, body, headers = ask(url, prompt=[1, 0], max_tokens=3, logprobs=2, temperature=0)
    assert status == 200
    assert headers["Server"].startswith("specrecord/")
    assert set(body) == {
        "id",
        "choices",
        "created",
        "model",
        "object",
        "system_fingerprint",
        "usage",
        "time_info",
    }
    times = body["time_info"]
    assert (
        times["queue_time"] + times["prompt_time"] + times["completion_time"] <= times["total_time"]
    )
    assert body["usage"]["prompt_tokens"] == 2
    told = body["choices"][0]["logprobs"]
    likeliest = int(probs(1, 0).argmax())
    assert told["tokens"][0] == chr(0x100 + likeliest)
    assert told["token_logprobs"][0] == pytest.approx(np.log(probs(1, 0)[likeliest]))
    assert len(told["top_logprobs"][0]) == 2


def test_echo_scores_the_prompt_but_not_in_strict_mode(url: str, strict: str) -> None:
    _, body, _ = ask(url, prompt=[1, 0, 2], max_tokens=1, logprobs=4, echo=True)
    told = body["choices"][0]["logprobs"]
    assert told["token_logprobs"][0] is None
    assert told["token_logprobs"][1:3] == pytest.approx(
        [np.log(probs(1)[0]), np.log(probs(1, 0)[2])]
    )
    assert len(told["tokens"]) == 4
    _, body, _ = ask(strict, prompt=[1, 0, 2], max_tokens=1, logprobs=4, echo=True)
    assert len(body["choices"][0]["logprobs"]["tokens"]) == 1
    assert body["choices"][0]["text"].startswith("āĀĂ")


def test_the_end_of_a_prompt_is_scored_alone(url: str, strict: str) -> None:
    _, body, _ = ask(url, prompt=[1, 0, 2], max_tokens=1, logprobs=4, echo_last=1)
    assert body["choices"][0]["logprobs"]["token_logprobs"][0] == pytest.approx(
        np.log(probs(1, 0)[2])
    )
    assert ask(strict, prompt=[1, 0, 2], max_tokens=1, logprobs=4, echo_last=1)[0] == 400


def test_several_prompts_are_answered_in_order(url: str) -> None:
    _, body, _ = ask(
        url, prompt=[[1, 0], [2], [1, 0, 3]], max_tokens=1, logprobs=4, return_raw_tokens=True
    )
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    for choice, context in zip(body["choices"], [(1, 0), (2,), (1, 0, 3)], strict=True):
        told = choice["logprobs"]
        assert told["token_logprobs"][0] == pytest.approx(
            np.log(probs(*context)[choice["tokens"][0]])
        )


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": [1], "min_p": 0.1}, "min_p"),
        ({"prompt": [1], "prompt_logprobs": 1}, "prompt_logprobs"),
        ({"prompt": [1], "presence_penalty": 1.0}, "presence_penalty"),
        ({"prompt": [1], "logprobs": 21}, "logprobs"),
        ({"prompt": [1], "temperature": 2.5}, "temperature"),
        ({"prompt": [1], "max_tokens": "4"}, "max_tokens"),
        ({"prompt": [1], "stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"prompt": [1], "echo": True, "return_raw_tokens": True}, "echo"),
        ({"prompt": [[1], [2]], "stream": True}, "stream"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [[1], "a"]}, "prompt"),
        ({"prompt": [9]}, "prompt"),
        ({"prompt": [1] * 70}, "prompt"),
        ({}, "prompt"),
    ],
    ids=str,
)
def test_what_it_cannot_mean_is_refused(url: str, fields: dict[str, Any], param: str) -> None:
    status, body, _ = ask(url, **fields)
    assert status == 400
    assert body["param"] == param
    assert set(body) == {"message", "type", "param", "code"}


def test_neutral_values_of_documented_fields_are_taken(url: str) -> None:
    assert (
        ask(
            url, prompt=[1], max_tokens=1, frequency_penalty=0, best_of=1, user="me", logit_bias={}
        )[0]
        == 200
    )


def test_a_seed_repeats_an_answer_and_an_end_ends_it(url: str) -> None:
    answers = [
        ask(url, prompt=[1, 0], max_tokens=20, seed=4, return_raw_tokens=True)[1]["choices"][0]
        for _ in "ab"
    ]
    assert answers[0] == answers[1]
    tokens = answers[0]["tokens"]
    assert answers[0]["finish_reason"] == ("stop" if tokens[-1] == 3 else "length")
    assert 3 not in tokens[:-1]


def test_a_stop_string_is_cut_away(url: str) -> None:
    whole = ask(url, prompt=[1, 0], max_tokens=12, temperature=0)[1]["choices"][0]["text"]
    stop = whole[2:4]
    _, body, _ = ask(url, prompt=[1, 0], max_tokens=12, temperature=0, stop=stop)
    assert body["choices"][0]["text"] == whole[: whole.index(stop)]
    assert body["choices"][0]["finish_reason"] == "stop"


def test_the_key_is_asked_for_and_models_are_told() -> None:
    with served(small_service(key=CANARY)) as url:
        assert ask(url, prompt=[1], max_tokens=1)[0] == 401
        assert ask(url, prompt=[1], max_tokens=1, key="wrong")[0] == 401
        assert ask(url, prompt=[1], max_tokens=1, key=CANARY)[0] == 200
        client = sdk.Cerebras(
            api_key=CANARY, base_url=url, warm_tcp_connection=False, max_retries=0
        )
        assert [model.id for model in client.models.list().data] == ["small"]
        assert client.models.retrieve("small").id == "small"
        with pytest.raises(sdk.NotFoundError, match="does not exist"):
            client.completions.create(model="gone", prompt=[1])
        client.close()


def test_the_official_sdk_reads_its_answers_and_streams(url: str) -> None:
    client = sdk.Cerebras(api_key="x", base_url=url)
    answer = client.completions.create(
        model="small", prompt=[1, 0], max_tokens=4, logprobs=2, temperature=0
    )
    assert answer.usage.completion_tokens == len(answer.choices[0].logprobs.tokens)
    chunks = list(
        client.completions.create(
            model="small", prompt=[1, 0], max_tokens=4, temperature=0, stream=True
        )
    )
    assert "".join(chunk.choices[0].text or "" for chunk in chunks) == answer.choices[0].text
    assert chunks[-1].time_info is not None
    assert all(chunk.usage is None for chunk in chunks[:-1])
    client.close()


def test_more_than_the_limit_is_refused_with_when_to_come_back() -> None:
    with served(small_service(limiter=RateLimiter(2))) as url:
        answers = [ask(url, prompt=[1], max_tokens=1) for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 200, 429]
    left = [headers["X-Ratelimit-Remaining-Requests-Minute"] for _, _, headers in answers]
    assert left == ["1", "0", "0"]
    assert 0 < float(answers[2][2]["Retry-After"]) <= 60
