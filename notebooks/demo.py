"""`make demo`: compares models, learns which to use, runs the quickstart, and leaves what to read in build/demo.

Without arguments it asks the simulated models: no key, no network. With `--live` it asks one model of each host whose
credentials are found, the cheapest whose price is known; that costs a little money, under a cap.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "demo"
SIMULATED = ["sim/small", "sim/medium", "sim/large", "sim/reasoner"]
LIVE_CAP_USD = 0.50
QUESTION = "What is (48 + 17) * 23 - 9?"


def main() -> int:
    live = "--live" in sys.argv[1:]
    OUT.mkdir(parents=True, exist_ok=True)
    if not live:
        for old in OUT.glob("store.sqlite3*"):
            old.unlink()
        os.environ["ROUTEBOOK_STORE"] = str(OUT / "store.sqlite3")
        os.environ["ROUTEBOOK_CONFIG"] = str(OUT / "config.toml")
        os.environ.setdefault("ROUTEBOOK_SIM_SPEED", "4")

    import routebook as rb
    from routebook.render.text import comparison_table

    models = cheapest_live_models() if live else SIMULATED
    if not models:
        print("Nobody to ask: no host whose credentials are found lists a model of known price.")
        print("`routebook doctor` says what to set; without LIVE=1 the demo runs on simulated models.")
        return 1
    budget = {"budget_usd": LIVE_CAP_USD, "max_tokens": 2000} if live else {}
    print(rb.plan(QUESTION, models=models), "\n")
    side_by_side = rb.compare(QUESTION, models=models, tags=["arithmetic"], name="demo", **budget)
    print(comparison_table(side_by_side), "\n")

    tasks = rb.datasets.tasks(n=20 if live else None)
    run = rb.compare(tasks, models=models, name="demo_tasks", **budget)
    print(run.summary().to_string(index=False), "\n")
    if not live:
        run.score(rb.datasets.is_right)
        learned = rb.learn(run.outcomes(), name="demo")
        print(learned, "\n")
        learned.policy.save(OUT / "routes.yaml")

    pages = [OUT / "side-by-side.html", OUT / "tasks.html"]
    side_by_side.to_html(pages[0])
    run.to_html(pages[1])
    if not live:
        pages.append(quickstart())
    print("To read in a browser:")
    for page in pages:
        print(f"  {page.relative_to(ROOT)}")
    if not live:
        print(f"The policy: {(OUT / 'routes.yaml').relative_to(ROOT)}; from more prompts: notebooks/02-routing.ipynb")
    return 0


def cheapest_live_models() -> list[str]:
    """Of each host with credentials, of the models it lists itself, the one whose answers cost least per token."""
    from routebook.catalogue import listings
    from routebook.models import ModelId
    from routebook.pricing import price_book
    from routebook.providers.registry import known_hosts, provider_for

    providers = {host: provider_for(host) for host in known_hosts()}
    found = {
        host: one for host, one in providers.items() if one.credentials().source != "none needed" and not one.simulated
    }
    listed, faults = listings({host: one for host, one in found.items() if one.credentials().found})
    for host, fault in faults.items():
        print(f"{host} is left out: {fault.message}")
    cheapest = []
    for host, names in listed.items():
        tariffs = {name: price_book().tariff(ModelId(host, name)) for name in names}
        prices = [(tariff.output, name) for name, tariff in tariffs.items() if tariff is not None and tariff.output > 0]
        if prices:
            cheapest.append(f"{host}/{min(prices)[1]}")
    return cheapest


def quickstart() -> Path:
    """Run the quickstart notebook from its first cell to its last; keep it, and a page of it."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter

    notebook = nbformat.read(ROOT / "notebooks" / "00-quickstart.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(OUT)}})
    client.extra_arguments = ["--log-level=ERROR"]
    client.execute()
    nbformat.write(notebook, OUT / "quickstart.ipynb")
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    path = OUT / "quickstart.html"
    path.write_text(page, encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
