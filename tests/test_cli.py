"""``routebook`` in a shell: what it prints where, what it writes, and its exit codes."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.ports import free_port

import routebook
from routebook.cli import main

COMMANDS = ("compare", "route", "decide", "check", "diff", "export", "targets", "models", "history", "doctor")
ASK = "What is 17 * 3? Answer with the number only."


class Shell:
    """Runs the command and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = main(words)
        self.out, self.err = self.capsys.readouterr()
        return code

    def refuses(self, *words: str) -> str:
        """Run what cannot be done; return the one line that says why."""
        assert self(*words) == 2
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("routebook: ")
        return line


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


# ---- the command itself ---------------------------------------------------------------------------------------------


def test_the_version_is_told(shell: Shell) -> None:
    assert shell("--version") == 0
    assert shell.out == f"routebook {routebook.__version__}\n"


def test_help_lists_every_command(shell: Shell) -> None:
    assert shell("--help") == 0
    assert all(f"\n  {command} " in shell.out for command in COMMANDS)


def test_without_a_command_the_usage_is_shown_and_nothing_was_done(shell: Shell) -> None:
    assert shell() == 2
    assert shell.out.startswith("usage: routebook")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_help(shell: Shell, command: str) -> None:
    assert shell(command, "--help") == 0
    assert shell.out.startswith(f"usage: routebook {command}")


def test_a_misspelt_command_has_a_suggestion(shell: Shell) -> None:
    assert "'compare'" in shell.refuses("compair", "hello")


# ---- compare --------------------------------------------------------------------------------------------------------


def test_a_comparison_is_printed_and_everything_went_well(shell: Shell) -> None:
    assert shell("compare", ASK, "sim/small", "sim/large") == 0
    assert "sim/small" in shell.out
    assert "sim/large" in shell.out
    assert "51" in shell.out
    assert "simulated" in shell.out.lower()
    assert shell.err == ""


def test_a_model_that_fails_makes_the_exit_code_one_and_the_others_are_shown(shell: Shell) -> None:
    assert shell("compare", ASK, "sim/large", "sim/broken", "--retries", "0") == 1
    assert "51" in shell.out
    assert "sim/broken" in shell.out


def test_the_json_goes_to_standard_output_alone(shell: Shell) -> None:
    assert shell("compare", ASK, "sim/large", "--json", "-") == 0
    document = json.loads(shell.out)
    assert "sim/large" in json.dumps(document)


def test_a_page_and_a_file_are_written(shell: Shell, tmp_path: Path) -> None:
    page, file = tmp_path / "page.html", tmp_path / "run.json"
    assert shell("compare", ASK, "sim/large", "--html", str(page), "--json", str(file)) == 0
    assert "sim/large" in page.read_text(encoding="utf-8")
    assert routebook.Comparison.from_json(file).models == ("sim/large",)
    assert shell.err.splitlines() == [f"routebook: wrote {page}", f"routebook: wrote {file}"]


def test_the_prompt_may_come_from_a_file(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "ask.txt").write_text(ASK, encoding="utf-8")
    assert shell("compare", f"@{tmp_path / 'ask.txt'}", "sim/large") == 0
    assert "51" in shell.out


def test_the_prompt_may_come_from_standard_input(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(ASK))
    assert shell("compare", "-", "sim/large") == 0
    assert "51" in shell.out


def test_a_named_run_is_continued_with_its_own_models(shell: Shell) -> None:
    assert shell("compare", ASK, "sim/small", "sim/large", "--name", "first") == 0
    assert shell("compare", "And times two?", "--continue", "first", "--json", "-") == 0
    assert {"sim/small", "sim/large"} <= set(json.dumps(json.loads(shell.out)).split('"'))


def test_a_schema_is_read_from_a_path(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text('{"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}', encoding="utf-8")
    assert shell("compare", ASK, "sim/large", "--schema", str(path)) == 0


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "Write what to ask"),
        ([""], "models"),
        (["", "sim/small"], "empty"),
        ([ASK], "model"),
        ([ASK, "small"], "host/model"),
        ([ASK, "sum/small"], "'sim'"),
        ([ASK, "sim/small", "--repeats", "2"], "'--repeat'"),
        ([ASK, "sim/small", "--budget", "none"], "--budget"),
        ([ASK, "sim/small", "--background"], "&"),
        ([ASK, "sim/small", "--continue", "nothing"], "nothing"),
        ([ASK, "sim/small", "--image", "no-such.png"], "no-such.png"),
        ([ASK, "sim/small", "--schema", "no-such.json"], "no-such.json"),
        (["@no-such.txt", "sim/small"], "no-such.txt"),
        ([ASK, "sim/small", "--html", "no-such-folder/page.html"], "no folder"),
        ([ASK, "sim/small", "--json", "."], "is a folder"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_nothing_is_asked(shell: Shell, words: list[str], part: str) -> None:
    assert part in shell.refuses("compare", *words)
    assert shell("history") == 0
    assert "Nothing was asked yet." in shell.out


@pytest.mark.parametrize("models", [[], ["small"]])
def test_the_list_of_models_has_the_name_it_has_in_a_shell(shell: Shell, models: list[str]) -> None:
    line = shell.refuses("compare", ASK, *models)
    assert "`routebook models`" in line
    assert "%" not in line


def test_a_broken_config_is_one_clear_line(shell: Shell, isolated: Path) -> None:
    (isolated / "config.toml").write_text("[defaults]\nbuget_usd = 1\n", encoding="utf-8")
    assert "line 2" in shell.refuses("compare", ASK, "sim/small")


def test_a_store_that_is_none_is_one_clear_line(shell: Shell, isolated: Path) -> None:
    (isolated / "store.sqlite3").write_bytes(b"this is no database" * 500)
    assert "store" in shell.refuses("compare", ASK, "sim/small")


# ---- route ----------------------------------------------------------------------------------------------------------

POLICY = """\
routebook: 1
name: desk
classify:
  - {tag: sums, when: {keyword: [sum]}}
  - {tag: paid, when: {metadata: plan, equals: pro}}
routes:
  sums: {models: [sim/broken, sim/large]}
  paid: {models: [sim/large]}
  lost: {models: [sim/broken]}
default: {models: [sim/small]}
"""
SUM = "What is the sum of 17 and 25? Answer with the number only."


@pytest.fixture
def routes(tmp_path: Path) -> str:
    path = tmp_path / "routes.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


def test_the_answer_goes_to_standard_output_and_how_it_came_to_standard_error(shell: Shell, routes: str) -> None:
    assert shell("route", routes, SUM) == 0
    assert shell.out == "42\n"
    decided, failed = shell.err.splitlines()
    assert "rule 1 fired (it has the word sum) → sums → sim/broken (failed: server), sim/large (answered)." in decided
    assert decided.endswith("simulated.")
    assert failed == "routebook: sim/broken is broken, as it always is. It is there for lessons."


def test_when_no_model_answers_the_exit_code_is_one(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(POLICY.replace("sim/broken, sim/large", "sim/broken, sim/cutoff"), encoding="utf-8")
    assert shell("route", str(path), SUM) == 1
    assert shell.out == ""
    assert "sim/cutoff" in shell.err


def test_facts_and_tags_decide(shell: Shell, routes: str) -> None:
    assert shell("route", routes, "Hi.", "--meta", "plan=pro", "--dry-run") == 0
    assert "paid → sim/large" in shell.out


def test_a_dry_run_sends_nothing(shell: Shell, routes: str) -> None:
    assert shell("route", routes, SUM, "--dry-run") == 0
    assert shell.out.endswith("Nothing was sent.\n")
    assert shell("history") == 0
    assert "Nothing was asked yet." in shell.out


def test_what_was_routed_is_written_as_a_comparison_is(shell: Shell, routes: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert shell("route", routes, SUM, "--json", "-", "--html", str(page)) == 0
    assert json.loads(shell.out)["run"]["settings"]["route"]["policy"] == "desk"
    assert "rule 1 fired" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "Write by which policy"),
        (["{routes}"], "Write by which policy"),
        (["{routes}", "Hi.", "sim/small"], "Write by which policy"),
        (["{routes}s", "Hi."], "Did you mean 'routes.yaml'"),
        (["{routes}", ""], "empty"),
        (["{routes}", "Hi.", "--meta", "plan"], "NAME=VALUE"),
        (["{routes}", "Hi.", "--budgte", "1"], "'--budget'"),
        (["{routes}", "@no-such.txt"], "no-such.txt"),
    ],
)
def test_what_cannot_be_routed_is_one_line(shell: Shell, routes: str, words: list[str], part: str) -> None:
    assert part in shell.refuses("route", *(word.format(routes=routes) for word in words))


def test_a_policy_that_cannot_be_read_says_where(shell: Shell, routes: str) -> None:
    Path(routes).write_text(POLICY.replace("classify:", "clasify:"), encoding="utf-8")
    line = shell.refuses("route", routes, "Hi.")
    assert "line 3" in line
    assert "'classify'" in line


# ---- models, history, doctor ----------------------------------------------------------------------------------------


def test_models_lists_one_host(shell: Shell) -> None:
    assert shell("models", "--host", "simcloud") == 0
    assert "simcloud/large (simulated)" in shell.out
    assert "sim/small" not in shell.out


def test_models_takes_hosts_without_the_option_too(shell: Shell) -> None:
    assert shell("models", "simcloud", "sim") == 0
    assert "simcloud/large" in shell.out
    assert "sim/small" in shell.out


def test_an_unknown_host_has_a_suggestion(shell: Shell) -> None:
    assert "'openai'" in shell.refuses("models", "opnai")


def test_history_lists_the_newest_run_first(shell: Shell) -> None:
    shell("compare", ASK, "sim/small", "--name", "first")
    shell("compare", "Name a prime number.", "sim/large", "--name", "second")
    assert shell("history") == 0
    _, second, first = shell.out.splitlines()
    assert " second " in second
    assert " first " in first
    assert "1 of 1" in first
    assert "simulated" in first
    assert shell("history", "--limit", "1") == 0
    assert len(shell.out.splitlines()) == 2


def test_history_lists_runs_with_and_without_a_name(shell: Shell) -> None:
    shell("compare", ASK, "sim/small", "--name", "first")
    shell("compare", "Name a prime number.", "sim/large")
    assert shell("history") == 0
    assert "nan" not in shell.out.lower()
    assert " first " in shell.out.splitlines()[2]


def test_history_takes_no_words(shell: Shell) -> None:
    assert "'first'" in shell.refuses("history", "first")


def test_the_doctor_finds_a_fresh_machine_in_order(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OLLAMA_BASE_URL", "VLLM_BASE_URL", "LMSTUDIO_BASE_URL", "LLAMACPP_BASE_URL"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{free_port()}/v1")
    assert shell("doctor") == 0
    assert "Everything that is needed is in order." in shell.out


def test_the_doctor_fails_where_something_needed_is_broken(shell: Shell, isolated: Path) -> None:
    (isolated / "store.sqlite3").write_bytes(b"this is no database" * 500)
    assert shell("doctor") == 1
    assert "✗ broken" in shell.out


# ---- as a process ---------------------------------------------------------------------------------------------------


def process(*words: str, stderr: int = subprocess.PIPE, **environment: str) -> subprocess.Popen[str]:
    source = str(Path(routebook.__file__).parent.parent)
    return subprocess.Popen(
        [sys.executable, "-m", "routebook.cli", *words],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, "PYTHONPATH": source, **environment},
    )


def test_a_terminal_without_our_signs_still_gets_its_table() -> None:
    with process("models", "--host", "sim", PYTHONIOENCODING="ascii") as running:
        out, err = running.communicate()
    assert (running.returncode, err) == (0, "")
    assert "sim/small" in out


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    with process("models", "--host", "openai") as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.wait() == 0
        assert running.stderr is not None
        assert running.stderr.read() == ""


def test_a_process_that_made_every_provider_ends_without_a_word() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/v1"
    presets = {f"{name}_BASE_URL": nowhere for name in ("OLLAMA", "VLLM", "LMSTUDIO", "LLAMACPP")}
    with process("models", "--live", **presets) as running:
        _, err = running.communicate()
    assert (running.returncode, err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
def test_an_interrupt_keeps_what_came_and_says_so() -> None:
    terminal, its_end = os.openpty()
    words = ("compare", "Write a long story about a lighthouse.", "sim/large", "sim/small")
    with (
        process(*words, stderr=its_end, ROUTEBOOK_SIM_SPEED="0.001") as running,
        os.fdopen(terminal, "rb", 0) as screen,
    ):
        os.close(its_end)
        shown = b""
        while b"Asking: 0 of 2 done" not in shown:
            shown += screen.read(1000)
        running.send_signal(signal.SIGINT)
        while b"Interrupted" not in shown:
            shown += screen.read(1000)
        assert running.wait() == 130
    assert b"routebook: Interrupted: 0 of 2 answers came and are kept." in shown
