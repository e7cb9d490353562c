"""Simulated models: no key, no network, and a known truth to check comparisons and policies against."""

from __future__ import annotations

from routebook.providers.simulated.accuracy import ACCURACY, KINDS
from routebook.providers.simulated.catalogue import CATALOGUE, recommended
from routebook.providers.simulated.pace import set_speed, speed
from routebook.providers.simulated.provider import SimulatedProvider
from routebook.providers.simulated.tasks import Task, attempt

__all__ = [
    "ACCURACY",
    "CATALOGUE",
    "KINDS",
    "SimulatedProvider",
    "Task",
    "attempt",
    "recommended",
    "set_speed",
    "speed",
]
