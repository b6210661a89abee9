"""What no number in a recording can prove: it is stated, by whoever recorded it. docs/format.md and
a run's page list it from here, and `tools.audit_strength` holds the audit to it.
"""

# By what it is: what is stated of it.
STATED: dict[str, str] = {
    "models": "names, revisions, sizes, contexts and vocabularies of draft and target",
    "machine": "where it ran, how time was read, the round-trip time",
    "circumstances": "what wrote it, when, its title, what was asked for, which tokens begin and "
    "end reasoning, and that nothing but what is listed was emulated, delayed or scripted",
    "settings": "those that the run never came up against; the seed, where another program drew",
    "times": "how long things took: spans are in order and fit their tracks, and all of them could "
    "be stretched alike",
    "requests": "what a server told of its times, how much was sent, how much of a prompt was "
    "cached",
    "digits": "of entropies, overlaps, raw log-probabilities and lists, those beyond what lists of "
    "likeliest tokens allow. With whole distributions they follow to about 0.0001; without "
    "lists they are only stated",
    "members": "which of an ensemble drafted, where their distributions are alike",
    "faults": "with marks, what went wrong and when; chapters and notes",
    "engines": "what an engine told of its own speculation: its tokens, how many it drafted, "
    "that they followed one another in a chain, and what a second pass told of its text; what a "
    "server told of a prediction: how many tokens it accepted and rejected, and how many it wrote",
    "ends": "that an end token ended the text, or somebody the run, where the count allows both",
    "spelling": "of tokens that are neither in the prompt nor in the text",
}

# Fields, as `tools.audit_strength` names them, whose change may go unnoticed.
FIELDS = frozenset(
    """
    header.tool header.start header.title header.command header.request header.adaptive header.chat
    header.redacted header.stop header.max_tokens header.round_trip_us header.simulated header.seed
    header.draft header.target header.machine header.clock header.evidence.n header.evidence.step
    header.evidence.least header.markers
    lane.time token.time token.bytes prefill.time prefill.duration prefill.reused round.time
    draft.time draft.duration verify.time verify.duration verdict.time emit.time law.time
    finish.time finish.second_pass end.time check.time mark.time mark.title mark.note fault.time
    fault.name fault.detail fault.round
    verify.queue verify.network verify.prompt verify.completion verify.sent verify.received
    verify.connect
    draft.raw_logprob verdict.raw_logprob emit.raw_logprob draft.entropy verdict.entropy
    emit.entropy verdict.overlap draft.low verdict.low emit.low emit.high draft.top verdict.top
    prediction.time prediction.duration prediction.predicted prediction.accepted
    prediction.rejected prediction.tokens prediction.reasoning prediction.queue prediction.prompt
    prediction.completion
    emit.top law.probs draft.member law.member finish.reason end.reason
    """.split()
)
