"""No name of a policy breaks out of its place, in the file of any tool: another reader than its writer reads it back.

Whatever a policy's names are, its file has the same shape as with harmless names: the same lists and mappings, with
values of the same types, and nothing more. A tool may refuse a name, or say that it leaves something out.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.policies import names

from routebook.errors import TargetError
from routebook.routing.conditions import AllOf, AnyOf, HasKeyword, Matches, MetadataIs, Not, TagIs
from routebook.routing.policy import ClassifyRule, Policy, Route
from routebook.targets import TARGETS, Compiled, target

NODE_MODULES = Path(__file__).parents[2] / "js" / "node_modules"
MODELS = {"openrouter": "openrouter/vendor/{}", "bedrock-prompt-router": "bedrock/anthropic.claude-{}-v1:0"}
JS = """
const ts = require(process.argv[1]);
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const file = ts.createSourceFile('routes.ts', JSON.parse(line), ts.ScriptTarget.ES2022, true);
  console.log(JSON.stringify([file.parseDiagnostics.length, file.statements.map((one) => one.kind)]));
});
"""
BREAKERS = [
    '"', "'", "`", '"""', "'''", "\\", "\\\\'", '\\"', "${x}", "{{x}}", "#{x}", "*/", "//", "# x", "; x", "]]", "}}",
    "--- x", "x: y", "- x", "[x]", "{x}", "__proto__", "constructor", "__class__", "hasOwnProperty", "%s", "%(x)s",
    "$(id)", "`id`", "</script>", "<!--", "os.environ/HOME", "env::HOME", "null", "true", "1", "1.0", "0x1", "1e3",
    "2026-11-20", "no", "=", "~", ".", "..", "../x", "a.b", 'a"]\\nb', "x" * 100, "é", "漢字", "😀",
    "route/default", "a/b", "@x", "!x", "&x", "|", ">", "?", "a=b", "a, b", "{% x %}", "POLICY = 1", "x = [",
    'x"\\n[models.y]', "u0022", "\\u0022 + x",
]  # fmt: skip


@pytest.fixture(scope="module")
def typescript() -> Iterator[Any]:
    """Return what tells how many faults TypeScript's own parser finds in a file, and which statements stand in it."""
    node = shutil.which("node")
    assert node, "node builds the page's scripts, and is needed here too"
    command = [node, "-e", JS, str(NODE_MODULES / "typescript")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout

        def read(text: str) -> Any:
            process.stdin.write(json.dumps(text).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield read
        process.stdin.close()


def made(tool: str, name: str, tag: str, other: str, word: str, model: str) -> Policy:
    """Make a policy whose shape does not depend on its names."""
    called = MODELS.get(tool, "openai/{}")
    first, second = called.format(model), called.format("other")
    pattern = re.sub(r"[^\w ]", r"\\\g<0>", word, flags=re.ASCII) if word.isascii() else "x"
    asks = (TagIs(other), HasKeyword((word,)), MetadataIs(word, equals=name), Not(AllOf((Matches(pattern),))))
    return Policy(
        name,
        (ClassifyRule(tag, TagIs(tag)), ClassifyRule(other, AnyOf(asks))),
        {tag: Route((first, second), timeout_s=30, retries=1), other: Route((second, first))},
        Route((first, second)),
    )


def read_back(compiled: Compiled, filename: str, typescript: Any) -> list[Any]:
    """Read a file with other readers than its writer, and return all that stands in it."""
    text = compiled.text
    match Path(filename).suffix:
        case ".yaml":
            return [
                list(yaml.load_all(text, loader)) for loader in (yaml.SafeLoader, yaml.CSafeLoader)
            ]  # libyaml's too
        case ".json":
            return [json.loads(text)]
        case ".toml":
            return [tomllib.loads(text)]
        case ".py":
            tree = ast.parse(text)
            values = [one.value for one in tree.body if isinstance(one, ast.Assign) and isinstance(one.value, ast.Dict)]
            return [[type(one).__name__ for one in tree.body], [ast.literal_eval(value) for value in values]]
        case ".ts":
            literals = re.findall(r"(?ms)^const [A-Z]+: [^\n]* = (.*?);\n\n", text)
            data = [json.loads(re.sub(r'(?m)^( *)\["__proto__"\]:', r'\1"__proto__":', one)) for one in literals]
            return [typescript(text), data]
    raise AssertionError(f"no reader of {filename} here yet")


def shape(data: Any) -> Any:
    """Return the types of values and how they are nested; of the names in a mapping, only how many."""
    if isinstance(data, dict):
        assert all(isinstance(name, str) for name in data)
        return {"names": sorted(repr(shape(value)) for value in data.values())}
    return [shape(item) for item in data] if isinstance(data, list) else type(data).__name__


hostile = st.sampled_from(BREAKERS) | names()
words = hostile.map(lambda name: unicodedata.normalize("NFC", f"w{name[:90]}w"))  # whole words, to every tool
suffixes = st.sampled_from([one for one in BREAKERS if one.isascii() and not re.search(r"\s", one)]) | st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20
)


@pytest.mark.parametrize("tool", TARGETS)
@given(st.data())
@settings(max_examples=20, deadline=None)
def test_the_shape_of_a_file_does_not_depend_on_names(tool: str, typescript: Any, data: st.DataObject) -> None:
    name, word = data.draw(hostile), data.draw(words)
    tag, other = data.draw(st.lists(hostile, min_size=2, max_size=2, unique=True))
    model = data.draw(suffixes)
    assume(model != "other")
    module = target(tool)
    try:
        policy = made(tool, name, tag, other, word, model)
        compiled = module.compile(policy)
    except TargetError:  # the tool could not be asked for it: nothing is written
        return
    found = read_back(compiled, module.FILENAME, typescript)
    harmless = module.compile(made(tool, "name", "tag", "another", "word", "model"))
    if len(compiled.losses) == len(harmless.losses) and len(compiled.entries) == len(harmless.entries):
        assert shape(found) == shape(read_back(harmless, module.FILENAME, typescript))
    if tool in ("json", "yaml", "python", "typescript"):
        data_of_it = found[1][0] if tool in ("python", "typescript") else found[0][0] if tool == "yaml" else found[0]
        assert Policy.from_json(json.dumps(data_of_it, default=str)) == policy


@pytest.mark.parametrize("tool", TARGETS)
def test_no_key_of_the_environment_is_in_a_file(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "sk-canary-0123456789abcdef"
    for host in ("OPENAI", "ANTHROPIC", "OPENROUTER", "AZURE_OPENAI", "GROQ"):
        monkeypatch.setenv(f"{host}_API_KEY", canary)
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.setenv(name, canary)
    compiled = target(tool).compile(made(tool, "name", "tag", "another", "word", "model"))
    assert "canary" not in compiled.text + repr(compiled)
