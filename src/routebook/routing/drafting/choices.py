"""What is chosen so far: for each tag a chain of models, in the order of the rules; a value that changes by copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from routebook.errors import PolicyError, did_you_mean
from routebook.routing.names import DEFAULT, MAX_LONG_NAME, check_tag, check_text
from routebook.routing.policy import MAX_RULES
from routebook.routing.route import Route

Chain = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choices:
    """Chains of models: the first is asked, the others stand in when it fails.

    Attributes
    ----------
    chains
        For each tag its models. The order is that of the rules: for a prompt with two tags, the earlier one counts.
    default
        The models for everything else; empty where none is chosen yet.
    name
        What the policy is to be called; `None` leaves it to the run.
    by
        Whose word the quality is; `None` where there is one, or nobody's is wanted.

    Examples
    --------
    >>> made = Choices().use("coding", "sim/large").fallback("coding", "sim/small").use("default", "sim/small")
    >>> made.chains, made.default
    ({'coding': ('sim/large', 'sim/small')}, ('sim/small',))
    >>> made.use("coding", "sim/small").chain("coding")
    ('sim/small', 'sim/large')
    """

    chains: Mapping[str, Chain] = field(default_factory=dict)
    default: Chain = ()
    name: str | None = None
    by: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "chains", dict(self.chains))
        if len(self.chains) > MAX_RULES:
            raise PolicyError(f"A policy has at most {MAX_RULES:,} rules.")
        for tag in self.chains:
            check_tag(tag)
        for chain in (*self.chains.values(), *([self.default] if self.default else [])):
            Route(chain)  # refuses what cannot be a chain
        if self.name is not None:
            check_text(self.name, "a policy's name")
        if self.by is not None:
            check_text(self.by, "a judge", longest=MAX_LONG_NAME)

    def chain(self, tag: str) -> Chain:
        """Return a tag's models, or those of ``default``; empty where none is chosen."""
        return self.default if tag == DEFAULT else self.chains.get(tag, ())

    def use(self, tag: str, model: str) -> Choices:
        """Ask this model first: a fallback moves up, another model takes the place of the first."""
        return self._with(tag, asked_first(self.chain(tag), model))

    def fallback(self, tag: str, model: str) -> Choices:
        """Let this model stand in when all others of the chain have failed; the first of no others is asked first."""
        return self._with(tag, asked_last(self.chain(tag), model))

    def remove(self, tag: str, model: str | None = None) -> Choices:
        """Take a model out of a chain, and with the last, or without a model, the whole rule."""
        chain = self._there(tag, model)
        return self._with(tag, tuple(one for one in chain if model is not None and one != model))

    def move(self, tag: str, model: str | None, to: int) -> Choices:
        """Move a rule, or a model in its chain, to the place `to`, from 0; past the end is the end."""
        chain = self._there(tag, model)
        if model is not None:
            return self._with(tag, moved(chain, model, to))
        if tag == DEFAULT:
            raise PolicyError("The default is always last: it is for what no rule matches.")
        return replace(self, chains={one: self.chains[one] for one in moved(tuple(self.chains), tag, to)})

    def _there(self, tag: str, model: str | None) -> Chain:
        chain = self.chain(tag)
        if not chain:
            near = did_you_mean(tag, self.chains) if tag != DEFAULT else ""
            raise PolicyError(f"Nothing is chosen for {_called(tag)} yet.{near}")
        if model is not None and model not in chain:
            raise PolicyError(f"{model[:60]!r} is not chosen for {_called(tag)}: {', else '.join(chain)} is.")
        return chain

    def _with(self, tag: str, chain: Chain) -> Choices:
        if tag == DEFAULT:
            return replace(self, default=chain)
        chains = {**self.chains, tag: chain}
        return replace(self, chains={one: models for one, models in chains.items() if models})


def _called(tag: str) -> str:
    return "everything else" if tag == DEFAULT else f"the tag {tag[:40]!r}"


def asked_first(chain: Chain, model: str) -> Chain:
    """Return the chain with this model first: a fallback moves up, another takes the place of the first.

    >>> asked_first(("a", "b", "c"), "b"), asked_first(("a", "b"), "c")
    (('b', 'a', 'c'), ('c', 'b'))
    """
    return (model, *(tuple(one for one in chain if one != model) if model in chain else chain[1:]))


def asked_last(chain: Chain, model: str) -> Chain:
    """Return the chain with this model last.

    >>> asked_last(("a", "b"), "a")
    ('b', 'a')
    """
    return (*(one for one in chain if one != model), model)


def moved(items: tuple[T, ...], item: T, to: int) -> tuple[T, ...]:
    """Return the items with one of them at the place `to`, from 0; past the end is the end.

    >>> moved(("a", "b", "c"), "c", 1)
    ('a', 'c', 'b')
    """
    others = [one for one in items if one != item]
    others.insert(max(0, to), item)
    return tuple(others)
