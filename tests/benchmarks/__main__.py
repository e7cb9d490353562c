"""`make bench`: every figure, its bound and whether it holds; also in build/bench.json."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import calls, deciding, imports, ranking, report, scoring, tables, view

OUT = Path(__file__).parents[2] / "build" / "bench.json"


def main() -> None:
    figures: list[report.Figure] = []
    for part in (imports, tables, view, scoring, ranking, deciding, calls):
        for figure in part.figures():
            print(figure, flush=True)
            figures.append(figure)
            report.write(figures, OUT)
    missed = [figure.name for figure in figures if figure.holds is False]
    print(f"\n{len(missed)} figure(s) missed" if missed else "\nEvery bound holds", f"-> {OUT.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
