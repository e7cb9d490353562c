"""``routebook``: the same verbs in a shell.

Answers and tables go to standard output, everything else to standard error. The exit code is 0 when all went well,
1 when some model failed or its answer could not be stored (or the doctor found something broken, or `check` a fault), 2
when nothing could be done, 130 after an interrupt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from routebook.cli import asking, policies, telling
from routebook.cli.words import INTERRUPTED, NOTHING_DONE, say
from routebook.errors import OptionError, RoutebookError, did_you_mean

_USAGE = """\
usage: routebook COMMAND ...

commands:
  compare "PROMPT" MODEL MODEL ...   ask several models the same thing, see the answers side by side
  route POLICY "PROMPT"              send a prompt by a policy, with its fallbacks; which rule fired
  decide POLICY "PROMPT"             where a prompt would go by a policy, and why; nobody is asked
  check POLICY ...                   what is wrong with a policy, for CI: exit code 1 if anything is
  diff OLD NEW --on PROMPTS          which prompts change their route, and what that costs
  export POLICY --to TARGET          write the file another tool reads; what that tool cannot express
  targets                            the tools there are to export to, and the versions that were proven
  models [HOST ...]                  what can be asked, what it costs, which credentials were found
  history                            what was asked before
  doctor                             what is installed, found and reachable, and how to mend what is not

routebook COMMAND --help lists the command's options; routebook --version tells the version.
"""
_COMMANDS: Mapping[str, Callable[[list[str]], int]] = {
    "compare": asking.compare,
    "route": asking.route,
    "decide": policies.decide,
    "check": policies.check,
    "diff": policies.diff,
    "export": policies.export,
    "targets": policies.targets,
    "models": telling.models,
    "history": telling.history,
    "doctor": telling.doctor,
}


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
        typed = {"%models": "`routebook models`", "allow_lossy=True": "--allow-lossy"}  # for what one writes elsewhere
        say(reduce(lambda said, one: said.replace(*one), typed.items(), str(error)))
        return NOTHING_DONE
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt as interrupt:
        say(str(interrupt) or "Interrupted.")
        return INTERRUPTED
    return code


def _run(words: list[str]) -> int:
    match words:
        case [] | ["-h" | "--help" | "help", *_]:
            print(_USAGE, end="")
            return 0 if words else NOTHING_DONE
        case ["-V" | "--version", *_]:
            from routebook import __version__

            print(f"routebook {__version__}")
            return 0
        case [command, *rest] if command in _COMMANDS:
            return _COMMANDS[command](rest)
        case _:
            nearest = did_you_mean(words[0], _COMMANDS) or f" Known are {', '.join(_COMMANDS)}."
            raise OptionError(f"{words[0]!r} is not a command.{nearest}")
