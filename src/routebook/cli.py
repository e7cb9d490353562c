"""``routebook``: the same verbs in a shell.

Answers and tables go to standard output, everything else to standard error. The exit code is 0 when all went well,
1 when some model failed or its answer could not be stored (or the doctor found something broken), 2 when nothing
could be done, 130 after an interrupt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routebook.errors import OptionError, PromptError, RoutebookError, did_you_mean
from routebook.options import OPTIONS, Option, OptionParser, build_parser, route_parser, whole_number

if TYPE_CHECKING:
    from routebook.comparison import Comparison

SOME_FAILED, NOTHING_DONE, INTERRUPTED = 1, 2, 130

_USAGE = """\
usage: routebook COMMAND ...

commands:
  compare "PROMPT" MODEL MODEL ...   ask several models the same thing, see the answers side by side
  route POLICY "PROMPT"              send a prompt by a policy, with its fallbacks; which rule fired
  models [HOST ...]                  what can be asked, what it costs, which credentials were found
  history                            what was asked before
  doctor                             what is installed, found and reachable, and how to mend what is not

routebook COMMAND --help lists the command's options; routebook --version tells the version.
"""
_FILES = (
    Option("html", "--html", "PATH", "write the comparison as a page"),
    Option("json", "--json", "PATH", "write the comparison as JSON; - writes it to standard output instead"),
)
_PROMPT = "PROMPT is the text itself, @PATH for a file's text, or - for standard input."
_MODELS = (
    Option("host", "--host", "HOST", "only this host's models; may be repeated", repeatable=True),
    Option("live", "--live", None, "ask the hosts for their own lists too"),
)
_HISTORY = (Option("limit", "--limit", "N", "how many runs, the newest first (20)", whole_number(1)),)
_DOCTOR = (Option("live", "--live", None, "ask the official hosts too, where credentials were found"),)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what was typed; return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")  # a terminal that lacks a sign shows a question mark instead of failing
    try:
        code = _run(words)
        sys.stdout.flush()
    except RoutebookError as error:
        _say(str(error).replace("%models", "`routebook models`"))  # the notebook's word for it
        return NOTHING_DONE
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt as interrupt:
        _say(str(interrupt) or "Interrupted.")
        return INTERRUPTED
    return code


def _run(words: list[str]) -> int:
    commands: dict[str, Callable[[list[str]], int]] = {
        "compare": _compare,
        "route": _route,
        "models": _models,
        "history": _history,
        "doctor": _doctor,
    }
    match words:
        case [] | ["-h" | "--help" | "help", *_]:
            print(_USAGE, end="")
            return 0 if words else NOTHING_DONE
        case ["-V" | "--version", *_]:
            from routebook import __version__

            print(f"routebook {__version__}")
            return 0
        case [command, *rest] if command in commands:
            return commands[command](rest)
        case _:
            nearest = did_you_mean(words[0], commands) or f" Known are {', '.join(commands)}."
            raise OptionError(f"{words[0]!r} is not a command.{nearest}")


# ---- compare --------------------------------------------------------------------------------------------------------


def _compare(words: list[str]) -> int:
    parser = build_parser(
        "routebook compare", positionals='"PROMPT" MODEL MODEL ...', takes="words", options=(*OPTIONS, *_FILES)
    )
    if _helped(parser, words, _PROMPT):
        return 0
    given = vars(parser.parse_args(words))
    if given.pop("background", False):
        raise OptionError("--background is for notebooks: in a shell, put & behind the command.")
    html, json = given.pop("html", None), given.pop("json", None)
    asked = given.pop("words")
    if not asked:
        raise OptionError('Write what to ask and whom: routebook compare "PROMPT" MODEL MODEL ...')
    for path in (html, json):
        _refuse_unwritable(path)

    from routebook.background import wait
    from routebook.runs import start

    live = start(_prompt(asked[0]), asked[1:] or None, **given)
    if sys.stderr.isatty():
        print(live.quote, file=sys.stderr)
    comparison = wait(live)
    _show(comparison, html, json)
    return SOME_FAILED if comparison.errors or live.store_error is not None else 0


def _prompt(word: str) -> str:
    """Return the text of a prompt: the word itself, ``@path``, or ``-`` for standard input."""
    try:
        if word == "-":
            return sys.stdin.read()
        if word.startswith("@"):
            return Path(word[1:]).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        name = "standard input" if word == "-" else repr(word[1:])
        raise PromptError(
            f"Cannot read the prompt from {name}: {reason}. A text that begins with @ goes in by -."
        ) from (error)
    return word


def _refuse_unwritable(path: str | None) -> None:
    """Say before anything is paid for that a file could not be written."""
    if path is None or path == "-":
        return
    folder = Path(path).expanduser().absolute().parent
    if not folder.is_dir():
        raise OptionError(f"Cannot write {path}: there is no folder {folder}.")
    if Path(path).expanduser().is_dir():
        raise OptionError(f"Cannot write {path}: it is a folder.")


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
        _say(f"wrote {path}")


# ---- route ----------------------------------------------------------------------------------------------------------


def _route(words: list[str]) -> int:
    parser = route_parser("routebook route", 'POLICY "PROMPT"', *_FILES)
    if _helped(parser, words, _PROMPT):
        return 0
    given = vars(parser.parse_args(words))
    html, json = given.pop("html", None), given.pop("json", None)
    asked, dry_run = given.pop("words"), given.pop("dry_run", False)
    if len(asked) != 2:
        raise OptionError('Write by which policy, and what to ask: routebook route routes.yaml "PROMPT"')
    for path in (html, json):
        _refuse_unwritable(path)
    if "metadata" in given:
        given["metadata"] = dict(given["metadata"])

    from routebook.background import wait
    from routebook.render.clean import one_line, visible
    from routebook.sending.sending import sending

    about = sending(asked[0], _prompt(asked[1]), **given)
    if dry_run:
        print(about.forecast())
        return 0
    live = about.start()
    comparison = wait(live)
    routed = about.routed(comparison)[0]
    _say(f"{routed.sentence} Cost: {routed.cost}.")
    for call in routed.errors:
        if call.failure is not None:
            _say(one_line(f"{call.failure.message} {call.failure.hint}"))
    for warning in comparison.warnings:
        _say(one_line(warning))
    if json == "-":
        print(comparison.to_json())
    elif routed.ok:
        print(visible(routed.text))
    _write(comparison, html, json)
    return 0 if routed.ok and live.store_error is None else SOME_FAILED


# ---- the others -----------------------------------------------------------------------------------------------------


def _models(words: list[str]) -> int:
    parser = build_parser("routebook models", positionals="[HOST ...]", takes="hosts", options=_MODELS)
    if _helped(parser, words):
        return 0
    given = parser.parse_args(words)
    from routebook.catalogue import models_table

    hosts = [*given.hosts, *getattr(given, "host", [])]
    print(models_table(hosts=hosts or None, live=getattr(given, "live", False)))
    return 0


def _history(words: list[str]) -> int:
    parser = build_parser("routebook history", positionals="", takes="rest", options=_HISTORY)
    if _helped(parser, words):
        return 0
    given = parser.parse_args(words)
    _refuse(given.rest, "routebook history")
    from routebook.past import history
    from routebook.render.table import Table

    runs = history(limit=getattr(given, "limit", 20))
    rows = [_history_row(run) for run in runs.to_dict("records")]
    columns = ("run", "when", "name", "status", "models", "calls", "errors", "cost", "asked")
    print(Table(columns, rows, "" if rows else "Nothing was asked yet."))
    return 0


def _history_row(run: dict[Any, Any]) -> tuple[str, ...]:
    from decimal import Decimal

    from routebook.pricing import format_usd

    def usd(amount: float) -> str:
        return format_usd(None if amount != amount else Decimal(str(amount)))  # NaN is missing

    costs = [usd(run["cost_usd"])]
    if run["simulated_cost_usd"]:
        simulated = f"{usd(run['simulated_cost_usd'])} simulated"
        costs = [*(costs if run["cost_usd"] else []), simulated]
    return (
        run["id"][:8],
        f"{run['created_at'].to_pydatetime().astimezone():%Y-%m-%d %H:%M}",
        run["name"] or "",
        run["status"],
        ", ".join(run["models"]),
        f"{run['calls']} of {run['planned_calls']}",
        str(run["errors"]),
        " + ".join(costs),
        " ".join(run["first_prompt"].split())[:40],
    )


def _doctor(words: list[str]) -> int:
    parser = build_parser("routebook doctor", positionals="", takes="rest", options=_DOCTOR)
    if _helped(parser, words):
        return 0
    given = parser.parse_args(words)
    _refuse(given.rest, "routebook doctor")
    from routebook.doctor import as_table, diagnose

    findings = diagnose(live=getattr(given, "live", False))
    print(as_table(findings))
    return SOME_FAILED if any(finding.fatal for finding in findings) else 0


def _helped(parser: OptionParser, words: list[str], note: str = "") -> bool:
    if not {"-h", "--help"} & set(words):
        return False
    print(parser.format_help() + (f"\n{note}" if note else ""))
    return True


def _refuse(words: list[str], command: str) -> None:
    if words:
        raise OptionError(f"{command} does not know {words[0]!r}: {command} --help lists its options.")


def _say(line: str) -> None:
    print(f"routebook: {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
