"""Every rejection rule by name. A new rule is a file of its own and one line here."""

from specrecord.decoding.rejection.block import block
from specrecord.decoding.rejection.gumbel import gumbel, shared_race
from specrecord.decoding.rejection.match import match
from specrecord.decoding.rejection.multi_draft import rrs, specinfer, without_replacement
from specrecord.decoding.rejection.rule import RejectionRule
from specrecord.decoding.rejection.standard import standard

RULES: dict[str, RejectionRule] = {
    rule.name: rule
    for rule in [
        RejectionRule("standard", standard, "rejection sampling, token by token"),
        RejectionRule(
            "match",
            match,
            "the target draws too; equal tokens stay",
            without_replacement,
            branches=True,
        ),
        RejectionRule(
            "block",
            block,
            "rejection sampling of whole prefixes; never accepts less than standard",
            by_lists=True,
        ),
        RejectionRule(
            "gumbel",
            gumbel,
            "both sides decide by one noise; the output is the target's own of this seed",
            shared_race,
            branches=True,
            by_lists=True,
            by_shared_randomness=True,
        ),
        RejectionRule(
            "specinfer", specinfer, "several children drawn independently, or chosen", branches=True
        ),
        RejectionRule(
            "rrs",
            rrs,
            "several children drawn without replacement",
            without_replacement,
            branches=True,
            chosen=False,
        ),
    ]
}
