"""Files of other tools are input too: whatever they are, they are read, or refused in one clear line with its place.

``make fuzz`` tries many more of the same: ROUTEBOOK_FUZZ says how many.
"""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.policies import DESIGN

from routebook.errors import PolicyError
from routebook.routing.policy import Policy
from routebook.targets import target

EXAMPLES = int(os.environ.get("ROUTEBOOK_FUZZ", "60"))
DESK = Policy.from_yaml(DESIGN)
READERS: dict[str, tuple[Callable[[str | Path], Policy], str, str]] = {
    "yaml": (Policy.load, "routes.yaml", DESK.to_yaml()),
    "json": (Policy.load, "routes.json", DESK.to_json()),
    "litellm": (Policy.from_litellm, "config.yaml", target("litellm").compile(DESK).text),
    "portkey": (Policy.from_portkey, "portkey.json", target("portkey").compile(DESK).text),
}
YAML = {
    "billion laughs": ("a: &a [x, x]\nb: &b [*a, *a]\n", 1, 4, "the anchor &a is not read"),
    "an alias": ("model_list: *one", 1, 13, r"the alias \*one"),
    "an anchor on a word": ("model_list: [&m x]", 1, 14, "the anchor &m"),
    "a Python object": ("model_list: !!python/object/apply:os.system [id]", 1, 13, "python/object/apply"),
    "a Python name": ("model_list: !!python/name:os.system", 1, 13, "python/name"),
    "a tag of its own": ("model_list: !include /etc/passwd", 1, 13, "the YAML tag '!include'"),
    "a binary": ("model_list: !!binary aGk=", 1, 13, "the YAML tag"),
    "a merge": ("{<<: {model_list: []}}", 1, 2, "'<<'"),
    "a second document": ("model_list: []\n---\nmodel_list: []", 2, 1, "a second document"),
    "a directive": ("%TAG !e! tag:example.org,2000:\n---\na: 1", 1, 1, "%TAG"),
    "a key given twice": ("model_list: []\nmodel_list: []", 2, 1, "given twice"),
    "a list as a name": ("{? [a] : b}", 1, 4, "cannot be a name"),
    "a number as a name": ("1: 2", 1, 1, "put it in quotes"),
    "very deep": ("[" * 200_000, 1, 25, "nested more than 24 deep"),
    "very deep in mappings": ("{a: " * 40_000, 1, 97, "nested more than 24 deep"),
    "a number without end": ("model_list: " + "9" * 5000, 1, 13, "too long for a number"),
    "a number beyond floats": ("model_list: 1e999", 1, 13, "too large for a number"),
    "an octal number": ("model_list: 0777", 1, 13, "disagree about '0777'"),
    "Norway": ("model_list: no", 1, 13, "disagree about 'no'"),
    "not a number": ("model_list: .nan", 1, 13, "disagree about '.nan'"),
    "a NUL": ("model_list: a\0b", 1, 14, r"U\+0000"),
    "a bell": ("model_list: a\x07b", 1, 14, r"U\+0007"),
    "an escape of a terminal": ("model_list: \x1b[2J", 1, 13, r"U\+001B"),
    "a tab": ("model_list:\n\t- 1", 2, 1, "this is not YAML"),
    "an open quote": ("model_list: 'x", 1, 15, "this is not YAML"),
    "an open bracket": ("model_list: [x", 1, 15, "this is not YAML"),
    "a list": ("- 1", 1, 1, "is a mapping"),
    "a word": ("hello", 1, 1, "is a mapping"),
    "an unknown setting": ("model_list: []\nzzz: 1", 2, 1, "zzz"),
}
JSON = {
    "a key given twice": ('{"targets": [], "targets": []}', 1, 17, "given twice"),
    "a comma too many": ('{"targets": [],}', 1, 16, "this is not JSON"),
    "no end": ('{"targets": [', 1, 14, "this is not JSON"),
    "single quotes": ("{'targets': []}", 1, 2, "in double quotes"),
    "not a number": ('{"targets": NaN}', 1, 13, "not 'NaN'"),
    "infinity": ('{"targets": -Infinity}', 1, 13, "not '-Infinity'"),
    "a number beyond floats": ('{"targets": 1e999}', 1, 13, "too large"),
    "a number without end": ('{"targets": ' + "9" * 5000 + "}", 1, 13, "too long"),
    "very deep": ("[" * 100_000, 1, 25, "nested more than 24 deep"),
    "very deep in mappings": ('{"a":' * 40_000, 1, 121, "nested more than 24 deep"),
    "a comment": ('// x\n{"targets": []}', 1, 1, "should stand here"),
    "half a character": ('{"targets": "\\ud8"}', 1, 15, "this is not JSON"),
    "a control character": ('{"targets": "a\x07b"}', 1, 15, "this is not JSON"),
    "more after the end": ('{"targets": []} x', 1, 17, "nothing more"),
    "nothing": ("", 1, 1, "not the end"),
    "a list": ("[]", 1, 1, "is a mapping"),
}
CASES = [("litellm", name, *case) for name, case in YAML.items()] + [
    ("portkey", name, *case) for name, case in JSON.items()
]


def read(reader: str, folder: Path, text: str | bytes) -> Policy:
    load, name, _ = READERS[reader]
    path = folder / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return load(path)


@pytest.mark.parametrize(
    ("reader", "text", "line", "column", "says"),
    [(reader, *case) for reader, _, *case in CASES],
    ids=[f"{reader}: {name}" for reader, name, *_ in CASES],
)
def test_it_is_refused_where_it_goes_wrong(
    reader: str, text: str, line: int, column: int, says: str, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match=says) as raised:
        read(reader, tmp_path, text)
    message = str(raised.value)
    assert message.startswith(f"{READERS[reader][1]}, line {line}, column {column}: ")
    assert message.isprintable()
    assert len(message) < 400


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("filler", [b"#" * 10_000_000, b'{"a": "' + b"x" * 10_000_000, b"- a\n" * 2_500_000])
def test_ten_megabytes_are_refused_before_they_are_parsed(reader: str, filler: bytes, tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(PolicyError, match="too large"):
            read(reader, tmp_path, filler)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_what_is_not_utf_8_is_refused(reader: str, encoding: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"line 1, column \d+: this is not UTF-8"):
        read(reader, tmp_path, f'{{"é": "{reader}"}}'.encode(encoding))


@pytest.mark.parametrize("reader", READERS)
def test_a_byte_order_mark_and_line_ends_of_windows_change_nothing(reader: str, tmp_path: Path) -> None:
    text = READERS[reader][2]
    plain = read(reader, tmp_path, text)
    assert read(reader, tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()) == plain


DAMAGE = st.text(max_size=4) | st.sampled_from(
    ["{", "]", ": ", "\n", "&a", "*a", "!!", "- ", '"', "'", "\t", "\0", "null", "1e999", "[[[[", "route/", "\u202e"]
)


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused(reader: str, data: st.DataObject, tmp_path: Path) -> None:
    text = READERS[reader][2]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(DAMAGE) + text[end:]
    with suppress(PolicyError):  # anything else would fail
        policy = read(reader, tmp_path, text)
        assert Policy.from_yaml(policy.to_yaml()) == policy


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_with_any_value_in_any_place_is_read_or_refused(
    reader: str, data: st.DataObject, tmp_path: Path
) -> None:
    tree = yaml.safe_load(READERS[reader][2])
    held = tree
    while True:  # go down some way, and put something else there
        keys = list(held) if isinstance(held, dict) else list(range(len(held)))
        key = data.draw(st.sampled_from(keys))
        inner = held[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            held[key] = data.draw(_VALUES)
            break
        held = inner
    with suppress(PolicyError):
        policy = read(reader, tmp_path, json.dumps(tree, default=str))
        assert Policy.from_yaml(policy.to_yaml()) == policy
