"""A report of judging: as text, and as HTML."""

from __future__ import annotations

from tests.support.safe_html import PAGE_TAGS, read

from routebook.render.report import Block, Report, chance, figure, signed, span

BLOCK = Block(("model", "quality"), [("sim/small", "0.50"), ("sim/medium", "unknown")], models=["sim/small", "sim/b"])


def test_text_has_names_to_the_left_and_figures_to_the_right() -> None:
    report = Report(
        "Quality", ("2 models", "3 prompts"), [BLOCK, Block(("pair",), [("a – b",)], "Pairs")], ("A note.",)
    )
    assert str(report).splitlines() == [
        "Quality: 2 models, 3 prompts",
        "model       quality",
        "sim/small      0.50",
        "sim/medium  unknown",
        "",
        "Pairs",
        "pair",
        "a – b",
        "A note.",
    ]


def test_simulated_is_said_in_both() -> None:
    report = Report("Quality", blocks=[BLOCK], simulated=True)
    assert str(report).startswith("Quality: simulated\n")
    assert '<span class="rb-chip rb-simulated">simulated</span>' in report.html()


def test_nothing_from_outside_breaks_a_line_or_is_obeyed() -> None:
    bad = "<b onclick=x>\n\x1b[31m\u202e"
    report = Report(bad, (bad,), [Block((bad, bad), [(bad, bad)], bad, [bad])], (bad,))
    assert len(str(report).splitlines()) == 6
    assert "\x1b" not in str(report)
    assert read(report.html(), PAGE_TAGS).forbidden == []


def test_what_is_unknown_is_called_so() -> None:
    nan = float("nan")
    assert [figure(nan), signed(None), span(0.5, nan), chance(nan)] == ["unknown"] * 4
