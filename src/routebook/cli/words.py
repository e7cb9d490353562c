"""What every command says and refuses alike, and the exit codes."""

from __future__ import annotations

import sys
from pathlib import Path

from routebook.errors import OptionError, PromptError
from routebook.options import OptionParser

SOME_FAILED, NOTHING_DONE, INTERRUPTED = 1, 2, 130


def helped(parser: OptionParser, words: list[str], note: str = "") -> bool:
    """Print the help if it was asked for, and tell whether it was."""
    if not {"-h", "--help"} & set(words):
        return False
    print(parser.format_help() + (f"\n{note}" if note else ""))
    return True


def refuse(words: list[str], command: str) -> None:
    """Refuse words that a command does not take."""
    if words:
        raise OptionError(f"{command} does not know {words[0]!r}: {command} --help lists its options.")


def say(line: str) -> None:
    """Say something that is no answer: on standard error."""
    print(f"routebook: {line}", file=sys.stderr)


def prompt_of(word: str) -> str:
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


def refuse_unwritable(path: str | None) -> None:
    """Say before anything is paid for that a file could not be written."""
    if path is None or path == "-":
        return
    folder = Path(path).expanduser().absolute().parent
    if not folder.is_dir():
        raise OptionError(f"Cannot write {path}: there is no folder {folder}.")
    if Path(path).expanduser().is_dir():
        raise OptionError(f"Cannot write {path}: it is a folder.")
