"""Runs every module it is sent, and says what each decides; for as long as its input goes on.

A line of input is JSON, ``{"module": text, "asks": [{"prompt", "tags", "metadata"}, ...]}``; a line of output is
``{"decisions": [...]}``. Knows nothing of routebook, and runs on Python 3.9 too.
"""

import json
import sys

for line in sys.stdin.buffer:
    task = json.loads(line)
    module = {"__name__": "routes"}
    exec(compile(task["module"], "routes.py", "exec"), module)
    decided = [module["decide"](ask["prompt"], ask["tags"], ask["metadata"])._asdict() for ask in task["asks"]]
    sys.stdout.write(json.dumps({"decisions": decided}) + "\n")
    sys.stdout.flush()
