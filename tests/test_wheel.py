"""What users install: the package, its data, its command, and what the browser loads, built anew, without Node."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

import routebook

ROOT = Path(__file__).parents[1]
LAB = f"routebook-{routebook.__version__}.data/data/share/jupyter/labextensions/routebook/"
WIDGET_AT_MOST_BYTES = 120_000
BUILDER_AT_MOST_BYTES = 40_000
LAB_AT_MOST_BYTES = 200_000  # before the first chart
WITHOUT_NODE = {**os.environ, "PATH": "/nonexistent"}


class Built(NamedTuple):
    sdist: Path
    wheel: Path
    wheel_of_sdist: Path


def run(*command: str | Path, **options: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    tree = tmp_path_factory.mktemp("tree")
    for name in ("src", "js"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("node_modules", "lib", "__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore"):
        shutil.copy(ROOT / name, tree / name)
    (tree / "js" / "node_modules").symlink_to(ROOT / "js" / "node_modules")
    for folder in ("static", "labextension"):
        (tree / "src" / "routebook" / folder).mkdir(exist_ok=True)
        (tree / "src" / "routebook" / folder / "stale.js").write_text("// of an earlier build")
    run(sys.executable, "-m", "hatchling", "build", "-d", tree / "dist", cwd=tree)
    (sdist,) = (tree / "dist").glob("*.tar.gz")
    (wheel,) = (tree / "dist").glob("*.whl")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    run(*pip, "--wheel-dir", tree / "again", sdist, env=WITHOUT_NODE)
    (again,) = (tree / "again").glob("*.whl")
    return Built(sdist, wheel, again)


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.fixture(scope="module")
def files(built: Built) -> dict[str, bytes]:
    return contents(built.wheel)


def test_the_wheel_has_the_package_its_data_and_its_command(files: dict[str, bytes]) -> None:
    shipped = {name.removeprefix("routebook/") for name in files if name.startswith("routebook/")}
    present = {
        str(path.relative_to(ROOT / "src" / "routebook"))
        for path in (ROOT / "src" / "routebook").rglob("*")
        if path.is_file() and not {"__pycache__", "static", "labextension"} & set(path.parts)
    }
    assert shipped == present | {
        f"static/{page}.{part}" for page in ("ballot", "builder", "widget") for part in ("css", "js", "licenses.txt")
    } | {"static/reader.ts"}
    assert {"py.typed", "data/tasks.json", "pricing/overlay.json", "routing/policy.schema.json"} <= shipped
    assert all(name.startswith(("routebook/", "routebook-")) for name in files)
    (commands,) = (text.decode() for name, text in files.items() if name.endswith("entry_points.txt"))
    assert "routebook = routebook.cli:main" in commands
    (metadata,) = (text.decode() for name, text in files.items() if name.endswith("/METADATA"))
    assert "License-Expression: Apache-2.0" in metadata


def test_the_wheel_puts_the_lab_extension_where_jupyterlab_looks(files: dict[str, bytes]) -> None:
    extension = {name.removeprefix(LAB): text for name, text in files.items() if name.startswith(LAB)}
    package = json.loads(extension["package.json"])
    assert package["jupyterlab"]["_build"]["load"] in extension
    assert json.loads(extension["install.json"])["packageManager"] == "python"


def test_nothing_of_an_earlier_build_is_shipped(built: Built, files: dict[str, bytes]) -> None:
    with tarfile.open(built.sdist) as packed:
        names = [*packed.getnames(), *files]
    assert any(name.endswith("/widget.js") for name in names)
    assert not [name for name in names if "stale" in name or "node_modules" in name or "/js/lib/" in name]


def test_the_sdist_builds_the_same_wheel_without_node(built: Built, files: dict[str, bytes]) -> None:
    assert contents(built.wheel_of_sdist) == files


def test_all_versions_are_one(files: dict[str, bytes]) -> None:
    lock = json.loads((ROOT / "js" / "package-lock.json").read_text())
    (metadata,) = (text.decode() for name, text in files.items() if name.endswith("/METADATA"))
    versions = {
        routebook.__version__,
        importlib.metadata.version("routebook"),
        json.loads(files[LAB + "package.json"])["version"],
        lock["version"],
        re.findall(r"^Version: (.+)$", metadata, re.MULTILINE)[0],
    }
    assert len(versions) == 1


def test_the_widgets_are_small_and_vega_is_apart(files: dict[str, bytes]) -> None:
    widget = files["routebook/static/widget.js"]
    scripts = {name: text for name, text in files.items() if name.startswith(LAB) and name.endswith(".js")}
    (vega,) = (name for name, text in scripts.items() if b"vega-embed-style" in text)
    assert b"vega" not in widget.lower()
    assert len(widget) <= WIDGET_AT_MOST_BYTES
    assert len(files["routebook/static/builder.js"]) <= BUILDER_AT_MOST_BYTES
    assert sum(len(text) for name, text in scripts.items() if name != vega) <= LAB_AT_MOST_BYTES


@pytest.mark.parametrize("name", ["widget", "builder"])
def test_a_widget_is_a_module_with_what_anywidget_calls(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    (tmp_path / "widget.mjs").write_bytes(files[f"routebook/static/{name}.js"])
    script = "import widget from './widget.mjs'; console.log(typeof widget.initialize, typeof widget.render)"
    said = run("node", "--input-type=module", "--eval", script, cwd=tmp_path)
    assert said.strip() == "function function"


@pytest.fixture(scope="module")
def clean(built: Built, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """An environment with the wheel, whose dependencies are those of the tests: nothing is downloaded."""
    home = tmp_path_factory.mktemp("clean")
    venv.create(home / "env", with_pip=False)
    python = home / "env" / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", built.wheel)
    (site,) = (home / "env" / "lib").glob("python*/site-packages")
    (here,) = (Path(sys.prefix) / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(f"{here}\n")
    own = {"HOME": str(home), "JUPYTER_NO_CONFIG": "1", "ROUTEBOOK_STORE": str(home / "store.sqlite3")}
    return python, WITHOUT_NODE | own


def test_an_installed_wheel_is_enabled_and_ok_in_jupyterlab(clean: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    python, environment = clean
    said = run(python, "-c", "from jupyterlab.labextensions import main; main()", "list", env=environment, cwd=tmp_path)
    (line,) = (re.sub(r"\x1b\[\d*m", "", line) for line in said.splitlines() if " routebook v" in line)
    assert f"routebook v{routebook.__version__} enabled OK" in re.sub(r"\s+", " ", line)
    assert str(python.parents[1]) in said


def test_an_installed_wheel_has_its_widget(clean: tuple[Path, dict[str, str]], tmp_path: Path, built: Built) -> None:
    python, environment = clean
    script = "from routebook.notebook import widget; print(widget.__file__, len(str(widget.LiveWidget._esm).encode()))"
    where, size = run(python, "-c", script, env=environment, cwd=tmp_path).split()
    assert where.startswith(str(python.parents[1]))
    assert int(size) == len(contents(built.wheel)["routebook/static/widget.js"])
