"""What each rule demands of a round: its coins, residuals and draws, worked out again from the
recorded numbers alone.
"""

from specrecord.recording.audit.rules.block import BLOCK
from specrecord.recording.audit.rules.checks import Checks as Checks
from specrecord.recording.audit.rules.gumbel import GUMBEL
from specrecord.recording.audit.rules.match import DRAWN, MATCH
from specrecord.recording.audit.rules.ratio import RATIO

RULES = {
    "standard": RATIO,
    "match": MATCH,
    "block": BLOCK,
    "specinfer": RATIO,
    "rrs": RATIO,
    "gumbel": GUMBEL,
    "drawn": DRAWN,
}
