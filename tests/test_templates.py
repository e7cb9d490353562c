"""Templates, grids, and making prompts of what a user gives."""

import datetime as dt
import json
import math
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.errors import PromptError
from routebook.prompts import Prompt
from routebook.templates import as_prompts, escape, fill, grid, names_in

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
brace_texts = st.text(st.sampled_from("{}\\ abc.\n"), max_size=30)


# -- filling ---------------------------------------------------------------------------------------------------------


def test_names_attributes_and_keys_are_filled():
    variables = {"a": 1, "user": SimpleNamespace(name="Ana", home={"city": "Rome"})}
    assert fill("{{a}} {{ user.name }} {{user.home.city}}", variables) == "1 Ana Rome"


@given(names, st.text())
def test_a_value_goes_in_exactly_as_it_is(name, value):
    assert fill("<{{" + name + "}}>", {name: value}) == f"<{value}>"


@given(names, names)
def test_a_value_is_never_scanned_again(outer, inner):
    value = "{{" + inner + "}} {{ a + b }} \\{{"
    assert fill("{{" + outer + "}}{{" + outer + "}}", {outer: value}) == value * 2


@given(st.text().filter(lambda text: "{{" not in text))
def test_text_without_double_opening_braces_is_unchanged(text):
    assert fill(text, {}) == text


@given(brace_texts)
def test_escaped_text_comes_back_unchanged(text):
    assert fill(escape(text), {}) == text
    assert names_in(escape(text)) == ()


@given(st.lists(st.tuples(brace_texts, names), max_size=5), brace_texts)
def test_a_template_is_its_literals_and_values_in_order(parts, tail):
    template = "".join(escape(literal) + " {{ " + name + " }} " for literal, name in parts) + escape(tail)
    variables = {name: f"<{name}>{{{{x}}}}" for _, name in parts}
    assert fill(template, variables) == "".join(f"{lit} {variables[name]} " for lit, name in parts) + tail
    assert names_in(template) == tuple(dict.fromkeys(name for _, name in parts))


@given(st.text(st.sampled_from("{}\\ab._ \n1"), max_size=20))
def test_any_template_is_filled_or_refused_with_one_line(template):
    try:
        message = fill(template, {"a": 1, "b": 2, "ab": 3}) and ""
    except PromptError as error:
        message = str(error)
    assert "\n" not in message


def test_single_braces_are_only_text():
    assert fill('{"a": {"b": {{x}}}} {x}', {"x": 1}) == '{"a": {"b": 1}} {x}'


def test_of_three_braces_the_inner_pair_counts():
    assert fill("{{{x}}}", {"x": 1}) == "{1}"


def test_a_backslash_makes_two_braces_literal_and_two_backslashes_one():
    assert fill(r"\{{x}} \\{{x}} a\b", {"x": 1}) == r"{{x}} \1 a\b"


def test_an_unknown_name_is_named_with_the_nearest_match():
    with pytest.raises(
        PromptError, match=r"\{\{langage\}\}: there is no variable 'langage'\. Did you mean 'language'\?"
    ):
        fill("{{langage}}", {"language": "Python"})


def test_an_unknown_attribute_or_key_is_named_with_the_nearest_match():
    with pytest.raises(PromptError, match=r"user has no attribute 'nam'.*'name'"):
        fill("{{user.nam}}", {"user": SimpleNamespace(name="Ana")})
    with pytest.raises(PromptError, match=r"user\.home has no key 'citi'.*'city'"):
        fill("{{user.home.citi}}", {"user": {"home": {"city": "Rome"}}})


def test_a_mapping_gives_keys_and_never_its_methods():
    with pytest.raises(PromptError, match="no key 'items'"):
        fill("{{d.items}}", {"d": {}})


@pytest.mark.parametrize(
    "inside", ["a + b", "a()", "a[0]", "", "a b", "1", "#if a", ".Name", '"key": 1', "a..b", "a|upper"]
)
def test_what_is_not_a_name_is_refused_and_the_escape_is_told(inside):
    with pytest.raises(PromptError, match=r"holds no plain name.*\\\{\{"):
        fill("{{" + inside + "}}", {"a": 1, "b": 2})


@pytest.mark.parametrize("name", ["_a", "__class__", "a.__class__", "a._b"])
def test_private_names_are_refused(name):
    with pytest.raises(PromptError, match="private"):
        fill("{{" + name + "}}", {"a": 1, "_a": 2, "__class__": 3})


def test_an_opening_that_is_not_closed_is_refused():
    with pytest.raises(PromptError, match=r"\{\{name and more is not closed"):
        fill("Hello {{name and more", {"name": 1})


def test_a_function_is_refused():
    with pytest.raises(PromptError, match="is a function"):
        fill("{{text.upper}}", {"text": "a"})


def test_a_property_or_text_that_fails_says_so_with_its_cause():
    class Bad:
        @property
        def size(self):
            raise OSError("disk")

        def __str__(self):
            raise ValueError("no text")

    with pytest.raises(PromptError, match="cannot be read: OSError: disk") as caught:
        fill("{{bad.size}}", {"bad": Bad()})
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(PromptError, match="cannot be written as text: ValueError: no text"):
        fill("{{bad}}", {"bad": Bad()})


def test_a_table_in_a_template_is_its_text():
    frame = pd.DataFrame({"a": [1]})
    assert fill("{{frame}}", {"frame": frame}) == str(frame)


# -- grids -----------------------------------------------------------------------------------------------------------


def test_a_grid_asks_once_for_each_row_with_tags_expected_and_metadata():
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4], "kind": ["sum", None], "right": [4, 6]})
    first, second = grid("{{a}} + {{b}} {{unit}}", frame, tag="kind", expected="right", variables={"unit": "m", "a": 9})
    assert (first.text, first.tags, first.expected) == ("1 + 3 m", ("sum",), "4")
    assert (second.text, second.tags, second.expected) == ("2 + 4 m", (), "6")
    assert second.metadata == {"a": 2, "b": 4, "kind": None, "right": 6}


def test_a_grid_takes_mappings_several_tag_columns_and_a_system_template():
    rows = ({"n": n, "t": ["x", "y"], "u": "z"} for n in (1, 2))
    prompts = grid("{{n}}?", rows, tag=["t", "u"], system="Be {{n}}.")
    assert [p.system for p in prompts] == ["Be 1.", "Be 2."]
    assert prompts[0].tags == ("x", "y", "z")


@pytest.mark.parametrize("empty", [None, math.nan, pd.NA, pd.NaT, Decimal("nan")])
def test_a_missing_cell_that_is_used_is_named_by_row_and_column(empty):
    frame = pd.DataFrame({"a": pd.Series(["x", empty], dtype=object, index=["r1", "r2"]), "b": [1, 2]})
    with pytest.raises(PromptError, match="Row 'r2' has no value for 'a'"):
        grid("{{a}}", frame)
    assert grid("{{b}}", frame, expected="a")[1].expected is None


def test_metadata_of_a_grid_is_plain_json():
    frame = pd.DataFrame({"when": pd.to_datetime(["2026-11-20"]), "x": [1.5], "n": [1], "ok": [True], "l": [[1, None]]})
    (prompt,) = grid("go", frame)
    expected = {"when": "2026-11-20T00:00:00", "x": 1.5, "n": 1, "ok": True, "l": [1, None]}
    assert json.loads(json.dumps(prompt.metadata)) == expected


def test_an_unknown_column_is_named_with_the_nearest_match():
    rows = [{"country": "France"}]
    with pytest.raises(PromptError, match=r"'contry'\. Did you mean 'country'"):
        grid("{{contry}}", rows)
    with pytest.raises(PromptError, match=r"no column 'countri'\. Did you mean 'country'"):
        grid("{{country}}", rows, expected="countri")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows"),
        ("text", "no table"),
        ({"a": [1]}, "no table"),
        ([1], "Row 1 is the number 1: give a dict"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Two columns are called 'a'"),
    ],
)
def test_what_is_no_table_is_refused(rows, message):
    with pytest.raises(PromptError, match=message):
        grid("x", rows)


def test_a_row_that_makes_an_empty_prompt_is_named():
    with pytest.raises(PromptError, match="prompt of row 1 is empty"):
        grid("{{a}}", [{"a": " "}])


# -- prompts of anything ---------------------------------------------------------------------------------------------


def test_text_is_taken_as_it_is():
    (prompt,) = as_prompts("say {{x}}", tags=["a", "b"], expected=4, system="Be kind.")
    assert (prompt.text, prompt.tags, prompt.expected, prompt.system) == ("say {{x}}", ("a", "b"), "4", "Be kind.")


def test_given_tags_join_a_prompts_own_and_its_system_prompt_stays():
    own = Prompt.of("x", tags=["math"], expected="1", system="own")
    (prompt,) = as_prompts(own, tags="demo", system="other")
    assert (prompt.tags, prompt.expected, prompt.system) == (("math", "demo"), "1", "own")


def test_tags_and_expected_can_be_given_for_all_or_for_each():
    for tags in ("t", ["t"]):
        for_all = as_prompts(["a", "b"], tags=tags, expected="yes")
        assert [(p.tags, p.expected) for p in for_all] == [(("t",), "yes")] * 2
    for_each = as_prompts(("a", Prompt.of("b", expected="kept")), tags=["t", None], expected=pd.Series([1.5, math.nan]))
    assert [(p.tags, p.expected) for p in for_each] == [(("t",), "1.5"), ((), "kept")]


def test_a_table_with_a_prompt_column_brings_tags_expected_system_and_metadata():
    frame = pd.DataFrame(
        {
            "prompt": ["a", "b"],
            "tag": ["t", None],
            "expected": [1, 2],
            "system": [None, "s"],
            "when": [dt.date(2026, 1, 2)] * 2,
        }
    )
    first, second = as_prompts(frame)
    assert (first.tags, first.expected, first.system, first.metadata) == (("t",), "1", None, {"when": "2026-01-02"})
    assert (second.tags, second.expected, second.system) == ((), "2", "s")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "no prompt"),
        ("  ", "empty"),
        (["a", " "], "Prompt 2 is empty"),
        (["a", 3], "Prompt 2 is the number 3: give text"),
        ({"a": 1}, "A value of type dict is not a prompt"),
        (7, "The number 7 is not a prompt: give text"),
        (pd.DataFrame({"prompts": ["a"]}), "no column 'prompt' .*Did you mean 'prompts'"),
        (pd.DataFrame({"prompt": ["a", None]}), "Row 1 has no prompt"),
    ],
)
def test_what_is_no_prompt_is_refused(source, message):
    with pytest.raises(PromptError, match=message):
        as_prompts(source)


def test_a_list_must_have_one_entry_for_each_prompt():
    with pytest.raises(PromptError, match="tags has 2 entries for 3 prompts"):
        as_prompts(["a", "b", "c"], tags=["t", "u"])
    with pytest.raises(PromptError, match="expected has 3 entries for 2 prompts"):
        as_prompts(["a", "b"], expected=[1, 2, 3])
