"""Makes recordings of any size from scripted laws, for the player's tests and benchmarks:
consistent, but invented.

Every law is random and small; intervals, coins, verdicts and residuals follow docs/format.md, so
that
`specrecord audit` finds nothing. The header says `simulated`, and the player shows it.

    python -m tests.player.helpers.make_fixture OUT.specrec --rounds 40 --rule standard --baseline
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from specrecord.events import (
    Draft,
    Emit,
    Event,
    Finish,
    Mark,
    Prefill,
    RoundBegin,
    Token,
    TrackBegin,
    Verdict,
    Verify,
)
from specrecord.recording.writer import RecordingWriter
from tests.player.helpers.scripted import (
    Distribution,
    Script,
    Ticks,
    draw,
    entropy,
    header,
    probs,
    raw_logprob,
    token_table,
    top,
)


def run_events(script: Script) -> Iterator[Event]:
    """Every event of the run, in order."""
    rng = np.random.default_rng(script.seed)
    table, clock = token_table(script), Ticks(rng, script.clock)
    clock.pass_between(50, 90)
    yield TrackBegin(clock.now, "speculative")
    yield from (Token(clock.now, token, data) for token, data in enumerate(table))
    for side, low, high in (("draft", 200, 300), ("target", 700, 900)):
        span = clock.pass_between(low, high)
        yield Prefill(clock.now, span, side, 4)
    position = index = size = 0
    drafted: list[int] = []
    while index < script.rounds and (script.events is None or script.made < script.events):
        for event in round_events(script, rng, clock, len(table), index, position):
            match event:
                case RoundBegin():
                    drafted = []
                case Draft():
                    drafted.append(event.token)
                case Emit() | Verdict(fate="accepted"):
                    token = event.token if isinstance(event, Emit) else drafted[event.node]
                    position, size = position + 1, size + len(table[token])
            yield event
        index += 1
        if index == 3:
            yield Mark(clock.now, "the third round", "a speaker's note")
    clock.pass_between(3, 9)
    yield Finish(clock.now, "length", position, size)
    if script.baseline:
        yield from baseline_events(script, rng, table, clock.now, min(position, 400))


def round_events(
    script: Script,
    rng: np.random.Generator,
    clock: Ticks,
    vocabulary: int,
    index: int,
    position: int,
) -> Iterator[Event]:
    """One round: drafts, a pass of the target, verdicts and the round's own token."""
    clock.pass_between(8, 20)
    yield RoundBegin(clock.now, index, position, script.k)
    pairs, drafts = [], []
    for node in range(script.k):
        pairs.append(probs(script, rng, vocabulary))
        row_probs = pairs[-1][0]
        uniform = float(rng.random())
        token, low = draw(row_probs, uniform)
        prob = float(row_probs[token])
        span = clock.pass_between(90, 160)
        seen = (
            raw_logprob(script, row_probs, token),
            uniform,
            low,
            entropy(row_probs),
            top(script, row_probs),
        )
        drafts.append(Draft(clock.now, span, node, node - 1, token, prob, *seen))
        yield drafts[-1]
    pairs.append(probs(script, rng, vocabulary))
    span = clock.pass_between(500, 800) + (clock.pass_between(3500, 4500) if script.remote else 0)
    yield Verify(clock.now, span, script.k + 1, *((200, 3000) if script.remote else ()))
    for event in judge(script, rng, drafts, pairs, clock.now):
        clock.pass_between(0, 2)
        yield event


def judge(
    script: Script,
    rng: np.random.Generator,
    drafts: list[Draft],
    pairs: list[tuple[Distribution, Distribution]],
    now: int,
) -> Iterator[Verdict | Emit]:
    """Verdicts in node order, then the round's own token."""
    stopped: Verdict | None = None
    for draft, (draft_probs, target_probs) in zip(drafts, pairs, strict=False):
        verdict = verdict_on(script, rng, draft, draft_probs, target_probs, now, stopped)
        yield verdict
        if verdict.fate == "rejected":
            stopped = verdict
    yield own_token(script, rng, pairs[stopped.node if stopped else len(drafts)], now, stopped)


def verdict_on(
    script: Script,
    rng: np.random.Generator,
    draft: Draft,
    draft_probs: Distribution,
    target_probs: Distribution,
    now: int,
    stopped: Verdict | None,
) -> Verdict:
    """What becomes of one drafted token; nothing is asked once the round has stopped."""
    share = float(target_probs[draft.token])
    logprob = raw_logprob(script, target_probs, draft.token)
    seen = (entropy(target_probs), top(script, target_probs))
    if stopped is not None:
        return Verdict(now, draft.node, "untested", share, logprob, None, None, None, None, *seen)
    uniform = float(rng.random())
    overlap = float(np.minimum(draft_probs, target_probs).sum())
    low = None
    if script.rule == "match":
        low = float(np.cumsum(target_probs)[draft.token] - share)
        accept, passed = share, low <= uniform < low + share
    else:
        accept = min(1.0, share / draft.prob)
        passed = uniform < accept
    fate = "accepted" if passed else "rejected"
    return Verdict(now, draft.node, fate, share, logprob, accept, uniform, low, overlap, *seen)


def own_token(
    script: Script,
    rng: np.random.Generator,
    pair: tuple[Distribution, Distribution],
    now: int,
    stopped: Verdict | None,
) -> Emit:
    """The token in a rejected one's place, or after the last draft."""
    draft_probs, target_probs = pair
    row_probs, uniform = target_probs, float(rng.random())
    if stopped is not None and script.rule == "standard":
        row_probs = np.maximum(0, target_probs - draft_probs)
        row_probs /= row_probs.sum()
    elif stopped is not None and stopped.uniform is not None:
        uniform = stopped.uniform
    token, low = draw(row_probs, uniform)
    share = float(row_probs[token])
    bonus = stopped is None
    return Emit(
        now,
        "bonus" if bonus else "resampled",
        token,
        uniform,
        low,
        low + share,
        share,
        float(target_probs[token]),
        None if bonus else float(draft_probs[token]),
        raw_logprob(script, target_probs, token),
        *((entropy(target_probs), top(script, target_probs)) if bonus else (None, None)),
    )


def baseline_events(
    script: Script, rng: np.random.Generator, table: list[bytes], now: int, tokens: int
) -> Iterator[Event]:
    """The same target without a draft, in its own lane."""
    now, size = now + 100, 0
    yield TrackBegin(now, "autoregressive")
    for index in range(tokens):
        now += int(rng.integers(5, 12))
        yield RoundBegin(now, index, index, 0)
        span = int(rng.integers(480, 720))
        now += span
        yield Verify(now, span, 1)
        row_probs = probs(script, rng, len(table))[1]
        uniform = float(rng.random())
        token, low = draw(row_probs, uniform)
        share, size = float(row_probs[token]), size + len(table[token])
        yield Emit(
            now,
            "bonus",
            token,
            uniform,
            low,
            low + share,
            share,
            share,
            None,
            raw_logprob(script, row_probs, token),
            entropy(row_probs),
            top(script, row_probs),
        )
    yield Finish(now, "length", tokens, size)


def write(path: Path, script: Script) -> int:
    """Write the recording; returns how many events it has."""
    with RecordingWriter(path, header(script), overwrite=True) as writer:
        last, batch = 0, []
        for event in run_events(script):
            batch.append(event)
            script.made += 1
            last = event.time
            if len(batch) == 1000:
                writer.extend(batch)
                batch = []
        writer.extend(batch)
        writer.finish(last)
        return writer.events + 1


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument(
        "--events", type=int, help="about this many events instead of a number of rounds"
    )
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument("--rule", choices=("standard", "match"), default="standard")
    parser.add_argument("--seed", type=int, default=7)
    for name in ("baseline", "hostile", "remote"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    rounds = 10**9 if options.events else options.rounds
    script = Script(
        rounds=rounds, events=options.events, k=options.k, rule=options.rule, seed=options.seed
    )
    script.baseline, script.hostile, script.remote = (
        options.baseline,
        options.hostile,
        options.remote,
    )
    sys.stderr.write(f"{options.out}: {write(options.out, script)} events\n")


if __name__ == "__main__":
    main()
