"""A little general knowledge: capitals and chemical symbols, enough for the questions everybody tries first."""

from __future__ import annotations

import re

from routebook.checks import Check
from routebook.providers.simulated.tasks.task import Task, question_of, task

KIND = "knowledge"

CAPITALS = {
    "argentina": "Buenos Aires", "australia": "Canberra", "austria": "Vienna", "belgium": "Brussels",
    "brazil": "Brasília", "canada": "Ottawa", "chile": "Santiago", "china": "Beijing", "colombia": "Bogotá",
    "cuba": "Havana", "denmark": "Copenhagen", "egypt": "Cairo", "ethiopia": "Addis Ababa", "finland": "Helsinki",
    "france": "Paris", "germany": "Berlin", "ghana": "Accra", "greece": "Athens", "hungary": "Budapest",
    "iceland": "Reykjavik", "india": "New Delhi", "indonesia": "Jakarta", "iran": "Tehran", "iraq": "Baghdad",
    "ireland": "Dublin", "italy": "Rome", "japan": "Tokyo", "kenya": "Nairobi", "mexico": "Mexico City",
    "mongolia": "Ulaanbaatar", "morocco": "Rabat", "nepal": "Kathmandu", "new zealand": "Wellington",
    "nigeria": "Abuja", "norway": "Oslo", "pakistan": "Islamabad", "peru": "Lima", "poland": "Warsaw",
    "portugal": "Lisbon", "romania": "Bucharest", "senegal": "Dakar", "south korea": "Seoul", "spain": "Madrid",
    "sweden": "Stockholm", "switzerland": "Bern", "thailand": "Bangkok", "turkey": "Ankara", "ukraine": "Kyiv",
    "uruguay": "Montevideo", "vietnam": "Hanoi",
}  # fmt: skip
SYMBOLS = {
    "hydrogen": "H", "helium": "He", "lithium": "Li", "carbon": "C", "nitrogen": "N", "oxygen": "O", "neon": "Ne",
    "sodium": "Na", "magnesium": "Mg", "aluminium": "Al", "silicon": "Si", "sulfur": "S", "chlorine": "Cl",
    "potassium": "K", "calcium": "Ca", "iron": "Fe", "copper": "Cu", "zinc": "Zn", "silver": "Ag", "tin": "Sn",
    "gold": "Au", "mercury": "Hg", "lead": "Pb", "uranium": "U",
}  # fmt: skip


def solve(text: str) -> Task | None:
    """Answer a question of general knowledge, or return `None`."""
    question = question_of(text)
    if len(question) > 300:
        return None
    for pattern, table, check, method in _QUESTIONS:
        match = re.search(pattern, question, re.IGNORECASE)
        asked = next(filter(None, match.groups())).strip().lower() if match else ""
        if asked in table:
            names = list(table)
            near = [table[names[(names.index(asked) + step) % len(names)]] for step in (1, 2, 5, 11)]
            return task(KIND, table[asked], check, near, method)
    return None


def _turned(table: dict[str, str]) -> dict[str, str]:
    return {value.lower(): key.title() for key, value in table.items()}


_QUESTIONS: tuple[tuple[str, dict[str, str], Check, str], ...] = (
    (
        r"capital(?: city)? of (?:the )?([a-z ]+?)\s*[?.!]*$|\b([a-z ]+?)'s capital",
        CAPITALS, "contains", "recall the seat of government, not the largest city",
    ),
    (
        r"country has ([\w ]+?) as its capital|([\w ]+?) is the capital of (?:which|what)",
        _turned(CAPITALS), "contains", "recall the country",
    ),
    (r"chemical symbol (?:for|of) (?:the element )?([a-z]+)", SYMBOLS, "exact", "recall the periodic table"),
    (r"element has the (?:chemical )?symbol ([a-z]+)\b", _turned(SYMBOLS), "contains", "recall the periodic table"),
)  # fmt: skip
