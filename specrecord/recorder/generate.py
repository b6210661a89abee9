"""Records a `generate` of transformers that drafts: with an assistant model, or by prompt lookup.

    with specrecord.record_generate(model, "run.specrec"):
        model.generate(**inputs, assistant_model=assistant, max_new_tokens=64)

Nothing is decoded here. The model's candidate generator is watched: what it drafted, what the
target made of it, and when each pass of either began and ended. What transformers does not tell is
not recorded: no coin, no baseline.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord import __version__
from specrecord.decoding.draft_tree import CERTAIN, DraftTree
from specrecord.decoding.logprob_capture import LogprobCapture, Summary
from specrecord.decoding.remote.sampled_match import SampledMatch
from specrecord.errors import UsageError
from specrecord.events import (
    SPECULATIVE,
    Draft,
    EndReason,
    Event,
    Finish,
    FinishReason,
    RoundBegin,
    TrackBegin,
    Verify,
)
from specrecord.header import Evidence, Header, Machine, Model, TimeSource, distribution_name
from specrecord.models.base import OwnSamples, Tokenizer
from specrecord.recorder.header import prompt_entry
from specrecord.recorder.machine import describe_machine
from specrecord.recording.intern import Interner
from specrecord.recording.writer import RecordingWriter
from specrecord.registry import published_tokenizer

_KNOWN = {"TemperatureLogitsWarper", "TopKLogitsWarper", "TopPLogitsWarper"}
_MOST = 4096  # tokens that a round may draft, as the format has it
Scores = NDArray[np.float32]


@contextmanager
def record_generate(
    model: Any,
    path: str | Path,
    *,
    tokenizer: str | None = None,
    title: str | None = None,
    overwrite: bool = False,
) -> Iterator[None]:
    """Record the one assisted `model.generate` within to `path`: greedy with an assistant model,
    greedy or sampled by prompt lookup.

    `tokenizer` is a folder, or a model's name; without it, the one that the model was loaded from.
    Raises UsageError where nothing was drafted, and for what cannot be recorded: sampling with an
    assistant (transformers tells none of its coins), and settings that change the distribution in
    other ways than temperature, top-k and top-p.
    """
    published, words = published_tokenizer(tokenizer or f"hf:{model.config._name_or_path}")
    make = model._get_candidate_generator
    with ExitStack() as stack:
        watched: list[_Watched] = []

        def watch(**given: Any) -> Any:
            if watched:
                raise UsageError("one generate a recording: begin another record_generate")
            settings = _Settings.of(model, make(**given), given, published, words, title)
            file = RecordingWriter(Path(path), settings.header(), overwrite=overwrite)
            watched.append(_Watched(settings, stack.enter_context(file)))
            for one in {id(one): one for one in (model, settings.assistant) if one}.values():
                for hook in watched[0].passes.hooks(one):
                    stack.callback(hook.remove)
            return settings.generator

        model._get_candidate_generator = watch
        stack.callback(delattr, model, "_get_candidate_generator")
        yield
        if not watched:
            raise UsageError(
                "nothing was drafted: give generate an assistant_model or prompt_lookup_num_tokens"
            )
        watched[0].finish()


@dataclass(frozen=True)
class _Settings:
    """One call of generate, before its first round. `ids` is its prompt."""

    model: Any
    generator: Any
    config: Any
    ids: list[int]
    published: str
    tokenizer: Tokenizer
    title: str | None

    @classmethod
    def of(
        cls,
        model: Any,
        generator: Any,
        given: dict[str, Any],
        published: str,
        tokenizer: Tokenizer,
        title: str | None,
    ) -> "_Settings":
        """Raises UsageError for what cannot be recorded."""
        config = given["generation_config"]
        found = cls(
            model, generator, config, given["input_ids"][0].tolist(), published, tokenizer, title
        )
        if config.do_sample and found.assistant is not None:
            raise UsageError(
                "sampling with an assistant: transformers tells none of its coins; leave do_sample "
                "out, or record it with specrecord live --draft hf:... --target hf:..."
            )
        names = {type(one).__name__ for one in given["logits_processor"] or ()} - _KNOWN
        if names or config.assistant_ensemble_weight is not None:
            name = min(names, default="assistant_ensemble_weight")
            raise UsageError(f"generate changes what is sampled by {name}; leave it out")
        return found

    @property
    def assistant(self) -> Any:
        """The model that drafts; None for prompt lookup."""
        return getattr(self.generator, "assistant_model", None)

    @property
    def room(self) -> int:
        """Tokens that the text may have beside its prompt."""
        return int(self.config.max_length) - len(self.ids)

    @property
    def limit(self) -> int | None:
        """How many tokens the next round may draft at most, as the generator has it now."""
        for name in ("num_assistant_tokens", "num_output_tokens"):
            if hasattr(self.generator, name):
                return int(getattr(self.generator, name))
        return None

    def header(self) -> Header:
        """What is known before the first round."""
        settings, sampled = self.config, bool(self.config.do_sample)
        drafting = getattr(self.generator, "assistant_generation_config", None)
        schedule = getattr(drafting, "num_assistant_tokens_schedule", "constant")
        fixed = schedule == "constant" and self.limit is not None
        temperature = float(settings.temperature or 1.0) if sampled else 0.0
        top_k = int(settings.top_k or 0) if sampled else 0
        top_p = float(settings.top_p or 1.0) if sampled else 1.0
        law = distribution_name(temperature, top_k, top_p)
        text = b"".join(map(self.tokenizer.token_bytes, self.ids)).decode("utf-8", "replace")
        return Header(
            tool=f"specrecord {__version__}",
            start=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            title=self.title,
            prompt=prompt_entry(text, self.ids),
            k=min(_MOST, max(1, self.room - 1, 1) if not fixed else (self.limit or 1)),
            adaptive=not fixed,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            rule="drawn",
            tree="chain",
            law=f"{law}, drawn by the target",
            draft=self.drafts(),
            target=_described(self.model, f"hf:{self.published}", self.tokenizer),
            evidence=Evidence(**_CAPTURE.header),
            clock=TimeSource(
                name="perf_counter",
                resolution_us=time.get_clock_info("perf_counter").resolution * 1e6,
            ),
            machine=Machine(**describe_machine()),
        )

    def drafts(self) -> Model:
        """Who drafts."""
        kind = type(self.generator).__name__
        if self.assistant is None:
            return Model(
                name="ngram",
                backend="hf",
                model=kind,
                vocabulary=self.tokenizer.fingerprint,
                details={"generate": kind},
            )
        name, _ = published_tokenizer(f"hf:{self.assistant.config._name_or_path}")
        described = _described(self.assistant, f"hf:{name}", self.tokenizer)
        described.details["generate"] = kind
        return described


_CAPTURE = LogprobCapture(raw=True)


def _described(model: Any, name: str, tokenizer: Tokenizer) -> Model:
    config = model.config.get_text_config()
    return Model(
        name=name,
        backend="hf",
        model=name.removeprefix("hf:"),
        vocabulary=tokenizer.fingerprint,
        context=getattr(config, "max_position_embeddings", None),
        parameters=model.num_parameters(),
        details={
            "device": str(model.device),
            "numbers": str(model.dtype).removeprefix("torch."),
            "spans": "passes of the models alone; the first of each reads the prompt",
        },
    )


@dataclass
class _Passes:
    """The passes of both models, in order: when each began and ended, µs since the run began."""

    start: int = field(default_factory=time.perf_counter_ns)
    spans: list[tuple[int, int]] = field(default_factory=list)
    logits: Any = None

    def now(self) -> int:
        """Microseconds since the run began."""
        return (time.perf_counter_ns() - self.start) // 1000

    def hooks(self, model: Any) -> tuple[Any, Any]:
        """Have a model tell of its passes, each when its device is done."""
        import torch

        begun: list[int] = []
        wait = getattr(getattr(torch, model.device.type), "synchronize", lambda: None)

        def before(*_: Any) -> None:
            wait()
            begun.append(self.now())

        def after(_module: Any, _given: Any, answer: Any) -> None:
            wait()
            self.spans.append((begun.pop(), self.now()))
            self.logits = answer.logits

        return model.register_forward_pre_hook(before), model.register_forward_hook(after)


@dataclass(frozen=True)
class _Assisted(SampledMatch):
    """A round whose `scores` are known: the logits that the target sampled from, (rows,
    vocabulary).
    """

    scores: Scores

    def prob(self, row: int, token: int) -> float:
        """The token's probability in the distribution that is sampled."""
        scores = self.scores[row].astype(np.float64)
        if self.greedy:
            return float(scores.argmax() == token)
        weights = np.exp(scores - scores.max())
        return float(weights[token] / weights.sum())


class _Watched:
    """Stands in for the two methods of a candidate generator, and writes down what its rounds come
    to.
    """

    def __init__(self, settings: _Settings, writer: RecordingWriter) -> None:
        self._settings, self._writer, generator = settings, writer, settings.generator
        self._candidates, self._update = (
            generator.get_candidates,
            generator.update_candidate_strategy,
        )
        generator.get_candidates = self.get_candidates
        generator.update_candidate_strategy = self.update_candidate_strategy
        self.passes = _Passes()
        self._interner = Interner(settings.tokenizer.token_bytes)
        self._index = self._tokens = self._size = 0
        self._last: int | None = None
        self._write(self._interner.spell(set(settings.ids), 0))
        self._write([TrackBegin(0, SPECULATIVE)])

    def get_candidates(self, input_ids: Any, **given: Any) -> Any:
        """The generator's own answer, with its time."""
        self.passes.spans.clear()
        begin, limit = self.passes.now(), self._settings.limit
        candidates, logits = self._candidates(input_ids, **given)
        self._end = self.passes.now()
        self._spans = list(self.passes.spans)
        self._drafted: list[int] = candidates[0, input_ids.shape[1] :].tolist()
        self._logits = None if logits is None else logits[0]
        room = max(0, self._settings.room - self._tokens - 1)
        k = max(min(room, room if limit is None else limit), len(self._drafted))
        self._begin = RoundBegin(begin, self._index, self._tokens, k)
        return candidates, logits

    def update_candidate_strategy(self, input_ids: Any, scores: Any, num_matches: Any) -> None:
        """The round is over: `input_ids` ends with what it added to the text."""
        begin, end = self.passes.spans[-1]
        rows = len(self._drafted) + 1
        emitted = input_ids[0, len(self._settings.ids) + self._tokens :].tolist()
        self._update(input_ids, scores, num_matches)
        tree = DraftTree(self._tokens)
        for node, token in enumerate(self._drafted):
            tree.add(token, node - 1, CERTAIN, ends=node == len(emitted) - 1)
        match = _Assisted(
            tree,
            OwnSamples(tuple(emitted), _logprobs(self.passes.logits[0, -rows:])),
            not self._settings.config.do_sample,
            scores[0].float().cpu().numpy(),
        )
        verify = Verify(time=end, duration=end - begin, tokens=rows)
        verdicts = match.events(self.passes.now(), _CAPTURE)
        self._write([self._begin, *self._drafts(), verify, *verdicts])
        self._index += 1
        self._tokens += len(emitted)
        self._size += sum(len(self._settings.tokenizer.token_bytes(one)) for one in emitted)
        self._last = emitted[-1]

    def _drafts(self) -> Iterator[Draft]:
        """A draft's pass has made each token; where there is not one for each, the first has all of
        the time.
        """
        count = len(self._drafted)
        spans = self._spans
        if len(spans) != count:
            spans = [(self._begin.time, self._end), *[(self._end, self._end)] * (count - 1)]
        summaries: list[Summary | None] = [None] * count
        rows = None if self._logits is None else self._logits.float().cpu().numpy()
        if rows is not None and len(rows) == count:
            summaries = list(_CAPTURE.summarise(rows, rows, 0.0))
        for node, (token, (begin, end), one) in enumerate(
            zip(self._drafted, spans, summaries, strict=True)
        ):
            yield Draft(
                time=end,
                duration=end - begin,
                node=node,
                parent=node - 1,
                token=token,
                prob=1.0,
                raw_logprob=None if one is None or rows is None else one.logprob(rows[node, token]),
                uniform=None,
                low=None,
                entropy=None if one is None else one.entropy,
                top=None if one is None else one.top,
            )

    def finish(self) -> None:
        """The text is whole: seal the recording."""
        reason, ended = self._reason()
        now = self.passes.now()
        self._write([Finish(now, reason, self._tokens, self._size)])
        self._writer.finish(now, ended)

    def _reason(self) -> tuple[FinishReason, EndReason]:
        """Why the text ended; what no other reason explains was the caller's own criterion."""
        ends = self._settings.config.eos_token_id
        if self._last in (ends if isinstance(ends, list) else [ends]):
            return "eos", "complete"
        if self._tokens >= self._settings.room:
            return "length", "complete"
        return "interrupted", "interrupted"

    def _write(self, events: Sequence[Event]) -> None:
        self._writer.extend(self._interner(events))


def _logprobs(logits: Any) -> Scores:
    """Natural logarithms of probabilities at temperature 1, of rows of a torch tensor."""
    logprobs: Scores = logits.float().log_softmax(-1).cpu().numpy()
    return logprobs
