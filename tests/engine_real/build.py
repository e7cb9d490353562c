"""Gets what `make test-engine` needs into the environment it runs in: llama.cpp's server and a tiny model for it.

    .venv-engine/bin/python tests/engine_real/build.py

A llama-server named by ``LLAMA_SERVER``, or on the PATH, is used as it is. Otherwise one is built from the pinned
source distribution of llama-cpp-python, which has llama.cpp inside: about seven minutes of CPU, once.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "requirements/llama-server.txt"
SWITCHES = (
    "CMAKE_BUILD_TYPE=Release",
    "BUILD_SHARED_LIBS=OFF",  # one file, which the sources can be deleted behind
    "LLAMA_BUILD_UI=OFF",
    "LLAMA_USE_PREBUILT_UI=OFF",  # it would be downloaded
    "LLAMA_OPENSSL=OFF",
    "LLAMA_BUILD_TESTS=OFF",
    "LLAMA_BUILD_EXAMPLES=OFF",
    "GGML_OPENMP=OFF",  # its threads spin while they wait
)


def main() -> None:
    """Put ``llama-server`` and ``tiny.gguf`` into this environment."""
    environment = Path(sys.prefix)
    server = found_server() or built_server(environment)
    link = environment / "bin/llama-server"
    link.unlink(missing_ok=True)
    link.symlink_to(server)
    run([sys.executable, str(HERE / "make_gguf.py"), str(environment / "tiny.gguf")], environment / "gguf.log")
    print(f"The engine is {server}.")


def found_server() -> Path | None:
    """Return the llama-server this machine has."""
    if given := os.environ.get("LLAMA_SERVER"):
        if shutil.which(given) is None:
            sys.exit(f"LLAMA_SERVER is {given}, which is no program: correct it, or unset it to have one built.")
        return Path(str(shutil.which(given))).resolve()
    on_path = shutil.which("llama-server")
    return Path(on_path).resolve() if on_path else None


def built_server(environment: Path) -> Path:
    """Return the llama-server of the pinned source, built if it has not been."""
    pinned = re.search(r"^llama-cpp-python==(\S+)", SOURCE.read_text(), re.MULTILINE)
    assert pinned, f"{SOURCE} pins no llama-cpp-python"
    built = environment / f"llama-server-{pinned[1]}"
    if built.exists():
        return built
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "c++", "g++", "clang++"))):
        sys.exit(
            "Building llama-server needs a C++ compiler: install it (Debian: apt-get install g++), "
            "or name a llama-server you have with LLAMA_SERVER=..."
        )
    print(f"Building llama-server from llama-cpp-python {pinned[1]}; this takes some minutes.", flush=True)
    work, log = environment / "build", environment / "build.log"
    log.unlink(missing_ok=True)
    sources = unpacked(work, log) / "vendor/llama.cpp"
    cmake = str(environment / "bin/cmake")
    run([cmake, "-S", str(sources), "-B", str(work / "cmake"), *(f"-D{switch}" for switch in SWITCHES)], log)
    jobs = str(os.cpu_count() or 2)
    run([cmake, "--build", str(work / "cmake"), "--target", "llama-server", "--parallel", jobs], log)
    shutil.move(work / "cmake/bin/llama-server", built)
    shutil.rmtree(work)
    return built


def unpacked(work: Path, log: Path) -> Path:
    """Return the folder of the sources; what an interrupted build left is gone on with."""
    folder = work / "source"
    if not folder.exists():
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        # The sources are wanted and not what can be built of them: its requirements are of no use here.
        options = ["--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--require-hashes"]
        pip = [sys.executable, "-m", "pip", "download", *options]
        run([*pip, "--dest", str(work), "-r", str(SOURCE)], log)
        (archive,) = work.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(work / "unpacking", filter="data")
        archive.unlink()
        (top,) = (work / "unpacking").iterdir()
        top.rename(folder)
    return folder


def run(command: Sequence[str], log: Path) -> None:
    """Run a program with its output in the log, or end with the last of it."""
    with log.open("ab") as output:
        code = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    if code:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        sys.exit(f"{last}\nFailed: {' '.join(command[:4])} ... (all of its output is in {log})")


if __name__ == "__main__":
    main()
