"""A model's answer, which is hostile input, to HTML that is safe to show.

Markdown without raw HTML, through two gates: the renderer writes only the tags it knows, and nh3 then keeps only those
on a list. No image is loaded, no style, class or id of the answer's survives, a link goes to http, https or mail only
and shows its address. What is too long or too deep for that is shown as plain text, whole.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from routebook.render.clean import escape, visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONGEST = 200_000  # characters; Markdown takes about a second for them
DEEPEST = 16  # levels; markdown-it drops what is beyond its own limit of 20, and nothing may be dropped
_MOST_GROWTH = 12
_LONGEST_REMEMBERED = 20_000
_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]", re.IGNORECASE)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
TAGS = {
    "a", "blockquote", "br", "code", "em", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "small", "strong", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "target"}, "ol": {"start"}}
_CLEAN: dict[str, Any] = {
    "tags": TAGS,
    "attributes": ATTRIBUTES,
    "url_schemes": {"http", "https", "mailto"},
    "url_relative": "deny",
    "link_rel": "noopener noreferrer nofollow",
    "tag_attribute_values": {name: {"align": {"left", "center", "right"}} for name in ("td", "th")},
}


def to_html(text: str) -> str:
    """Return an answer as safe HTML.

    >>> to_html("**bold** <b>raw</b>")
    '<p><strong>bold</strong> &lt;b&gt;raw&lt;/b&gt;</p>\\n'
    """
    if len(text) > LONGEST:
        return plain(text)
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _to_html(text)


def _to_html(text: str) -> str:
    text = visible(text)
    if (pretty := pretty_json(text)) is not None:
        return f"<pre><code>{html.escape(pretty, quote=False)}</code></pre>\n"
    tokens = _markdown().parse(text)
    if any(token.level >= DEEPEST for token in tokens):
        return plain(text)
    made = str(_markdown().renderer.render(tokens, _markdown().options, {}))
    if len(made) > _MOST_GROWTH * len(text) + 10_000:
        return plain(text)
    import nh3

    return nh3.clean(made, **_CLEAN)


_remembered = lru_cache(maxsize=512)(_to_html)


def growing_to_html(text: str) -> str:
    """Return an answer that is still arriving as safe HTML: cheap when a little was added since the last time.

    It is rendered block by block, so that all but the last block come from the cache. A list or quote with blank lines
    may look a little different until the whole answer is rendered by `to_html`.
    """
    if len(text) > LONGEST:
        return plain(text)
    return "".join(map(to_html, _blocks(text)))


def plain(text: str) -> str:
    """Return the text as it is, in a monospaced block."""
    return f"<pre>{escape(text)}</pre>\n"


def pretty_json(text: str) -> str | None:
    """Return a text that is one JSON object or list indented, each value as it was written; else `None`.

    >>> print(pretty_json('{"n":1.50,"of":[]}'))
    {
      "n": 1.50,
      "of": []
    }
    """
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return "".join(_indented(_JSON_TOKEN.findall(text)))


def _indented(marks: Sequence[str]) -> Iterator[str]:
    depth = 0
    for number, mark in enumerate(marks):
        before = marks[number - 1] if number else ""
        if mark in ("}", "]"):
            depth -= 1
            if before not in ("{", "["):
                yield _new_line(depth)
        elif before in ("{", "[", ","):
            yield _new_line(depth)
        yield ": " if mark == ":" else mark
        if mark in ("{", "["):
            depth += 1


def _new_line(depth: int) -> str:
    return "\n" + "  " * min(depth, 20)  # indentation alone could multiply the size


def _blocks(text: str) -> Iterator[str]:
    """Cut a text where a blank line is followed by one that starts at the margin, outside fenced code."""
    block: list[str] = []
    fence = ""
    blank = False
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if blank and not fence and stripped and not line[0].isspace():
            yield "".join(block)
            block = []
        mark = stripped[:3]
        if fence:
            fence = "" if stripped.startswith(fence) and not stripped.strip(fence[0]) else fence
        elif mark in ("```", "~~~"):
            fence = mark
        blank = not stripped
        block.append(line)
    if block:
        yield "".join(block)


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False})
    made.enable(["table", "strikethrough"])
    # A reference could be defined once, long, and used ten thousand times.
    made.disable(["html_block", "html_inline", "reference"])
    made.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005  # decided below, visibly
    for name, rule in _RULES.items():
        made.add_render_rule(name, rule)
    return made


def _heading(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    token = tokens[index]
    name = "h5" if token.tag in ("h1", "h2") else "h6"  # the page's own headings come before
    return f"<{name}>" if token.nesting == 1 else f"</{name}>\n"


def _cell(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    token = tokens[index]
    align = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f'<{token.tag} align="{align}">' if align in ("left", "center", "right") else f"<{token.tag}>"


def _code(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    return f"<pre><code>{html.escape(tokens[index].content, quote=False)}</code></pre>\n"


def _link_open(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: MutableMapping[str, Any]
) -> str:
    href = str(tokens[index].attrGet("href") or "")
    env.setdefault("links", []).append((href, "".join(_words(tokens, index))))
    return f'<a href="{html.escape(href)}" target="_blank">' if _LINK.match(href) else ""


def _words(tokens: Sequence[Token], index: int) -> Iterator[str]:
    for token in tokens[index + 1 :]:
        if token.type == "link_close":
            return
        yield token.content


def _link_close(
    _renderer: object, _tokens: Sequence[Token], _index: int, _options: object, env: MutableMapping[str, Any]
) -> str:
    href, words = env["links"].pop()
    if not _LINK.match(href):
        return f" <small>[no link: {html.escape(href)}]</small>"
    if href.removeprefix("mailto:").rstrip("/") == words.strip().rstrip("/"):
        return "</a>"
    return f"</a> <small>({html.escape(href.removeprefix('mailto:'))})</small>"


def _image(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    try:
        parts = urlsplit(source)
        where = parts.hostname or parts.scheme or "a file"
    except ValueError:
        where = "no address"
    said = f" {html.escape(token.content)}" if token.content else ""
    return f"<em>[image not loaded: {html.escape(where)}]{said}</em>"


_RULES: dict[str, Any] = {
    "heading_open": _heading,
    "heading_close": _heading,
    "th_open": _cell,
    "td_open": _cell,
    "fence": _code,
    "code_block": _code,
    "link_open": _link_open,
    "link_close": _link_close,
    "image": _image,
}
