"""Stand-ins for engines that draft by themselves, in the forms of llama-server b11549 and vLLM 0.32
(as they were seen) and of SGLang (as its documentation has them).

Each writes letters by a small model, and drafts by a plan: pairs (drafted, accepted) of the rounds
after the first token, over and over. `spoil` changes a chunk before it is sent, or drops it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any

from stand_ins import Engine, Vllm

Plan = Sequence[tuple[int, int]]
PLAN: Plan = ((3, 3), (3, 0), (3, 1), (0, 0), (3, 2))


def unspoilt(chunk: Any) -> Any:
    return chunk


class Drafting(Engine):
    """What they share. `drafts` counts rounds with a draft, drafted and accepted tokens."""

    def __init__(self, plan: Plan = PLAN, spoil: Callable[[Any], Any] = unspoilt) -> None:
        super().__init__()
        self.plan, self.spoil, self.drafts = plan, spoil, [0, 0, 0]

    def model_entry(self) -> dict[str, Any]:
        return {"max_model_len": self.model.info.context}

    def steps(self, body: dict[str, Any]) -> Iterator[tuple[int, int, list[int]]]:
        """Drafted, accepted and written tokens of each round. A draft goes as far as it likes; what
        is behind the text's end is not written.
        """
        tokens = self.written({"max_tokens": body.get("n_predict"), **body}, body["prompt"])
        yield 0, 0, tokens[:1]
        at, alone = 1, body.get("speculative.n_max") == 0
        for drafted, accepted in cycle([(0, 0)] if alone else self.plan):
            if at >= len(tokens):
                return
            self.drafts = [
                one + more
                for one, more in zip(self.drafts, (drafted > 0, drafted, accepted), strict=True)
            ]
            yield drafted, accepted, tokens[at : at + accepted + 1]
            at += accepted + 1

    def stream(self, body: dict[str, Any]) -> Iterator[Any]:
        for chunk in map(self.spoil, self.chunks(body)):
            if chunk is not None:
                yield chunk

    def chunks(self, body: dict[str, Any]) -> Iterator[Any]:
        raise NotImplementedError


class DraftingLlamaServer(Drafting):
    """A chunk a token, with counts from the beginning."""

    server_name = "llama.cpp"

    def chunks(self, body: dict[str, Any]) -> Iterator[Any]:
        timings: dict[str, Any] = {"predicted_ms": 0.001, "predicted_n": 0}
        for drafted, accepted, tokens in self.steps(body):
            if timings["predicted_n"]:
                timings["predicted_ms"] += 5.0
            if drafted:  # they are not there before the first draft
                timings["draft_n"] = timings.get("draft_n", 0) + drafted
                timings["draft_n_accepted"] = timings.get("draft_n_accepted", 0) + accepted
            for token in tokens:
                timings["predicted_n"] += 1
                yield {"content": self.text(token), "tokens": [token], "timings": dict(timings)}
        yield {"content": "", "tokens": [], "stop": True, "timings": dict(timings)}


class DraftingVllm(Drafting, Vllm):
    """A chunk a step; those with a draft are told with the usage. `together`: chunks that arrive as
    one, by their places. What is not streamed is vLLM's as ever.
    """

    def __init__(self, *words: Any, together: Sequence[int] = (), **more: Any) -> None:
        super().__init__(*words, **more)
        self.together = together

    def chunks(self, body: dict[str, Any]) -> Iterator[Any]:
        told, sent = list[tuple[int, int]](), list[list[int]]()
        for place, (drafted, accepted, tokens) in enumerate(self.steps(body)):
            told += [(drafted, accepted)] if drafted else []
            if place in self.together:
                sent[-1] += tokens
            else:
                sent.append(tokens)
        for tokens in sent:
            text = "".join(map(self.text, tokens))
            yield {"choices": [{"index": 0, "text": text, "token_ids": tokens}]}
        steps = {
            "per_step_drafted": [drafted for drafted, _ in told],
            "per_step_accepted": [accepted for _, accepted in told],
        }
        counts = {
            "num_spec_tokens": 3,
            "num_draft_tokens": sum(steps["per_step_drafted"]),
            "num_accepted_draft_tokens": sum(steps["per_step_accepted"]),
        }
        yield {"choices": [], "metrics": {"speculative_decoding": {**counts, **steps}}}


class DraftingSglang(Drafting):
    """A chunk a step; totals and a histogram at the end. It drafts in every step."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*(words or [[one for one in PLAN if one[0]]]), **more)

    def chunks(self, body: dict[str, Any]) -> Iterator[Any]:
        histogram, drafts = [0, 0, 0, 0], 0
        for place, (drafted, accepted, tokens) in enumerate(self.steps(body)):
            histogram[accepted] += place > 0
            drafts += drafted
            own = [float(self.logprobs([1])[token]) for token in tokens]
            told = {"tokens": list(map(self.text, tokens)), "token_logprobs": own}
            yield {"choices": [{"index": 0, "text": "", "logprobs": told}]}
        details = {
            "spec_verify_ct": sum(histogram),
            "spec_num_proposed_drafts": drafts,
            "spec_num_correct_drafts": sum(j * count for j, count in enumerate(histogram)),
            "spec_correct_drafts_histogram": histogram,
        }
        yield {"choices": [], "sglext": {"spec_tokens_details": details}}
