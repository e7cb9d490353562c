"""Reads HTML as a browser would and says what in it could do something."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

ANSWER_TAGS = {
    "a": {"href", "target", "rel"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
    **dict.fromkeys(
        "blockquote br code em h5 h6 hr li p pre s small strong table tbody thead tr ul".split(), frozenset()
    ),
}
PAGE_TAGS = {
    **ANSWER_TAGS,
    "td": {"align", "class", "width", "valign"},
    "th": {"align", "class", "scope"},
    "table": {"class", "role", "width"},
    "tr": {"class"},
    "i": {"class", "style"},
    "style": set(),
    "details": {"class"},
    "summary": set(),
    "p": {"class"},
    "h4": {"title"},
    "del": set(),
    "ins": set(),
    **dict.fromkeys(["div", "span"], {"class", "title", "aria-hidden", "style"}),
    **dict.fromkeys("html head body title footer h1".split(), {"lang"}),
    "meta": {"charset", "name", "content", "http-equiv"},
}


class Reader(HTMLParser):
    """Collects what is not allowed, the text, and the links."""

    def __init__(self, allowed: dict[str, set[str] | frozenset[str]]) -> None:
        super().__init__(convert_charrefs=True)
        self.allowed = allowed
        self.forbidden: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.classes: list[str] = []
        self.text = ""
        self.everything_but_text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.allowed:
            self.forbidden.append(f"<{tag}>")
        for name, value in attrs:
            self.everything_but_text.append(f"{name}={value}")
            if name == "class":
                self.classes.append(value or "")
            if name not in self.allowed.get(tag, set()):
                self.forbidden.append(f"<{tag} {name}={value!r}>")
            if name == "href":
                self.links.append(value or "")
                if urlsplit(value or "").scheme not in ("http", "https", "mailto"):
                    self.forbidden.append(f"a link to {value!r}")
        if tag == "a" and dict(attrs).get("rel") != "noopener noreferrer nofollow":
            self.forbidden.append("a link without rel")

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


def read(html: str, allowed: dict[str, set[str] | frozenset[str]] = ANSWER_TAGS) -> Reader:
    """Read HTML to its end."""
    reader = Reader(allowed)
    reader.feed(html)
    reader.close()
    return reader
