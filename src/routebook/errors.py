"""What can go wrong, drawn as a tree.

Every message is one line for the person in front of the cell: what happened, which model or name, what to do next.

::

    RoutebookError
      PromptError        a template, an attachment or an empty cell
      ModelError         a model id or a host nobody knows
      OptionError        an option with a value that cannot be
      CredentialsError   a key that is not there
      PriceError         a price that cannot be
      ConfigError        config.toml, or a server's settings
      StoreError         the store: locked, full, or written by a newer version
      RunError           a run that is not there, or cannot be used this way
      VoteError          a vote that cannot be
      JudgmentError      a check, a judge or a ranking that cannot be made
      OutcomesError      a table of outcomes that cannot be read
      PolicyError        a policy that cannot be read or made
      TargetError        an export that would not mean the same
      CallError          one call to one model failed (see `routebook.providers.contract`)
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class RoutebookError(Exception):
    """Base of every error routebook raises on purpose; its text is one line for the user."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback: the line, which says all there is to say."""
        return [f"{type(self).__name__}: {self}"]


class PromptError(RoutebookError):
    """A prompt could not be made: unknown variable, unreadable image, empty text."""


class ModelError(RoutebookError):
    """A model id that is malformed, or whose host is not known."""


class OptionError(RoutebookError):
    """An option whose value cannot be used."""


class CredentialsError(RoutebookError):
    """Credentials are missing; the text names the variable to set."""


class PriceError(RoutebookError):
    """A price that is not a price."""


class ConfigError(RoutebookError):
    """The configuration file or a server's registration cannot be used."""


class StoreError(RoutebookError):
    """The store cannot be read or written."""


class RunError(RoutebookError):
    """A run is not there, or cannot be used in this way."""


class VoteError(RoutebookError):
    """A vote that cannot be cast, or says what no vote can."""


class JudgmentError(RoutebookError):
    """Answers cannot be checked, judged or ranked in this way."""


class OutcomesError(RoutebookError):
    """A table is not one of outcomes; the text says what is wrong, by row and column."""


class PolicyError(RoutebookError):
    """A policy cannot be read, made or written."""


class TargetError(RoutebookError):
    """A policy cannot be exported to a target without changing its meaning."""


def did_you_mean(word: str, known: Iterable[str], *, limit: int = 3) -> str:
    """Return `` Did you mean 'x'?`` for the nearest known words, or an empty string.

    >>> did_you_mean("langage", ["language", "topic"])
    " Did you mean 'language'?"
    >>> did_you_mean("zzz", ["language"])
    ''
    """
    near = get_close_matches(word, list(known), n=limit, cutoff=0.6)
    if not near:
        return ""
    return f" Did you mean {' or '.join(repr(name) for name in near)}?"
