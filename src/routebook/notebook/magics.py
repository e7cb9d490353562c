"""``%%compare``, ``%%route``, ``%models`` and ``%routebook``: the verbs of `routebook`, typed in a cell."""

from __future__ import annotations

import builtins
import keyword
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand

from routebook.errors import ModelError, OptionError, PromptError, did_you_mean
from routebook.placeholders import look_up

if TYPE_CHECKING:
    from routebook.background import BackgroundRun
    from routebook.comparison import Comparison
    from routebook.options import OptionParser

_VARIABLE = re.compile(r"[{}]|\$\w")


@magics_class
class RoutebookMagics(Magics):
    """The magics; each loads what it needs when it is used."""

    @no_var_expand
    @cell_magic
    def compare(self, line: str, cell: str) -> None:
        """Ask several models what the cell says, and show the answers side by side.

        ``%%compare MODEL MODEL ... [--name run] [--tag coding] [--system TEXT] ...``; ``%%compare --help`` lists the
        options. ``{{name}}`` and ``{{name.attribute}}`` in the cell are filled from the notebook's variables.
        """
        from routebook.options import magic_parser

        given = _given(magic_parser(), line, cell)
        if given is None:
            return
        name = given.get("name")
        for word in given["models"]:
            if _VARIABLE.search(word):
                raise ModelError(
                    f"{word!r} is no model id: %%compare fills in no variables here. Write the ids out, such as "
                    "sim/small, or use rb.compare(prompt, models)."
                )
        options = self._resolved(given)
        background = options.pop("background", False)
        models = options.pop("models", None) or None

        from routebook.notebook.live import show, show_in_background
        from routebook.runs import start

        live = start(cell.strip("\n"), models, variables=self._variables, **options)
        if background:
            self._keep(name, live)
            show_in_background(live, lambda comparison: self._replace(name, live, comparison))
        else:
            show(live, lambda comparison: self._keep(name, comparison))

    @no_var_expand
    @cell_magic
    def route(self, line: str, cell: str) -> Any:
        """Send what the cell says by a policy, and show the answer, who gave it, and which rule fired.

        ``%%route routes.yaml [--tag coding] [--meta plan=pro] [--dry-run] [--name answer] ...``; ``%%route --help``
        lists the options. Instead of a file, a variable with a policy or a draft. ``{{name}}`` and
        ``{{name.attribute}}`` in the cell are filled from the notebook's variables.
        """
        from routebook.options import route_parser

        given = _given(route_parser("%%route", "POLICY"), line, cell)
        if given is None:
            return None
        if len(words := given.pop("words")) != 1:
            raise OptionError("Write one policy: %%route routes.yaml, or a variable that holds a policy.")
        options = self._resolved(given)
        name, dry_run = options.get("name"), options.pop("dry_run", False)

        from routebook.sending.sending import sending

        about = sending(self._policy(words[0]), cell.strip("\n"), variables=self._variables, **options)
        if dry_run:
            from routebook.notebook.status import Line

            return Line(about.forecast())
        from routebook.notebook.live import show

        show(about.start(), lambda comparison: self._keep(name, about.routed(comparison)[0]))
        return None

    @no_var_expand
    @line_magic
    def models(self, line: str) -> Any:
        """List what can be asked, its price, whether its credentials were found: ``%models [HOST ...] [--live]``."""
        from routebook.catalogue import models_table

        words = _split(line)
        live = "--live" in words
        hosts = [word for word in words if word != "--live"]
        for word in hosts:
            if word.startswith("-"):
                raise OptionError(f"%models does not know {word!r}: write %models [HOST ...] [--live].")
        return models_table(hosts=hosts or None, live=live)

    @no_var_expand
    @line_magic
    def routebook(self, line: str) -> Any:
        """Show spend, budget, store and versions; or set ``budget 5``, ``budget off``, ``cache clear``, ``doctor``."""
        from routebook.notebook.status import run_command

        return run_command(_split(line))

    @property
    def _variables(self) -> dict[str, Any]:
        """The notebook's variables."""
        shell = self.shell
        return {} if shell is None else shell.user_ns

    def _resolved(self, given: dict[str, Any]) -> dict[str, Any]:
        """Replace the names of variables by their values; leave out what was not given."""
        options = {name: value for name, value in given.items() if value is not None}
        if "metadata" in options:
            options["metadata"] = dict(options["metadata"])
        if "schema" in options:
            options["schema"] = self._variable("--schema", options["schema"])
        if "images" in options:
            options["images"] = [self._variables.get(image, image) for image in options["images"]]
        if "follow" in options:
            options["follow"] = self._run(options["follow"])
        return options

    def _variable(self, flag: str, name: str) -> object:
        variables = self._variables
        if name not in variables:
            known = [known for known in variables if not known.startswith("_")]
            raise OptionError(
                f"{flag} {name}: there is no variable {name!r} in this notebook.{did_you_mean(name, known)}"
            )
        return variables[name]

    def _policy(self, word: str) -> object:
        """What ``%%route`` was given: a file's path, else a variable that holds a policy, such as ``run.policy``."""
        first = word.partition(".")[0]
        if Path(word).suffix in (".yaml", ".yml", ".json") or Path(word).exists() or not first.isidentifier():
            return word
        if first not in self._variables:
            near = did_you_mean(first, [name for name in self._variables if not name.startswith("_")])
            raise OptionError(
                f"%%route {word}: there is no such file, and no variable {first!r}.{near} "
                "A policy's file ends in .yaml or .json."
            )
        return look_up(word, self._variables)

    def _run(self, name: str) -> Comparison | str:
        """A comparison by its variable, else the name of a run in the store."""
        from routebook.background import BackgroundRun
        from routebook.comparison import Comparison

        value = self._variables.get(name)
        if isinstance(value, BackgroundRun):
            if not value.done:
                raise OptionError(f"{name} is still running: wait for it with {name}.result(), then go on.")
            return value.comparison()
        return value if isinstance(value, Comparison) else name

    def _keep(self, name: str | None, value: object) -> None:
        if name is not None:
            self._variables[name] = value

    def _replace(self, name: str | None, live: BackgroundRun, comparison: Comparison) -> None:
        """Keep a comparison where its run is, unless the user has put something else there."""
        if name is not None and self._variables.get(name) is live:
            self._variables[name] = comparison


def _given(parser: OptionParser, line: str, cell: str) -> dict[str, Any] | None:
    """Read a cell magic's line; `None` where it asked for help, which is shown then."""
    words = _split(line)
    if "-h" in words or "--help" in words:
        print(parser.format_help())  # noqa: T201 - help is for reading
        return None
    given = vars(parser.parse_args(words))
    if not cell.strip():
        raise PromptError(f"The cell is empty: write below {parser.prog} what to ask.")
    if (name := given.get("name")) is not None:
        _refuse_unusable(name)
    return given


def _refuse_unusable(name: str) -> None:
    """Refuse what cannot be a variable's name, or would take a built-in function's."""
    if not name.isidentifier():
        raise OptionError(f"--name {name!r} cannot be a variable's name: use letters, digits and underscores.")
    if keyword.iskeyword(name):
        raise OptionError(f"--name {name!r} cannot be a variable's name: Python keeps that word for itself.")
    if hasattr(builtins, name):
        raise OptionError(f"--name {name!r} would hide Python's own {name}: choose another name.")


def _split(line: str) -> list[str]:
    """Split a magic's line as a shell would."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise OptionError(f"The line cannot be read: {error} (an unclosed quote?).") from error
