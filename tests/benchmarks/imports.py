"""What loading costs, beside `import pandas`: CPU seconds of fresh interpreters, taking turns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from tests.benchmarks.report import Figure

ROUNDS = 9
CLOCK = "import time; a = time.process_time(); {}; print(time.process_time() - a)"
LOADED = {
    "import pandas": CLOCK.format("import pandas"),
    "import routebook": CLOCK.format("import routebook"),
    # A notebook's kernel has IPython already.
    "%load_ext routebook": "from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance(); "
    + CLOCK.format("s.run_line_magic('load_ext', 'routebook')"),
}


def figures() -> Iterator[Figure]:
    taken: dict[str, list[float]] = {name: [] for name in LOADED}
    for _ in range(ROUNDS):
        for name, code in LOADED.items():
            printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
            taken[name].append(float(printed.split()[-1]))
    pandas = median(taken["import pandas"])
    for name in ("import routebook", "%load_ext routebook"):
        yield Figure(f"{name}, to import pandas", median(taken[name]) / pandas, "x", "<= 0.5")
