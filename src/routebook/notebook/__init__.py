"""What routebook is in a notebook: magics and the live display. The only part that knows IPython."""

from __future__ import annotations

from typing import Any


def load(shell: Any) -> None:
    """Register the magics with an IPython shell; nothing heavy is imported before the first of them is used."""
    from routebook.notebook.magics import RoutebookMagics

    shell.register_magics(RoutebookMagics)
