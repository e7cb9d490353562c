"""Who stands behind a policy's models: vendors who made them, hosts who serve them, and the models themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routebook.models import ModelId

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from routebook.outcomes import Outcomes

KINDS = ("vendor", "host", "model")
_OWNERS = {
    "anthropic": "anthropic", "azure": "microsoft", "bedrock": "amazon", "cohere": "cohere", "deepseek": "deepseek",
    "google": "google", "mistral": "mistral", "openai": "openai", "xai": "xai",
}  # fmt: skip


class Party(NamedTuple):
    """A vendor, a host or a model, and which of a policy's models are its own, by their places."""

    kind: str
    name: str
    places: tuple[int, ...]


def vendors_of(
    models: Sequence[str], outcomes: Outcomes | None = None, ids: Mapping[str, str] | None = None
) -> list[str]:
    """Return who made each model: as a table says, else as its id tells; ``unknown`` where neither does.

    >>> vendors_of(["bedrock/us.anthropic.claude-haiku-5-5-v1:0", "vllm/mine"])
    ['anthropic', 'unknown']
    """
    said: dict[str, str] = {}
    if outcomes is not None and ids is not None:
        said = dict(zip(ids.values(), map(str, outcomes._models["vendor"]), strict=True))
    return [said.get(model) or ModelId.parse(model).vendor for model in models]


def parties_of(models: Sequence[str], vendors: Sequence[str]) -> list[Party]:
    """Group models by vendor, by host and one by one, each in the order in which they first come.

    >>> [party[:2] for party in parties_of(["sim/small", "sim/large"], ["birch-sim", "cedar-sim"])]
    [('vendor', 'birch-sim'), ('vendor', 'cedar-sim'), ('host', 'sim'), ('model', 'sim/small'), ('model', 'sim/large')]
    """
    names = {"vendor": vendors, "host": [ModelId.parse(model).host for model in models], "model": models}
    return [
        Party(kind, name, tuple(place for place, own in enumerate(names[kind]) if own == name))
        for kind in KINDS
        for name in dict.fromkeys(names[kind])
    ]


def is_own(host: str, vendor: str) -> bool:
    """Tell whether a model is its host's own: made by the company that runs the host, as far as that is known.

    Who holds a part of whom is not looked at: OpenAI's models on Azure are not Microsoft's own here.

    >>> is_own("bedrock", "amazon"), is_own("bedrock", "anthropic"), is_own("azure", "openai"), is_own("vllm", "meta")
    (True, False, False, False)
    """
    return _OWNERS.get(host) == vendor


def hhi(shares: NDArray[np.float64]) -> float:
    """Return the Herfindahl-Hirschman index of shares: the sum of their squares, from 1 / n (all the same) to 1 (one).

    Its inverse is the number of equal ones that would be as concentrated. Hirschman 1964, "The Paternity of an Index",
    American Economic Review 54, 761; authorities write it times 10,000 (U.S. Merger Guidelines 2023: above 1,800 is
    highly concentrated, here 0.18, of a market's sellers). NaN of nothing.

    >>> hhi(np.array([0.5, 0.5])), hhi(np.array([3.0, 1.0])), hhi(np.array([0.0]))
    (0.5, 0.625, nan)
    """
    total = shares.sum()
    return float(((shares / total) ** 2).sum()) if total > 0 else float("nan")
