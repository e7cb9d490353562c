"""Runs a script so that it reaches no machine but this one: ``python -I at_home.py SCRIPT [ARGUMENT ...]``.

Standard library only: it runs in the environments of other tools.
"""

import runpy
import sys

LOOPBACK = ("127.0.0.1", "localhost", "::1", None, "")


def stay_home(event: str, args: tuple[object, ...]) -> None:
    """Refuse every name and address but this machine's (an audit hook)."""
    host: object = None
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None
    host = host.decode() if isinstance(host, bytes) else host
    if host not in LOOPBACK:
        raise OSError(f"this stays on this machine: {host}")


if __name__ == "__main__":
    sys.addaudithook(stay_home)
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
