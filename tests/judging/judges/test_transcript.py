"""What a judge gets to see of a question and its answers."""

from __future__ import annotations

from pathlib import Path

import pytest

import routebook as rb
from routebook.errors import JudgmentError
from routebook.judging.judges.transcript import before_of, seen
from routebook.prompts import Attachment, Message, Prompt
from routebook.store import Store

IMAGE = Attachment(b"\x89PNG\r\n\x1a\nx", "image/png", "cat.png")


def test_a_question_of_one_turn_is_its_text() -> None:
    assert seen(Prompt.of("2 + 2?"), [((), "4"), ((), "5")]) == ("2 + 2?", ("4", "5"), ())


def test_a_system_prompt_and_a_conversation_are_written_turn_by_turn() -> None:
    prompt = Prompt((Message("user", "Hi."), Message("assistant", "Hello."), Message("user", "2 + 2?")), "Be brief.")
    assert seen(prompt, [((), "4")]).question == "System: Be brief.\n\nUser: Hi.\n\nAssistant: Hello.\n\nUser: 2 + 2?"


def test_images_go_along_and_are_named_where_they_were() -> None:
    found = seen(Prompt.of("What is this?", images=[IMAGE]), [((), "A cat."), ((), "A dog.")])
    assert found.question == "User: [image: cat.png] What is this?"
    assert found.images == (IMAGE,)


class TestFollowUps:
    """Runs in which every model went on from its own earlier answer."""

    def test_what_was_said_before_alike_is_the_question(self) -> None:
        before = (Message("user", "Name a prime."), Message("assistant", "7"))
        found = seen(Prompt.of("And another."), [(before, "11"), (before, "13")])
        assert found.question == "User: Name a prime.\n\nAssistant: 7\n\nUser: And another."
        assert found.answers == ("11", "13")

    def test_where_the_conversations_differ_each_is_its_models_answer(self) -> None:
        first = (Message("user", "Name a prime."), Message("assistant", "7"))
        second = (Message("user", "Name a prime."), Message("assistant", "9"))
        found = seen(Prompt.of("Are you sure?"), [(first, "Yes."), (second, "No.")])
        assert found.question == "Name a prime."
        assert found.answers == (
            "Assistant: 7\n\nUser: Are you sure?\n\nAssistant: Yes.",
            "Assistant: 9\n\nUser: Are you sure?\n\nAssistant: No.",
        )

    def test_the_store_knows_what_was_said(self) -> None:
        first = rb.compare("Name a prime.", models=["sim/small", "sim/large"])
        second = rb.compare("And another.", follow=first)
        before = before_of(second)
        for call in second.calls:
            assert before(call) == (
                Message("user", "Name a prime."),
                Message("assistant", first.text(str(call.model))),
            )

    def test_a_run_that_goes_on_from_nothing_known_is_refused(self, tmp_path: Path) -> None:
        first = rb.compare("Name a prime.", models=["sim/small"])
        second = rb.compare("And another.", follow=first)
        second.store = Store.open(tmp_path / "empty.sqlite3")
        with pytest.raises(JudgmentError, match="goes on from an earlier one, which is not in the store"):
            before_of(second)
        second.store.close()
