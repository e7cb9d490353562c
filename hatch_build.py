"""Builds what the browser loads, anew, when a wheel or an sdist is made from the repository.

An sdist carries it ready, so that a wheel made from one needs no Node. An editable install leaves it to ``make``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WIDGET = "src/routebook/static"
LAB = "src/routebook/labextension"
INSTALLED = "share/jupyter/labextensions/routebook"


class Bundles(BuildHookInterface):  # type: ignore[type-arg]
    """The widget's bundle goes into the package, JupyterLab's into the data that an installer puts beside it."""

    def dependencies(self) -> list[str]:
        """Return what is needed beyond hatchling: from an sdist nothing."""
        return [] if self._is_sdist() else ["jupyter-builder>=1.2,<2"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and say which files belong where."""
        if version == "editable":
            return
        if not self._is_sdist():
            self._build()
        build_data["artifacts"] += [f"/{WIDGET}/", f"/{LAB}/"] if self.target_name == "sdist" else [f"/{WIDGET}/"]
        if self.target_name == "wheel":
            build_data["shared_data"] = {LAB: INSTALLED, "js/install.json": f"{INSTALLED}/install.json"}

    def _is_sdist(self) -> bool:
        return (Path(self.root) / "PKG-INFO").exists()

    def _build(self) -> None:
        root, js = Path(self.root), Path(self.root) / "js"
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "Building routebook from its repository needs Node 20 or newer with npm; its wheels and sdists do not."
            )
        script = json.loads((js / "package.json").read_text(encoding="utf-8"))["version"]
        if script != self.metadata.version:
            raise RuntimeError(f"js/package.json says {script}, pyproject.toml {self.metadata.version}: make them one.")
        for stale in (js / "lib", root / WIDGET, root / LAB):
            shutil.rmtree(stale, ignore_errors=True)
        # jupyter-builder is beside this Python, which need not be on the PATH.
        path = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
        environment = os.environ | {"PATH": path}
        if not (js / "node_modules").exists():
            subprocess.run([npm, "ci", "--silent"], cwd=js, env=environment, check=True)
        subprocess.run([npm, "run", "--silent", "build"], cwd=js, env=environment, check=True)
