"""What a policy calls the models of a table."""

from __future__ import annotations

from routebook.outcomes import Outcomes, model_ids
from routebook.routing.names import check_model


def ids(*models: str, hosts: dict[str, str] | str | None = None) -> list[str]:
    rows = [{"prompt": "2 + 2?"} | dict.fromkeys(models, 1)]
    return list(model_ids(Outcomes.from_frame(rows, models=list(models), hosts=hosts)).values())


def test_an_id_stays_as_it_is() -> None:
    assert ids("openai/gpt-6.1-terra", "mistralai/Mixtral-8x7B") == ["openai/gpt-6.1-terra", "mistralai/Mixtral-8x7B"]


def test_a_host_that_is_given_comes_first_once() -> None:
    assert ids("gpt-6.1-terra", "openai/other", hosts="openai") == ["openai/gpt-6.1-terra", "openai/other"]


def test_a_vendor_in_the_name_is_no_host_where_one_is_given() -> None:
    assert ids("mistralai/Mixtral-8x7B", hosts="together") == ["together/mistralai/Mixtral-8x7B"]


def test_an_unknown_host_is_said_to_be_unknown_and_still_makes_an_id() -> None:
    (made,) = ids("gpt-4-1106-preview")
    assert made == "unknown/gpt-4-1106-preview"
    assert check_model(made) == made
