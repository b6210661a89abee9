"""Every verifier by name, best first. A new verifier is a file of its own and one line here.

Drafts are best drawn at the run's temperature for `score`, and greedily for the other two.
"""

from specrecord.models.remote.completions.fan_out import FanOut
from specrecord.models.remote.completions.match import Match
from specrecord.models.remote.completions.score import Score
from specrecord.models.remote.completions.verifier import Verifier

VERIFIERS: dict[str, type[Verifier]] = {kind.name: kind for kind in (Score, FanOut, Match)}
