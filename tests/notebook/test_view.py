"""The interactive view in a real kernel: what a page is given while a run goes on, what stays, and what it may ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.kernel import Kernel, Output, running_kernel
from tests.support.live_runs import Page

from routebook.render.style import STYLE

COMPARISON = "application/vnd.routebook.comparison.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
STILL = {COMPARISON, "text/html", "text/plain"}
STORY = "Tell me a long story about"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("kernel"), ROUTEBOOK_USER="ada") as running:
        assert running.run("%load_ext routebook\nfrom routebook.providers.simulated import set_speed").error is None
        yield running


@pytest.fixture
def kernel(shared: Kernel) -> Kernel:
    """A kernel whose simulated models answer at once."""
    shared.run("set_speed(float('inf'))")
    return shared


@pytest.fixture
def steady(shared: Kernel) -> Kernel:
    """A kernel whose simulated models stream for a second or two."""
    shared.run("set_speed(4)")
    return shared


@pytest.fixture
def slow(shared: Kernel) -> Kernel:
    """A kernel whose simulated models are at it until they are stopped."""
    shared.run("set_speed(0.05)")
    return shared


def follow(output: Output) -> tuple[Page, list[str]]:
    """Follow a run as a page does; return what it knows in the end, and the kinds of comm messages in their order."""
    (opened,) = [content for kind, content in output.comms if kind == "comm_open" and "_snapshot" in state(content)]
    page = Page(state(opened)["_snapshot"])
    kinds = []
    for kind, content in output.comms:
        if content["comm_id"] == opened["comm_id"]:
            kinds.append(kind)
            if content["data"].get("method") == "custom":
                page.take(content["data"]["content"])
    return page, kinds


def state(content: dict[str, Any]) -> dict[str, Any]:
    """Return the state a widget is opened with."""
    return dict(content["data"].get("state", {}))


def answers(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the answers of a bundle by their ids."""
    return {answer["id"]: answer for prompt in bundle[COMPARISON]["prompts"] for answer in prompt["answers"]}


def test_a_run_is_one_output_with_a_widget_while_it_goes_on_and_without_in_the_end(steady: Kernel) -> None:
    output = steady.run(f"%%compare sim/small sim/large --no-cache\n{STORY} rivers.")
    assert output.error is None
    (last,) = output.displays
    assert set(output.drafts[0]) == STILL | {WIDGET}
    assert set(last) == STILL
    assert last[COMPARISON]["run"]["status"] == "finished"
    assert len(last["text/plain"].splitlines()) == 4


def test_a_page_that_follows_the_widget_ends_with_the_answers_that_stay(steady: Kernel) -> None:
    output = steady.run(f"%%compare sim/small sim/large sim/medium --no-cache\n{STORY} lakes.")
    page, kinds = follow(output)
    assert page.seq > 3
    assert kinds[0] == "comm_open"
    assert kinds[-1] == "comm_close"
    stays = answers(output.displays[0])
    assert {name: answer["text"] for name, answer in page.answers.items()} == {
        name: answer["text"] for name, answer in stays.items()
    }
    assert page.comparison["run"]["status"] == "finished"


def test_text_comes_in_pieces_and_none_is_sent_twice(steady: Kernel) -> None:
    output = steady.run(f"%%compare sim/large --no-cache\n{STORY} seas.")
    said = [
        change["text"]
        for _, content in output.comms
        if content["data"].get("method") == "custom"
        for change in content["data"]["content"]["changes"]
        if "text" in change
    ]
    assert len(said) > 3
    assert "".join(said) == answers(output.displays[0])["1-0-0"]["text"]


def test_where_nobody_looks_on_there_is_no_widget_and_no_frame_between_first_and_last(steady: Kernel) -> None:
    sent = steady.start(f"%%compare sim/small --no-cache\n{STORY} hills.", allow_stdin=False)
    output = steady.finish(sent)
    assert output.comms == []
    assert [set(draft) for draft in output.drafts] == [STILL, STILL]


def test_a_kernel_that_dies_leaves_what_had_finished(tmp_path: Path) -> None:
    with running_kernel(tmp_path) as kernel:
        kernel.run("%load_ext routebook")
        kernel.run("%%compare sim/small --name first\nName a river.")
        text = kernel.run("print(first.calls[0].text)").printed.strip()
        kernel.run("from routebook.providers.simulated import set_speed; set_speed(0.01)")
        output = kernel.finish(kernel.start("%%compare sim/small sim/large\nName a river."), until="1 of 2 answers")
        kernel.manager.shutdown_kernel(now=True)
    left = output.drafts[-1]
    assert text in left["text/html"]
    done, growing = answers(left).values()
    assert (done["phase"], done["text"]) == ("done", text)
    assert growing["phase"] in ("queued", "streaming")
    assert left[COMPARISON]["run"]["status"] == "running"


def test_a_comparison_at_the_end_of_a_cell_is_the_same_view(kernel: Kernel) -> None:
    shown = kernel.run("import routebook as rb\nrb.compare('Name a sea.', ['sim/small', 'sim/large'])").displays[-1]
    assert set(shown) == STILL
    assert [model["id"] for model in shown[COMPARISON]["models"]] == ["sim/small", "sim/large"]


def test_a_run_in_the_background_is_followed_the_same(steady: Kernel) -> None:
    steady.run(f"%%compare sim/small --background --no-cache --name later\n{STORY} deltas.")
    output = steady.run(
        "import threading\n[t.join() for t in threading.enumerate() if t.name == 'routebook-display']\nlater"
    )
    assert output.error is None
    assert set(output.displays[-1]) == STILL
    assert output.displays[-1][COMPARISON]["run"]["status"] == "finished"


# ---- what the page asks ----------------------------------------------------------------------------------------------


def test_stop_reaches_one_model_while_the_cell_blocks(slow: Kernel) -> None:
    sent = slow.start(f"%%compare sim/small sim/large --no-cache --name halted\n{STORY} falls.")
    first = slow.finish(sent, until="answers came")
    run = first.drafts[0][COMPARISON]["run"]["id"]
    subshell = slow.open_subshell()
    comm = slow.open_comm(subshell)
    ask = {"kind": "stop", "run": run, "model": "sim/small", "id": "one"}
    assert slow.ask(comm, ask, subshell) == {"kind": "reply", "id": "one", "ok": True, "answer": "stopped"}
    halfway = slow.finish(sent, until="1 of 2 answers")
    phases = [answer["phase"] for answer in answers(halfway.drafts[-1]).values()]
    assert phases == ["failed", "streaming"]
    assert slow.ask(comm, {**ask, "model": None, "id": "all"}, subshell)["ok"]
    assert slow.finish(sent).error is None
    said = slow.run("print([call.failure.kind for call in halted.calls], halted.run.status)").printed
    assert said == "['interrupted', 'interrupted'] interrupted\n"


def test_a_vote_is_in_the_store_with_who_and_in_which_order(kernel: Kernel) -> None:
    bundle = kernel.run("%%compare sim/small sim/large --name judged\nName a lake.").displays[0][COMPARISON]
    ballot = {
        "kind": "pair",
        "prompt": bundle["prompts"][0]["id"],
        "blind": True,
        "order": ["1-0-1", "1-0-0"],
        "a": "1-0-1",
        "b": "1-0-0",
        "winner": "a",
        "note": "Deeper.",
    }
    reply = kernel.ask(kernel.open_comm(), {"kind": "vote", "run": bundle["run"]["id"], "ballot": ballot, "id": "v"})
    assert reply["ok"], reply
    assert reply["vote"].items() >= ballot.items()
    assert reply["vote"]["by"] == "ada"
    said = kernel.run("print(judged.votes[['model_a', 'winner', 'by', 'blind', 'note', 'shown']].values.tolist())")
    assert said.printed == "[['sim/large', 'a', 'ada', True, 'Deeper.', ('sim/large', 'sim/small')]]\n"
    assert kernel.run("judged").displays[-1][COMPARISON]["votes"] == [reply["vote"]]


def test_the_exact_request_is_shown_on_demand(kernel: Kernel) -> None:
    bundle = kernel.run("%%compare sim/small --max-tokens 50\nName a bay.").displays[0][COMPARISON]
    ask = {"kind": "request", "run": bundle["run"]["id"], "answer": "1-0-0", "id": "r"}
    reply = kernel.ask(kernel.open_comm(), ask)
    assert reply["request"]["protocol"] == "simulated"
    assert reply["request"]["body"]["max_tokens"] == 50


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"kind": "shell", "id": "x"}, "'kind' must be one of"),
        ({"kind": "stop", "run": "0" * 32, "model": None, "id": "x"}, "nothing to stop"),
        ({"kind": "request", "run": "0" * 32, "answer": "1-0-0", "id": "x"}, "no run"),
        ({"kind": "resync", "run": "../../etc", "id": "x"}, "'run' must be an id"),
    ],
)
def test_what_the_page_may_not_ask_is_refused_in_one_line(kernel: Kernel, message: dict[str, Any], said: str) -> None:
    reply = kernel.ask(kernel.open_comm(), message)
    assert (reply["kind"], reply["id"], reply["ok"]) == ("reply", "x", False)
    assert said in reply["error"]
    assert "\n" not in reply["error"]


def test_a_blind_run_tells_the_page_no_name_host_time_or_cost_until_the_vote_opens_it(steady: Kernel) -> None:
    output = steady.run(f"%%compare sim/small sim/large --blind --no-cache --name hidden\n{STORY} bays.")
    told = [content for _, content in output.comms] + output.drafts
    for bundle in told:
        bundle.get("data", {}).get("state", {}).pop("_esm", None)
        bundle.get("data", {}).get("state", {}).pop("_css", None)
    said = json.dumps(told).replace(json.dumps(STYLE)[1:-1], "")
    assert said.count("Answer A") > 3
    for secret in ("small", "large", "birch", "cedar", '"host"', '"vendor"'):
        assert secret not in said, secret
    facts = (
        r'\\?"(usd|list_usd|price|cost|ttft_s|latency_s|slowest_s|tokens_per_s|started_at|reasoning|model|tries)\\?": '
    )
    assert {match[2] for match in re.finditer(facts + r"(\S+?)[,}]", said)} <= {"null"}

    shown = output.displays[0][COMPARISON]
    order = [answer["id"] for answer in shown["prompts"][0]["answers"]]
    assert order == ["1-0-A", "1-0-B"]
    ballot = {"kind": "pair", "prompt": shown["prompts"][0]["id"], "blind": True, "order": order}
    ballot |= {"a": "1-0-B", "b": "1-0-A"}
    comm, run = steady.open_comm(), shown["run"]["id"]
    request = {"kind": "request", "run": run, "answer": "1-0-A", "id": "r"}
    assert "vote on this prompt first" in steady.ask(comm, request)["error"]
    reply = steady.ask(comm, {"kind": "vote", "run": run, "ballot": {**ballot, "winner": "a"}, "id": "v"})
    assert sorted(model["id"] for model in reply["models"]) == ["sim/large", "sim/small"]
    opened = {answer["label"]: reply["models"][answer["model"]]["id"] for answer in reply["prompt"]["answers"]}
    assert steady.run("print(hidden.votes.model_a[0], hidden.votes.blind[0])").printed == f"{opened['Answer B']} True\n"
    again = steady.run("hidden").displays[-1]
    assert again[COMPARISON]["prompts"] == [reply["prompt"]]
    assert again[COMPARISON]["votes"] == [reply["vote"]]
    assert "Answer A: " in again["text/html"]
