"""Faults for the player: by file and the tests that should notice, a name, a text of the file and
what replaces it.
"""

from tools.mutations.table import Table

PLAYER: Table = {
    ("player/core/decision.js", ("tests/player/recording/fates.test.js",)): [
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
    (
        "player/core/round.js",
        ("tests/player/recording/fates.test.js", "tests/player/recording/golden.test.js"),
    ): [
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
    ("player/core/trial.js", ("tests/player/recording/fates.test.js",)): [
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
    ("player/core/frame.js", ("tests/player/recording/fates.test.js",)): [
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
    ("player/core/recording/decode.js", ("tests/player/recording/fates.test.js",)): [
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
            " && !seen.includes(parent)",
            "",
        ),
        (
            "a rejection counts though a sibling was accepted",
            "lost = Number(fate === REJECTED);",
            "lost ||= Number(fate === REJECTED);",
        ),
        (
            "a round that the target never answered counts",
            "if (verify === verified) return;",
            "",
        ),
    ],
    ("player/core/tree.js", ("tests/player/recording/golden.test.js",)): [
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
            "const fallen = coin ? {",
            "const fallen = bars ? {",
        ),
        (
            "the verdict of a prefix is known before all its coins",
            "const judged = settle ? progress(settle) : cause",
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
    (
        "player/core/clock.js",
        ("tests/player/recording/golden.test.js", "tests/player/frame.test.js"),
    ): [
        (
            "a capped gap lasts as long as it did",
            "inside ? Math.min(span, cap / 1e6) : span",
            "span",
        ),
    ],
    ("player/core/recording/recording.js", ("tests/player/recording/recording.test.js",)): [
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
    ("player/core/race/race.js", ("tests/player/race.test.js",)): [
        (
            "the leader of a race is the first of the equal",
            "most > next ? tokens.indexOf(most) : -1",
            "tokens.indexOf(most)",
        ),
    ],
}
