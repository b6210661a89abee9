"""What a server can do is found out by asking, and nothing is believed unseen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import convert
from small_models import SmallModel
from wires import PROMPT, Letters, Plan, opened, served, small_service

from specrecord.decoding.sampling import softmax
from specrecord.errors import UsageError, VocabularyMismatchError
from specrecord.models.base import TopLogprobs
from specrecord.models.remote.completions.responses import read_positions
from specrecord.models.remote.http.answers import Choice
from specrecord.models.remote.http.rate_limit import RateLimiter
from specrecord.models.tokenization.token_text import TokenText
from specrecord.serve.completions import app as target_module


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def works(url: str, **options: object) -> dict[str, str]:
    target = opened(url, Letters(), **options)
    target.close()
    found: dict[str, str] = target.info.details["verifiers"]
    return found


def test_our_own_server_can_do_everything() -> None:
    with served(small_service()) as url:
        assert works(url) == {"score": "works", "fan-out": "works", "match": "works"}


def test_as_cerebras_documents_itself_nothing_is_scored() -> None:
    with served(small_service(strict=True)) as url:
        found = works(url)
        assert found["score"] == "the server did not score the prompt's tokens"
        assert found["fan-out"] == found["match"] == "works"
        with pytest.raises(
            UsageError, match=r"verifier score does not work .* there is fan-out, match"
        ):
            opened(url, Letters(), verifier="score")


def altered(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any], Any], Any]) -> None:
    """The server's choices as `change` leaves them."""
    plain = target_module.completion_choice

    def choice(service: Any, request: Any, index: int, written: Any) -> Any:
        return change(plain(service, request, index, written), (service, request, index, written))

    monkeypatch.setattr(target_module, "completion_choice", choice)


def test_scores_that_are_another_models_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Echoed rows that do not agree with what the server said when it wrote the same tokens."""

    def lie(choice: dict[str, Any], about: Any) -> dict[str, Any]:
        if len(about[3].shown) > len(about[3].tokens):
            tops = choice["logprobs"]["top_logprobs"]
            choice["logprobs"]["top_logprobs"] = [
                dict(zip(top, reversed(top.values()), strict=True)) if top else top for top in tops
            ]
        return choice

    altered(monkeypatch, lie)
    with served(small_service()) as url:
        assert (
            works(url)["score"]
            == "its scores of a prompt are not those it gave when it wrote the same tokens"
        )


def test_prompts_that_are_answered_in_another_order_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def turned(choice: dict[str, Any], about: Any) -> dict[str, Any]:
        _, request, index, _ = about
        return {**choice, "index": len(request.prompts) - 1 - index}

    altered(monkeypatch, turned)
    with served(small_service()) as url:
        assert works(url)["fan-out"].startswith("its answers to several prompts are ")


def test_rows_that_are_shifted_by_one_are_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """As llama-cpp-python 0.3.36: texts only, and an echoed token's entry holds the distribution
    after it.
    """
    model, tokenizer = SmallModel(100), Letters()

    def shifted(choice: dict[str, Any], about: Any) -> dict[str, Any]:
        _, request, _, written = about
        if not request.echo:
            choice["tokens"] = None
            return choice
        told = choice["logprobs"]
        for key in ("tokens", "token_logprobs", "top_logprobs"):
            told[key] = told[key][: len(written.prompt)]
        for place in range(1, len(written.prompt)):
            probs = np.log(softmax(model.next_logits(written.prompt[: place + 1])))
            told["top_logprobs"][place] = {
                tokenizer.token_bytes(t).decode(): float(v) for t, v in enumerate(probs)
            }
        return choice

    altered(monkeypatch, shifted)
    plain = target_module.parse_request

    def texts_only(body: dict[str, Any], strict: bool) -> Any:
        if (
            not isinstance(body.get("prompt"), str)
            or "echo_last" in body
            or "return_raw_tokens" in body
        ):
            raise target_module.RefusedError(400, "texts only", "prompt", "x")
        return plain(body, strict)

    monkeypatch.setattr(target_module, "parse_request", texts_only)
    monkeypatch.setattr(
        Letters,
        "encode",
        lambda self, text: [
            ord(letter) - 0x100 if ord(letter) >= 0x100 else ord(letter) % 4 for letter in text
        ],
    )
    with served(small_service(model, tokenizer)) as url:
        target = opened(url, tokenizer)
        assert target.info.details["verifiers"]["score"] == "works"
        assert target.info.details["scoring"] == "shifted rows, put right"
        assert target.info.details["verifiers"]["fan-out"].startswith("it takes texts only")
        output = target.verify(PROMPT, [2, 3])
        target.close()
    wanted = [softmax(model.next_logits([*PROMPT, *[2, 3][:count]])) for count in range(3)]
    assert np.exp(output.logits) == pytest.approx(np.stack(wanted))


def test_what_was_found_out_is_remembered_by_address_model_and_fingerprint() -> None:
    plan = Plan()
    with served(small_service(), plan) as url:
        works(url)
        first = plan.seen
        works(url)
        assert plan.seen == first + 1
    other = Plan()
    with served(small_service(strict=True), other) as url:
        works(url)
        assert other.seen > 1


def test_another_vocabulary_is_refused() -> None:
    with served(small_service()) as url, pytest.raises(VocabularyMismatchError, match="one family"):
        opened(url, Letters(5))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"verifier": "match", "top_k": 3}, "--top-k cannot be asked of the server"),
        ({"verifier": "fan-out", "temperature": 2.5}, "this API takes 0 to 2"),
        ({"verifier": "psychic"}, "no verifier is called"),
    ],
)
def test_settings_that_the_server_cannot_honour_are_refused(
    options: dict[str, Any], words: str
) -> None:
    with served(small_service()) as url, pytest.raises(UsageError, match=words):
        opened(url, Letters(), **options)


def test_the_likeliest_twenty_do_not_depend_on_the_token_that_was_scored() -> None:
    """A server adds the scored token to its list; a distribution that grew by whatever is asked
    about would be no distribution.
    """
    model, tokenizer = SmallModel(100, 30), Letters(30)
    with served(small_service(model, tokenizer)) as url:
        target = opened(url, tokenizer)
        outputs = [target.verify(PROMPT, [token]) for token in range(30)]
        target.close()
    assert all(isinstance(output, TopLogprobs) for output in outputs)
    rows = [output.logits[0] for output in outputs]
    own = [output.drafted[0] for output in outputs]
    assert all((row == rows[0]).all() for row in rows)
    assert np.isfinite(rows[0]).sum() == 20
    assert own == pytest.approx(np.log(softmax(model.next_logits(PROMPT))).tolist())


def test_probing_waits_out_a_rate_limit() -> None:
    """Two requests a minute are fewer than probing sends; the answers' headers say when to come
    back.
    """
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        service.limiter = RateLimiter(2)  # the minute is over

    service = small_service(limiter=RateLimiter(2))
    with served(service) as url:
        assert works(url, sleep=sleep)["score"] == "works"
    assert waits
    assert all(0 < seconds <= 60 for seconds in waits)


@pytest.mark.parametrize("kind", ["429", "429 after 7"])
def test_a_refusal_for_haste_is_not_the_end_of_probing(kind: str) -> None:
    waits: list[float] = []
    plan = Plan(lambda seen: kind if seen in (0, 3) else None)
    with served(small_service(), plan) as url:
        assert works(url, sleep=waits.append)["score"] == "works"
    assert waits == [15.0, 15.0] if kind == "429" else waits == [7.0, 7.0]


def test_a_pace_waits_for_its_minute_and_learns_from_headers() -> None:
    clock = [0.0]
    rate_limiter = RateLimiter(2, lambda: clock[0])
    for _ in range(2):
        assert rate_limiter.seconds_until_ready() == 0
        rate_limiter.sent()
        clock[0] += 1
    assert rate_limiter.seconds_until_ready() == pytest.approx(58)
    clock[0] = 61
    assert rate_limiter.seconds_until_ready() == 0
    rate_limiter.answered(
        {"x-ratelimit-remaining-requests-day": "0", "x-ratelimit-reset-requests-day": "30"}
    )
    assert rate_limiter.seconds_until_ready() == pytest.approx(30)
    fresh = RateLimiter(None, lambda: clock[0])
    fresh.answered(
        {
            "x-ratelimit-limit-requests-minute": "5",
            "x-ratelimit-remaining-requests-minute": "nonsense",
        }
    )
    assert fresh.per_minute == 5
    assert json.dumps(fresh.seconds_until_ready()) == "0.0"


def test_tokens_that_are_told_by_number_are_read() -> None:
    """vLLM with --return-tokens-as-token-ids writes ids in place of strings, in lists of the
    likeliest as well.
    """
    token_text = TokenText(Letters())
    told = {
        "tokens": ["token_id:2"],
        "token_logprobs": [-1.0],
        "top_logprobs": [{"token_id:1": -0.5, "token_id:2": -1.0}],
    }
    [position] = read_positions(convert({"logprobs": told}, Choice), token_text, 20)
    assert (position.token, position.top) == (2, {1: -0.5, 2: -1.0})


def test_strings_that_fit_several_tokens_stay_unknown() -> None:
    class Broken(Letters):
        def token_bytes(self, token: int) -> bytes:
            return b"\xe2" if token < 2 else super().token_bytes(token)

    assert TokenText(Broken()).text(0) == "bytes:\\xe2"
    assert TokenText(Broken()).token("bytes:\\xe2") is None
    told = {
        "tokens": ["\ufffd"],
        "token_logprobs": [-1.0],
        "top_logprobs": [{"\ufffd": -0.5, "Ă": -1.0}],
    }
    [position] = read_positions(convert({"logprobs": told}, Choice), TokenText(Broken()), 20)
    assert (position.token, position.top) == (None, {2: -1.0})


@pytest.mark.parametrize(
    "logprobs",
    [[], "none", {"tokens": 3}, {"content": [1]}, {"tokens": ["ā"], "top_logprobs": [[]]}],
)
def test_answers_in_no_known_form_are_one_error(
    monkeypatch: pytest.MonkeyPatch, logprobs: object
) -> None:
    altered(monkeypatch, lambda choice, about: {**choice, "logprobs": logprobs, "tokens": None})
    with (
        served(small_service()) as url,
        pytest.raises(UsageError, match="the target cannot be used"),
    ):
        opened(url, Letters())
