"""The language of a prompt is told from little, and not told where it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.features import PromptFacts
from routebook.features.language import LANGUAGES, LETTERS, MOST_READ, WORDS, language

PROMPTS = json.loads((Path(__file__).parents[1] / "fixtures" / "languages.json").read_text(encoding="utf-8"))


def told(text: str) -> str:
    return language(PromptFacts(text))


def test_of_short_prompts_nearly_all_are_told_and_hardly_one_wrongly() -> None:
    every = [(code, text) for code, texts in PROMPTS.items() for text in texts]
    wrong = [(code, text, told(text)) for code, text in every if told(text) not in (code, "unknown")]
    right = sum(told(text) == code for code, text in every)
    assert wrong == []
    assert right / len(every) >= 0.95


def test_every_language_is_told_at_least_once() -> None:
    assert set(PROMPTS) == set(LANGUAGES)
    for code, texts in PROMPTS.items():
        assert code in {told(text) for text in texts}


@pytest.mark.parametrize("code", [code for code in PROMPTS if code != "unknown"])
def test_a_longer_prompt_is_always_told(code: str) -> None:
    assert told(" ".join(PROMPTS[code])) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Was macht dieser Code?\n```python\nif x and not y: return the_value\n```", "de"),
        ("Erkläre `this is the and of that` bitte mit einem Beispiel", "de"),
        ("请解释 quicksort 算法的时间复杂度", "zh"),
        ("Напиши функцию на Python, что сортирует список", "ru"),
        ("The word 素数 means prime number, doesn't it?", "en"),
        ("東京の天気は", "ja"),
        ("東京天氣", "zh"),
    ],
)
def test_quoted_pieces_and_single_foreign_words_do_not_count(text: str, code: str) -> None:
    assert told(text) == code


def test_case_does_not_matter() -> None:
    assert told("WAS IST DIE HAUPTSTADT VON FRANKREICH?") == told("was ist die hauptstadt von frankreich?") == "de"
    assert told("КАК МНЕ НАУЧИТЬСЯ ЭТО ДЕЛАТЬ?") == "ru"


def test_only_the_beginning_is_read() -> None:
    german = "Was ist die Hauptstadt von Frankreich? "
    assert told(german * 20 + "What is the capital of France and why is it so? " * 100) == "de"
    assert told(" " * MOST_READ + german) == "unknown"


@given(st.text(st.characters(), max_size=300))
def test_any_text_is_in_a_known_language_or_unknown(text: str) -> None:
    assert told(text) in LANGUAGES


def test_the_lists_are_of_known_languages_and_lower_case() -> None:
    assert set(WORDS) | set(LETTERS) <= set(LANGUAGES)
    assert all(text == text.lower() for text in (*WORDS.values(), *LETTERS.values()))
