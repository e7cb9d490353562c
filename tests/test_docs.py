"""What is written about routebook is so: examples run, names and options exist, every dependency has its reason."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from tests.support.kernel import running_kernel

import routebook as rb
from routebook.charts import Charts
from routebook.cli import main
from routebook.notebook.magics import RoutebookMagics
from routebook.options import OPTIONS
from routebook.providers.registry import known_hosts
from routebook.routing.policy import Policy
from routebook.runs import compare, start

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def rows(text: str, heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the first table below a heading."""
    table = text.split(f"\n## {heading}")[1].split("\n\n|")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


# ---- examples -------------------------------------------------------------------------------------------------------

EXAMPLES = sorted(module_of(path) for path in SOURCE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_in_a_modules_docstrings_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = doctest.testmod(import_module(name))
    assert results.attempted > 0
    assert results.failed == 0


def test_the_readmes_cells_run_one_after_the_other(tmp_path: Path) -> None:
    cells = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert cells[0].startswith("%load_ext routebook")
    assert cells[1].startswith("%%compare")
    with running_kernel(tmp_path) as kernel:
        for cell in cells:
            assert kernel.run(cell).error is None, cell
    assert {"run.html", "run.json", "routes.yaml"} <= {path.name for path in tmp_path.iterdir()}


# ---- options --------------------------------------------------------------------------------------------------------


def test_the_readmes_table_has_exactly_the_options_and_their_arguments() -> None:
    told: dict[str, str] = {}
    for flags_cell, arguments_cell, meaning in rows(README, "What `%%compare` takes"):
        flags = re.findall(r"--[a-z-]+", flags_cell)
        arguments = re.findall(r"`(\w+)=", arguments_cell) or [flag[2:].replace("-", "_") for flag in flags]
        assert meaning
        told |= dict(zip(flags, arguments, strict=True))
    assert told == {option.flag: option.argument for option in OPTIONS}


def test_the_readme_shows_switches_as_what_they_set() -> None:
    shown = dict(re.findall(r"`(\w+)=(True|False)`", README))
    assert shown == {option.argument: str(option.switch) for option in OPTIONS if option.metavar is None}


def test_every_option_is_an_argument_that_a_comparison_takes_and_explains() -> None:
    taken = {*inspect.signature(start).parameters, "background"} - {"on_event"}
    assert {option.argument for option in OPTIONS} <= taken
    section = inspect.cleandoc(compare.__doc__ or "").split("Parameters\n----------\n")[1].split("\n\nReturns")[0]
    explained = [name for line in re.findall(r"^\w.*", section, re.MULTILINE) for name in line.split(", ")]
    assert set(explained) == taken


# ---- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "there"),
    [
        (r"\brb\.([a-z_]\w*)", set(rb.__all__)),
        (r"(?<![\"'\w])run\.([a-z_]\w*)", set(dir(rb.Comparison)) | {"run"}),
        (r"\bcharts\.([a-z_]\w*)", set(dir(Charts))),
        (r"(?<![\"'\w.])policy\.([a-z_]\w*)", set(dir(Policy))),
        (r"`([a-z]+)/`", set(known_hosts())),
        (r"(?<!%)%%([a-z]+)", set(RoutebookMagics.magics["cell"])),
        (r"(?<!%)%(models|routebook)\b", set(RoutebookMagics.magics["line"])),
        (r"^make ([a-z-]+)", set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))),
    ],
    ids=["rb", "run", "charts", "policy", "hosts", "cell magics", "line magics", "make"],
)
def test_every_name_in_the_readme_exists(pattern: str, there: set[str]) -> None:
    named = set(re.findall(pattern, README, re.MULTILINE))
    assert named
    assert named <= there


def test_every_command_in_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    named = set(re.findall(r"`routebook ([a-z]+)", README))
    assert {"compare", "models", "history", "doctor"} <= named
    for command in named:
        assert main([command, "--help"]) == 0
    capsys.readouterr()


def test_every_variable_in_the_readme_is_one_that_is_read() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", README))
    assert {"OPENAI_API_KEY", "ROUTEBOOK_STORE"} <= named
    assert [name for name in named if f'"{name}"' not in source] == []


def test_every_module_named_in_contributing_is_there_and_every_folder_is_named() -> None:
    named = {name.rstrip("/") for row in rows(CONTRIBUTING, "The house") for name in re.findall(r"`([\w/.]+)`", row[0])}
    package = SOURCE / "routebook"
    assert [name for name in sorted(named) if not (package / name).exists()] == []
    assert {path.name for path in package.iterdir() if (path / "__init__.py").is_file()} <= named


# ---- dependencies and versions --------------------------------------------------------------------------------------


def test_every_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    needed = {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in PROJECT["dependencies"]}
    reasons: set[str] = set()
    for names, reason in rows(CONTRIBUTING, "Dependencies"):
        assert reason
        reasons |= {name.strip() for name in re.sub(r"\(.*?\)", "", names).split(",")}
    assert needed == reasons


def test_the_version_is_the_same_everywhere_and_has_its_changes() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["version"] == rb.__version__
    assert re.search(rf"^## {re.escape(rb.__version__)}\b", changelog, re.MULTILINE)


# ---- what belongs to one machine ------------------------------------------------------------------------------------

OF_ONE_MACHINE = re.compile(
    r"(?<![\w.~$}*])/(?:root|home|Users|work|tmp|opt|mnt|private)/[\w.]"
    r"|[A-Za-z]:\\+Users\\"
    r"|\b(?:pypi|npm|registry|artifactory|nexus|packages|files|mirror|proxy)[\w-]*(?:\.[\w-]+)*"
    r"\.(?:org|com|net|io|dev|internal|local|corp|lan)\b"
    r"|(?:index[-_]url|find[-_]links)\b|\"resolved\":|\bregistry\s*=\s*http"
)


@pytest.mark.parametrize(
    "line",
    [
        "see /" + "home/me/routebook",
        "/" + "root/.cache",
        "C:" + "\\Users\\me",
        "--index" + "-url x",
        "https://packages" + ".example.org/simple",
        "registry" + ".npm" + "js.org",
        '"resolved"' + ': "x"',
    ],
)
def test_what_belongs_to_one_machine_is_recognised(line: str) -> None:
    assert OF_ONE_MACHINE.search(line)


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what would be published is not known")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    assert len(files) > 100
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line[:100]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if OF_ONE_MACHINE.search(line)
    ]
    assert found == []
