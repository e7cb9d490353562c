"""The commands that ask models: ``compare`` and ``route``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from routebook.cli.words import SOME_FAILED, helped, prompt_of, refuse_unwritable, say
from routebook.errors import OptionError
from routebook.options import OPTIONS, Option, build_parser, route_parser

if TYPE_CHECKING:
    from routebook.comparison import Comparison

_FILES = (
    Option("html", "--html", "PATH", "write the comparison as a page"),
    Option("json", "--json", "PATH", "write the comparison as JSON; - writes it to standard output instead"),
)
_PROMPT = "PROMPT is the text itself, @PATH for a file's text, or - for standard input."


def compare(words: list[str]) -> int:
    """Ask several models the same thing."""
    parser = build_parser(
        "routebook compare", positionals='"PROMPT" MODEL MODEL ...', takes="words", options=(*OPTIONS, *_FILES)
    )
    if helped(parser, words, _PROMPT):
        return 0
    given = vars(parser.parse_args(words))
    if given.pop("background", False):
        raise OptionError("--background is for notebooks: in a shell, put & behind the command.")
    html, json = given.pop("html", None), given.pop("json", None)
    asked = given.pop("words")
    if not asked:
        raise OptionError('Write what to ask and whom: routebook compare "PROMPT" MODEL MODEL ...')
    for path in (html, json):
        refuse_unwritable(path)

    from routebook.background import wait
    from routebook.runs import start

    live = start(prompt_of(asked[0]), asked[1:] or None, **given)
    if sys.stderr.isatty():
        print(live.quote, file=sys.stderr)
    comparison = wait(live)
    _show(comparison, html, json)
    return SOME_FAILED if comparison.errors or live.store_error is not None else 0


def _show(comparison: Comparison, html: str | None, json: str | None) -> None:
    if json == "-":
        print(comparison.to_json())
    else:
        from routebook.render.text import comparison_table

        print(comparison_table(comparison))
    _write(comparison, html, json)


def _write(comparison: Comparison, html: str | None, json: str | None) -> None:
    for path, write in ((html, comparison.to_html), (None if json == "-" else json, comparison.to_json)):
        if path is None:
            continue
        try:
            write(Path(path).expanduser())
        except OSError as error:
            kept = "The run is stored: routebook history." if not comparison.warnings else comparison.warnings[0]
            raise OptionError(f"Cannot write {path}: {error.strerror or error}. {kept}") from error
        say(f"wrote {path}")


# ---- route ----------------------------------------------------------------------------------------------------------


def route(words: list[str]) -> int:
    """Send a prompt by a policy."""
    parser = route_parser("routebook route", 'POLICY "PROMPT"', *_FILES)
    if helped(parser, words, _PROMPT):
        return 0
    given = vars(parser.parse_args(words))
    html, json = given.pop("html", None), given.pop("json", None)
    asked, dry_run = given.pop("words"), given.pop("dry_run", False)
    if len(asked) != 2:
        raise OptionError('Write by which policy, and what to ask: routebook route routes.yaml "PROMPT"')
    for path in (html, json):
        refuse_unwritable(path)
    if "metadata" in given:
        given["metadata"] = dict(given["metadata"])

    from routebook.background import wait
    from routebook.render.clean import one_line, visible
    from routebook.sending.sending import sending

    about = sending(asked[0], prompt_of(asked[1]), **given)
    if dry_run:
        print(about.forecast())
        return 0
    live = about.start()
    comparison = wait(live)
    routed = about.routed(comparison)[0]
    say(f"{routed.sentence} Cost: {routed.cost}.")
    for call in routed.errors:
        if call.failure is not None:
            say(one_line(f"{call.failure.message} {call.failure.hint}"))
    for warning in comparison.warnings:
        say(one_line(warning))
    if json == "-":
        print(comparison.to_json())
    elif routed.ok:
        print(visible(routed.text))
    _write(comparison, html, json)
    return 0 if routed.ok and live.store_error is None else SOME_FAILED
