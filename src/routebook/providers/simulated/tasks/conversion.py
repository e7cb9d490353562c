"""Conversions: units, times, temperatures, Roman numerals, number bases, and reckoning with dates."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction

from routebook.providers.simulated.tasks.task import Task, decimals_asked, numeric_task, question_of, task

KIND = "conversion"

# One unit of each, in the first unit of its family. Imperial lengths and weights by their 1959 definitions.
_FAMILIES: tuple[dict[str, str], ...] = (
    {
        "m": "1", "km": "1000", "cm": "0.01", "mm": "0.001", "mi": "1609.344", "yd": "0.9144", "ft": "0.3048",
        "in": "0.0254",
    },
    {"g": "1", "kg": "1000", "mg": "0.001", "t": "1000000", "lb": "453.59237", "oz": "28.349523125"},
    {"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800"},
    {"l": "1", "ml": "0.001", "cl": "0.01", "dl": "0.1", "gal": "3.785411784"},
    {"b": "1", "kb": "1000", "mb": "1000000", "gb": "1000000000"},
)  # fmt: skip
_SPELLINGS = {
    "m": "meter meters metre metres", "km": "kilometer kilometers kilometre kilometres",
    "cm": "centimeter centimeters centimetre centimetres", "mm": "millimeters millimetres millimeter",
    "mi": "mile miles", "yd": "yard yards",
    "ft": "foot feet", "in": "inch inches", "g": "gram grams", "kg": "kilogram kilograms kilos kilo",
    "mg": "milligrams milligram", "t": "ton tons tonne tonnes", "lb": "pound pounds lbs", "oz": "ounce ounces",
    "s": "second seconds sec", "min": "minute minutes mins", "h": "hour hours hrs", "d": "day days", "wk": "week weeks",
    "l": "liter liters litre litres", "ml": "milliliters millilitres milliliter", "cl": "centiliters centilitres",
    "dl": "deciliters decilitres", "gal": "gallon gallons", "b": "byte bytes", "kb": "kilobyte kilobytes",
    "mb": "megabyte megabytes", "gb": "gigabyte gigabytes",
}  # fmt: skip
_UNIT = {name: short for short, names in _SPELLINGS.items() for name in [short, *names.split()]}
_DEGREES = {"c": "c", "celsius": "c", "f": "f", "fahrenheit": "f", "k": "k", "kelvin": "k"}
_N = r"(-?\d+(?:,\d{3})*(?:\.\d+)?)"
_ROMAN = (
    ("M", 1000), ("CM", 900), ("D", 500), ("CD", 400), ("C", 100), ("XC", 90), ("L", 50), ("XL", 40), ("X", 10),
    ("IX", 9), ("V", 5), ("IV", 4), ("I", 1),
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "|".join(_MONTHS)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = rf"\d{{4}}-\d{{2}}-\d{{2}}|{_DAY} (?:{_MONTH}),? \d{{4}}|(?:{_MONTH}) {_DAY},? \d{{4}}"


def solve(text: str) -> Task | None:
    """Solve a conversion or a question on dates, or return `None`."""
    question = question_of(text)
    if len(question) > 500:
        return None
    return (
        _temperature(question, text)
        or _units(question, text)
        or _numerals(question)
        or _clock(question)
        or _dates(question)
    )


def _units(question: str, text: str) -> Task | None:
    word = r"([a-z]+)"
    match = re.search(
        rf"(?:convert|express|change|what is|how much is|write)?\s*{_N}\s?{word} (?:to|in|into|as) {word}\b",
        question,
        re.I,
    )
    amount, source, target = match.groups() if match else ("", "", "")
    if not match:
        match = re.search(
            rf"how many {word} (?:are |is )?(?:there )?(?:in|make(?: up)?|does) (?:{_N}|an?|one)\s?{word}",
            question,
            re.I,
        )
        if not match:
            return None
        target, amount, source = match[1], match[2] or "1", match[3]
    one, other = _UNIT.get(source.lower()), _UNIT.get(target.lower())
    for family in _FAMILIES:
        if one in family and other in family and one != other:
            value = Fraction(amount.replace(",", "")) * Fraction(family[one]) / Fraction(family[other])
            return numeric_task(KIND, value, "multiply by the right factor", places=decimals_asked(text))
    return None


def _temperature(question: str, text: str) -> Task | None:
    degree = r"\s?(?:°|degrees?)?\s?(c|f|k|celsius|fahrenheit|kelvin)\b"
    match = re.search(rf"{_N}{degree}.*?\b(?:to|in|into)\b{degree}", question, re.I)
    if not match:
        return None
    source, target = _DEGREES[match[2].lower()], _DEGREES[match[3].lower()]
    value = Fraction(match[1].replace(",", ""))
    celsius = {"c": value, "f": (value - 32) * Fraction(5, 9), "k": value - Fraction("273.15")}[source]
    answer = {"c": celsius, "f": celsius * Fraction(9, 5) + 32, "k": celsius + Fraction("273.15")}[target]
    return numeric_task(KIND, answer, "scale, then shift", places=decimals_asked(text))


def _numerals(question: str) -> Task | None:
    method = "take the largest symbol or digit that fits, again and again"
    if match := re.search(r"\b(\d{1,4}) (?:in|to|into|as) (?:a )?roman", question, re.I):
        value = int(match[1])
        if 0 < value < 4000:
            return task(
                KIND,
                roman(value),
                "exact",
                [roman(value + 1), roman(max(1, value - 1)), roman(value % 3989 + 10)],
                method,
            )
    if re.search(r"roman", question, re.I) and (
        match := re.search(r"\b([MDCLXVI]{1,15})\b(?!\s+(?:am|have))", question)
    ):
        value = _from_roman(match[1])
        return numeric_task(KIND, Fraction(value), method) if roman(value) == match[1] else None
    if match := re.search(r"\b(\d{1,9}) (?:in|to|into|as) (?:a )?(binary|hex(?:adecimal)?|octal)", question, re.I):
        code = {"b": "b", "h": "x", "o": "o"}[match[2][0].lower()]
        value = int(match[1])
        return task(
            KIND, f"{value:{code}}", "exact", [f"{value + 1:{code}}", f"{value:{code}}0", f"{value ^ 2:{code}}"], method
        )
    if match := re.search(
        r"\b(?:binary|hex(?:adecimal)?)(?: number)? ([0-9a-f]{1,12})\b.*\b(?:decimal|base 10)", question, re.I
    ):
        base = 2 if "binary" in match[0].lower() else 16
        if base == 16 or set(match[1]) <= {"0", "1"}:
            return numeric_task(KIND, Fraction(int(match[1], base)), method)
    return None


def _clock(question: str) -> Task | None:
    match = re.search(r"\b(\d{1,2}):(\d\d)(?!\s?[ap]\.?m)\b.*\b12-hour", question, re.I)
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        hour, minute = int(match[1]), match[2]
        half, other = ("PM", "AM") if hour >= 12 else ("AM", "PM")
        wrong = [f"{hour % 12 or 12}:{minute} {other}", f"{(hour - 1) % 12 or 12}:{minute} {half}"]
        return task(KIND, f"{hour % 12 or 12}:{minute} {half}", "exact", wrong, "take twelve off after noon")
    match = re.search(r"\b(\d{1,2}):(\d\d)\s?([ap])\.?m\b.*\b24-hour", question, re.I)
    if match and 1 <= int(match[1]) <= 12 and int(match[2]) < 60:
        hour = int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0)
        wrong = [f"{(hour + 12) % 24:02}:{match[2]}", f"{(hour + 1) % 24:02}:{match[2]}"]
        return task(KIND, f"{hour:02}:{match[2]}", "exact", wrong, "add twelve after noon")
    return None


def _dates(question: str) -> Task | None:
    dates = [date for found in re.findall(DATE, question, re.I) if (date := read_date(found))]
    if not dates:
        return None
    if re.search(r"\b(?:what|which) day\b|day of the week|weekday", question, re.I) and len(dates) == 1:
        day = dates[0].weekday()
        return task(
            KIND, _DAYS[day], "contains", [_DAYS[day - 1], _DAYS[(day + 1) % 7]], "count the days from a known weekday"
        )
    if re.search(r"how many days", question, re.I) and len(dates) == 2:
        return numeric_task(KIND, Fraction(abs((dates[1] - dates[0]).days)), "count month by month, leap days too")
    match = re.search(r"\b(\d{1,4}|a|one) (days?|weeks?) (after|before|from|later|earlier)", question, re.I)
    if match and len(dates) == 1:
        count = int(match[1]) if match[1].isdigit() else 1
        step = dt.timedelta(days=count * (7 if match[2].lower().startswith("w") else 1))
        if match[3].lower() in {"before", "earlier"}:
            step = -step
        try:
            found, near, far = (dates[0] + step + dt.timedelta(days=slip) for slip in (0, 1, -1))
        except OverflowError:
            return None
        return task(KIND, found.isoformat(), "contains", [near.isoformat(), far.isoformat()], "count month by month")
    return None


def read_date(text: str) -> dt.date | None:
    """Read a date such as ``2026-11-20``, ``20 November 2026`` or ``November 20, 2026``.

    >>> read_date("March 1st, 2024")
    datetime.date(2024, 3, 1)
    """
    numbers = [int(found) for found in re.findall(r"\d+", text)]
    month = next((place for place, name in enumerate(_MONTHS, 1) if name.lower() in text.lower()), None)
    try:
        if month is None:
            return dt.date(*numbers) if len(numbers) == 3 else None
        day, year = numbers
        return dt.date(year, month, day)
    except ValueError:
        return None


def roman(value: int) -> str:
    """Write a number from 1 to 3999 in Roman numerals.

    >>> roman(1994)
    'MCMXCIV'
    """
    written = ""
    for symbol, worth in _ROMAN:
        written += symbol * (value // worth)
        value %= worth
    return written


def _from_roman(text: str) -> int:
    worth = dict(_ROMAN)
    values = [worth[letter] for letter in text]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
