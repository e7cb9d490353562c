"""The wheel that users install: it has the package, its data and its command, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIP_WHEEL = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]


def test_the_wheel_has_the_package_its_data_and_its_command(tmp_path: Path) -> None:
    subprocess.run(
        [*PIP_WHEEL, "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("routebook-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        commands = packed.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
        metadata = packed.read(next(name for name in names if name.endswith("METADATA"))).decode()
    shipped = {name.removeprefix("routebook/") for name in names if name.startswith("routebook/")}
    present = {
        str(path.relative_to(ROOT / "src" / "routebook"))
        for path in (ROOT / "src" / "routebook").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped == present
    assert {"py.typed", "data/tasks.json", "pricing/overlay.json"} <= shipped
    assert all(name.startswith(("routebook/", "routebook-")) for name in names)
    assert "routebook = routebook.cli:main" in commands
    assert "License-Expression: Apache-2.0" in metadata
