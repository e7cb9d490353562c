"""What routebook is in a notebook: magics and the live display. The only part that knows IPython."""

from __future__ import annotations

from typing import Any

COMM_TARGET = "routebook"
"""What a page opens a comm to; as in js/src/messages.ts."""


def load(shell: Any) -> None:
    """Register the magics with an IPython shell; nothing heavy is imported before the first of them is used."""
    from routebook.notebook.magics import RoutebookMagics

    shell.register_magics(RoutebookMagics)
    listen(shell)


def listen(shell: Any) -> None:
    """Let pages ask this kernel about the runs on screen. Where there is no kernel there is nobody to listen to."""
    if getattr(shell, "kernel", None) is not None:
        from comm import get_comm_manager

        get_comm_manager().register_target(COMM_TARGET, _opened)


def _opened(comm: Any, _message: Any) -> None:
    def answered(message: Any) -> None:
        from routebook.notebook.port import port

        comm.send(port.answer(message["content"]["data"]))

    comm.on_msg(answered)
