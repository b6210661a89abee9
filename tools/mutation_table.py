"""The mutations of `tools/mutations.py`: a name, the file, the text and what replaces it, the tests.

When code moves, point its line at the new place; a text that is not found is an error, never skipped.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One fault: in `file`, `old` (which must stand there exactly once) becomes `new`."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FATES = ("tests/player/fates.test.js",)
DECISION, FRAME = "player/core/decision.js", "player/core/frame.js"
DECODE, TRIAL, SUMS = "player/core/decode.js", "player/core/trial.js", "player/core/sums.js"
PLAYER = (
    Mutation(
        "siblings' lists: a token's own in place of the eldest's", DECISION,
        "drafts.parent[row]) return other;", "drafts.parent[row]) return row;", FATES,
    ),
    Mutation(
        "siblings' lists: the verdict's list of the token itself", DECISION,
        "verdictRow(lane, at.round, drafts.node[eldest], time) : -1", "verdict : -1", FATES,
    ),
    Mutation(
        "a resampled token is explained by any rejected one", DECISION,
        "drafts.parent[draft] === last) return", "drafts.parent[draft] <= last) return", FATES,
    ),
    Mutation(
        "a resampled token is explained by the last rejected one", DECISION,
        "return verdicts.node[row];\n  }\n  return -1;",
        "found = verdicts.node[row];\n  }\n  return found;", FATES,
    ),
    Mutation(
        "an interval ends where the draft's would", DECISION,
        "verdicts.low[verdict] + verdicts.target_prob[verdict]",
        "verdicts.low[verdict] + drafts.prob[draft]", FATES,
    ),
    Mutation(
        "an emitted token's interval ends where its share does", DECISION,
        "high: emits.high[from]", "high: emits.prob[from]", FATES,
    ),
    Mutation("a coin is held against [0, high)", TRIAL,
             'kind: "inside", from: one.low', 'kind: "inside", from: 0', FATES),
    Mutation("stepping an event back stays where it is", FRAME,
             "table.length, time - 1) - 1;", "table.length, time) - 1;", FATES),
    Mutation("stepping an event on skips one", FRAME,
             "direction > 0 ? countUpTo(table.time, table.length, time) :",
             "direction > 0 ? countUpTo(table.time, table.length, time + 1) :", FATES),
    Mutation("stepping back passes over verdicts", FRAME,
             '"draft", "verify", "verdict", "emit"]) {\n    const table',
             '"draft", "verify", "emit"]) {\n    const table', FATES),
    Mutation("a lane ends before its finish", DECODE,
             "this.lane.pieces[this.lane.pieces.length - 1][1] = event.time;", "", FATES),
    Mutation("a lane's last piece is not held open by its rows", DECODE,
             'if (kind !== "law") lane.pieces[lane.pieces.length - 1][1] = this.time;', "", FATES),
    Mutation("a lane taken up again forgets its first piece", DECODE,
             "lane.pieces.push([time, time]);", "lane.pieces = [[time, time]];", FATES),
    Mutation("a round ends before its own token", FRAME,
             '(["draft", "verify", "verdict", "emit"])', '(["draft", "verify"])', FATES),
    Mutation("a token is decided as soon as it is drafted", DECISION,
             "=== node) return verdicts.time[from + node] <= time ? from + node : -1;",
             "=== node) return from + node;", FATES),
    Mutation("depth counts a root as one", DECISION, "let depth = 0;", "let depth = 1;", FATES),
    Mutation("what was never tested blames the place's own verdict", TRIAL,
             'if (before.state === "rejected") return', 'if (before.state === "accepted") return', FATES),
    Mutation("a second overlap at one place counts, too", SUMS,
             "if (reached && !told[above + 1]) first[row]", "if (reached) first[row]",
             ("tests/test_player_core.py",)),
    Mutation("a rejection counts though a sibling was accepted", SUMS,
             "(fate === REJECTED ? 1 : 0) - lost;", "(fate === REJECTED ? 1 : 0);",
             ("tests/test_player_core.py",)),
    Mutation("lost branches may touch", "player/core/tree.js", "const GAP = 1;", "const GAP = 0;",
             ("tests/player/golden.test.js",)),
    Mutation("an untested branch lies as near as a rejected one", "player/core/tree.js",
             "tested(one) - tested(other) || one - other", "one - other",
             ("tests/player/golden.test.js",)),
    Mutation("a mark behind the playhead stops it", "player/core/marks.js",
             "mark.time > from && mark.time <= to", "mark.time >= from && mark.time <= to",
             ("tests/player/marks.test.js",)),
    Mutation("a capped gap lasts as long as it did", "player/core/clock.js",
             "inside ? Math.min(span, cap / 1e6) : span", "span",
             ("tests/player/golden.test.js", "tests/player/frame.test.js")),
    Mutation("the seal's count is off by one", "player/core/recording.js",
             "if (counted !== decoder.events - 1)", "if (counted > decoder.events)",
             ("tests/player/recording.test.js",)),
    Mutation("a whole law is that of another place", "player/core/laws.js",
             "|| laws.row[row] !== one.parent ", "", ("tests/player/laws.test.js",)),
    Mutation("a whole law is that of the other side", "player/core/laws.js",
             "(laws.side[row] === TARGET_SIDE) !== target || ", "", ("tests/player/laws.test.js",)),
    Mutation("the leader of a race is the first of the equal", "player/core/race.js",
             "leaders.length === 1 ? leaders[0] : -1", "leaders[0]",
             ("tests/player/model.test.js",)),
)  # fmt: skip

WARP, READER = "specrecord/decoding/warp.py", "specrecord/recording/reader.py"
STATS, ENDINGS = "specrecord/recording/stats.py", "specrecord/decoding/endings.py"
RULES, SEVERAL = "specrecord/decoding/rules.py", "specrecord/decoding/several.py"
WARP_TESTS, READER_TESTS = ("tests/decoding/test_warp.py",), ("tests/recording/test_recording.py",)
STATS_TESTS = ("tests/recording/test_stats.py",)
LOOP_TESTS = ("tests/decoding/test_speculate.py",)
EXACT_TESTS = ("tests/decoding/test_exactness.py",)
AUDIT_TESTS = ("tests/recording/test_audit.py",)
PYTHON = (
    Mutation("the nucleus takes one more where it is full to the brim", WARP,
             "return ordered[before < top_p]", "return ordered[before <= top_p]", WARP_TESTS),
    Mutation("the nucleus looks too high for its last tokens", WARP,
             "(1 - top_p) / len(law)).nonzero()", "(1 - top_p) / 2).nonzero()", WARP_TESTS),
    Mutation("top-k keeps one less", WARP, "(law >= least).nonzero()[0])[:count]",
             "(law >= least).nonzero()[0])[: count - 1]", WARP_TESTS),
    Mutation("top-p comes before top-k", WARP, "if 0 < self.top_k <", "if self.top_p < 1:\n"
             "            laws = _cut(laws, lambda law: _nucleus(law, self.top_p))\n"
             "        if 0 < self.top_k <", WARP_TESTS),
    Mutation("the seal's count of events is not looked at", READER,
             " and end.events == len(events) - 1:", ":", READER_TESTS),
    Mutation("the seal's digest is not looked at", READER,
             "if hashlib.sha256(data[:-DIGEST_SIZE]).digest() == end.digest and ", "if ", READER_TESTS),
    Mutation("untold: every remote pass", STATS,
             "event.sent is not None and event.network is None", "event.sent is not None", STATS_TESTS),
    Mutation("untold: every pass without a network", STATS,
             "event.sent is not None and event.network is None", "event.network is None", STATS_TESTS),
    Mutation("untold: never", STATS,
             "counts.untold += event.sent is not None and event.network is None", "pass", STATS_TESTS),
    Mutation("untold: nought in place of nothing", STATS,
             'return {**spent, "queue_s": None, "network_s": None} if counts.untold else spent',
             "return spent", STATS_TESTS),
    Mutation("the overlap is counted at places that were not reached", STATS,
             "parent in tree.reached - tree.counted", "parent not in tree.counted", STATS_TESTS),
    Mutation("the overlap is counted once a child", STATS,
             "tree.counted.add(parent)", "pass", STATS_TESTS),
    Mutation("a round that a sibling saved counts as rejected", STATS,
             '(event.fate == "rejected") - tree.lost', '(event.fate == "rejected")', STATS_TESTS),
    Mutation("a lane's clock runs while another lane does", STATS,
             "self._spent = self._latest\n", "self._spent = event.time\n", STATS_TESTS),
    Mutation("TPOT divides by all tokens", STATS, "((counts.tokens - 1) *", "(counts.tokens *", STATS_TESTS),
    Mutation("a stop string is looked for in one token alone", ENDINGS,
             "self._tail[-self._reach :] if self._reach else", "self._tail[:0] if self._reach else", LOOP_TESTS),
    Mutation("the second stop string wins over an earlier one", ENDINGS,
             "return min(starts, default=None)", "return max(starts, default=None)", LOOP_TESTS),
    Mutation("a text is one token longer than its budget", ENDINGS,
             "self.tokens >= self.max_tokens", "self.tokens > self.max_tokens", LOOP_TESTS),
    Mutation("a bonus follows an accepted end", RULES,
             "if node != ROOT and drafted.ends[node]:\n        return None", "", LOOP_TESTS),
    Mutation("a later sibling is tested against all of the target", SEVERAL,
             "left = residual(left, drafted.laws[child])", "left = target_laws[node + 1]", EXACT_TESTS),
    Mutation("drawing without replacement puts back", SEVERAL, "rest[draw.token] = 0.0", "pass", EXACT_TESTS),
    Mutation("a block's weight is not capped", "specrecord/decoding/block.py",
             "weights.append(min(1.0, weights[-1]", "weights.append(min(2.0, weights[-1]", EXACT_TESTS),
    Mutation("a residual is drawn from the target itself", "specrecord/decoding/residual.py",
             "return excess / mass if mass > 0 else target_law", "return target_law", EXACT_TESTS),
    Mutation("a coin that equals its probability is heads", "specrecord/decoding/chance.py",
             "Flip(uniform < probability", "Flip(uniform <= probability", WARP_TESTS),
    Mutation("a draw's interval is closed at its end", "specrecord/decoding/chance.py",
             'cumulative.searchsorted(uniform, side="right")', 'cumulative.searchsorted(uniform, side="left")',
             WARP_TESTS),
    Mutation("an adaptive draft forgets what was agreed", "specrecord/decoding/pace.py",
             "self.agreed[place] += overlap", "self.agreed[place] += 1", ("tests/decoding/test_exact_drafts.py",)),
    Mutation("the audit lets a later sibling's interval begin anywhere", "specrecord/recording/audit.py",
             "yield from self.place(first, event, low)", "pass", AUDIT_TESTS),
    Mutation("the audit lets positions be anything", "specrecord/recording/audit.py",
             "if event.position != self.tokens:", "if False:", AUDIT_TESTS),
    Mutation("a mark is put before the event of its own time", "specrecord/recording/rewrite.py",
             "sum(event.time <= time for", "sum(event.time < time for", ("tests/recording/test_rewrite.py",)),
    Mutation("a redacted text keeps its seed", "specrecord/recording/rewrite.py",
             'return {"seed": None, "stop"', 'return {"stop"', ("tests/recording/test_rewrite.py",)),
)  # fmt: skip

MUTATIONS = (*PLAYER, *PYTHON)
