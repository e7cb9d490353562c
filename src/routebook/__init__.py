"""routebook: ask several models the same thing, see what they answer, cost and take, and route by it.

>>> import routebook as rb
>>> run = rb.compare("Name a prime number.", models=["sim/small", "sim/large"])
>>> run.models
('sim/small', 'sim/large')
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from routebook.comparison import Comparison
    from routebook.errors import RoutebookError
    from routebook.interrupt import Interrupted
    from routebook.judging.checks import scorers
    from routebook.judging.figures.ranking import rank
    from routebook.models import ModelId
    from routebook.notebook.builder import PolicyBuilder
    from routebook.outcomes import Outcomes
    from routebook.past import history
    from routebook.pricing import set_price
    from routebook.prompts import Attachment, Message, Prompt
    from routebook.providers.registry import register_server
    from routebook.routing.evidence.hosts import hosts
    from routebook.routing.learning.learn import learn
    from routebook.routing.learning.objective import Objective
    from routebook.routing.learning.tradeoff import tradeoff
    from routebook.routing.policy import Policy
    from routebook.runs import acompare, compare, load, plan, start
    from routebook.sending.live_replay import replay_live
    from routebook.sending.send import aroute, route
    from routebook.store import Store
    from routebook.templates import grid

    from . import datasets

__version__ = "0.1.0"

_PUBLIC = {
    "Attachment": "routebook.prompts",
    "Comparison": "routebook.comparison",
    "Interrupted": "routebook.interrupt",
    "Message": "routebook.prompts",
    "ModelId": "routebook.models",
    "Objective": "routebook.routing.learning.objective",
    "Outcomes": "routebook.outcomes",
    "Policy": "routebook.routing.policy",
    "PolicyBuilder": "routebook.notebook.builder",
    "Prompt": "routebook.prompts",
    "RoutebookError": "routebook.errors",
    "Store": "routebook.store",
    "acompare": "routebook.runs",
    "aroute": "routebook.sending.send",
    "compare": "routebook.runs",
    "grid": "routebook.templates",
    "history": "routebook.past",
    "hosts": "routebook.routing.evidence.hosts",
    "learn": "routebook.routing.learning.learn",
    "load": "routebook.runs",
    "plan": "routebook.runs",
    "rank": "routebook.judging.figures.ranking",
    "register_server": "routebook.providers.registry",
    "replay_live": "routebook.sending.live_replay",
    "route": "routebook.sending.send",
    "set_price": "routebook.pricing",
    "start": "routebook.runs",
    "tradeoff": "routebook.routing.learning.tradeoff",
}
_MODULES = {"datasets": "routebook.datasets", "scorers": "routebook.judging.checks.scorers"}

__all__ = [
    "Attachment",
    "Comparison",
    "Interrupted",
    "Message",
    "ModelId",
    "Objective",
    "Outcomes",
    "Policy",
    "PolicyBuilder",
    "Prompt",
    "RoutebookError",
    "Store",
    "acompare",
    "aroute",
    "compare",
    "datasets",
    "grid",
    "history",
    "hosts",
    "learn",
    "load",
    "plan",
    "rank",
    "register_server",
    "replay_live",
    "route",
    "scorers",
    "set_price",
    "start",
    "tradeoff",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing routebook stays light."""
    if name in _PUBLIC:
        value = getattr(import_module(_PUBLIC[name]), name)
    elif name in _MODULES:
        value = import_module(_MODULES[name])
    else:
        raise AttributeError(f"module 'routebook' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def load_ipython_extension(shell: Any) -> None:
    """Take part in a notebook: ``%load_ext routebook``."""
    from routebook.notebook import load

    load(shell)


if "ipykernel" in sys.modules:  # what is waited for is shown even where only this was imported, and no extension loaded
    from IPython import get_ipython

    from routebook.notebook import listen

    listen(get_ipython())
