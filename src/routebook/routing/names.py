"""What may stand in a policy: names one can see, model ids, dates, numbers in their range.

A policy made in Python is held to the same as one read from a file, so whatever exists can be saved and read again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import date

from routebook.errors import ModelError, PolicyError, did_you_mean
from routebook.models import ModelId

DEFAULT = "default"
MAX_NAME = 100
MAX_LONG_NAME = 300
MAX_WHOLE = 2**53 - 1  # every JSON reader keeps whole numbers up to here exactly


def check_text(text: str, what: str, *, longest: int = MAX_NAME) -> str:
    """Return the text if it can be a name: one line, visible, with no white space around it and in Unicode's NFC.

    Raises
    ------
    PolicyError
        Otherwise.
    """
    if not isinstance(text, str):
        raise PolicyError(f"{text!r:.40} cannot be {what}: write a text.")
    if not text or text != text.strip() or not text.isprintable():
        raise PolicyError(f"{text[:40]!r} cannot be {what}: write one line of visible characters.")
    if len(text) > longest:
        raise PolicyError(f"{text[:40]!r}… has {len(text):,} characters; {what} has {longest} at most.")
    if not unicodedata.is_normalized("NFC", text):
        raise PolicyError(f"{text[:40]!r} cannot be {what}: its accents are written in an uncommon way (not NFC).")
    return text


def check_tag(tag: str) -> str:
    """Return the tag if it can be one.

    Raises
    ------
    PolicyError
        Otherwise; ``default`` is taken by the route for everything else.
    """
    if tag == DEFAULT:
        raise PolicyError("'default' cannot be a tag: it is the route for everything else. Give the tag another name.")
    return check_text(tag, "a tag")


def check_model(model: str) -> str:
    """Return the model id if it is one, in plain ASCII (a look-alike letter would name another model).

    Raises
    ------
    PolicyError
        Otherwise.
    """
    check_text(model, "a model id", longest=MAX_LONG_NAME)
    for character in model:
        if not character.isascii():
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            raise PolicyError(f"{model[:60]!r} is not a model id: it contains {character!r} ({name}).")
    try:
        ModelId.parse(model)
    except ModelError as error:
        raise PolicyError(
            f"{model[:60]!r} is not a model id: write host/model, such as openai/gpt-6.1-terra."
        ) from error
    return model


def check_ruled_tag(tag: str, routes: Collection[str], who: str) -> str:
    """Return the tag a rule gives if it has a route.

    Raises
    ------
    PolicyError
        Otherwise, with the nearest tag that has one.
    """
    if tag not in routes:
        raise PolicyError(f"{who} gives the tag {tag[:40]!r}, which has no route.{did_you_mean(tag, routes)}")
    return tag


def check_date(text: str) -> str:
    """Return the date if it is one, written ``2026-11-20``.

    Raises
    ------
    PolicyError
        Otherwise.
    """
    try:
        good = len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        good = False
    if not good:
        raise PolicyError(f"{text[:40]!r} is not a date: write it like 2026-11-20.")
    return text


def check_number(value: float | None, what: str, least: float, most: float) -> float | None:
    """Return the number if it is within both ends; `None` stays `None`.

    Raises
    ------
    PolicyError
        Otherwise.
    """
    if value is not None and not least <= value <= most:
        raise PolicyError(f"{what} is a number from {least:,.10g} to {most:,.10g}; not {value}.")
    return value


def check_sha256(text: str) -> str:
    """Return the text if it is a sha256 in hex.

    Raises
    ------
    PolicyError
        Otherwise.
    """
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise PolicyError(f"{text[:40]!r} is not a sha256: it is 64 lower-case hex digits.")
    return text
