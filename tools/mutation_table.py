"""The mutations of `tools/mutations.py`: by file, with the tests that should notice.

Each is a name, a text of the file and what replaces it. When code moves, point its group at the new
place; a text that is not found is an error.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One fault: in `file`, `old` (which must stand there exactly once) becomes `new`."""

    name: str
    old: str
    new: str
    file: str
    tests: tuple[str, ...]


# (file, tests): [(name, old, new), ...]
TABLE: dict[tuple[str, tuple[str, ...]], list[tuple[str, str, str]]] = {
    ("player/core/decision.js", ("tests/player/fates.test.js",)): [
        (
            "siblings' lists: the verdict's list of the token itself",
            "round.verdict(eldest, time);",
            "verdict;",
        ),
        (
            "an interval ends where the draft's would",
            "high: low + targetProb",
            "high: low + drafts.prob[draft]",
        ),
        (
            "an emitted token's interval ends where its share does",
            "high: emits.high[row]",
            "high: emits.prob[row]",
        ),
    ],
    ("player/core/round.js", ("tests/player/fates.test.js", "tests/player/golden.test.js")): [
        (
            "siblings' lists: a token's own in place of the eldest's",
            "while (first < row && other(first)) first++;",
            "first = row;",
        ),
        (
            "a member's token stands beside the list of another",
            " || (ofMember && !Object.is(member[one], member[row]));",
            ";",
        ),
        (
            "a resampled token is explained by any rejected one",
            "this.parent(node) === last;",
            "this.parent(node) <= last;",
        ),
        (
            "a resampled token is explained by the last rejected one",
            "REJECTED).find(ended)",
            "REJECTED).findLast(ended)",
        ),
        (
            "a token is decided as soon as it is drafted",
            "row < to && this.track.verdicts.time[row] <= time",
            "row < to",
        ),
        ("depth counts a root as one", "let depth = 0;", "let depth = 1;"),
        (
            "a round ends before its own token",
            '(["draft", "verify", "verdict", "emit"])',
            '(["draft", "verify"])',
        ),
    ],
    ("player/core/trial.js", ("tests/player/fates.test.js",)): [
        (
            "a coin is held against [0, high)",
            'kind: "inside", from: one.low',
            'kind: "inside", from: 0',
        ),
        (
            "what was never tested blames the place's own verdict",
            'if (above.state === "rejected") return',
            'if (above.state === "accepted") return',
        ),
    ],
    ("player/core/frame.js", ("tests/player/fates.test.js",)): [
        (
            "stepping an event back stays where it is",
            "rowsUpTo(table, Math.ceil(time) - 1) - 1",
            "rowsUpTo(table, time) - 1",
        ),
        (
            "stepping an event on skips one",
            ": rowsUpTo(table, time);",
            ": rowsUpTo(table, time + 1);",
        ),
    ],
    ("player/core/recording/decode.js", ("tests/player/fates.test.js",)): [
        (
            "a track ends before its finish",
            "this.track.pieces[this.track.pieces.length - 1][1] = time;",
            "",
        ),
        (
            "a track's last piece is not held open by its rows",
            'if (kind !== "law") track.pieces[track.pieces.length - 1][1] = this.time;',
            "",
        ),
        (
            "a track taken up again forgets its first piece",
            "track.pieces.push([time, time]);",
            "track.pieces = [[time, time]];",
        ),
    ],
    ("player/core/measures/counts.js", ("tests/test_player_core.py",)): [
        (
            "a second overlap at one place counts, too",
            " && !seen.has(parent)",
            "",
        ),
        (
            "a rejection counts though a sibling was accepted",
            "lost = Number(fate === REJECTED);",
            "lost ||= Number(fate === REJECTED);",
        ),
        (
            "a round that the target never answered counts",
            "if (verify === undefined) return counts;",
            "",
        ),
    ],
    ("player/core/tree.js", ("tests/player/golden.test.js",)): [
        ("lost branches may touch", "const GAP = 1;", "const GAP = 0;"),
        (
            "an untested branch lies as near as a rejected one",
            "tested(one) - tested(other) || one - other",
            "one - other",
        ),
    ],
    ("player/core/tree.js", ("tests/player/tree.test.js",)): [
        (
            "a name may stand over another",
            "if (names.every((other) => areApart(name, other))) names.push(name);",
            "names.push(name);",
        ),
        ("a new round leaps into the middle", ": gently(slow.arrived);", ": 1;"),
        ("an accepted token stays in its row", "lane * (1 - gently(joined))", "lane"),
    ],
    ("player/core/slow-motion.js", ("tests/player/slow-motion.test.js",)): [
        (
            "a coin is shown before it is thrown",
            "const known = coin ? {",
            "const known = bars ? {",
        ),
        (
            "the verdict of a prefix is known before all its coins",
            "const judged = settle ? told(settle) : cause",
            "const judged = cause",
        ),
        (
            "the last step of a microsecond ends before it does",
            "(stamp - low) * TICKS * (at - index)",
            "(stamp - low) * TICKS * (at - index) * 0.9",
        ),
        ("what is stamped later is told", "Math.ceil(time))", "Math.ceil(time) + 1)"),
        ("a residual forms before a bonus", "emits.origin[at] === RESAMPLED &&", ""),
    ],
    ("player/core/clock.js", ("tests/player/slow-motion.test.js",)): [
        (
            "a beat's clock stands between two ticks",
            "Math.round(time * TICKS) / TICKS",
            "time + 1e-7",
        ),
    ],
    ("player/core/measures/history.js", ("tests/player/history.test.js",)): [
        (
            "a pace counts the time of other tracks",
            "trackTime(track, time);",
            "time - track.start;",
        ),
        ("a round under way has its column", "ends.length, time) - 1;", "ends.length, time);"),
    ],
    ("player/core/marks.js", ("tests/player/marks.test.js",)): [
        (
            "a mark behind the playhead stops it",
            "mark.time > from && mark.time <= to",
            "mark.time >= from && mark.time <= to",
        ),
    ],
    ("player/core/clock.js", ("tests/player/golden.test.js", "tests/player/frame.test.js")): [
        (
            "a capped gap lasts as long as it did",
            "inside ? Math.min(span, cap / 1e6) : span",
            "span",
        ),
    ],
    ("player/core/recording/recording.js", ("tests/player/recording.test.js",)): [
        (
            "the seal's count is off by one",
            "if (counted !== decoder.events - 1)",
            "if (counted > decoder.events)",
        ),
    ],
    ("player/core/distributions.js", ("tests/player/distributions.test.js",)): [
        (
            "a whole distribution is that of another place",
            "table.row[row] === one.parent &&",
            "",
        ),
        ("a whole distribution is that of the other side", "table.side[row] === side &&", ""),
    ],
    ("player/core/race.js", ("tests/player/race.test.js",)): [
        (
            "the leader of a race is the first of the equal",
            "most > next ? tokens.indexOf(most) : -1",
            "tokens.indexOf(most)",
        ),
    ],
    ("specrecord/decoding/sampling.py", ("tests/decoding/test_sampling.py",)): [
        (
            "the nucleus takes one more where it is full to the brim",
            "return ordered[before < top_p]",
            "return ordered[before <= top_p]",
        ),
        (
            "the nucleus looks too high for its last tokens",
            "(1 - top_p) / len(row_probs)).nonzero()",
            "(1 - top_p) / 2).nonzero()",
        ),
        (
            "top-k keeps one less",
            "(row_probs >= least).nonzero()[0])[:count]",
            "(row_probs >= least).nonzero()[0])[: count - 1]",
        ),
        (
            "top-p comes before top-k",
            "if 0 < self.top_k <",
            "if self.top_p < 1:\n"
            "            probs = _cut(probs, lambda row: _nucleus(row, self.top_p))\n"
            "        if 0 < self.top_k <",
        ),
    ],
    ("specrecord/recording/reader.py", ("tests/recording/test_recording.py",)): [
        ("the seal's count of events is not looked at", "if end.events == count:", "if True:"),
        (
            "the seal's digest is not looked at",
            "if hashlib.sha256(memoryview(data)[:-DIGEST_SIZE]).digest() == end.digest:",
            "if True:",
        ),
        (
            "a torn event is taken for one that was written",
            "elif zlib.crc32(packed) != check:",
            "elif False:",
        ),
    ],
    ("specrecord/recording/rounds.py", ("tests/recording",)): [
        (
            "network unknown: every remote pass",
            "verify.sent is not None and verify.network is None",
            "verify.sent is not None",
        ),
        (
            "network unknown: every pass without a network",
            "verify.sent is not None and verify.network is None",
            "verify.network is None",
        ),
        (
            "the overlap is counted at places that were not reached",
            "parent in reached and parent not in seen",
            "parent not in seen",
        ),
        ("the overlap is counted once a child", "seen.add(parent)", "pass"),
        (
            "a round that a sibling saved counts as rejected",
            'return next(tested, None) == "rejected"',
            'return "rejected" in tested',
        ),
        (
            "a track's clock runs while another track does",
            "Piece(time, time, self.track.duration)",
            "Piece(time, time, time)",
        ),
        (
            "a round that no one verified counts",
            "[one for one in self.rounds if one.verify is not None]",
            "list(self.rounds)",
        ),
        (
            "a second verify takes the first one's place",
            "elif self.verify is None:",
            "else:",
        ),
        (
            "a resumed track begins a round of its own",
            "self._round = self.track.rounds[-1] if self.track.rounds else None",
            "self._round = None",
        ),
    ],
    ("specrecord/recording/stats.py", ("tests/recording/test_stats.py",)): [
        (
            "network unknown: never",
            "self.network_unknown += one.network_unknown",
            "pass",
        ),
        (
            "network unknown: nought in place of nothing",
            '{**spent, "queue_s": None, "network_s": None} if counts.network_unknown else spent',
            "spent",
        ),
        ("TPOT divides by all tokens", "((self.tokens - 1) *", "(self.tokens *"),
    ],
    ("specrecord/decoding/stopping.py", ("tests/decoding/test_speculate.py",)): [
        (
            "a stop string is looked for in one token alone",
            "tail[-reach:] if reach else",
            "tail[:0] if reach else",
        ),
        (
            "the second stop string wins over an earlier one",
            "min(starts, default=len(tail))",
            "max(starts, default=len(tail))",
        ),
        (
            "a text is one token longer than its budget",
            "self.tokens >= self.max_tokens",
            "self.tokens > self.max_tokens",
        ),
    ],
    ("specrecord/decoding/rejection_rule.py", ("tests/decoding/test_speculate.py",)): [
        (
            "a bonus follows an accepted end",
            "if node != ROOT and draft_tree.ends[node]:\n        return None",
            "",
        ),
    ],
    ("specrecord/decoding/rejection/multi_draft.py", ("tests/decoding/test_exactness.py",)): [
        (
            "a later sibling is tested against all of the target",
            "left = residual(left, draft_tree.probs[child])",
            "left = target_probs[node + 1]",
        ),
    ],
    ("specrecord/decoding/rejection_rule.py", ("tests/decoding/test_exactness.py",)): [
        ("drawing without replacement puts back", "rest[draw.token] = 0.0", "pass"),
    ],
    ("specrecord/decoding/rejection/block.py", ("tests/decoding/test_exactness.py",)): [
        (
            "a block's weight is not capped",
            "min(1.0, weights[-1] *",
            "min(2.0, weights[-1] *",
        ),
    ],
    ("specrecord/decoding/rejection/residual.py", ("tests/decoding/test_exactness.py",)): [
        (
            "a residual is drawn from the target itself",
            "return excess / mass if mass > 0 else target_probs",
            "return target_probs",
        ),
    ],
    ("specrecord/decoding/rng.py", ("tests/decoding/test_sampling.py",)): [
        (
            "a coin that equals its probability is heads",
            "Flip(uniform < probability",
            "Flip(uniform <= probability",
        ),
        (
            "a draw's interval is closed at its end",
            'cumulative.searchsorted(uniform, side="right")',
            'cumulative.searchsorted(uniform, side="left")',
        ),
    ],
    ("specrecord/decoding/draft_length.py", ("tests/decoding/test_exact_drafts.py",)): [
        (
            "an adaptive draft forgets what was agreed",
            "self.agreed[place] += overlap",
            "self.agreed[place] += 1",
        ),
    ],
    ("specrecord/models/llama.py", ("tests/models/test_draft_head.py",)): [
        (
            "stale features: those of rejected tokens, too",
            "self._cache.features[: common_prefix(self._ids, ids)]",
            "self._cache.features[: len(ids)]",
        ),
    ],
    ("specrecord/drafters/draft_head.py", ("tests/models/test_draft_head.py",)): [
        (
            "stale features: a round goes on from the last round's states",
            "if -1 in nodes or context != self._context:",
            "if context[: len(self._context)] != self._context or not self._states:",
        ),
        (
            "stale features: a value remembers the token that was rejected",
            "max(common_prefix(self._ids, ids) - 1, 0)",
            "common_prefix(self._ids, ids)",
        ),
        (
            "features that a baseline read ahead of the text",
            "self._target.features(context)[: len(context) - 1]",
            "self._target.features(context)",
        ),
    ],
    ("specrecord/recording/audit/drafts.py", ("tests/recording/test_audit.py",)): [
        (
            "the audit lets a later sibling's interval begin anywhere",
            "yield from lists.sibling_begins(judged, first, event, low)",
            "pass",
        ),
    ],
    ("specrecord/recording/audit/events.py", ("tests/recording/test_audit.py",)): [
        ("the audit lets positions be anything", "if event.position != track.tokens:", "if False:"),
        (
            "whole distributions are not looked at",
            "if judged is None or not judged.round.distributions:",
            "if True:",
        ),
    ],
    ("specrecord/recording/rewrite.py", ("tests/recording/test_rewrite.py",)): [
        (
            "a mark is put before the event of its own time",
            "sum(event.time <= time for",
            "sum(event.time < time for",
        ),
        (
            "a redacted text keeps its seed",
            '"prompt.sha256", "seed", "stop"',
            '"prompt.sha256", "stop"',
        ),
    ],
}
MUTATIONS = [
    Mutation(name, old, new, file, tests)
    for (file, tests), faults in TABLE.items()
    for name, old, new in faults
]
