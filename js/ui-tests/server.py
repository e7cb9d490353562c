"""Jupyter Server for the browser tests: JupyterLab and Notebook 7 on loopback, everything of the user's left out.

``python server.py FOLDER PORT`` keeps all it writes in FOLDER. The kernels find the test models of ``kernel/stage.py``.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
_NOT_OURS = re.compile(
    r"(OPENAI|ANTHROPIC|AWS|AZURE|GOOGLE|GEMINI|ROUTEBOOK|JUPYTER|IPYTHON)\w*\Z|.*_API_(KEY|TOKEN)\Z"
)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of the server and its kernels."""
    kept = {name: value for name, value in os.environ.items() if not _NOT_OURS.match(name)}
    return kept | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONPATH": os.pathsep.join([str(folder / "plug-in"), str(HERE / "kernel"), str(HERE.parents[1])]),
        "ROUTEBOOK_STORE": str(folder / "store.sqlite3"),
        "ROUTEBOOK_CONFIG": str(folder / "config.toml"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def add_stage(folder: Path) -> None:
    """Write what makes ``stage`` a host: the metadata of a package with an entry point."""
    metadata = folder / "plug-in" / "stage-0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stage\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text("[routebook.providers]\nstage = stage:Stage\n")


CONFIG = """
c.Application.log_level = "ERROR"
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = {port}
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = {root!r}
c.ServerApp.allow_root = True
c.ServerApp.disable_check_xsrf = True
c.ServerApp.password = ""
c.IdentityProvider.token = ""
c.LabApp.expose_app_in_browser = True
c.LabApp.news_url = None
c.JupyterNotebookApp.expose_app_in_browser = True
c.LabServerApp.extra_labextensions_path = {galata!r}
c.LabApp.workspaces_dir = {workspaces!r}
c.LabApp.user_settings_dir = {settings!r}
c.FileCheckpoints.checkpoint_dir = {checkpoints!r}
"""


def main() -> None:
    """Start the server in this process's place."""
    import jupyterlab

    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    root = folder / "root"
    for made in (root, folder / "config"):
        made.mkdir(parents=True)
    add_stage(folder)
    (folder / "config" / "jupyter_lab_config.py").write_text(
        CONFIG.format(
            port=port,
            root=str(root),
            galata=str(Path(jupyterlab.__file__).parent / "galata"),
            workspaces=str(folder / "workspaces"),
            settings=str(folder / "settings"),
            checkpoints=str(folder / "checkpoints"),
        )
    )
    os.execve(sys.executable, [sys.executable, "-m", "jupyterlab"], environment(folder))  # noqa: S606 - itself


if __name__ == "__main__":
    main()
