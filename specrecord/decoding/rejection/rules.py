"""Every rejection rule by name. A new rule is a file of its own and one line here."""

from specrecord.decoding.rejection.block import BLOCK
from specrecord.decoding.rejection.gumbel import GUMBEL
from specrecord.decoding.rejection.match import MATCH
from specrecord.decoding.rejection.multi_draft import RRS, SPECINFER
from specrecord.decoding.rejection.standard import STANDARD
from specrecord.decoding.rejection_rule import RejectionRule

RULES: dict[str, RejectionRule] = {
    rule.name: rule
    for rule in [
        STANDARD,
        MATCH,
        BLOCK,
        GUMBEL,
        SPECINFER,
        RRS,
    ]
}
