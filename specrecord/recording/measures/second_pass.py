"""What a second pass told of an engine's own text: how likely the target finds each of its tokens
when it reads them as part of a prompt.
"""

import statistics

from specrecord.events import SPECULATIVE
from specrecord.recording.reader import Recording

OVER = "over the finished text; prefill and decode may differ in rounding"
WHENCE = f"from a second pass {OVER}"


def mean_logprob(recording: Recording) -> float | None:
    """The mean log-probability of the text's tokens at temperature 1, in nats; None without a
    second pass.
    """
    if recording.header.rule != "own":  # the only kind that has one; tracks would hold all rounds
        return None
    logprobs = recording.tracks[SPECULATIVE].second_pass
    return statistics.fmean(logprobs) if logprobs else None
