"""One run as it was asked for: the options, and whether they go together."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.rejection_rule import RejectionRule
from specrecord.decoding.trees import Chain, Dynamic, Levels, Tree, parse_tree
from specrecord.errors import UsageError
from specrecord.models.remote import ENGINES, PREDICTION, is_engine, is_remote, public_name, shown
from specrecord.options import AUTO, OPTIONS, Options

_ADAPTIVE_LIMIT = 12  # tokens that a round may draft at most with -k auto
_RULES_BY_PREFERENCE = ("standard", "rrs", "specinfer")
_SEEDS = 2**32
NO_DRAFT = "none"  # of a target that drafts by itself


@dataclass(frozen=True)
class Request(Options):
    """All that decides a run but the machine. A seed that is not given is drawn.

    `simulated` says in words what is not real about the run.
    """

    simulated: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises UsageError for a value that cannot be, and for values that exclude each other."""
        super().__post_init__()
        if self.seed is None:
            object.__setattr__(self, "seed", secrets.randbelow(_SEEDS))
        object.__setattr__(self, "simulated", tuple(self.simulated))
        self._fit_engine()
        if self.verifier == PREDICTION and (wrong := self._unpredictable()):
            raise UsageError(
                f"{wrong} does not go with a prediction, which is one chat request for the whole "
                "answer; leave it out"
            )
        tree, rule = self.shape, self.rejection_rule
        if self.adaptive and not isinstance(tree, Chain):
            raise UsageError(
                f"-k auto is for chains, not for the tree {self.tree}; give a number, or leave "
                "out --tree"
            )
        if not isinstance(tree, Chain) and not rule.branches:
            able = ", ".join(name for name, other in RULES.items() if other.branches)
            raise UsageError(
                f"rule {self.rule} judges chains, not the tree {self.tree}; for trees there are "
                f"{able}"
            )
        if not _judges(rule, tree):
            raise UsageError(
                f"a dynamic tree chooses its tokens, and {self.rule} needs them drawn; try "
                "specinfer"
            )

    def _fit_engine(self) -> None:
        """An engine that drafts by itself has no draft here, and settings of its own."""
        engine = is_engine(self.target)
        if self.draft == NO_DRAFT and not engine:
            raise UsageError(
                "without a draft there is no run; --draft none is for an engine that drafts by "
                f"itself: {', '.join(f'{name}:MODEL@URL' for name in ENGINES)}"
            )
        if not engine:
            return
        if self.draft not in (NO_DRAFT, OPTIONS["draft"].default):
            raise UsageError(f"{_public(self.target)} drafts by itself; leave --draft out")
        object.__setattr__(self, "draft", NO_DRAFT)
        for name in ("k", "rule", "tree", "verifier", "top_k"):
            if getattr(self, name) != OPTIONS[name].default:
                option = OPTIONS[name]
                raise UsageError(f"{option.flags} is the engine's own affair here; leave it out")

    def _unpredictable(self) -> str | None:
        """The flag of an option that one chat request for a whole answer leaves no room for."""
        for name in ("k", "rule", "tree", "top_k", "stop"):
            if getattr(self, name) != OPTIONS[name].default:
                return OPTIONS[name].flags
        return "--raw" if self.chat is False else None

    @property
    def may_predict(self) -> bool:
        """Whether a prediction would do, should nothing else."""
        return self._unpredictable() is None

    @property
    def adaptive(self) -> bool:
        """Whether a round may stop drafting before K."""
        return self.k == AUTO

    @property
    def shape(self) -> Tree:
        """The tree as decoding knows it. Raises UsageError if there is none of that name."""
        return _shape(self.tree)

    @property
    def depth(self) -> int:
        """How many tokens deep a round drafts at most: what the tree says, or K."""
        shape = self.shape
        if isinstance(shape, Levels):
            return len(shape.widths)
        return _ADAPTIVE_LIMIT if self.k == "auto" else self.k

    @property
    def rejection_rule(self) -> RejectionRule:
        """The rule asked for, or for `auto` one that judges the tree."""
        if self.rule != AUTO:
            return RULES[self.rule]
        rules = (RULES[name] for name in _RULES_BY_PREFERENCE)
        return next(rule for rule in rules if _judges(rule, self.shape))

    def entry(self) -> dict[str, Any]:
        """The header's `request`: every option by its name, without prompt and title, addresses
        and folders.
        """
        found = {name: getattr(self, name) for name in OPTIONS if name not in ("prompt", "title")}
        models = {"draft": _public(self.draft), "target": _public(self.target)}
        if self.tokenizer is not None:
            named = ":" in self.tokenizer
            models["tokenizer"] = (_public if named else shown)(self.tokenizer)
        return {**found, **models, "stop": list(self.stop)}


def same_run(request: Request, entry: Mapping[str, Any]) -> bool:
    """Whether the `request` of a header asked for this run, prompt apart."""
    own = request.entry()
    return all(own[name] == entry.get(name) for name in own if OPTIONS[name].decides)


def _public(name: str) -> str:
    """A model's name without what is nobody else's business: an address, the folder it lies in."""
    kind, colon, model = name.partition(":")
    return public_name(name) if is_remote(name) else f"{kind}{colon}{shown(model)}"


def rules_for(tree: str) -> list[str]:
    """The rules that judge drafts of that shape, `auto` first. Raises UsageError if there is none
    of that name.
    """
    shape = _shape(tree)
    return [AUTO, *(name for name, rule in RULES.items() if _judges(rule, shape))]


def _shape(tree: str) -> Tree:
    try:
        return parse_tree(tree)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _judges(rule: RejectionRule, tree: Tree) -> bool:
    if isinstance(tree, Chain):
        return True
    return rule.branches and (rule.chosen or not isinstance(tree, Dynamic))
