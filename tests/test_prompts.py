"""What is asked: ids that never change, images told from their bytes, and what cannot be a prompt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.strategies import prompts

from routebook.errors import PromptError
from routebook.models import ModelId
from routebook.prompts import Attachment, Message, Prompt, distinct
from routebook.providers.contract import Options, Request

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


def test_an_id_is_the_same_in_every_year() -> None:
    assert Prompt.of("What is 2 + 2?").id == "0270e7ecd92b1a6e"
    assert Prompt.of("What is 2 + 2?", system="Be brief.").id != Prompt.of("What is 2 + 2?").id


@given(prompts(), st.lists(st.text(max_size=5), max_size=3), st.none() | st.text())
def test_tags_expected_answers_and_metadata_do_not_change_an_id(
    prompt: Prompt, tags: list[str], expected: str | None
) -> None:
    other = Prompt(prompt.messages, prompt.system, tuple(tags), expected, {"row": 1}, prompt.follows)
    assert other.id == prompt.id


@given(st.text(min_size=1), st.text(min_size=1))
def test_different_texts_have_different_ids(one: str, other: str) -> None:
    if one.strip() and other.strip():
        assert (Prompt.of(one).id == Prompt.of(other).id) == (one == other)


@given(st.text(min_size=1), st.none() | st.integers(1, 9), st.none() | st.sampled_from(["low", "high"]))
def test_whatever_is_sent_changes_the_fingerprint_and_the_repeat_does_not(
    text: str, max_tokens: int | None, effort: str | None
) -> None:
    messages = (Message("user", text),)
    model = ModelId("sim", "small")
    plain = Request(model, messages)
    asked = Request(model, messages, None, Options(max_tokens=max_tokens, effort=effort))
    assert (asked.fingerprint() == plain.fingerprint()) == (max_tokens is None and effort is None)
    assert Request(model, messages, repeat=3).fingerprint() == plain.fingerprint()
    assert Request(ModelId("simcloud", "small"), messages).fingerprint() != plain.fingerprint()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    ],
)
def test_an_images_kind_is_told_from_its_bytes(data: bytes, media_type: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.dat"
    path.write_bytes(data)
    assert Attachment.of(data).media_type == media_type
    assert Attachment.of(path).media_type == media_type
    assert Attachment.of(str(path)).name == "picture.dat"


def test_a_picture_of_another_library_is_taken_as_png() -> None:
    class Figure:
        def _repr_png_(self) -> bytes:
            return PNG

    assert Attachment.of(Figure()).data == PNG


@pytest.mark.parametrize("source", [b"", b"<svg/>", "nowhere.png", 3, None, b"\x89PNG\r\n\x1a\n" + b"\0" * 20_000_001])
def test_what_is_no_image_is_refused_in_one_line(source: object) -> None:
    with pytest.raises(PromptError) as raised:
        Attachment.of(source)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        (5, "chart", "The number 5 is not an image: give"),
        (None, None, "None is not an image: give"),
        ({}, None, "A value of type dict is not an image: give"),
        (b"<svg/>", None, "Data of 6 bytes is not an image"),
        (b"<svg/>", "chart", "'chart' is not an image"),
    ],
)
def test_what_is_no_image_is_called_what_it_is(source: object, name: str | None, said: str) -> None:
    with pytest.raises(PromptError, match=f"^{said}"):
        Attachment.of(source, name=name)


def test_an_image_is_part_of_the_id() -> None:
    assert Prompt.of("What is this?", images=[PNG]).id != Prompt.of("What is this?").id


@pytest.mark.parametrize("messages", [(), (Message("assistant", "hello"),), (Message("user", " \n"),)])
def test_what_asks_nothing_is_no_prompt(messages: tuple[Message, ...]) -> None:
    with pytest.raises(PromptError):
        Prompt(messages)


def test_identical_prompts_become_one_in_the_place_of_the_first() -> None:
    first = Prompt.of("a", tags=["x", "y"], metadata={"row": 1})
    again = Prompt.of("a", tags=["y", "z"], metadata={"row": 2})

    merged = distinct([first, Prompt.of("b"), again])

    assert [prompt.text for prompt in merged] == ["a", "b"]
    assert merged[0].tags == ("x", "y", "z")
    assert merged[0].metadata == {"row": 1}


@pytest.mark.parametrize("answers", [(None, "4"), ("4", None), ("4", "4"), (None, "4", None, "4")])
def test_an_expected_answer_stands_where_only_some_have_one(answers: tuple[str | None, ...]) -> None:
    assert [prompt.expected for prompt in distinct([Prompt.of("a", expected=one) for one in answers])] == ["4"]


def test_identical_prompts_with_different_answers_are_refused_with_both() -> None:
    asked = [Prompt.of("a"), Prompt.of("b"), Prompt.of("a", expected="4"), Prompt.of("a", expected="5" * 99)]

    with pytest.raises(PromptError) as raised:
        distinct(asked)

    assert str(raised.value) == (f"Prompts 3 and 4 are the same but expect different answers: '4' and '{'5' * 37}...'.")


@given(st.lists(prompts(), max_size=4, unique_by=lambda prompt: prompt.id))
def test_different_prompts_stay_as_they_are(asked: list[Prompt]) -> None:
    assert distinct(asked) == tuple(asked)
