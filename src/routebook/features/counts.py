"""Features that count: whole numbers. All but `prompt_tokens`, `turns`, `images` and `tools` read the last message."""

from __future__ import annotations

from routebook.features.facts import PromptFacts
from routebook.patterns.linear import utf8

BYTES_PER_TOKEN = 4
_SPACE_OR_NOT = bytes(32 if chr(code).isspace() else 120 for code in range(256))


def prompt_tokens(asked: PromptFacts) -> int:
    """Estimate the tokens of all the text that is sent: one for each 4 bytes of UTF-8, rounded up.

    English prose has about 4 characters a token in the vendors' tokenizers; other scripts have fewer, and more bytes a
    character. It is no tokenizer's count, and leaves images, tools and a host's own framing out.

    >>> prompt_tokens(PromptFacts("Name a prime.")), prompt_tokens(PromptFacts("素数")), prompt_tokens(PromptFacts(""))
    (4, 2, 0)
    """
    size = len(asked.utf8) + (len(utf8(asked.earlier)) if asked.earlier else 0)
    return -(-size // BYTES_PER_TOKEN)


def characters(asked: PromptFacts) -> int:
    """Count the characters (Unicode code points).

    >>> characters(PromptFacts("añb"))
    3
    """
    return len(asked.text)


def words(asked: PromptFacts) -> int:
    """Count the words: what stands between white space.

    White space is U+0009 to U+000D, U+001C to U+0020, U+0085 and Unicode's space separators (category Zs, U+2028,
    U+2029).

    >>> words(PromptFacts("Name two  primes."))
    3
    """
    if not asked.text.isascii():
        return len(asked.text.split())
    return (b" " + asked.utf8).translate(_SPACE_OR_NOT).count(b" x")  # the same, without making each word


def lines(asked: PromptFacts) -> int:
    """Count the lines: one more than there are line feeds.

    >>> lines(PromptFacts("one\\ntwo"))
    2
    """
    return asked.text.count("\n") + 1


def digits(asked: PromptFacts) -> int:
    """Count the digits 0 to 9.

    >>> digits(PromptFacts("17 * 23"))
    4
    """
    return len(asked.utf8) - len(asked.utf8.translate(None, b"0123456789"))


def turns(asked: PromptFacts) -> int:
    """Count the user's messages."""
    return asked.turns


def images(asked: PromptFacts) -> int:
    """Count the images."""
    return asked.images


def tools(asked: PromptFacts) -> int:
    """Count the tools the model may call."""
    return asked.tools
