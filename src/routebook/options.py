"""The options of the verbs: one table each for ``%%compare`` and ``%%route``, the same in a shell and in Python.

Each `Option` names the argument of `routebook.compare` or `routebook.route` it sets. A parser made of the table returns
only what was given, so that nothing is sent to a host that the user did not ask for.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from routebook.errors import OptionError, did_you_mean

_UNKNOWN_FLAG = re.compile(r"--?[A-Za-z]")
_MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Attributes
    ----------
    argument
        The argument it sets, of `routebook.compare` or `routebook.route`.
    flag
        How it is typed, such as ``--max-tokens``.
    metavar
        What its value is called in the help; `None` for a switch.
    help
        One line.
    parse
        Turns the text into the argument's value, or raises `ValueError` with what it has to be.
    repeatable
        Whether it may be given several times; the value is then a list.
    switch
        What a switch sets its argument to.
    """

    argument: str
    flag: str
    metavar: str | None
    help: str
    parse: Callable[[str], object] = str
    repeatable: bool = False
    switch: bool = True


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("needs a text that is not empty")
    return text


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds; it raises `ValueError` with what the number has to be."""
    wanted = f"{least} or more" if most is None else f"from {least} to {most}"

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise ValueError(f"has to be a whole number, {wanted}, not {text!r}")
        return number

    return parse


def _amount(text: str, *, what: str, above: bool = False) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or number < 0 or (above and number == 0):
        raise ValueError(f"has to be {what}, {'more than 0' if above else '0 or more'}, not {text!r}")
    return number


def _temperature(text: str) -> float:
    return float(_amount(text, what="a number"))


def _seconds(text: str) -> float:
    return float(_amount(text, what="a number of seconds", above=True))


def _usd(text: str) -> Decimal:
    return _amount(text.removeprefix("$"), what="an amount in US dollars")


def _at_once(text: str) -> int | Mapping[str, int]:
    """Read ``8``, or ``ollama=1,openai=16``."""
    count = whole_number(1, _MOST_AT_ONCE)
    if "=" not in text:
        return count(text)
    pairs = [pair.partition("=") for pair in text.split(",")]
    if any(not host.strip() for host, _, _ in pairs):
        raise ValueError(f"has to be a number, or HOST=NUMBER,HOST=NUMBER, not {text!r}")
    return {host.strip(): count(number) for host, _, number in pairs}


def _fact(text: str) -> tuple[str, str]:
    """Read ``plan=pro``."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise ValueError(f"has to be NAME=VALUE, such as plan=pro, not {text!r}")
    return name.strip(), value.strip()


OPTIONS: tuple[Option, ...] = (
    Option("system", "--system", "TEXT", "system prompt", _text),
    Option("tags", "--tag", "TAG", "kind of task the prompt stands for; may be repeated", _text, repeatable=True),
    Option("name", "--name", "NAME", "keep the comparison under this name", _text),
    Option("repeats", "--repeat", "N", "ask each question N times", whole_number(1)),
    Option("max_tokens", "--max-tokens", "N", "most output tokens, reasoning included", whole_number(1)),
    Option("temperature", "--temperature", "T", "sampling temperature, in the host's own scale", _temperature),
    Option("effort", "--effort", "LEVEL", "reasoning effort, such as low, medium or high", _text),
    Option("schema", "--schema", "SCHEMA", "JSON schema for the answer: a variable, in a shell a path", _text),
    Option("images", "--image", "IMAGE", "image to send along: a path or variable; repeatable", _text, repeatable=True),
    Option("follow", "--continue", "RUN", "go on from this run: every model from its own earlier answer", _text),
    Option("budget_usd", "--budget", "USD", "send nothing that might cost more than this", _usd),
    Option("cache", "--no-cache", None, "ask again even what was answered before", switch=False),
    Option("raw", "--raw", None, "send the text exactly as typed: {{names}} are not filled"),
    Option("background", "--background", None, "go on in the background; the next cell can run"),
    Option("blind", "--blind", None, "hide names, costs and times until you reveal them"),
    Option("replay", "--replay", None, "stream the recorded answers again, offline, instead of asking"),
    Option("timeout_s", "--timeout", "SECONDS", "deadline of each attempt", _seconds),
    Option("retries", "--retries", "N", "ask again up to N times after a failure that may pass", whole_number(0, 20)),
    Option("concurrency", "--concurrency", "N", "calls at once to each host: N, or HOST=N,HOST=N", _at_once),
)  # fmt: skip


_SHARED = {option.argument: option for option in OPTIONS}
ROUTE_OPTIONS: tuple[Option, ...] = (
    Option("tag", "--tag", "TAG", "kind of task the prompt stands for; may be repeated", _text, repeatable=True),
    Option("metadata", "--meta", "NAME=VALUE", "a fact about the prompt; may be repeated", _fact, repeatable=True),
    Option("dry_run", "--dry-run", None, "say where the prompt would go, and send nothing"),
    replace(_SHARED["name"], help="keep the answer, and what led to it, under this name"),
    *(
        _SHARED[name]
        for name in (
            "system", "max_tokens", "temperature", "effort", "schema", "images", "budget_usd", "cache", "raw",
            "timeout_s", "concurrency",
        )
    ),
)  # fmt: skip
"""The options of ``%%route`` and ``routebook route``: what a policy does not say."""


class OptionParser(argparse.ArgumentParser):
    """A parser that raises `OptionError`, one clear line, where argparse would print and exit.

    What is no option is collected, in its order and wherever it stands, as `positionals`.
    """

    def __init__(self, *, prog: str, positionals: str, takes: str, description: str | None = None) -> None:
        super().__init__(
            prog=prog,
            usage=" ".join(filter(None, (prog.replace("%", "%%"), positionals, "[options]"))),
            description=description,
            allow_abbrev=False,
            add_help=False,
        )
        self._takes = takes
        # Whoever reads the words shows the help: argparse's own action would end the process
        self.add_argument(
            "-h", "--help", action="store_true", default=argparse.SUPPRESS, help="show this and do nothing else"
        )

    def parse_args(  # type: ignore[override] # one signature instead of argparse's overloads
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse the words; only what was given is in the result, and the words that are no option as one list."""
        words = list(args or [])
        literal: list[str] = []
        if "--" in words:  # what follows is no option, whatever it looks like
            at = words.index("--")
            words, literal = words[:at], words[at + 1 :]
        given, rest = self.parse_known_args(words, namespace)
        for word in rest:
            if _UNKNOWN_FLAG.match(word) and not any(c.isspace() for c in word):
                self._unknown(word.partition("=")[0])
        setattr(given, self._takes, [*rest, *literal])
        return given

    def error(self, message: str) -> NoReturn:
        """Raise the message as an `OptionError`."""
        raise OptionError(_in_our_words(message))

    def _unknown(self, flag: str) -> NoReturn:
        nearest = did_you_mean(flag, [known for known in self._option_string_actions if known.startswith("--")])
        raise OptionError(f"{flag} is not an option of {self.prog}.{nearest or f' {self.prog} --help lists them.'}")


def _in_our_words(message: str) -> str:
    """Take argparse's own frame off: ``argument --repeat: ...`` becomes ``--repeat ...``."""
    match = re.match(r"argument (?P<flag>\S+?)(?:/\S+)?: (?P<rest>.*)\Z", message, re.DOTALL)
    if match is None:
        return message[:1].upper() + message[1:] + "."
    rest = match["rest"].replace("expected one argument", "needs a value after it")
    return f"{match['flag']} {rest.replace('ignored explicit argument', 'takes no value, and got')}."


def _argparse_type(parse: Callable[[str], object]) -> Callable[[str], object]:
    def parsed(text: str) -> object:
        try:
            return parse(text)
        except ValueError as error:  # argparse would replace the text of a ValueError
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


def add_options(parser: argparse.ArgumentParser, options: Sequence[Option] = OPTIONS) -> None:
    """Add options to a parser; those not given do not appear in its result."""
    for option in options:
        added: dict[str, Any] = {"dest": option.argument, "default": argparse.SUPPRESS, "help": option.help}
        if option.metavar is None:
            parser.add_argument(option.flag, action="store_const", const=option.switch, **added)
        else:
            added |= {"metavar": option.metavar, "type": _argparse_type(option.parse)}
            parser.add_argument(option.flag, action="append" if option.repeatable else "store", **added)


def build_parser(
    prog: str, *, positionals: str = "MODEL MODEL ...", takes: str = "models", options: Sequence[Option] = OPTIONS
) -> OptionParser:
    """Return a parser of the options of a comparison.

    Parameters
    ----------
    prog
        What the user typed, for messages, such as ``%%compare``.
    positionals
        How the words that are no option look in the help.
    takes
        The attribute of the result that has them.
    options
        Which options it knows.

    Examples
    --------
    >>> given = build_parser("%%compare").parse_args(["sim/small", "--repeat", "3", "sim/large"])
    >>> given.models, given.repeats
    (['sim/small', 'sim/large'], 3)
    """
    parser = OptionParser(prog=prog, positionals=positionals, takes=takes)
    add_options(parser, options)
    return parser


def magic_parser() -> OptionParser:
    """Return the parser of ``%%compare``."""
    return build_parser("%%compare")


def route_parser(prog: str, positionals: str, *more: Option) -> OptionParser:
    """Return the parser of ``%%route`` and of ``routebook route``; what is no option is in `words`."""
    return build_parser(prog, positionals=positionals, takes="words", options=(*ROUTE_OPTIONS, *more))
