"""Which models of several hosts are said to be the same one: by their names, or as the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from routebook.errors import ModelError, did_you_mean
from routebook.models import ModelId

_REGION = re.compile(r"(?:us|eu|apac|jp|au|in|ca|sa|us-gov|global)\.")
_VENDOR = re.compile(r"[a-z0-9]+\.(?=[a-z])")
_BEDROCK_VERSION = re.compile(r"-v\d+(?::\d+)*\Z")


class Group(NamedTuple):
    """One model and the hosts that serve it.

    Attributes
    ----------
    name
        The model's name, as its first host calls it.
    models
        The ids of those that are said to be it, in the order given.
    how
        How they were matched: ``by name`` or ``as given``.
    """

    name: str
    models: tuple[str, ...]
    how: str


def plain_name(model: str) -> str:
    """Return a model's name without what a host adds to it: paths, Bedrock's regions, vendors and versions, signs.

    Sizes, dates and words such as *turbo* stay: what has another name may be another model.

    >>> plain_name("bedrock/us.anthropic.claude-haiku-5-5-v1:0"), plain_name("anthropic/claude-haiku-5.5")
    ('claudehaiku55', 'claudehaiku55')
    >>> plain_name("together/meta-llama/Llama-4-8B-Instruct"), plain_name("groq/llama-4-8b-instruct")
    ('llama48binstruct', 'llama48binstruct')
    """
    known = ModelId.parse(model)
    name = known.model.lower().rpartition("/")[2]
    if known.host == "bedrock":
        name = _BEDROCK_VERSION.sub("", _VENDOR.sub("", _REGION.sub("", name, count=1), count=1))
    return re.sub(r"[^a-z0-9]", "", name)


def groups_of(models: Sequence[str], same: Mapping[str, str] | None = None) -> list[Group]:
    """Return the models that several hosts serve.

    Parameters
    ----------
    models
        Ids.
    same
        ``{"together/x-turbo": "groq/x"}``: that these are one, though their names do not say so.

    Raises
    ------
    ModelError
        If `same` names a model that is not there.

    Examples
    --------
    >>> groups_of(["sim/large", "sim/small", "simcloud/large"])
    [Group(name='large', models=('sim/large', 'simcloud/large'), how='by name')]
    """
    name = {model: plain_name(model) for model in models}
    given: set[str] = set()
    for one, other in (same or {}).items():
        for model in (one, other):
            if model not in name:
                raise ModelError(f"same names {model!r:.60}, which is not there.{did_you_mean(model, models)}")
        given |= {one, other}
        name = {model: name[other] if of == name[one] else of for model, of in name.items()}
    found: dict[str, list[str]] = {}
    for model in models:
        found.setdefault(name[model], []).append(model)
    return [
        Group(ModelId.parse(own[0]).model, tuple(own), "as given" if given.intersection(own) else "by name")
        for own in found.values()
        if len({ModelId.parse(model).host for model in own}) > 1 or (len(own) > 1 and given.intersection(own))
    ]
