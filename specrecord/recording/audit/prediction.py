"""A run by a predicted output: the draft's guess of the whole answer, the server's answer as it
came, and two counts. Which of the guess the server took no number tells, so none can be proven.
"""

from specrecord.events import Prediction, Verdict
from specrecord.header import Header
from specrecord.recording.audit.judged_round import JudgedRound, Say

RULE = "prediction"
_REASONING = {"<|channel|>", "</think>"}  # what tells it from an answer


def check_prediction(event: Prediction, header: Header, drafted: int, say: Say) -> None:
    """What does not hold of a server's counts, in a track that `drafted` so many tokens of text."""
    if header.rule != RULE:
        say(f"stands in a recording whose rule is {header.rule}")
    sent, found = event.predicted, event.accepted + event.rejected
    if sent is not None and found > sent:
        say(f"{event.accepted} accepted and {event.rejected} rejected of {sent} predicted tokens")
    # A redacted text spells every token alike; of a model that reasons the answer alone is sent.
    whole = _REASONING.isdisjoint(header.markers or ()) and "text" not in (header.redacted or ())
    if sent is not None and (sent > drafted or (whole and sent < drafted)):
        say(f"{sent} tokens were predicted, but {drafted} were drafted")
    if not drafted and found:
        say(f"{found} tokens judged of a prediction that was not made")
    if event.tokens is not None:
        for name, count in (("accepted", event.accepted), ("reasoning", event.reasoning or 0)):
            if count > event.tokens:
                say(f"{name} is {count}, but the server wrote {event.tokens} tokens")
    if event.duration > event.time:
        say(f"took {event.duration} of the {event.time} that the recording had")
    parts = (event.queue, event.prompt, event.completion)
    if event.duration < sum(part or 0 for part in parts):
        say("queue and what the server did together take longer than the request")


def prediction_verdict(
    judged: JudgedRound, event: Verdict, checks: object, lists: object, say: Say
) -> None:
    """There is none."""
    say("a verdict on one token, which the server does not tell")


def prediction_round(judged: JudgedRound, say: Say) -> None:
    """What came of the stream has a token."""
    if judged.round.verified and not judged.round.emits:
        say("the server was waited for, yet no token came")
