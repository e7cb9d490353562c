"""A blind ballot: what is on it, and that its page tells nothing and does nothing but take votes."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from tests.support.ballots import MODELS, answered, data_in
from tests.support.hostile import corpus
from tests.support.safe_html import read

from routebook.ballots import Ballot, BallotItem
from routebook.comparison import Comparison
from routebook.errors import ModelError, RunError, StoreError, VoteError
from routebook.judging.people.ballot import PrintedBallot, ballot
from routebook.judging.people.ballot_page import page
from routebook.prompts import Attachment, Message, Prompt
from routebook.runs import compare
from routebook.store import Store, default_store

_TEMPLATE = re.compile(r'<template id="([pt]\d+)">(.*?)</template>', re.DOTALL)
HOSTILE = {name: text for name, text in corpus().items() if len(text) < 3_000}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000154a24f5d0000"
    "000049454e44ae426082"
)


def two(number: int = 4) -> Comparison:
    """Return a run of two models and so many prompts."""
    return answered({f"Question {n}?": [f"First answer {n}.", f"Second answer {n}."] for n in range(number)})


def three(number: int = 4) -> Comparison:
    """Return a run of three models and so many prompts."""
    return answered({f"Question {n}?": [f"{word} {n}." for word in ("One", "Two", "Three")] for n in range(number)})


def printed(run: Comparison, folder: Path, **options: object) -> PrintedBallot:
    return ballot(run, folder / "ballot.html", **options)  # type: ignore[arg-type]


def templates(path: Path) -> dict[str, str]:
    return dict(_TEMPLATE.findall(path.read_text(encoding="utf-8")))


class TestWhatIsAsked:
    """The pairs of a ballot."""

    def test_every_pair_of_models_for_every_prompt(self, tmp_path: Path) -> None:
        run = three()
        made = printed(run, tmp_path).ballot
        pairs = {(item.prompt_id, frozenset((item.model_a, item.model_b))) for item in made.items}

        assert len(made.items) == 12
        assert pairs == {(prompt.id, frozenset(pair)) for prompt in run.prompts for pair in combinations(MODELS[:3], 2)}

    def test_some_prompts_and_models_only(self, tmp_path: Path) -> None:
        run = three()
        made = printed(run, tmp_path, prompts=[0, "Question 2?"], models=["gpt-6.1-terra", MODELS[2]]).ballot

        assert {item.prompt_id for item in made.items} == {run.prompts[0].id, run.prompts[2].id}
        assert {frozenset((item.model_a, item.model_b)) for item in made.items} == {frozenset((MODELS[0], MODELS[2]))}

    def test_each_repeat_by_itself(self, tmp_path: Path) -> None:
        run = compare("Write a limerick.", models=["sim/small", "sim/large"], repeats=3)
        assert sorted(item.repeat for item in printed(run, tmp_path).ballot.items) == [0, 1, 2]

    def test_answers_that_are_missing_or_the_same_are_no_pair_and_counted(self, tmp_path: Path) -> None:
        run = answered({"a": ["x", "y", None], "b": ["same", " same\n", "other"], "c": ["x", "", "z"]})
        made = printed(run, tmp_path)

        assert (len(made.ballot.items), made.alike, made.unanswered) == (4, 1, 4)
        assert "1 pair left out because both answers are the same." in str(made)
        assert "4 pairs left out because an answer is missing." in str(made)

    def test_each_model_is_as_often_a_as_b(self, tmp_path: Path) -> None:
        made = printed(three(10), tmp_path).ballot
        places = Counter((frozenset((item.model_a, item.model_b)), item.model_a) for item in made.items)

        assert set(places.values()) == {5}

    def test_any_stretch_of_it_is_balanced(self, tmp_path: Path) -> None:
        items = printed(three(30), tmp_path, seed=1).ballot.items
        for start in range(0, 60, 7):
            stretch = items[start : start + 30]
            seen = Counter(model for item in stretch for model in (item.model_a, item.model_b))
            assert max(seen.values()) - min(seen.values()) <= 3
            assert max(Counter(item.prompt_id for item in stretch).values()) <= 2

    def test_a_seed_deals_the_same_letters_in_the_same_order(self, tmp_path: Path) -> None:
        run = three()

        def dealt(seed: int | None) -> list[tuple[str, str, str]]:
            items = printed(run, tmp_path, seed=seed).ballot.items
            return [(item.prompt_id, item.model_a, item.model_b) for item in items]

        assert dealt(1) == dealt(1)
        assert len({tuple(dealt(None)) for _ in range(5)}) > 1
        assert printed(run, tmp_path, seed=1).ballot.key != printed(run, tmp_path, seed=1).ballot.key

    @pytest.mark.parametrize(
        ("options", "error", "message"),
        [
            ({"most": 0}, VoteError, "most= is how many pairs one voter is asked, 1 or more, or None for all, not 0"),
            ({"most": True}, VoteError, "not True"),
            ({"voters": "Ada"}, VoteError, r"voters= is a list of names: voters=\['Ada'\]"),
            ({"voters": ["Ada", "ada "]}, VoteError, "Two voters are called 'ada'"),
            ({"voters": [" "]}, VoteError, "A voter has a name"),
            ({"title": ""}, VoteError, "title"),
            ({"models": ["gpt-6.1-terra"]}, VoteError, "between two models or more"),
            ({"models": ["gpt-6.1-tera", "claude-haiku-5-5"]}, ModelError, "Did you mean 'gpt-6.1-terra'"),
            ({"prompts": [9]}, RunError, "There is no prompt 9"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(
        self, options: dict[str, object], error: type[Exception], message: str, tmp_path: Path
    ) -> None:
        with pytest.raises(error, match=message):
            printed(two(), tmp_path, **options)
        assert not list(tmp_path.glob("ballot*"))

    @pytest.mark.parametrize(
        ("texts", "why"),
        [
            ({"a": ["x", None]}, "no prompt has two answers"),
            ({"a": ["x", "x"]}, "the answers to each prompt are the same, word for word"),
            ({"a": ["x", "x"], "b": ["x", None]}, "no prompt has two answers that differ"),
        ],
    )
    def test_without_any_pair_there_is_no_ballot(
        self, texts: dict[str, list[str | None]], why: str, tmp_path: Path
    ) -> None:
        with pytest.raises(VoteError, match=f"There is nothing to vote on: {why}"):
            printed(answered(texts), tmp_path)

    def test_it_is_in_the_store_with_the_run(self, tmp_path: Path) -> None:
        run = two()
        made = printed(run, tmp_path, voters=["Ada", "Grace"], title="Helpful?").ballot

        assert default_store().ballots_of(run.run.id) == [made]
        assert default_store().load_run(run.run.id)[2]

    def test_without_a_store_no_page_is_handed_out(self, tmp_path: Path) -> None:
        run = two()
        run.store = Store.open(tmp_path / "closed.sqlite3")
        run.store.close()
        with pytest.raises(StoreError):
            printed(run, tmp_path)
        assert not (tmp_path / "ballot.html").exists()

    def test_a_page_that_cannot_be_written_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(VoteError, match=r"Cannot write .*: No such file or directory"):
            ballot(two(), tmp_path / "nowhere" / "ballot.html")


class TestThePage:
    """What is in the file, and what is not."""

    def test_it_names_no_model_cost_time_or_call(self, tmp_path: Path) -> None:
        run = three()
        text = printed(run, tmp_path).path.read_text()

        for model in MODELS[:3]:
            for word in (model, *model.split("/")):
                assert word not in text
        for call in run.calls:
            for word in (call.id, call.fingerprint, call.prompt_id, call.started_at.isoformat()[:19]):
                assert word not in text
        assert run.run.id not in text
        assert "latency" not in text
        assert "usd" not in text.lower()

    def test_each_item_shows_its_prompt_and_its_two_answers(self, tmp_path: Path) -> None:
        run = three()
        made = printed(run, tmp_path)
        data, shown = data_in(made.path), templates(made.path)

        assert [item["id"] for item in data["items"]] == [item.id for item in made.ballot.items]
        for item, known in zip(data["items"], made.ballot.items, strict=True):
            prompt = next(prompt for prompt in run.prompts if prompt.id == known.prompt_id)
            assert prompt.text in shown[f"p{item['prompt']}"]
            assert run.text(known.model_a, prompt) in shown[f"t{item['a']}"]
            assert run.text(known.model_b, prompt) in shown[f"t{item['b']}"]

    def test_where_an_answer_is_in_the_file_tells_nothing(self, tmp_path: Path) -> None:
        run = two(40)
        made = printed(run, tmp_path)
        places: dict[str, list[int]] = {model: [] for model in MODELS[:2]}
        for item, known in zip(data_in(made.path)["items"], made.ballot.items, strict=True):
            places[known.model_a].append(item["a"])
            places[known.model_b].append(item["b"])
        for numbers in places.values():
            halves = sum(number < 40 for number in numbers)
            assert 5 < halves < 35  # by chance beyond that once in a hundred million
            assert 5 < sum(number % 2 for number in numbers) < 35

    def test_only_its_own_script_and_style_may_run(self, tmp_path: Path) -> None:
        text = printed(two(), tmp_path).path.read_text()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        assert policy is not None
        for tag, directive in (("script", "script-src"), ("style", "style-src")):
            bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
            assert len(bodies) == 1
            made = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
            assert f"{directive} 'sha256-{made}';" in policy[1]
        assert policy[1].startswith("default-src 'none';")
        assert "unsafe" not in policy[1]
        assert "http" not in policy[1]

    def test_only_where_all_answers_are_simulated_the_page_says_so(self, tmp_path: Path) -> None:
        run = two()
        calls = [replace(call, simulated=True) for call in run.calls]
        mixed = Comparison(run.run, run.prompts, [calls[0], replace(calls[1], simulated=False), *calls[2:]])

        assert data_in(printed(Comparison(run.run, run.prompts, calls), tmp_path).path)["simulated"] is True
        assert "simulated" not in data_in(printed(mixed, tmp_path).path)

    def test_hostile_answers_are_nothing_but_text(self, tmp_path: Path) -> None:
        run = answered({f"Prompt {n}": [text, f"harmless {n}"] for n, text in enumerate(HOSTILE.values())})
        path = printed(run, tmp_path, most=None).path
        text = path.read_text(encoding="utf-8")

        for name, html in templates(path).items():
            if name.startswith("t"):
                assert read(html).forbidden == []
        assert text.count("<script") == 2
        assert text.count("<template") == text.count("</template>")

    @pytest.mark.parametrize("name", HOSTILE)
    def test_hostile_prompts_titles_and_voters_break_out_of_nothing(self, name: str) -> None:
        text = HOSTILE[name]
        turns = (Message("user", text), Message("assistant", text), Message("user", text if text.strip() else "x"))
        prompt = Prompt(messages=turns, system=text or None)
        item = BallotItem(prompt_id=prompt.id, model_a=MODELS[0], model_b=MODELS[1])
        made = Ballot(
            run_id="0" * 32,
            title=text[:200] if text[:200].strip() else "x",
            items=(item,),
            voters=(text[:100],) if text[:100].strip() else (),
        )
        answers = {(prompt.id, 0, model): text for model in MODELS[:2]}
        written = page(made, {prompt.id: prompt}, answers, None, random.Random(1))

        assert written.count("<script") == written.count("</script>") == 2
        assert written.count("<template") == written.count("</template>") == 3
        assert written.count("<style") == 1
        assert not re.search(r"<(img|iframe|svg|object|embed|link|base|form)\b", written.split("<script")[0])

    def test_instructions_earlier_turns_and_images_are_shown(self, tmp_path: Path) -> None:
        turns = (
            Message("user", "Look.", attachments=(Attachment.of(PNG, name="a map"),)),
            Message("assistant", "I see a map."),
            Message("user", "What of?"),
        )
        prompt = Prompt(messages=turns, system="Be short.")
        asked = answered({prompt.text: ["x", "y"]})
        run = Comparison(asked.run, [prompt], [replace(call, prompt_id=prompt.id) for call in asked.calls])
        shown = templates(printed(run, tmp_path).path)["p0"]

        assert "<summary>Instructions</summary>" in shown
        assert "Be short." in shown
        assert "<summary>2 earlier turns</summary>" in shown
        assert f'<img src="data:image/png;base64,{base64.b64encode(PNG).decode()}" alt="a map">' in shown

    def test_a_long_prompt_is_folded(self, tmp_path: Path) -> None:
        shown = templates(printed(answered({"long " * 600: ["x", "y"]}), tmp_path).path)["p0"]
        assert shown.startswith("<details><summary>long long")
        assert shown.count("long") > 600


class TestTheReport:
    """What one reads when it is written."""

    def test_it_says_what_to_do_next(self, tmp_path: Path) -> None:
        made = printed(three(), tmp_path, voters=["Ada", "Grace"])
        assert str(made).splitlines() == [
            "Blind ballot 'Which answer is better?': 12 pairs of answers, 4 prompts, 2 voters",
            f"Hand out {made.path}: it opens in any browser, without a network, and says nothing of models.",
            "Then run.collect(folder) merges the files that come back.",
        ]
        assert made.asked == 12

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({}, "A voter is asked 20 of the pairs; to get a word on each takes 5 voters or more."),
            (
                {"most": 30, "voters": [f"voter {n}" for n in range(9)]},
                "30 of the pairs; each is judged 3 times on average.",
            ),
            ({"voters": ["Ada", "Grace"]}, "50 are judged by nobody: raise most="),
        ],
    )
    def test_it_says_how_often_each_pair_is_judged(self, options: dict[str, object], said: str, tmp_path: Path) -> None:
        assert said in str(printed(three(30), tmp_path, **options))

    def test_it_says_where_an_answer_gives_its_model_away(self, tmp_path: Path) -> None:
        run = answered(
            {"a": ["I am GPT-6.1-terra.", "y"], "b": ["Anthropic made me.", "z"], "c": ["misanthropic", "z"]}
        )
        made = printed(run, tmp_path)
        assert made.telling == 2
        assert "But in 2 pairs an answer itself names a model or a vendor of this run" in str(made)

    def test_it_names_no_model_in_a_blind_run_and_nothing_hostile_gets_out(self, tmp_path: Path) -> None:
        run = answered({"a": ["x", "y", "z"]}, blind=True)
        made = printed(run, tmp_path, title="<script>alert(1)</script>")
        for text in (str(made), repr(made), made._repr_html_(), made.path.read_text()):
            assert not any(model in text for model in MODELS)
        assert "<script" not in made._repr_html_()
