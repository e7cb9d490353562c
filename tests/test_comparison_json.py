"""A comparison as a file: it comes back exactly, and nobody can make reading it do harm."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import strategies
from tests.support.examples import ballot_of, judging_of, vote_of
from tests.support.showcase import ASK, MODELS, prices, showcase

from routebook.calls import Chunk, Timeline
from routebook.comparison import Comparison
from routebook.errors import RunError
from routebook.judging.keeping import keep
from routebook.judging.tables import every_judging
from routebook.judgments import Judgment
from routebook.models import SIMULATED_HOSTS
from routebook.prompts import Prompt
from routebook.store import default_store
from routebook.tables import plain

_FINITE = st.dictionaries(
    strategies.texts(8), st.none() | st.booleans() | st.integers(-(2**60), 2**60) | strategies.texts(10), max_size=2
)


def _prompts() -> st.SearchStrategy[Prompt]:
    """Any prompt, its metadata plain JSON data, which is what a file can hold."""
    return strategies.prompts().map(lambda prompt: replace(prompt, metadata=plain(prompt.metadata)))


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Any comparison: odd prompts, odd calls, belonging together."""
    prompts = draw(st.lists(_prompts(), min_size=1, max_size=2, unique_by=lambda prompt: prompt.id))
    run = draw(strategies.runs(settings=_FINITE))
    ids = draw(st.lists(strategies.hexes(32), max_size=2, unique=True))
    of = st.sampled_from([prompt.id for prompt in prompts])
    calls = [draw(strategies.calls(id=call_id, run_id=run.id, prompt_id=of)) for call_id in ids]
    calls = [
        replace(call, repeat=call.repeat % run.repeats, simulated=call.model.host in SIMULATED_HOSTS) for call in calls
    ]
    answered = {(call.prompt_id, call.repeat, str(call.model)) for call in calls}
    cast = [
        draw(
            strategies.votes(
                id=f"{n:032x}",
                run_id=run.id,
                prompt_id=prompt,
                repeat=repeat,
                kind="rating",
                model=model,
                model_a=None,
                model_b=None,
                winner=None,
                rating=3,
                shown=(),
            )
        )
        for n, (prompt, repeat, model) in enumerate(sorted(answered))
    ]
    made = [
        draw(
            strategies.judgings(
                id=f"{n:032x}",
                run_id=run.id,
                settings=_FINITE,
                judgments=st.lists(
                    strategies.judgments(call_id=st.just(call.id), other_id=st.just("")), max_size=2
                ).map(tuple),
            )
        )
        for n, call in enumerate(calls)
    ]
    return Comparison(run, prompts, calls, prices=prices(), file_votes=cast, file_judgings=made)


@given(comparisons())
@settings(deadline=None)  # the first opens a store
def test_what_is_written_is_read_back_exactly(comparison: Comparison) -> None:
    text = comparison.to_json()

    again = Comparison.from_json(text)

    assert again == comparison
    assert sorted(again.file_votes, key=lambda vote: vote.id) == list(comparison.file_votes)
    assert sorted(again.file_judgings, key=lambda judging: judging.id) == list(comparison.file_judgings)
    assert again.to_json() == text


def voted(**changes: Any) -> Comparison:
    """Return a comparison that came with one vote."""
    run = showcase()
    vote = vote_of(
        **({"run_id": run.run.id, "prompt_id": ASK.id, "model_a": MODELS[0], "model_b": MODELS[1]} | changes)
    )
    return Comparison(run.run, run.prompts, run.calls, prices=prices(), file_votes=[vote])


def test_votes_come_back_with_the_file(tmp_path: Path) -> None:
    run = voted(note="half \ud83d", by="ada")
    run.to_json(tmp_path / "run.json")

    again = Comparison.from_json(tmp_path / "run.json")

    assert again.file_votes == run.file_votes
    assert again.reveal().file_votes == run.file_votes
    assert again.votes["by"].tolist() == ["ada"]


def test_a_file_of_a_run_that_nobody_judged_is_one_that_an_older_version_reads() -> None:
    assert not {"votes", "judgings"} & set(json.loads(showcase().to_json()))
    again = Comparison.from_json(showcase().to_json())
    assert (again.file_votes, again.file_judgings) == ((), ())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"run_id": "1" * 32}, r"votes\[0\] is on another run"),
        ({"prompt_id": "1" * 16}, r"votes\[0\] is on an answer of 'openai/gpt-6.1-terra' that is not in the file"),
        ({"repeat": 1}, r"votes\[0\] is on an answer of 'openai/gpt-6.1-terra' that is not in the file"),
        ({"model_b": "sim/none"}, r"votes\[0\] is on an answer of 'sim/none' that is not in the file"),
        ({"winner": "c"}, r"votes\[0\]: 'winner' must be one of a, b, tie, both_bad"),
        ({"rating": 3}, r"votes\[0\]: A vote on a pair has no rating"),
        ({"weight": 3}, r"votes\[0\] has an unknown field 'weight'"),
    ],
)
def test_a_changed_vote_is_refused_with_its_place(changes: dict[str, Any], message: str) -> None:
    document = json.loads(voted().to_json())
    document["votes"][0] |= changes
    with pytest.raises(RunError, match=message):
        Comparison.from_json(json.dumps(document))


def test_two_votes_of_one_id_are_refused() -> None:
    document = json.loads(voted().to_json())
    document["votes"] *= 2
    with pytest.raises(RunError, match=r"votes\[1\] has the id of another vote"):
        Comparison.from_json(json.dumps(document))


def judged(*judgments: Judgment, **changes: Any) -> Comparison:
    """Return a comparison of two prompts, two models and two repeats that came with one judging."""
    run = showcase([ASK, Prompt.of("Another question?")], models=MODELS[:2], repeats=2)
    judging = judging_of(*(judgments or (Judgment(run.calls[0].id, 1.0),)), **({"run_id": run.run.id} | changes))
    return Comparison(run.run, run.prompts, run.calls, prices=prices(), file_judgings=[judging])


def test_judgings_come_back_with_the_file(tmp_path: Path) -> None:
    calls = judged().calls
    run = judged(
        Judgment(calls[0].id, 0.25, other_id=calls[1].id, flipped=True, note="half \ud83d"),
        Judgment(calls[1].id, None, other_id=calls[0].id, error="The judge gave no verdict."),
        Judgment(calls[0].id, 1.0, canary="null"),
        Judgment(calls[0].id, 0.5, other_id=calls[0].id, canary="copy"),
        kind="pairwise",
        by="anthropic/claude-opus-5-5",
        name="strict",
        settings={"rubric": "Shorter is better.", "both_orders": True, "canaries": 10},
        calls_run="c" * 32,
    )
    run.to_json(tmp_path / "run.json")

    again = Comparison.from_json(tmp_path / "run.json")

    assert again.file_judgings == run.file_judgings
    assert again.reveal().file_judgings == run.file_judgings
    assert every_judging(again) == run.file_judgings
    assert again.warnings == []


def test_what_was_said_of_a_call_that_was_asked_again_since_is_not_in_the_file() -> None:
    calls = judged().calls
    first, second = Judgment(calls[0].id, 1.0), Judgment(calls[1].id, 0.0)
    gone = "f" * 32
    run = judged(first, Judgment(gone, 0.0), Judgment(calls[0].id, 1.0, other_id=gone), second)

    assert Comparison.from_json(run.to_json()).file_judgings[0].judgments == (first, second)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"run_id": "1" * 32}, r"judgings\[0\] is of another run"),
        ({"id": "../../etc"}, r"judgings\[0\]: A judging's id must be an id of 32 hex digits"),
        ({"calls_run": "../../etc"}, r"judgings\[0\]: A judging's calls' run must be an id of 32 hex digits"),
        ({"kind": "guess"}, r"judgings\[0\]: 'kind' must be one of check, pairwise, reference, scale"),
        ({"by": ""}, r"judgings\[0\]: A check or judge has a name"),
        ({"name": "x" * 201}, r"judgings\[0\]: 'name' must be at most 200 characters"),
        ({"at": "2026-11-20"}, r"judgings\[0\]: 'at' must be an ISO time with its zone"),
        ({"settings": []}, r"judgings\[0\]: 'settings' must be an object"),
        ({"judgments": {}}, r"judgings\[0\]: 'judgments' must be a list"),
        ({"weight": 3}, r"judgings\[0\] has an unknown field 'weight'"),
    ],
)
def test_a_changed_judging_is_refused_with_its_place(changes: dict[str, Any], message: str) -> None:
    document = json.loads(judged().to_json())
    document["judgings"][0] |= changes
    with pytest.raises(RunError, match=message):
        Comparison.from_json(json.dumps(document))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"call_id": "f" * 32}, r"judgings\[0\], judgments\[0\] is of an answer that is not in the file"),
        ({"call_id": ""}, r"judgings\[0\], judgments\[0\] is of an answer that is not in the file"),
        ({"other_id": "f" * 32}, r"judgings\[0\], judgments\[0\] is of an answer that is not in the file"),
        ({"other_id": judged().calls[-1].id}, r"judgments\[0\] compares answers to different prompts"),
        ({"value": 1.5}, r"judgings\[0\]: exact: a judgment is a number from 0 to 1, not 1.5"),
        ({"value": -0.5}, r"judgments\[0\]: 'value' must be a number, 0 or more"),
        ({"value": True}, r"judgments\[0\]: 'value' must be a number"),
        ({"value": "1"}, r"judgments\[0\]: 'value' must be a number"),
        ({"value": None}, r"judgings\[0\]: exact: a judgment without a value says why"),
        ({"flipped": 1}, r"judgments\[0\]: 'flipped' must be true or false"),
        ({"canary": "bird"}, r"judgments\[0\]: 'canary' must be one of , null, copy"),
        ({"note": "x" * 10_001}, r"judgments\[0\]: 'note' must be at most 10,000 characters"),
        ({"error": "x" * 10_001}, r"judgments\[0\]: 'error' must be at most 10,000 characters"),
        ({"weight": 3}, r"judgments\[0\] has an unknown field 'weight'"),
    ],
)
def test_a_changed_judgment_is_refused_with_its_place(changes: dict[str, Any], message: str) -> None:
    document = json.loads(judged().to_json())
    document["judgings"][0]["judgments"][0] |= changes
    with pytest.raises(RunError, match=message) as caught:
        Comparison.from_json(json.dumps(document))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["id", "run_id", "kind", "by", "name", "settings", "calls_run", "at", "judgments"])
def test_a_judging_that_lacks_a_field_is_refused(name: str) -> None:
    document = json.loads(judged().to_json())
    del document["judgings"][0][name]
    with pytest.raises(RunError, match=rf"judgings\[0\] lacks '{name}'"):
        Comparison.from_json(json.dumps(document))


@pytest.mark.parametrize("name", Judgment._fields)
def test_a_judgment_that_lacks_a_field_is_refused(name: str) -> None:
    document = json.loads(judged().to_json())
    del document["judgings"][0]["judgments"][0][name]
    with pytest.raises(RunError, match=rf"judgments\[0\] lacks '{name}'"):
        Comparison.from_json(json.dumps(document))


def test_two_judgings_of_one_id_are_refused() -> None:
    document = json.loads(judged().to_json())
    document["judgings"] *= 2
    with pytest.raises(RunError, match=r"judgings\[1\] has the id of another judging"):
        Comparison.from_json(json.dumps(document))


def test_a_file_has_no_ballot_and_so_no_key_of_one(tmp_path: Path) -> None:
    run = judged()
    ballot = ballot_of(run_id=run.run.id, title="For the class of 2026")
    keep(run, ballot)

    assert default_store().ballot(ballot.id) == ballot
    assert default_store().judgings_of(run.run.id) == list(run.file_judgings)
    for written in (run.to_json(), run.to_html()):
        assert ballot.key not in written
        assert ballot.title not in written


def test_a_file_is_read_back_exactly(tmp_path: Path) -> None:
    run = showcase(repeats=2)
    run.warn("Something to know.")
    run.to_json(tmp_path / "run.json")

    again = Comparison.from_json(tmp_path / "run.json", prices=prices())

    assert again == run
    assert again.warnings == ["Something to know."]
    assert again.frame.equals(run.frame)
    assert Comparison.from_json(str(tmp_path / "run.json")) == run


def test_texts_that_utf8_cannot_hold_can_be_written(tmp_path: Path) -> None:
    run = showcase(each={"text": "half \ud83d and split \ud83d\ude00"})
    run.to_json(tmp_path / "run.json")

    assert Comparison.from_json(tmp_path / "run.json").calls[0].text == "half \ud83d and split \U0001f600"


def test_the_document_says_what_it_is() -> None:
    document = json.loads(showcase().to_json())

    assert list(document) == ["routebook", "kind", "run", "prompts", "calls", "warnings"]
    assert (document["routebook"], document["kind"]) == (1, "comparison")


def _with(path: tuple[str | int, ...], value: Any) -> str:
    document = json.loads(showcase().to_json())
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document)


_BOMB = b"\x01" + zlib.compress((10_000_000).to_bytes(4, "little") + bytes(120_000_000), 9)
_KIND_3 = b"\x01" + zlib.compress((1).to_bytes(4, "little") + bytes(8) + (3).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("routebook",), 2, "written by a later routebook"),
        (("kind",), "policy", "'kind' must be one of comparison, not 'policy'"),
        (("extra",), 1, "unknown field 'extra'"),
        (("run",), [], "run must be an object, not a list"),
        (("run", "planned"), -1, "'planned' must be a whole number, 0 or more, not -1"),
        (("run", "planned"), True, "'planned' must be a whole number"),
        (("run", "planned"), 10**30, "'planned' must be a whole number"),
        (("run", "repeats"), 10**7, "'repeats' must be at most 1,000,000, not 10000000"),
        (("run", "planned"), 10**7, "'planned' must be at most 2,000,000"),
        (("run", "models"), [f"sim/m{n}" for n in range(2000)], "more than the 1,000 a saved run may have"),
        (("calls", 0, "repeat"), 10**7, "'repeat' must be at most 1,000,000"),
        (("calls", 0, "repeat"), 1, r"calls\[0\] is repeat 1, from 0, of 1"),
        (("calls", 0, "simulated"), True, "'simulated' must be false for 'openai/gpt-6.1-terra'"),
        (("calls", 0, "model"), "simcloud/large", "'simulated' must be true for 'simcloud/large'"),
        (("run", "status"), "won", "'status' must be one of running, finished, interrupted, failed"),
        (("run", "created_at"), "2026-11-20", "'created_at' must be an ISO time with its zone"),
        (("run", "models"), [1], "'models' must be a list of short texts"),
        (("run", "loop_lag_ms"), {"p50": "1"}, "'p50' must be a number"),
        (("prompts", 0, "id"), "0" * 16, "not this prompt's; the file was changed"),
        (("prompts", 0, "messages"), [], "A prompt needs at least one message"),
        (("prompts", 0, "messages", 0, "role"), "system", "'role' must be one of user, assistant"),
        (("calls", 0, "text"), None, r"calls\[0\]: 'text' must be text, not null"),
        (("calls", 0, "latency_s"), -0.5, "'latency_s' must be a number, 0 or more"),
        (("calls", 0, "latency_s"), "1", "'latency_s' must be a number, not '1'"),
        (("calls", 0, "model"), "no slash", "is not a model id"),
        (("calls", 0, "run_id"), "x", "belongs to another run"),
        (("calls", 0, "prompt_id"), "x", "which is not in the file"),
        (("calls", 1, "id"), "0" * 32, "has the id of another call"),
        (("calls", 0, "status"), "error", "a 'failure' exactly when its status is error"),
        (("calls", 0, "reported_cost_usd"), "1e999999", "'reported_cost_usd' must be an amount of US dollars"),
        (("calls", 0, "reported_cost_usd"), "NaN", "'reported_cost_usd' must be an amount of US dollars"),
        (("calls", 0, "reported_cost_usd"), "-1", "'reported_cost_usd' must be an amount of US dollars"),
        (("calls", 0, "usage", "input_tokens"), 1.5, "'input_tokens' must be a whole number"),
        (("calls", 0, "usage", "cost"), 1, "unknown field 'cost'"),
        (("calls", 0, "extras"), {"a": 1}, "'extras' must be texts"),
        (("calls", 0, "timeline"), "%%%", "'timeline' must be base64"),
        (("calls", 0, "timeline"), "AAAA", "'timeline' must be a timeline, not"),
        (("calls", 0, "timeline"), base64.b64encode(_BOMB).decode(), "'timeline' must be a timeline, not"),
        (("calls", 0, "timeline"), base64.b64encode(_KIND_3).decode(), "'timeline' must be a timeline, not"),
        (
            ("calls", 0, "timeline"),
            base64.b64encode(Timeline.of([Chunk(2**63, "text", 1)]).packed).decode(),
            "'timeline' must be a timeline, not",
        ),
        (
            ("prompts", 0, "messages", 0, "attachments"),
            [{"name": "x", "media_type": "image/png", "data": base64.b64encode(b"<svg/>").decode()}],
            "is not an image",
        ),
        (
            ("prompts", 0, "messages", 0, "attachments"),
            [{"name": "x", "media_type": "text/html", "data": ""}],
            "'media_type' must be one of image/png",
        ),
        (
            ("prompts", 0, "messages", 0, "attachments"),
            [{"name": "x", "media_type": "image/png", "data": base64.b64encode(b"GIF89a").decode()}],
            "this is image/gif, not image/png",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path: tuple[str | int, ...], value: Any, message: str) -> None:
    with pytest.raises(RunError, match=message) as caught:
        Comparison.from_json(_with(path, value))

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not a saved run"),
        ('{"routebook": 1, "routebook": 1}', "the field 'routebook' is there twice"),
        ('{"routebook": NaN}', "NaN is no JSON number"),
        ('{"routebook": ' + "[" * 200_000, "nested too deeply"),
        ('{"routebook": ' + "9" * 10_000 + "}", "is not a saved run"),
        ("{}", "lacks 'routebook'"),
        ('{"routebook": 1, "kind": "comparison"}', "lacks 'run'"),
    ],
)
def test_what_is_no_saved_run_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        Comparison.from_json(text)


def test_a_file_that_is_not_there_or_not_text_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"Cannot read '.*none\.json': No such file"):
        Comparison.from_json(tmp_path / "none.json")
    (tmp_path / "picture.json").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(RunError, match="not UTF-8 text"):
        Comparison.from_json(tmp_path / "picture.json")


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_ANYTHING = st.recursive(_LEAVES, lambda of: st.lists(of) | st.dictionaries(st.text(max_size=5), of))


@given(_ANYTHING, st.sampled_from(["run", "prompts", "calls", "warnings", "votes", "judgings"]))
def test_anything_in_a_fields_place_is_read_or_refused(value: Any, name: str) -> None:
    text = _with((name,), value)
    try:
        Comparison.from_json(text)
    except RunError:
        return
    assert (name in ("calls", "votes", "judgings") and value == []) or (name == "warnings" and isinstance(value, list))


def test_a_run_that_claims_many_repeats_is_shown_by_those_it_has() -> None:
    run = showcase()
    claiming = Comparison(replace(run.run, repeats=2**62), run.prompts, run.calls)  # counting to it would never end

    assert claiming._repr_html_().count('class="rb-card') == 4
    assert f"repeat 1 of {2**62}" in " ".join(claiming.text_table(400).split())
