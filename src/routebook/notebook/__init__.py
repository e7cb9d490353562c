"""What routebook is in a notebook: magics and the live display. The only part that knows IPython."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from routebook.background import BackgroundRun
    from routebook.progress import Look

COMM_TARGET = "routebook"
"""What a page opens a comm to; as in js/src/messages.ts."""


def load(shell: Any) -> None:
    """Register the magics with an IPython shell; nothing heavy is imported before the first of them is used."""
    from routebook.notebook.magics import RoutebookMagics

    shell.register_magics(RoutebookMagics)
    listen(shell)


def listen(shell: Any) -> None:
    """Let pages ask this kernel about the runs on screen, and show them the runs that are waited for.

    Where there is no kernel there is nobody to listen to.
    """
    if getattr(shell, "kernel", None) is not None:
        from comm import get_comm_manager

        from routebook.progress import watch_by

        get_comm_manager().register_target(COMM_TARGET, _opened)
        watch_by(_waited_for)


def _waited_for(live: BackgroundRun) -> AbstractContextManager[Look]:
    from routebook.notebook.waiting import in_page

    return in_page(live)


def _opened(comm: Any, _message: Any) -> None:
    def answered(message: Any) -> None:
        from routebook.notebook.port import port

        comm.send(port.answer(message["content"]["data"]))

    comm.on_msg(answered)
