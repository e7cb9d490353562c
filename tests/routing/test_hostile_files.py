"""A policy file is input: whatever it is, it is read, or refused in one clear line with its place."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.policies import DESIGN, policies

from routebook.errors import PolicyError
from routebook.routing import document
from routebook.routing.policy import Policy
from routebook.routing.read_json import read_json
from routebook.routing.writing import canonical_json

START = "routebook: 1\nname: desk\nclassify: []\nroutes: {}\n"  # four lines; the default is line 5


def asking(when: str) -> str:
    """A policy with one rule, whose condition starts at line 3, column 27."""
    return f"routebook: 1\nname: desk\nclassify: [{{tag: c, when: {when}}}]\nroutes: {{c: {{models: [sim/a]}}}}\n"


PLAIN = START + "default: {models: [sim/small]}\n"
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

REFUSED = {
    # YAML that is not plain
    "billion laughs": (LAUGHS, 1, 4, "the anchor &a is not read"),
    "an anchor": (START + "default: &d {models: [sim/small]}", 5, 10, "the anchor &d"),
    "an alias": ("routebook: *one", 1, 12, r"the alias \*one"),
    "an anchor on a word": (START + "default: {models: [&m sim/small]}", 5, 20, "the anchor &m"),
    "a Python object": (START + "default: !!python/object/apply:os.system [id]", 5, 10, "python/object/apply"),
    "a tag on a number": ("routebook: !!int 1", 1, 12, "the YAML tag"),
    "a tag of its own": ("routebook: !one 1", 1, 12, "the YAML tag '!one'"),
    "the bare tag": ("routebook: ! 1", 1, 12, "the YAML tag '!'"),
    "a %TAG directive": ("%TAG !e! tag:example.org,2000:\n---\n" + PLAIN, 1, 1, "%TAG"),
    "a second document": (PLAIN + "---\n" + PLAIN, 6, 1, "a second document"),
    "a merge": (START + "default: {<<: {models: [sim/small]}}", 5, 11, "'<<'"),
    "a list as a name": (START + "default: {? [a] : b}", 5, 13, "cannot be a name"),
    "a mapping as a name": ("{? {a: b} : c}", 1, 4, "cannot be a name"),
    "a number as a name": (START.replace("{}", "{1: {models: [sim/small]}}"), 4, 10, "put it in quotes"),
    "nothing as a name": ("~: 1", 1, 1, "put it in quotes"),
    "a key given twice": (PLAIN + "name: other", 6, 1, "'name' is given twice"),
    "a tag given twice": ("routes:\n  a: {models: [sim/a]}\n  'a': {models: [sim/b]}", 3, 3, "'a' is given twice"),
    # words that YAML 1.1 and 1.2 read differently
    "Norway": (PLAIN.replace("desk", "no"), 2, 7, "disagree about 'no'"),
    "yes": (PLAIN.replace("desk", "Yes"), 2, 7, "disagree"),
    "an octal number": (START + "default: {models: [sim/a], retries: 01}", 5, 37, "disagree about '01'"),
    "a sexagesimal number": (START + "default: {models: [sim/a], timeout_s: 1:30}", 5, 39, "disagree about '1:30'"),
    "a number with underscores": (START + "default: {models: [sim/a], retries: 1_0}", 5, 37, "disagree"),
    "a hexadecimal number": (START + "default: {models: [sim/a], retries: 0x1}", 5, 37, "disagree"),
    "infinity": (START + "default: {models: [sim/a], timeout_s: .inf}", 5, 39, "disagree"),
    "not a number": (START + "default: {models: [sim/a], timeout_s: .nan}", 5, 39, "disagree"),
    # sizes
    "too deep in lists": (START + "default: " + "[" * 30, 5, 33, "nested more than 24 deep"),
    "too deep in mappings": ("{a: " * 30, 1, 97, "nested more than 24 deep"),
    "very deep": ("[" * 200_000, 1, 25, "nested more than 24 deep"),
    "very deep in lines": ("".join(f"{' ' * n}a:\n" for n in range(300)), 25, 25, "nested more than 24 deep"),
    "a number without end": (START + "default: {models: [sim/a], retries: " + "9" * 5000, 5, 37, "too long for"),
    "a number beyond floats": (START + "default: {models: [sim/a], timeout_s: 1e999}", 5, 39, "too large for"),
    "a long name": (PLAIN.replace("desk", "d" * 101), 2, 7, "100 at most"),
    "too many models": (START + f"default: {{models: {['sim/' + str(n) for n in range(17)]}}}", 5, 10, "1 to 16"),
    # not text one can see
    "a control character": (PLAIN.replace("desk", "de\x07sk"), 2, 9, r"U\+0007"),
    "a NUL": (PLAIN.replace("desk", "de\x00sk"), 2, 9, r"U\+0000"),
    "a lone surrogate": (PLAIN.replace("desk", "de\ud800sk"), 2, 9, r"U\+D800"),
    "an escaped control character": (PLAIN.replace("desk", '"de\\x07sk"'), 2, 7, "visible characters"),
    "an escaped line end": (PLAIN.replace("desk", '"de\\Lsk"'), 2, 7, "visible characters"),
    "two lines": (PLAIN.replace("desk", "|\n  de\n  sk"), 2, 7, "visible characters"),
    "a right-to-left override": (PLAIN.replace("desk", "de\u202esk"), 2, 7, "visible characters"),
    "a zero-width space": (PLAIN.replace("desk", "de\u200bsk"), 2, 7, "visible characters"),
    "space around": (PLAIN.replace("desk", "' desk'"), 2, 7, "visible characters"),
    "nothing at all": ("", None, None, "the file is empty"),
    "comments only": ("# nothing\n", None, None, "the file is empty"),
    # not YAML
    "a tab": ("routebook:\n\t1", 2, 1, "this is not YAML"),
    "an open bracket": ("routebook: [1", 1, 14, "this is not YAML"),
    "an open quote": ("name: 'x", 1, 9, "this is not YAML"),
    "an unknown escape": ('name: "\\q"', 1, 9, "this is not YAML"),
    # not a policy
    "a list": ("- 1", 1, 1, "a policy is a mapping with routebook, name, classify"),
    "a word": ("hello", 1, 1, "a policy is a mapping"),
    "no version": ("name: desk", 1, 1, "a policy needs 'routebook': write `routebook: 1`"),
    "another version": (PLAIN.replace("routebook: 1", "routebook: 2"), 1, 12, "this routebook reads version 1"),
    "a version that is text": (PLAIN.replace("routebook: 1", "routebook: '1'"), 1, 12, "a whole number"),
    "a version that is true": (PLAIN.replace("routebook: 1", "routebook: true"), 1, 12, "a whole number"),
    "no classify": ("routebook: 1\nname: desk\nroutes: {}\ndefault: {models: [sim/a]}", 1, 1, "a rule for each tag"),
    "no default": (START, 1, 1, "where everything else goes"),
    "a misspelt key": (PLAIN + "provenence: {}", 6, 1, "Did you mean 'provenance'"),
    "an unknown key": (PLAIN + "zzz: 1", 6, 1, "It knows routebook, name, classify"),
    "a misspelt key of a route": (START + "default: {modles: [sim/a]}", 5, 11, "Did you mean 'models'"),
    "a code point of another script": (START + "default: {models: [оpenai/gpt]}", 5, 20, "CYRILLIC SMALL LETTER O"),
    "a model without host": (START + "default: {models: [gpt]}", 5, 20, "write host/model"),
    "a model that is a number": (START + "default: {models: [5]}", 5, 20, "a model id is text; put 5 in quotes"),
    "a model that is a path trick": (START + "default: {models: [../../etc/passwd]}", 5, 20, "write host/model"),
    "models that are no list": (START + "default: {models: sim/a}", 5, 19, "a list of models"),
    "no models": (START + "default: {models: []}", 5, 10, "1 to 16 models"),
    "a model twice": (START + "default: {models: [sim/a, sim/a]}", 5, 10, "twice in one route"),
    "a negative time limit": (START + "default: {models: [sim/a], timeout_s: -1}", 5, 39, "above 0"),
    "a time limit of nothing": (START + "default: {models: [sim/a], timeout_s: 0}", 5, 39, "above 0"),
    "a time limit that is text": (START + "default: {models: [sim/a], timeout_s: '30'}", 5, 39, "is a number"),
    "half a retry": (START + "default: {models: [sim/a], retries: 1.5}", 5, 37, "a whole number"),
    "the tag default": (START.replace("{}", "{default: {models: [sim/a]}}"), 4, 10, "the route for everything else"),
    "a rule without a route": (
        PLAIN.replace("[]", "[{tag: codng, when: {tag: x}}]").replace("{}", "{coding: {models: [sim/a]}}"),
        3, 18, "this rule gives the tag 'codng', which has no route. Did you mean 'coding'",
    ),
    "a rule without a condition": (
        PLAIN.replace("[]", "[{tag: c}]").replace("{}", "{c: {models: [sim/a]}}"), 3, 12, "needs 'when'",
    ),
    "a condition of two kinds": (
        PLAIN.replace("[]", "[{tag: c, when: {tag: c, keyword: [x]}}]").replace("{}", "{c: {models: [sim/a]}}"),
        3, 27, "a condition is one of",
    ),
    "a condition that is code": (
        PLAIN.replace("[]", "[{tag: c, when: {eval: '1'}}]").replace("{}", "{c: {models: [sim/a]}}"),
        3, 28, "'eval' is no key of a condition",
    ),
    "a keyword that is no list": (
        PLAIN.replace("[]", "[{tag: c, when: {keyword: x}}]").replace("{}", "{c: {models: [sim/a]}}"),
        3, 37, "a list of words",
    ),
    "any of nothing": (
        PLAIN.replace("[]", "[{tag: c, when: {any: []}}]").replace("{}", "{c: {models: [sim/a]}}"), 3, 33, "conditions",
    ),
    "a quality above one": (
        START + "default: {models: [sim/a], evidence: {prompts: 1, quality: 91}}", 5, 60, "from 0 to 1",
    ),
    "an interval turned round": (
        START + "default: {models: [sim/a], evidence: {prompts: 1, quality_ci95: [0.9, 0.8]}}", 5, 65, "the upper end",
    ),
    "an interval of one end": (
        START + "default: {models: [sim/a], evidence: {prompts: 1, quality_ci95: [0.9]}}", 5, 65, "two ends",
    ),
    "a regex that looks ahead": (asking("{regex: 'a(?=b)'}"), 3, 35, "column 2: this looks ahead"),
    "a regex that is no text": (asking("{regex: 5}"), 3, 35, "a regex is text; put 5 in quotes"),
    "a regex without end": (asking("{regex: '(a{900}){900}'}"), 3, 35, "1,000 is the most"),
    "a language by its name": (asking("{language: german}"), 3, 38, "'german' is not a language that can be told"),
    "no language": (asking("{language: []}"), 3, 38, "1 to 1,000 languages"),
    "Norwegian without quotes": (asking("{language: no}"), 3, 38, "disagree about 'no'"),
    "a misspelt feature": (asking("{feature: has_cod, equals: true}"), 3, 37, "Did you mean 'has_code'"),
    "a feature without a comparison": (asking("{feature: has_code}"), 3, 27, "Compare 'has_code' with|compare"),
    "a yes or no above a number": (asking("{feature: has_code, at_least: 1}"), 3, 27, "has_code is yes or no"),
    "a number that is a text": (asking("{feature: words, at_least: '5'}"), 3, 54, "at_least is a number"),
    "a range turned round": (asking("{feature: words, at_least: 5, at_most: 4}"), 3, 54, "is more than at_most"),
    "a misspelt comparison": (asking("{feature: words, atleast: 5}"), 3, 44, "Did you mean 'at_least'"),
    "two comparisons": (asking("{metadata: plan, equals: pro, in: [a]}"), 3, 27, "with `equals`, with `in`"),
    "in nothing": (asking("{metadata: plan, in: []}"), 3, 48, "no value is listed"),
    "in a text": (asking("{metadata: plan, in: pro}"), 3, 48, "a list of values"),
    "equal to a list": (asking("{metadata: plan, equals: [pro]}"), 3, 52, "a text, a number, true or false"),
    "a tag that is compared": (asking("{tag: x, equals: 1}"), 3, 36, "'equals' goes with metadata or feature"),
    "a comparison of nothing": (asking("{equals: 1}"), 3, 27, "a condition is one of tag, keyword, regex"),
    "more weights than models": (START + "default: {models: [sim/a], weights: [1, 2]}", 5, 37, "1 to 1 here, not 2"),
    "a weight of nothing": (START + "default: {models: [sim/a, sim/b], weights: [1, 0]}", 5, 44, "above 0"),
    "weights that are texts": (START + "default: {models: [sim/a, sim/b], weights: ['1']}", 5, 45, "is a number"),
    "a budget of nothing": (START + "default: {models: [sim/a], budget_usd: 0}", 5, 40, "US dollars, above 0"),
    "a gain above one": (START + "default: {models: [sim/a], evidence: {prompts: 1, gain: 2}}", 5, 57, "from -1 to 1"),
    "an expiry that is no day": (PLAIN + "provenance: {expires: soon}", 6, 23, "not a date"),
    "evidence of nothing": (START + "default: {models: [sim/a], evidence: {}}", 5, 38, "needs 'prompts'"),
    "simulated by word": (
        START + "default: {models: [sim/a], evidence: {prompts: 1, simulated: 'true'}}", 5, 62, "true or false",
    ),
    "a day that is none": (PLAIN + "provenance: {created: 2026-02-30}", 6, 23, "not a date"),
    "a hash that is none": (PLAIN + "provenance: {data_sha256: ABC}", 6, 27, "64 lower-case hex"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_where_it_goes_wrong(case: str) -> None:
    text, line, column, says = REFUSED[case]
    with pytest.raises(PolicyError, match=says) as raised:
        Policy.from_yaml(text)
    message = str(raised.value)
    assert message.startswith(f"policy, line {line}, column {column}: " if line else "policy: ")
    assert "\n" not in message
    assert message.isprintable()
    assert len(message) < 400


def test_what_the_cases_are_made_of_is_a_policy() -> None:
    assert Policy.from_yaml(PLAIN).default.models == ("sim/small",)


@pytest.mark.parametrize("filler", ["#" * 10_000_000, "name: " + "x" * 10_000_000, "- a\n" * 2_500_000])
def test_ten_megabytes_are_refused_before_they_are_parsed(tmp_path: Path, filler: str) -> None:
    with pytest.raises(PolicyError, match="too large for a policy"):
        Policy.from_yaml(filler)
    path = tmp_path / "routes.yaml"
    path.write_text(filler)
    with pytest.raises(PolicyError, match=r"routes\.yaml is too large for a policy"):
        Policy.load(path)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ('{"routebook": 1, "routebook": 1}', 1, 18, "given twice"),
        ('{"routebook": 1,}', 1, 17, "a name in double quotes"),
        ('{"routebook": 1', 1, 16, "should stand here"),
        ("{'routebook': 1}", 1, 2, "a name in double quotes"),
        ('{"routebook": NaN}', 1, 15, "not 'NaN'"),
        ('{"routebook": Infinity}', 1, 15, "not 'Infinity'"),
        ('{"routebook": 01}', 1, 15, "not '01'"),
        ('{"routebook": 1e999}', 1, 15, "too large"),
        ('{"routebook": 1} x', 1, 18, "nothing more"),
        ('{"routebook"\n: "\\ud8"}', 2, 5, "this is not JSON"),
        ('{"routebook": "a\nb"}', 1, 17, "this is not JSON"),
        ("[" * 100_000, 1, 25, "nested more than 24 deep"),
        ('{"a":' * 40_000, 1, 121, "nested more than 24 deep"),
        ("", 1, 1, "a value should stand here, not the end"),
        ("// no\n{}", 1, 1, "a value should stand here"),
        ('{"routebook":\u00a01}', 1, 14, "cannot stand here|should stand here"),
        ('{"routebook": 1, "name": "\\ud800", "classify": [], "routes": {}, "default": {"models": ["sim/a"]}}', 1, 26,
         "visible"),
    ],
)  # fmt: skip
def test_json_that_is_none_is_refused_where_it_goes_wrong(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(PolicyError, match=says) as raised:
        Policy.from_json(text)
    assert str(raised.value).startswith(f"policy, line {line}, column {column}: ")


def test_a_file_that_cannot_be_opened_or_is_not_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"Cannot read the policy .*No such file"):
        Policy.load(tmp_path / "none.yaml")
    with pytest.raises(PolicyError, match=r"Cannot read the policy .*directory"):
        Policy.load(tmp_path)
    path = tmp_path / "routes.yaml"
    path.write_bytes(b"routebook: 1\nname: \xff\n")
    with pytest.raises(PolicyError, match=r"routes.yaml, line 2, column 7: this is not UTF-8"):
        Policy.load(path)
    path.write_bytes(PLAIN.encode("utf-16"))
    with pytest.raises(PolicyError, match="not UTF-8"):
        Policy.load(path)


def test_an_error_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "routes.json"
    path.write_text('{"routebook": 3}')
    with pytest.raises(PolicyError, match=r"^routes\.json, line 1, column 15: "):
        Policy.load(path)


@given(st.text(max_size=300) | st.text("{}[]:,-?&*!|>'\"%@` \n\tab01.~#\\", max_size=80))
@settings(max_examples=200)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (Policy.from_yaml, Policy.from_json):
        with pytest.raises(PolicyError) as raised:
            read(text)
        assert "\n" not in str(raised.value)


@given(st.data())
@settings(max_examples=60)
def test_a_damaged_policy_is_read_or_refused(data: st.DataObject) -> None:
    text = DESIGN
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = (
            text[:start]
            + data.draw(st.text(max_size=4) | st.sampled_from(["{", "]", ": ", "\n", "&a", "*a", "!!"]))
            + text[end:]
        )
    with suppress(PolicyError):  # anything else would fail
        policy = Policy.from_yaml(text)
        assert Policy.from_yaml(policy.to_yaml()) == policy


def plain(node: document.Node) -> object:
    match node:
        case document.Fields(fields):
            return {name: plain(inner) for name, (_, inner) in fields.items()}
        case document.Items(items):
            return [plain(inner) for inner in items]
        case document.Scalar(value):
            return value


_SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
_JSON = st.recursive(
    _SCALARS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from([None, 1, "\t"]))
@settings(deadline=None)
def test_our_json_reader_finds_what_the_standard_one_finds(data: object, indent: int | str | None) -> None:
    text = json.dumps(data, indent=indent)
    assert plain(read_json(text)) == data


@given(_JSON)
@settings(deadline=None)
def test_canonical_json_means_the_same(data: object) -> None:
    assert json.loads(canonical_json(data), parse_int=float) == data


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1.0, "1"), (0.1, "0.1"), (1e-6, "0.000001"), (1.5e-5, "0.000015"), (1e-7, "1e-7"), (-2.5e-9, "-2.5e-9"),
        (1e20, "100000000000000000000"), (1e21, "1e+21"), (123456789012345680.0, "123456789012345680"),
        (1.2345678901234567e20, "123456789012345670000"), (30.5, "30.5"), (100.0, "100"),
        (-0.0, "0"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (0.3, "0.3"),
    ],
)  # fmt: skip
def test_canonical_numbers_are_javascripts(number: float, written: str) -> None:
    assert canonical_json(number) == written


@given(policies())
@settings(max_examples=40)
def test_cut_off_anywhere_a_written_policy_is_not_taken_for_a_whole_one(policy: Policy) -> None:
    text = policy.to_json()
    for cut in range(0, len(text) - 2, max(1, len(text) // 20)):
        with pytest.raises(PolicyError):
            Policy.from_json(text[:cut])
