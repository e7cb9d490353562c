"""Named values that are compared: the prompt's metadata, and its features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from routebook.errors import PolicyError, did_you_mean
from routebook.features import FEATURES, TEXTS, YES_NO
from routebook.features.form import PATTERNS
from routebook.features.language import LANGUAGES
from routebook.lookup import either
from routebook.routing.conditions.asked import Asked, Test, check_known, check_length, said
from routebook.routing.conditions.searches import Searches
from routebook.routing.names import MAX_WHOLE, check_number, check_text

Given = bool | int | float | str


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """A named value that equals one, is one of several, or lies between two ends, both included."""

    name: str
    equals: Given | None = None
    one_of: tuple[Given, ...] = ()
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        for end in ("at_least", "at_most"):
            value = getattr(self, end)
            check_number(value, end, -MAX_WHOLE, MAX_WHOLE)
            object.__setattr__(self, end, _plain(value))
        object.__setattr__(self, "equals", _plain(self.equals))
        object.__setattr__(self, "one_of", tuple(_plain(value) for value in self.one_of))
        bounded = self.at_least is not None or self.at_most is not None
        if (self.equals is not None) + bool(self.one_of) + bounded != 1:
            raise PolicyError(f"Compare {self.name[:40]!r} with `equals`, with `in`, or with `at_least` and `at_most`.")
        if self.one_of:
            check_length(self.one_of, "values")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise PolicyError(f"at_least {self.at_least:,.10g} is more than at_most {self.at_most:,.10g}.")

    def __eq__(self, other: object) -> bool:  # True is not 1 here, though Python says so
        return type(other) is type(self) and repr(other) == repr(self)

    def __hash__(self) -> int:
        return hash(repr(self))

    def _test_of(self, value: object) -> bool:
        """Tell whether a value satisfies it; numbers, texts and truth values never equal each other."""
        value = _plain(value)
        if value is None:
            return False
        if self.equals is not None:
            return _same(value, self.equals)
        if self.one_of:
            return any(_same(value, one) for one in self.one_of)
        if not isinstance(value, float):
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def _wanted(self) -> str:
        """Say what is wanted: ``at least 2,000``."""
        if self.equals is not None:
            return _said(self.equals)
        if self.one_of:
            return either([_said(value) for value in self.one_of])
        if self.at_least == self.at_most:
            return f"{self.at_least:,.10g}"
        ends = [("at least", self.at_least), ("at most", self.at_most)]
        return " and ".join(f"{words} {end:,.10g}" for words, end in ends if end is not None)

    def _compared(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if self.equals is not None:
            data["equals"] = self.equals
        if self.one_of:
            data["in"] = list(self.one_of)
        if self.at_least is not None:
            data["at_least"] = self.at_least
        if self.at_most is not None:
            data["at_most"] = self.at_most
        return data


@dataclass(frozen=True, slots=True, eq=False)
class MetadataIs(_Compared):
    """What is known of the prompt under this name equals one value, is one of several, or lies between two ends.

    A name that is not there satisfies nothing; nor does a text satisfy a number, or 1 `True`.

    >>> MetadataIs("plan", equals="pro").matches(Asked("hi", metadata={"plan": "pro"}))
    True
    >>> MetadataIs("age_days", at_least=30).sentence()
    'its age_days is at least 30'
    """

    def __post_init__(self) -> None:
        check_text(self.name, "a name of metadata")
        _Compared.__post_init__(self)
        for value in (self.equals, *self.one_of):
            if isinstance(value, str):
                check_text(value, "a value of metadata")
            elif isinstance(value, float):
                check_number(value, "a value of metadata", -MAX_WHOLE, MAX_WHOLE)

    def test(self, searches: Searches) -> Test:  # noqa: ARG002 - as all conditions
        """Make the function that tells whether it holds."""
        return self.matches

    def matches(self, asked: Asked) -> bool:
        """Tell whether it holds."""
        return self._test_of(asked.metadata.get(self.name))

    def sentence(self) -> str:
        """Say it in words."""
        return f"its {self.name} is {self._wanted()}"

    def finding(self, asked: Asked) -> str:
        """Say what it is."""
        if self.matches(asked):
            return self.sentence()
        value = _plain(asked.metadata.get(self.name))
        if value is None:
            return f"its {self.name} is not known, so not {self._wanted()}"
        return f"its {self.name} is {_said(value)}, not {self._wanted()}"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"metadata": self.name, **self._compared()}


@dataclass(frozen=True, slots=True, eq=False)
class FeatureIs(_Compared):
    """A feature of `routebook.features` is so, equals a value, is one of several, or lies between two ends.

    Numbers are compared with `equals`, `at_least` and `at_most`; what is yes or no with ``equals=True`` or ``False``;
    languages with `equals` and `one_of`.

    >>> FeatureIs("prompt_tokens", at_least=2000).sentence()
    'it has at least 2,000 tokens'
    >>> FeatureIs("has_code", equals=True).matches(Asked("def f(x): return x"))
    True
    >>> FeatureIs("prompt_tokens", at_least=2000).finding(Asked("Write a sorted list of all the primes there are."))
    'prompt_tokens is 12, not at least 2,000'
    """

    def __post_init__(self) -> None:
        if self.name not in FEATURES:
            near = did_you_mean(self.name, FEATURES) or f" There are {', '.join(FEATURES)}."
            raise PolicyError(f"{self.name[:40]!r} is no feature of a prompt.{near}")
        _Compared.__post_init__(self)
        bounded = self.at_least is not None or self.at_most is not None
        if self.name in YES_NO:
            if not isinstance(self.equals, bool):
                raise PolicyError(f"{self.name} is yes or no: compare it with `equals: true` or `equals: false`.")
        elif self.name in TEXTS:
            if bounded:
                raise PolicyError(f"{self.name} is a text: compare it with `equals` or `in`.")
            for value in (self.equals, *self.one_of):
                if value is not None:
                    check_known(value, TEXTS[self.name], f"a value of {self.name}")
        elif self.one_of or isinstance(self.equals, (bool, str)):
            raise PolicyError(f"{self.name} is a number: compare it with `equals`, `at_least` or `at_most`.")
        elif isinstance(self.equals, float):
            check_number(self.equals, "equals", -MAX_WHOLE, MAX_WHOLE)

    def test(self, searches: Searches) -> Test:
        """Make the function that tells whether it holds."""
        name = self.name
        if isinstance(self.equals, bool):
            return searches.test(PATTERNS[name], in_all=False, expected=self.equals)
        if self.equals is not None or self.one_of:
            values = frozenset(self.one_of or (self.equals,))
            return lambda asked: asked.feature(name) in values
        low = float("-inf") if self.at_least is None else self.at_least
        high = float("inf") if self.at_most is None else self.at_most
        return lambda asked: low <= asked.feature(name) <= high  # type: ignore[operator]  # the others are numbers

    def matches(self, asked: Asked) -> bool:
        """Tell whether it holds."""
        value = asked.feature(self.name)
        return value == self.equals if isinstance(value, bool) else self._test_of(value)

    def sentence(self) -> str:
        """Say it in words."""
        if self.name in _YES_NO_WORDS:
            return _YES_NO_WORDS[self.name][0 if self.equals else 1]
        if self.name == "language":
            codes = [str(code) for code in self.one_of or (self.equals,)]
            return f"it is in {either([LANGUAGES[code] for code in codes])}"
        if self.name in TEXTS:
            return f"its {self.name} is {self._wanted()}"
        last = next(end for end in (self.equals, self.at_most, self.at_least) if end is not None)
        return f"it has {self._wanted()} {_COUNTED[self.name].removesuffix('s') if last == 1 else _COUNTED[self.name]}"

    def finding(self, asked: Asked) -> str:
        """Say what it is."""
        if self.name in YES_NO:
            return _YES_NO_WORDS[self.name][0 if asked.feature(self.name) else 1]
        found = f"{self.name} is {_said(asked.feature(self.name))}"
        if self.matches(asked):
            return found if self.at_least is None and self.at_most is None else f"{found}, {self._wanted()}"
        return f"{found}, not {self._wanted()}"

    def data(self) -> dict[str, Any]:
        """Return it as it stands in a file."""
        return {"feature": self.name, **self._compared()}


_YES_NO_WORDS: Mapping[str, tuple[str, str]] = {
    "has_code_fence": ("it has a fenced code block", "it has no fenced code block"),
    "has_code": ("it contains code", "it contains no code"),
    "has_math": ("it contains mathematics", "it contains no mathematics"),
    "multiple_choice": ("it has lettered options", "it has no lettered options"),
    "has_negation": ("it has a negation", "it has no negation"),
}
_COUNTED: Mapping[str, str] = {
    "prompt_tokens": "tokens",
    "characters": "characters",
    "words": "words",
    "lines": "lines",
    "digits": "digits",
    "turns": "user turns",
    "images": "images",
    "tools": "tools",
}


def _plain(value: object) -> Given | None:
    """Return a truth value, a text, or any number as a float; `None` for everything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # a text, and no kind of one
    if isinstance(value, Real):
        try:
            return float(value) + 0.0  # which makes 0 of -0
        except OverflowError:
            return float("inf" if value > 0 else "-inf")  # type: ignore[operator]  # to mypy no int is Real
    return None


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,.10g}" if isinstance(value, (int, float)) else said(str(value))
