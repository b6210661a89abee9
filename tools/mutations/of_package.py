"""Faults for the Python package: by file and the tests that should notice, a name, a text of the
file and what replaces it.
"""

from tools.mutations.table import Table

PACKAGE: Table = {
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
    (
        "specrecord/recording/reader.py",
        ("tests/recording/test_recording.py", "tests/recording/audit/test_hostile.py"),
    ): [
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
            "self.round = self.track.rounds[-1] if self.track.rounds else None",
            "self.round = None",
        ),
    ],
    ("specrecord/recording/measures/stats.py", ("tests/recording/test_stats.py",)): [
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
    ("specrecord/recording/audit/drafts.py", ("tests/recording/audit/test_audit.py",)): [
        (
            "the audit lets a later sibling's interval begin anywhere",
            "lists.sibling_begins(judged, first, event, low, say)",
            "pass",
        ),
    ],
    ("specrecord/recording/audit/prediction.py", ("tests/network/engines/test_prediction.py",)): [
        (
            "a server may judge more predicted tokens than were sent",
            "if sent is not None and found > sent:",
            "if sent is None and found > sent:",
        ),
    ],
    (
        "specrecord/serve/completions/predicted.py",
        ("tests/network/engines/test_predicted_chat.py",),
    ): [
        (
            "a predicted token stays though the model drew another",
            "if row >= len(guess) or token != guess[row]:",
            "if row >= len(guess):",
        ),
        (
            "tokens by which a prediction is found again count twice",
            "self._take(min(_ANCHOR, self.alone), start + _ANCHOR)",
            "self._take(_ANCHOR, start + _ANCHOR)",
        ),
    ],
    ("specrecord/recording/audit/own.py", ("tests/network/engines/test_own_speculation.py",)): [
        ("an engine's token has a probability", "getattr(event, name) is not None", "False"),
        (
            "a rejected token of an engine has a name",
            "(judged.drafts[node].token is not None)",
            '(event.fate == "accepted")',
        ),
    ],
    (
        "specrecord/decoding/remote/own_speculation.py",
        (
            "tests/network/engines/test_own_speculation.py",
            "tests/network/engines/test_second_pass.py",
        ),
    ): [
        ("a second pass takes the run's time", "self.ended or last.time", "last.time"),
        (
            "lost tokens of an engine have names",
            "kept[node][1] if node < accepted else None",
            "kept[0][1]",
        ),
        (
            "an engine's bonus is a resampled token",
            "one.drafted > accepted",
            "one.drafted < accepted",
        ),
    ],
    (
        "specrecord/models/remote/engines/steps.py",
        ("tests/network/engines/test_own_speculation.py",),
    ): [
        (
            "of ways that fit an engine's steps the earliest is taken",
            "if total <= least:",
            "if total < least:",
        ),
        (
            "no step of an engine ends within its draft",
            "last and taken == len(steps) > 0",
            "last and False",
        ),
    ],
    ("specrecord/recording/audit/events.py", ("tests/recording/audit/test_audit.py",)): [
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
            '"markers", "seed", "stop"',
            '"markers", "stop"',
        ),
    ],
}
