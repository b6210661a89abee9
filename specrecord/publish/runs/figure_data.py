"""What the walkthrough's figures need of one run: counts, its model, and one round's two
distributions.

A distribution here has a handful of outcomes: the tokens that both sides listed as likely, and one
outcome for every other token together. Probabilities of joined outcomes add up, so each number is
exact; the overlap of the joined distributions may be higher than that of the whole ones, which is
given beside it.
"""

from dataclasses import asdict
from typing import Any

from specrecord.events import (
    AUTOREGRESSIVE,
    CHUNKED,
    PER_REQUEST,
    SPECULATIVE,
    STREAMING,
    Draft,
    Verdict,
    unpack_top,
)
from specrecord.publish.runs.shown_round import context_before, shown_round
from specrecord.recording.measures.run_model import RunModel
from specrecord.recording.measures.stats import TrackCounts
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import Round
from specrecord.text import label, visible
from specrecord.theory import expected_tokens, geometric_survival

TRACKS = (SPECULATIVE, PER_REQUEST, CHUNKED, STREAMING)
UNKNOWN = "unknown"
_OUTCOMES = 5  # tokens named; all others are one more outcome
_FEWEST = 3
_TYPICAL = 0.55  # the overlap at which both the accepted and the lost part are easy to see
_SHARES = (
    "tokens",
    "rounds",
    "drafted",
    "accepted",
    "alpha_hat",
    "acceptance_rate",
    "overlap",
    "mean_acceptance_length",
    "tokens_per_second",
    "per_position",
)
_OF_MODELS = (
    "draft_ms",
    "verify_ms",
    "other_ms",
    "target_ms",
    "best_k",
    "speedup_model",
    "speedup_recorded",
    "break_even",
)


def figure_data(
    name: str,
    title: str,
    recording: Recording,
    info: dict[str, Any],
    tracks: dict[str, TrackCounts],
    model: RunModel | None,
) -> dict[str, Any]:
    """Everything a figure or a sentence may show of a run, ready for JSON.

    `ids` are the tokens of prompt and output, and empty for a redacted prompt. `distributions` is
    None where the kept top lists do not describe the sampled distribution (see `evidence.of` in
    docs/format.md). `estimate` are the inputs of the run's model, in seconds; what sentences say of
    it follows under the keys of `_answers`.
    """
    header, run = recording.header, recording.tracks[SPECULATIVE]
    prompt = header.prompt.ids or []
    sampled = header.evidence.of == "law"
    counts = tracks[SPECULATIVE]
    deepest = max([int(info["k"] or 0), *counts.accepted_in_round])
    data = {
        "name": name,
        "title": title,
        **{key: info[key] for key in ("k", "temperature", "rule", "draft", "target", *_SHARES)},
        "rejections": counts.rejections,
        "emitted": counts.emitted,
        "histogram": [counts.accepted_in_round.count(number) for number in range(deepest + 1)],
        "speedup": info["speedup"][AUTOREGRESSIVE],
        "tree": header.tree or "chain",
        "estimate": model and asdict(model),
        "verifier": header.target.verifier,
        "simulated": "; ".join(visible(str(part)) for part in info["simulated"]) or "nothing",
        "remote": header.round_trip_us is not None,
        "tracks": {
            name: rate
            for name in TRACKS
            if name in tracks and (rate := tracks[name].tokens_per_second) is not None
        },
        "prompt_tokens": len(prompt),
        "ids": [*prompt, *(output.token for one in run.verified for output in one.output)]
        if prompt
        else [],
        "distributions": _distributions(recording) if sampled else None,
        "pass": shown_round(recording),
    }
    return {**data, **_answers(data, model)}


def _answers(data: dict[str, Any], model: RunModel | None) -> dict[str, Any]:
    """What follows from the recorded numbers and the model; None where a part was not recorded, a
    word where the model does not speak.
    """
    alpha, both = data["alpha_hat"], data["distributions"]
    iid: Any = None
    if data["tree"] != "chain":
        iid = "unknown for a tree"
    elif data["k"] is None:
        iid = UNKNOWN
    elif alpha is not None:
        iid = expected_tokens(geometric_survival(alpha, data["k"]))
    found: dict[str, Any] = {
        "iid_tokens": iid,
        "tokens_from_positions": expected_tokens(data["per_position"]) if data["rounds"] else None,
        "rejected_share": 1 - both["overlap"] if both else None,
    }
    if model is None:
        return {**found, **dict.fromkeys(_OF_MODELS, UNKNOWN)}
    even = model.break_even_s
    size = data["drafted"] / data["rounds"]
    return {
        **found,
        "draft_ms": 1000 * model.draft_s,
        "verify_ms": 1000 * (model.verify_s + model.verify_slope_s * size),
        "other_ms": 1000 * (model.other_s + model.other_slope_s * size),
        "target_ms": model.baseline and 1000 * model.baseline.token_s,
        "best_k": model.best_k_text,
        "speedup_model": model.speedup(model.tried[-1]),
        "speedup_recorded": model.recorded_speedup,
        "break_even": UNKNOWN if even is None else 1000 * even,
    }


def _distributions(recording: Recording) -> dict[str, Any] | None:
    """Both at the rejection that is easiest to see: overlap near `_TYPICAL`, little left unnamed.

    None where no rejection has both.
    """
    found = [
        pair
        for one in recording.tracks[SPECULATIVE].verified
        for draft, verdict in one.nodes
        if verdict and verdict.fate == "rejected"
        if (pair := _pair(recording, one, draft, verdict))
    ]
    return min(
        found,
        key=lambda pair: abs(pair["overlap"] - _TYPICAL) + max(pair["p"][-1], pair["q"][-1]),
        default=None,
    )


def _pair(
    recording: Recording, one: Round, draft: Draft, verdict: Verdict
) -> dict[str, Any] | None:
    """Both distributions at a rejection. None where too little of them was recorded, or where the
    token was chosen, and not by chance.
    """
    if not verdict.top or not draft.top or verdict.overlap is None or draft.uniform is None:
        return None
    p, q = dict(unpack_top(verdict.top)), dict(unpack_top(draft.top))
    for probs, own in ((p, verdict.target_prob), (q, draft.prob)):
        if draft.token in probs and own is not None:
            probs[draft.token] = own  # lists are rounded, what decided is not
    named = sorted(
        (token for token in p if token in q), key=lambda token: -max(p[token], q[token])
    )[:_OUTCOMES]
    if draft.token not in named or len(named) < _FEWEST:
        return None
    return {
        "round": one.index,
        "node": verdict.node,
        "context": context_before(recording, one, verdict.node),
        "tokens": [label(recording.token_bytes.get(token)) for token in named],
        "p": _with_rest([p[token] for token in named]),
        "q": _with_rest([q[token] for token in named]),
        "drafted": named.index(draft.token),
        "uniform": verdict.uniform,
        "accept": verdict.accept_prob,
        "overlap": verdict.overlap,
    }


def _with_rest(probs: list[float]) -> list[float]:
    rounded = [round(prob, 6) for prob in probs]
    return [*rounded, round(max(0.0, 1 - sum(rounded)), 6)]
