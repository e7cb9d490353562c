r"""Makes text from outside safe to put anywhere: what would steer a terminal or turn a line around becomes visible.

Escape sequences (ANSI), other control characters, and the marks that reorder text (CVE-2021-42574, "Trojan Source")
are shown as signs instead of obeyed; half a surrogate pair, which cannot be written as UTF-8, becomes U+FFFD.
Left-to-right and right-to-left marks stay: they move nothing beyond themselves, and Arabic and Hebrew need them.
"""

from __future__ import annotations

import html
import re

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_NEWLINES = re.compile("\r\n?")


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF or code >= 0xFFFE:
        return "\ufffd"
    return f"[U+{code:04X}]"


def visible(text: str) -> str:
    r"""Return the text with everything that would be obeyed instead of shown made visible.

    >>> visible("\x1b[31mred\x1b[0m"), visible("a\u202eb"), visible("one\r\ntwo\tthree")
    ('␛[31mred␛[0m', 'a[U+202E]b', 'one\ntwo\tthree')
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_sign, _NEWLINES.sub("\n", text))


def one_line(text: str, longest: int | None = None) -> str:
    """Return the text visible and on one line, shortened to so many characters.

    >>> one_line("two\\nlines  here", 10)
    'two lines…'
    """
    if longest is not None:
        text = text[: 8 * longest + 80]  # enough, whatever the white space
    line = " ".join(visible(text).split())
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def escape(text: str) -> str:
    """Return the text visible and escaped, for HTML's content or a quoted attribute."""
    return html.escape(visible(text), quote=True)
