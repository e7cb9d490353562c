"""Reads HTML as a browser would and says what in it could do something."""

from __future__ import annotations

from collections.abc import Mapping, Set
from html.parser import HTMLParser
from urllib.parse import urlsplit

Allowed = Mapping[str, Set[str]]

_PLAIN = (
    "blockquote", "br", "code", "em", "h5", "h6", "hr", "li", "p", "pre", "s", "small", "strong", "table", "tbody",
    "thead", "tr", "ul",
)  # fmt: skip
ANSWER_TAGS: Allowed = {
    **dict.fromkeys(_PLAIN, frozenset()),
    "a": {"href", "target", "rel"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_BLOCKS = {"div", "p", "td", "th", "tr", "li", "details", "summary", "h1", "h4", "h5", "h6", "pre", "br", "footer"}
_BOX = frozenset({"class", "title", "aria-hidden", "style"})
PAGE_TAGS: Allowed = {
    **ANSWER_TAGS,
    **dict.fromkeys(("html", "head", "body", "title", "footer", "h1"), frozenset({"lang"})),
    **dict.fromkeys(("style", "summary", "del", "ins"), frozenset()),
    "div": _BOX,
    "span": _BOX,
    "i": {"class", "style"},
    "details": {"class"},
    "p": {"class"},
    "h4": {"title"},
    "table": {"class", "role", "width"},
    "tr": {"class"},
    "td": {"align", "class", "width", "valign", "style"},
    "th": {"align", "class", "scope"},
    "meta": {"charset", "name", "content", "http-equiv"},
}


class Reader(HTMLParser):
    """Collects what is not allowed, the text, and the links."""

    def __init__(self, allowed: Allowed) -> None:
        super().__init__(convert_charrefs=True)
        self.allowed = allowed
        self.forbidden: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._break(tag)
        if tag not in self.allowed:
            self.forbidden.append(f"<{tag}>")
        for name, value in attrs:
            if name not in self.allowed.get(tag, set()):
                self.forbidden.append(f"<{tag} {name}={value!r}>")
            if (tag, name) == ("td", "style") and value != "text-align:left;vertical-align:top":
                self.forbidden.append(f"a cell with the style {value!r}")
            if name == "href":
                self.links.append(value or "")
                if urlsplit(value or "").scheme not in ("http", "https", "mailto"):
                    self.forbidden.append(f"a link to {value!r}")
        if tag == "a" and dict(attrs).get("rel") != "noopener noreferrer nofollow":
            self.forbidden.append("a link without rel")

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.forbidden.append(f"a comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        if decl != "doctype html":
            self.forbidden.append(f"a declaration {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.forbidden.append(f"an instruction {data!r}")

    def unknown_decl(self, data: str) -> None:
        self.forbidden.append(f"a declaration {data!r}")


def read(html: str, allowed: Allowed = ANSWER_TAGS) -> Reader:
    """Read HTML to its end."""
    reader = Reader(allowed)
    reader.feed(html)
    reader.close()
    return reader
