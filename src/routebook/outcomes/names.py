"""What a policy calls the models of a table: `host/model`, also where the table only says `model`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routebook.errors import ModelError
from routebook.models import UNKNOWN_HOST, ModelId

if TYPE_CHECKING:
    from routebook.outcomes.table import Outcomes


def model_ids(outcomes: Outcomes) -> dict[str, str]:
    """Return the id of each model of a table, in their order.

    That is its name where it is an id already, else ``host/name`` with the host that the table says, else
    ``unknown/name``: a policy of it can be read, measured and saved, but nobody can be asked by it. Say who hosts the
    models, ``Outcomes.from_frame(..., hosts="openai")``, to have one that can.

    Examples
    --------
    >>> from routebook.outcomes import Outcomes
    >>> row = {"prompt": "2 + 2?", "gpt-4": 1, "mistralai/Mixtral-8x7B": 0, "sim/small": 0}
    >>> list(model_ids(Outcomes.from_frame([row], models=list(row)[1:])).values())
    ['unknown/gpt-4', 'mistralai/Mixtral-8x7B', 'sim/small']
    >>> list(model_ids(Outcomes.from_frame([row], models=["gpt-4"], hosts="openai")).values())
    ['openai/gpt-4']
    """
    hosts = outcomes._models["host"]
    return {name: _id(name, str(host)) for name, host in zip(outcomes.models, hosts, strict=True)}


def _id(name: str, host: str) -> str:
    if host and not name.startswith(f"{host}/"):
        return f"{host}/{name}"
    try:
        return str(ModelId.parse(name))
    except ModelError:
        return f"{UNKNOWN_HOST}/{name}"
