"""The bundled prompts: complete, and solved by computing."""

from collections import Counter

import pytest

from routebook import datasets
from routebook.checks import CHECKS
from routebook.errors import OptionError
from routebook.prompts import Prompt
from routebook.providers.simulated import KINDS, attempt

ALL = datasets.tasks()


def test_every_kind_has_several_prompts_and_none_comes_twice():
    assert 60 <= len(ALL) <= 80
    assert datasets.kinds() == KINDS
    assert min(Counter(prompt.tags[0] for prompt in ALL).values()) >= 6
    assert len({prompt.id for prompt in ALL}) == len(ALL)
    assert {prompt.metadata["check"] for prompt in ALL} == set(CHECKS)


@pytest.mark.parametrize("prompt", ALL, ids=lambda prompt: prompt.text[:40])
def test_each_is_recognised_as_its_kind_and_solved_right(prompt):
    task = attempt(prompt.text)
    assert task is not None
    assert task.kind == prompt.tags[0]
    assert datasets.is_right(prompt, task.answer)
    assert not any(datasets.is_right(prompt, wrong) for wrong in task.wrong)


def test_some_are_taken_from_every_kind_in_turn():
    assert [prompt.tags[0] for prompt in datasets.tasks(n=len(KINDS))] == list(KINDS)
    assert len(datasets.tasks("coding", n=2)) == 2
    assert datasets.tasks(n=0) == ()


def test_an_unknown_kind_is_named_with_the_nearest():
    with pytest.raises(OptionError, match=r"'codding'.*Did you mean 'coding'"):
        datasets.tasks("codding")
    with pytest.raises(OptionError, match="0 or more"):
        datasets.tasks(n=-1)


def test_a_prompt_without_an_expected_answer_cannot_be_checked():
    with pytest.raises(OptionError, match="no expected answer"):
        datasets.is_right(Prompt.of("Hello?"), "Hello.")
