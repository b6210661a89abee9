"""Engines as people run them, with settings, forms and limits of their own: what is recorded is
what was sampled, and nothing that a server cannot take is sent.
"""

import itertools
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import convert
from small_models import SmallModel
from stand_ins import VOCABULARY, Engine, LlamaServer, MlxServer, RefusedError, Vllm, running
from wires import Letters, opened

from specrecord.decoding.loop import Settings, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.verification_events import verify_event
from specrecord.drafters.ngram import NgramProposer
from specrecord.errors import UnsupportedModelError
from specrecord.events import Emit
from specrecord.models.base import OwnSamples, TargetFaultError, Timing
from specrecord.models.remote.completions.client import CompletionsClient
from specrecord.models.remote.http.answers import Choice
from specrecord.models.remote.http.transport import Transport
from specrecord.models.remote.probing.doctor import Doctor
from specrecord.models.remote.probing.prober import MLX_CACHE
from specrecord.models.remote.target import HttpTarget

LETTERS = Letters(VOCABULARY)
PROMPT = [1, 0, 2]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def target_at(url: str, **options: Any) -> HttpTarget:
    return opened(url, LETTERS, **options)


def examined(url: str) -> dict[str, str]:
    """What doctor's probes say, by their names; after them what works."""
    doctor = Doctor(Transport(url, None), "small", LETTERS, lambda seconds: None)
    answers = {answer.probe: answer.words for answer in doctor.examine()}
    assert doctor.result is not None
    return answers | {name: why or "works" for name, why in doctor.result.works.items()}


def first_draws(target: HttpTarget, count: int) -> np.ndarray:
    """How often each token came first after one prompt."""
    drawn = [target.write(PROMPT, 1).tokens[0] for _ in range(count)]
    return np.bincount(drawn, minlength=VOCABULARY) / count


@pytest.mark.parametrize("engine", [LlamaServer(), Vllm(top_k=20, top_p=0.8, penalty=1.3)])
def test_a_servers_own_settings_are_undone(engine: Engine) -> None:
    with running(engine) as url:
        target = target_at(url, verifier="match")
        output = target.write(PROMPT, 1)
        drawn = first_draws(target, 400)
        law = target.distribution_name("softmax T=1")
        target.close()
    told = np.exp(output.logprobs[0].astype(float))
    listed = told > 0
    assert output.as_sampled
    assert law == "softmax T=1, drawn by the target"
    assert np.abs(drawn - told)[listed].sum() / 2 < 0.15
    assert abs(drawn[~listed].sum() - (1 - told.sum())) < 0.08


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({}, "draws lie"),
        ({"top_k": 0, "min_p": 0.0, "top_p": 0.9}, "draws lie outside top-p 0.9"),
        ({"top_k": 0, "min_p": 0.0, "top_p": 1.0, "penalty": 1.4}, "greedy token is not"),
    ],
    ids=["defaults", "top-p", "penalty"],
)
def test_a_server_that_keeps_its_settings_draws_from_its_own(own: Any, words: str) -> None:
    model = SmallModel(7, VOCABULARY, 0.9, 4096)
    with running(LlamaServer(model=model, stubborn=True, **own)) as url:
        target = target_at(url, verifier="match")
        output = target.write(PROMPT, 2)
        law = target.distribution_name("softmax T=1")
        target.close()
    assert words in target.info.details["sampling"]
    assert law == "the server's own, asked for softmax T=1"
    assert output.own
    assert not output.as_sampled


def test_a_strict_server_is_asked_with_what_it_takes() -> None:
    class Strict(LlamaServer):
        def complete(self, body: dict[str, Any]) -> Any:
            for name in ("min_p", "top_k"):
                if name in body:
                    raise RefusedError(400, {"message": f"property 'body.{name}' is unsupported"})
            return super().complete(body)

    engine = Strict(top_k=0, min_p=0.0, top_p=0.7)
    with running(engine) as url:
        target_at(url).close()
    assert "min_p" not in engine.bodies[-1]
    assert engine.bodies[-1]["top_p"] == 1.0


def test_sglangs_word_for_all_tokens_is_found() -> None:
    class Sglang(LlamaServer):
        def complete(self, body: dict[str, Any]) -> Any:
            if body.get("top_k") == 0:
                message = "top_k must be -1 (disable), or at least 1, got 0."
                raise RefusedError(400, {"message": message})
            return super().complete({**body, "top_k": 0 if body.get("top_k") == -1 else None})

    engine = Sglang()
    with running(engine) as url:
        target = target_at(url)
        target.close()
    assert engine.bodies[-1]["top_k"] == -1
    assert "sampling" not in target.info.details


def test_tokens_that_its_own_draft_filled_are_unknown() -> None:
    with running(LlamaServer(drafts=True)) as url:
        target = target_at(url, verifier="match")
        output = target.write(PROMPT, 3)
        target.close()
    assert isinstance(output, OwnSamples)
    assert output.logprob(0, output.tokens[0]) is not None
    assert [output.logprob(row, output.tokens[row]) for row in (1, 2)] == [None, None]
    assert "sampling" not in target.info.details


def test_llama_servers_context_and_times_are_read() -> None:
    with running(LlamaServer()) as url:
        target = target_at(url, verifier="match")
        timing = target.write(PROMPT, 1).timing
        target.close()
    assert target.info.context == 4096
    assert timing is not None
    assert (timing.prompt, timing.completion) == pytest.approx((1e-5, 2e-5))
    assert timing.network == pytest.approx(timing.span - 3e-5)


def test_times_of_several_prompts_are_not_those_of_the_first() -> None:
    with running(LlamaServer()) as url:
        target = target_at(url, verifier="fan-out")
        timing = target.verify(PROMPT, [1, 2]).timing
        target.close()
    assert timing is not None
    assert timing.completion is timing.network is None


def test_vllms_ids_and_metrics_are_read() -> None:
    with running(Vllm()) as url:
        target = target_at(url, verifier="score")
        assert target.info.details["verifiers"]["score"] == "works"
        output = target.verify(PROMPT, [3])
        target.close()
        answers = examined(url)
    assert output.timing is not None
    assert output.timing.queue == pytest.approx(0.0001)
    assert answers["P5"] == "yes"
    assert answers["P6"].startswith("20 to 20 of 20 a token; 0 ")
    assert answers["P9"].startswith("no sign of it")
    assert "ms of a request's" in answers["P10"]


def test_half_precision_is_rounding_and_shown() -> None:
    with running(Vllm(rounding=0.08)) as url:
        target = target_at(url, verifier="score")
        target.close()
    assert target.info.details["rounding_nats"] == pytest.approx(0.08, abs=0.001)


@pytest.mark.parametrize("engine", [Vllm(shift=1), Vllm(rounding=0.3)])
def test_shifted_rows_and_another_models_are_not(engine: Engine) -> None:
    with running(engine) as url:
        target = target_at(url)
        target.close()
    assert target.info.details["verifiers"]["score"].startswith("its scores of a prompt are not")


@pytest.mark.parametrize("again", [False, True])
def test_mlx_lm_server_with_its_cache_survives_being_asked(again: bool) -> None:
    engine = MlxServer()
    with running(engine) as url:
        for _ in range(1 + again):
            with pytest.raises(UnsupportedModelError, match="--prompt-cache-size 0"):
                target_at(url)
            answers = examined(url)
    assert answers["match"] == MLX_CACHE
    assert not engine.dead


def test_mlx_lm_server_without_its_cache_works() -> None:
    engine = MlxServer(cache=False)
    with running(engine) as url:
        target = target_at(url)
        target.close()
        answers = examined(url)
    assert target.verifier.name == "match"
    assert "sampling" not in target.info.details
    assert answers["P3"] == "not asked: it takes texts only"
    assert not engine.dead


def test_a_servers_own_words_are_told() -> None:
    engine = MlxServer(cache=False)
    engine.dead = True
    with (
        running(engine) as url,
        pytest.raises(UnsupportedModelError, match="generation thread died"),
    ):
        target_at(url)


def test_another_model_at_the_same_address_is_probed_anew() -> None:
    engine = LlamaServer()
    with running(engine) as url:
        target_at(url).close()
        first = len(engine.bodies)
        target_at(url).close()
        assert len(engine.bodies) == first + 1
        engine.model = SmallModel(8, VOCABULARY, 1.5, 4096)
        target_at(url).close()
        assert len(engine.bodies) > first + 5


def test_a_clients_own_work_is_no_part_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = CompletionsClient.samples

    def slowly(self: CompletionsClient, *args: Any) -> Any:
        time.sleep(0.05)
        return plain(self, *args)

    with running(LlamaServer()) as url:
        target = target_at(url, verifier="match")
        monkeypatch.setattr(CompletionsClient, "samples", slowly)
        start = time.perf_counter()
        timing = target.write(PROMPT, 1).timing
        whole = time.perf_counter() - start
        target.close()
    assert timing is not None
    assert timing.since >= 0.05
    assert timing.span + timing.since <= whole
    event = verify_event(1_000_000, 900_000, 1, 0, Timing(0.3, network=0.1, since=0.2))
    assert (event.time, event.duration) == (800_000, 300_000)


@pytest.mark.parametrize("verifier", ["fan-out", "match"])
def test_lookup_drafts_for_a_server_that_draws(verifier: str) -> None:
    drafter = NgramProposer(LETTERS.fingerprint, 4096)
    settings = Settings(3, 30, frozenset(), LETTERS.token_bytes, sampling=SamplingParams(0.0))
    rng = SeededRng(np.random.default_rng(1))
    with running(LlamaServer(model=SmallModel(7, VOCABULARY, 1.5, 4096))) as url:
        target = target_at(url, verifier=verifier, temperature=0.0)
        now = itertools.count(1).__next__
        events = list(speculate(drafter, target, [1, 2, 1], settings, now=now, rng=rng))
        target.close()
    resampled = [one for one in events if isinstance(one, Emit) and one.origin == "resampled"]
    assert resampled
    assert all(one.draft_prob == 0 for one in resampled)


def test_half_a_character_may_be_told_as_the_whole_one() -> None:
    class Halves(Letters):
        def token_bytes(self, token: int) -> bytes:
            return {5: b"\xe2\x82", 6: b"\xac"}.get(token) or super().token_bytes(token)

    client = CompletionsClient(Transport("http://127.0.0.1:9", None), "small", Halves(VOCABULARY))
    likely = [{"id": 7, "token": "\u0107", "logprob": -0.5}]
    told = {"id": 6, "token": "\u20ac", "logprob": -1.0, "top_logprobs": likely}
    choice = convert({"logprobs": {"content": [told]}}, Choice)
    assert client.read(choice)[0].token == 6
    wrong = convert({"logprobs": {"content": [{**told, "id": 9}]}}, Choice)
    with pytest.raises(TargetFaultError, match="spell a token differently"):
        client.read(wrong)


def test_what_a_server_tells_of_its_own_draft() -> None:
    engine = LlamaServer(drafts=True)
    with running(engine) as url:
        doctor = Doctor(Transport(url, None), "small", LETTERS, lambda seconds: None)
        list(doctor.examine())
    assert doctor.result is not None
    words = doctor.result.facts["drafts"]
    assert words.startswith("it drafts by itself: ")
    assert words.endswith("recorded with --target llama-server:")


def test_a_server_that_does_not_draft_tells_nothing_of_it() -> None:
    with running(LlamaServer()) as url:
        doctor = Doctor(Transport(url, None), "small", LETTERS, lambda seconds: None)
        list(doctor.examine())
    assert doctor.result is not None
    assert "drafts" not in doctor.result.facts


def test_tokens_are_those_that_mlx_lm_server_drew() -> None:
    engine = MlxServer(cache=False)
    with running(engine) as url:
        target = target_at(url, temperature=0.0)
        tokens = target.write([1, 0, 2], 3).tokens
        target.close()
    wanted: list[int] = []
    for _ in range(3):
        wanted.append(int(engine.model.next_logits([1, 0, 2, *wanted]).argmax()))
    assert list(tokens) == wanted


def test_frequencies_are_held_against_what_is_told_of_single_tokens() -> None:
    with running(MlxServer(cache=False, stubborn=True, top_k=2)) as url:
        target = target_at(url)
        target.close()
    assert "64 draws lie on one token" in target.info.details["sampling"]
