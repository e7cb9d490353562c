"""What loading costs, and that a public name is what it says, whatever was loaded before it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import pytest

import routebook

HEAVY = (
    "openai", "anthropic", "boto3", "botocore", "pandas", "altair", "sqlalchemy", "genai_prices", "httpx2", "aiohttp",
    "numpy", "jsonschema", "rich", "markdown_it", "nh3", "vl_convert",
    "anywidget", "ipywidgets", "scipy", "sklearn", "evalica", "re2",
)  # fmt: skip
"""What the user waits for only when it is used."""

LOAD_EXT = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
shell.run_line_magic("load_ext", "routebook")
assert "compare" in shell.magics_manager.magics["cell"]
"""


def in_a_fresh_interpreter(code: str) -> object:
    """Run code that prints JSON as its last line; return that."""
    folder = os.environ["ROUTEBOOK_CONFIG"] + ".ipython"  # IPython makes itself a folder
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys\nbefore = set()\n{code}"],
        env=os.environ | {"IPYTHONDIR": folder},
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def loaded_by(code: str) -> set[str]:
    loaded = in_a_fresh_interpreter(
        f"{code}\nprint(json.dumps(sorted({{name.partition('.')[0] for name in set(sys.modules) - before}})))"
    )
    assert isinstance(loaded, list)
    return set(loaded)


@pytest.mark.parametrize("code", ["import routebook", LOAD_EXT], ids=["import routebook", "%load_ext routebook"])
def test_loading_routebook_loads_nothing_heavy(code: str) -> None:
    loaded = loaded_by(code)
    assert "routebook" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_list_of_what_is_heavy_is_of_things_that_exist() -> None:
    assert [name for name in HEAVY if find_spec(name) is None] == []


def test_a_policy_is_read_without_an_sdk_a_table_or_a_notebook() -> None:
    loaded = loaded_by("import routebook.routing.policy")
    assert "routebook" in loaded
    assert loaded.isdisjoint({*HEAVY, "IPython"})


def test_every_public_name_is_there_and_listed() -> None:
    assert set(routebook.__all__) <= set(dir(routebook))
    assert sorted(routebook.__all__) == list(routebook.__all__)
    for name in routebook.__all__:
        assert getattr(routebook, name) is not None


def test_the_names_a_type_checker_sees_are_the_public_ones() -> None:
    assert set(routebook._PUBLIC) | set(routebook._MODULES) == set(routebook.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'compair'"):
        routebook.compair  # noqa: B018


def test_no_module_has_the_name_of_a_public_function() -> None:
    """Importing ``routebook.x`` sets ``routebook.x`` to the module: a function of that name would be gone."""
    modules = {module.name for module in iter_modules(routebook.__path__)}
    are = {name for name, module in routebook._MODULES.items() if module == f"routebook.{name}"}
    assert modules & set(routebook.__all__) == are


def test_public_names_stay_themselves_after_every_module_was_imported() -> None:
    kinds = in_a_fresh_interpreter(
        """
import importlib, inspect, pkgutil
import routebook as rb
for module in pkgutil.walk_packages(rb.__path__, "routebook."):
    importlib.import_module(module.name)
print(json.dumps({name: inspect.ismodule(getattr(rb, name)) for name in rb.__all__}))
"""
    )
    assert kinds == {name: name in routebook._MODULES for name in routebook.__all__}


@pytest.mark.parametrize("name", ["compare", "history", "plan"])
def test_a_verb_is_callable_when_its_own_module_was_imported_first(name: str) -> None:
    module = routebook._PUBLIC[name]
    assert in_a_fresh_interpreter(f"import {module}\nimport routebook as rb\nprint(json.dumps(callable(rb.{name})))")
