"""The magics in a real kernel, on simulated models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.kernel import Kernel, running_kernel


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel")) as running:
        output = running.run("%load_ext routebook")
        assert output.error is None
        yield running


def test_a_cell_goes_to_several_models_and_leaves_static_html(kernel: Kernel) -> None:
    output = kernel.run("%%compare sim/small sim/large --tag arithmetic --name run\nWhat is 17 * 23? Number only.")
    assert output.error is None
    (shown,) = output.displays
    assert set(shown) >= {"text/html", "text/plain"}
    assert "small" in shown["text/html"]
    assert "large" in shown["text/html"]
    assert "simulated" in shown["text/html"]
    assert "<script" not in shown["text/html"]
    assert "sim/large" in shown["text/plain"]


def test_the_name_is_a_comparison_to_go_on_with(kernel: Kernel) -> None:
    kernel.run("%%compare sim/small sim/large --name again --repeat 2\nName a prime number.")
    output = kernel.run("print(type(again).__name__, len(again.frame), len(again.summary()))")
    assert "Comparison 4 2" in output.printed


def test_variables_fill_double_braces_and_single_ones_stay(kernel: Kernel) -> None:
    kernel.run('language = "Python"')
    output = kernel.run("%%compare sim/small --name filled\nSay {hello} in {{language}}.")
    assert output.error is None
    assert "Say {hello} in Python." in kernel.run("print(filled.prompts[0].text)").printed


def test_raw_sends_the_cell_as_typed(kernel: Kernel) -> None:
    kernel.run("%%compare sim/small --name typed --raw\nSay {{nothing}}.")
    assert "Say {{nothing}}." in kernel.run("print(typed.prompts[0].text)").printed


def test_a_follow_up_goes_on_from_each_models_own_answer(kernel: Kernel) -> None:
    kernel.run("%%compare sim/small sim/large --name first\nSay a number.")
    output = kernel.run("%%compare --continue first --name second\nAnd why that one?")
    assert output.error is None
    said = kernel.run(
        "print(second.models, [c.status for c in second.calls], second.prompts[0].follows == first.prompts[0].id)"
    )
    assert "('sim/small', 'sim/large') ['ok', 'ok'] True" in said.printed


def test_a_blind_run_shows_no_names_times_or_costs(kernel: Kernel) -> None:
    output = kernel.run("%%compare sim/small sim/large --blind --name hidden\nWhat is 3 + 4?")
    assert output.error is None
    (shown,) = output.displays
    for secret in ("sim/small", "sim/large", "small", "large", "$"):
        assert secret not in shown["text/plain"], secret
    assert "sim/" not in shown["text/html"]


def test_a_replay_says_that_it_is_one_and_streams_the_same(kernel: Kernel) -> None:
    kernel.run("%%compare sim/medium --name recorded\nTell me about rivers.")
    output = kernel.run("%%compare sim/medium --replay --name seen\nTell me about rivers.")
    assert output.error is None
    assert "replay" in output.html
    assert (
        "True True" in kernel.run("print(seen.calls[0].replayed, seen.calls[0].text == recorded.calls[0].text)").printed
    )


def test_a_background_run_lets_the_notebook_go_on_and_ends_as_a_comparison(kernel: Kernel) -> None:
    output = kernel.run("%%compare sim/small --background --name later\nName a river.")
    assert output.error is None
    said = kernel.run(
        "import time\nwhile type(later).__name__ != 'Comparison': time.sleep(0.02)\n"
        "print(len(later.calls), len(later.errors))"
    )
    assert "1 0" in said.printed


def drawn(kernel: Kernel) -> None:
    """Wait for the threads that draw the runs in the background."""
    output = kernel.run(
        "import threading\n[t.join() for t in threading.enumerate() if t.name == 'routebook-display']\n"
    )
    assert output.error is None


@pytest.fixture
def slow(kernel: Kernel) -> Iterator[None]:
    kernel.run("from routebook.providers.simulated import set_speed; set_speed(0.2)")
    yield
    kernel.run("set_speed(float('inf'))")


@pytest.mark.usefixtures("slow")
def test_what_the_user_puts_in_a_background_runs_place_stays(kernel: Kernel) -> None:
    kernel.run("%%compare sim/small --background --no-cache --name mine\nTell me a long story about a river.")
    kernel.run("run, mine = mine, 5\nrun.stop()")
    drawn(kernel)
    assert "5 interrupted" in kernel.run("print(mine, run.result().run.status)").printed


@pytest.mark.usefixtures("slow")
def test_going_on_from_a_run_that_goes_on_says_to_wait_for_it(kernel: Kernel) -> None:
    kernel.run("%%compare sim/small --background --no-cache --name bg\nTell me a long story about a lake.")
    output = kernel.run("%%compare --continue bg\nAnd then?")
    assert output.error == ["OptionError: bg is still running: wait for it with bg.result(), then go on."]
    kernel.run("bg.stop()")
    drawn(kernel)


def test_a_background_run_that_is_done_can_be_gone_on_from(kernel: Kernel) -> None:
    kernel.run("import routebook as rb; ended = rb.compare('Name a lake.', 'sim/small', background=True)")
    kernel.run("ended.result()")
    output = kernel.run("%%compare --continue ended --name onward\nWhy that one?")
    assert output.error is None
    assert (
        "BackgroundRun ('sim/small',) 0"
        in kernel.run("print(type(ended).__name__, onward.models, len(onward.errors))").printed
    )


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%compare sim/smal\nhi", "small"),
        ("%%compare small\nhi", "host/model"),
        ("%%compare\nhi", "at least one model"),
        ("%%compare nohost/x\nhi", "nohost"),
        ("%%compare sim/small\n   \n", "empty"),
        ("%%compare sim/small --tempurature 1\nhi", "temperature"),
        ("%%compare sim/small --max-tokens many\nhi", "max-tokens"),
        ("%%compare sim/small --schema nowhere\nhi", "nowhere"),
        ("%%compare sim/small --image nowhere.png\nhi", "nowhere.png"),
        ("%%compare sim/small --continue nowhere\nhi", "nowhere"),
        ("%%compare sim/small --name 2bad\nhi", "2bad"),
        ("%%compare sim/small --name class\nhi", "keeps that word for itself"),
        ("%%compare sim/small --name print\nhi", "hide Python's own print"),
        ("%%compare {models}\nhi", "Write the ids out"),
        ("%%compare sim/small $models\nhi", "Write the ids out"),
        ("%%compare sim/small --budget lots\nhi", "budget"),
        ("%%compare sim/small\nhi {{unknwon}}", "unknwon"),
        ("%%compare 'sim/small\nhi", "quote"),
        ("%routebook bugdet 5", "budget"),
        ("%models --alive", "--live"),
    ],
)
def test_bad_input_gets_one_clear_line(kernel: Kernel, cell: str, said: str) -> None:
    output = kernel.run(cell)
    if output.error is None:  # a model that is not there is that model's own card
        assert said in output.html
        return
    assert len(output.error) == 1, output.error
    assert said in output.error[0]
    assert "Traceback" not in output.error[0]
    assert "\n" not in output.error[0].strip()


def test_an_option_a_model_does_not_take_is_on_its_own_card(kernel: Kernel) -> None:
    output = kernel.run("%%compare sim/small sim/reasoner --effort low --name efforts\nWhat is 2 + 2?")
    assert output.error is None
    assert "effort" in output.html
    assert "['error', 'ok']" in kernel.run("print([c.status for c in efforts.calls])").printed


def test_a_budget_of_nothing_sends_nothing(kernel: Kernel) -> None:
    kernel.run("%%compare sim/small --budget 0 --no-cache --name broke\nWhat is 2 + 9?")
    assert "budget" in kernel.run("print(broke.calls[0].failure.kind)").printed


def test_the_status_and_the_models_are_tables(kernel: Kernel) -> None:
    status = kernel.run("%routebook")
    assert status.error is None
    assert "session budget" in status.text
    assert "spent in 30 days, in all runs" in status.text
    models = kernel.run("%models sim")
    assert models.error is None
    assert "sim/small" in models.text
    assert "$3.00" in kernel.run("%routebook budget 3").text
    kernel.run("%routebook budget off")


def test_help_lists_the_options(kernel: Kernel) -> None:
    printed = kernel.run("%%compare --help\nx").printed
    for flag in (
        "--system",
        "--tag",
        "--name",
        "--repeat",
        "--schema",
        "--image",
        "--continue",
        "--budget",
        "--replay",
    ):
        assert flag in printed


# ---- sending by a policy ---------------------------------------------------------------------------------------------

POLICY = """\
routebook: 1
name: desk
classify: [{tag: sums, when: {keyword: [sum]}}]
routes: {sums: {models: [sim/broken, sim/large, sim/small]}}
default: {models: [sim/small]}
"""
SUM = "What is the sum of 17 and 25? Answer with the number only."


@pytest.fixture(scope="module")
def routes(kernel: Kernel) -> str:
    """Leave a policy beside the notebook, and one that cannot be read."""
    broken = POLICY.replace("routes:", "rutes:")
    kernel.run(f"open('routes.yaml', 'w').write({POLICY!r}); open('broken.yaml', 'w').write({broken!r})")
    return "routes.yaml"


def test_a_cell_goes_where_the_policy_says_and_shows_the_rule_that_fired(kernel: Kernel, routes: str) -> None:
    output = kernel.run(f"%%route {routes} --name answer\n{SUM}")
    assert output.error is None
    (shown,) = output.displays
    for part in ("rule 1 fired (it has the word sum) → sums → sim/broken (failed: server)", "sim/large (answered)"):
        assert part in shown["text/html"]
    assert "simulated" in shown["text/html"]
    assert "<script" not in shown["text/html"]
    assert "42 sums sim/large" in kernel.run("print(answer.text, answer.tag, answer.model)").printed


def test_a_variable_may_hold_the_policy(kernel: Kernel, routes: str) -> None:
    kernel.run("%%compare sim/small sim/large --tag maths --name compared\nWhat is 1 + 1?")
    kernel.run("compared.policy.use('maths', 'large').use('default', 'small')")
    output = kernel.run("%%route compared.policy --tag maths --name by_draft\nWhat is 2 + 3?")
    assert output.error is None
    assert "sim/large" in kernel.run("print(by_draft.model)").printed


def test_when_no_model_answers_the_cell_lives_on_with_their_cards(kernel: Kernel, routes: str) -> None:
    kernel.run("import routebook as rb; lost = rb.Policy('lost', (), {}, rb.Policy.load('routes.yaml').default)")
    kernel.run(
        "from dataclasses import replace; lost = replace(lost, default=replace(lost.default, models=('sim/broken',)))"
    )
    output = kernel.run("%%route lost --name nothing\nHi.")
    assert output.error is None
    assert "sim/broken is broken, as it always is." in output.html
    assert "False" in kernel.run("print(nothing.ok)").printed
    assert "RunError: No model answered. sim/broken:" in "".join(kernel.run("nothing.text").error or ())


def test_a_tag_and_variables_count_before_it_is_decided(kernel: Kernel, routes: str) -> None:
    kernel.run('what = "sum"')
    kernel.run(f"%%route {routes} --name filled --tag other\nWhat is the {{{{what}}}} of 1 and 2?")
    assert "sums ('other',)" in kernel.run("print(filled.tag, filled.prompt.tags)").printed


def test_a_dry_run_says_where_the_cell_would_go(kernel: Kernel, routes: str) -> None:
    output = kernel.run(f"%%route {routes} --dry-run\nHi.")
    assert "no rule fired → default → sim/small." in output.text
    assert "Nothing was sent." in output.text


def test_help_lists_the_options_of_route(kernel: Kernel) -> None:
    printed = kernel.run("%%route --help\nx").printed
    assert all(flag in printed for flag in ("--tag", "--meta", "--dry-run", "--budget", "--timeout"))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%%route routes.yaml\n  \n", "The cell is empty: write below %%route"),
        ("%%route\nhi", "Write one policy"),
        ("%%route a.yaml b.yaml\nhi", "Write one policy"),
        ("%%route routse.yaml\nhi", "'routes.yaml'"),
        ("%%route kepts\nhi", "Did you mean 'kept'"),
        ("%%route wholly_unknown\nhi", "A policy's file ends in .yaml or .json."),
        ("%%route elsewhere\nhi", "nowhere.yaml"),
        ("%%route kept.polcy\nhi", "polcy"),
        ("%%route broken.yaml\nhi", "line 4"),
        ("%%route routes.yaml --name 2bad\nhi", "2bad"),
        ("%%route routes.yaml --meta plan\nhi", "NAME=VALUE"),
        ("%%route routes.yaml --schema nowhere\nhi", "nowhere"),
        ("%%route routes.yaml --tgas x\nhi", "--tag"),
        ("%%route routes.yaml\nhi {{unknwon}}", "unknwon"),
    ],
)
def test_what_cannot_be_routed_gets_one_clear_line(kernel: Kernel, routes: str, cell: str, said: str) -> None:
    kernel.run("import routebook as rb; kept = rb.Policy.load('routes.yaml'); elsewhere = 'nowhere.yaml'")
    output = kernel.run(cell)
    assert output.error is not None
    assert len(output.error) == 1, output.error
    assert said in output.error[0]


def test_an_interrupt_does_not_go_on_to_the_fallback(tmp_path: Path) -> None:
    with running_kernel(tmp_path, ROUTEBOOK_SIM_SPEED="0.2") as kernel:
        (tmp_path / "routes.yaml").write_text(POLICY.replace("sim/broken, ", ""), encoding="utf-8")
        kernel.run("%load_ext routebook")
        sent = kernel.start("%%route routes.yaml --name slow\nTell a long story about a sum.")
        kernel.finish(sent, until="streaming")
        kernel.manager.interrupt_kernel()
        output = kernel.finish(sent)
        assert output.error is not None
        assert output.error[0].startswith("Interrupted: ")
        said = kernel.run("print([(str(c.model), c.failure.kind) for c in slow.attempts])").printed
        assert "[('sim/large', 'interrupted')]" in said


def test_an_interrupt_keeps_what_came_and_running_again_asks_for_the_rest(tmp_path: Path) -> None:
    with running_kernel(tmp_path, ROUTEBOOK_SIM_SPEED="0.2") as kernel:
        kernel.run("%load_ext routebook")
        cell = "%%compare sim/small sim/large --name slow\nTell me a long story about rivers."
        sent = kernel.start(cell)
        kernel.finish(sent, until="streaming")
        kernel.manager.interrupt_kernel()
        output = kernel.finish(sent)
        assert output.error is not None
        assert output.error[0].startswith("Interrupted: ")
        assert len(output.error) == 1
        said = kernel.run("print(slow.run.status, [c.failure.kind if c.failure else 'ok' for c in slow.calls])").printed
        assert "interrupted" in said
        kernel.run("from routebook.providers.simulated import set_speed; set_speed(float('inf'))")
        kernel.run("first = slow")
        assert kernel.run(cell).error is None
        said = kernel.run("print(slow.run.id == first.run.id, [c.status for c in slow.calls])").printed
        assert "True ['ok', 'ok']" in said
