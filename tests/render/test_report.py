"""A report of judging: as text, and as HTML."""

from __future__ import annotations

from tests.support.safe_html import PAGE_TAGS, read

from routebook.render.report import Block, Report, chance, figure, percent, signed, span

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


def test_in_html_a_long_rule_is_whole_and_has_more_lines_than_one() -> None:
    rule = " or ".join(f"its tag is a-kind-of-task-{number}" for number in range(8))
    page = Report("Rules", blocks=[Block(("if", "goes to"), [(rule, "sim/small")], models=["sim/small"])]).html()
    assert f'<th class="rb-m0 rb-long" scope="row">{rule}</th><td>sim/small</td>' in page


def test_what_is_unknown_is_called_so() -> None:
    nan = float("nan")
    assert [figure(nan), signed(None), span(0.5, nan), chance(nan)] == ["unknown"] * 4


def test_what_is_almost_all_or_almost_nothing_is_not_rounded_to_it() -> None:
    assert [figure(0.996), figure(0.9996), figure(0.004), figure(1.0), figure(0.0)] == [
        "0.996", "0.9996", "0.004", "1.00", "0.00",
    ]  # fmt: skip
    assert [percent(0.996), percent(0.999), percent(1.0), percent(0.003)] == ["99.6%", "99.9%", "100%", "0.3%"]
    assert span(0.001, 0.007, sign=True) == "+0.001 to +0.01"  # an interval without zero
    assert [figure(1 - 1e-16), figure(1e-17), signed(1e-17)] == ["1.00", "0.00", "0.00"]  # what sums leave over


def test_a_chance_below_the_bound_is_not_written_as_the_bound() -> None:
    assert [chance(0.0499), chance(0.0494), chance(0.05)] == ["< 0.050", "0.049", "0.050"]
