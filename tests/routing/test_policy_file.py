"""What is written is read back the same, by us and by any YAML reader; what is saved is whole or not there."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from tests.support.policies import DESIGN, policies

from routebook.errors import PolicyError
from routebook.routing import policy_data
from routebook.routing.policy import Policy, Route

DESK = Policy.from_yaml(DESIGN)
WRITTEN = """\
routebook: 1
name: support desk
classify:
  - tag: coding
    when: {any: [{tag: coding}, {keyword: [traceback, refactor]}]}
  - tag: long-reasoning
    when: {all: [{tag: proof}, {not: {keyword: [sketch]}}]}
routes:
  coding:
    models: [openai/gpt-6.1-terra, anthropic/claude-sonnet-5-5]
    timeout_s: 30
    retries: 1
    evidence: {prompts: 412, held_out: 206, quality: 0.91, quality_ci95: [0.88, 0.94], usd_per_1k_prompts: 0.42,
      latency_p95_s: 3.1}
  long-reasoning:
    models: [anthropic/claude-opus-5-5]
default:
  models: ['bedrock/us.amazon.nova-2-lite-v1:0', openai/gpt-6.1-terra]
provenance:
  created: 2026-11-20
  data_sha256: DIGEST
  prices: {source: genai-prices 0.2.3, date: 2026-11-10}
  judge: null
  seed: 0
""".replace("DIGEST", "ab" * 32)


def test_the_designs_example_is_written_readably() -> None:
    assert DESK.to_yaml() == WRITTEN


@given(policies())
@settings(max_examples=50)
def test_a_policy_survives_yaml(policy: Policy) -> None:
    text = policy.to_yaml()
    assert Policy.from_yaml(text) == policy
    assert Policy.from_yaml(text).to_yaml() == text
    assert list(Policy.from_yaml(text).routes) == list(policy.routes)


@given(policies())
@settings(max_examples=50)
def test_a_policy_survives_json(policy: Policy) -> None:
    text = policy.to_json()
    assert Policy.from_json(text) == policy
    assert json.loads(text) == policy_data.to_data(policy)


@given(policies())
@settings(max_examples=50)
def test_another_yaml_reader_finds_the_same(policy: Policy) -> None:
    def dated(data: Any) -> Any:
        if isinstance(data, dict):
            return {name: dated(inner) for name, inner in data.items()}
        if isinstance(data, list):
            return [dated(inner) for inner in data]
        return data.isoformat() if isinstance(data, date) else data

    assert dated(yaml.safe_load(policy.to_yaml())) == policy_data.to_data(policy)


EVERYTHING = r"""
routebook: 1
name: everything
classify:
  - tag: coding
    when: {any: [{tag: coding}, {feature: has_code, equals: true}, {feature: code_language, in: [python, rust]}]}
  - tag: long
    when: {all: [{feature: prompt_tokens, at_least: 2000, at_most: 90000}, {regex: '(?i)prove|derive'}]}
  - tag: other
    when: {any: [{language: de}, {language: [fr, 'no']}, {metadata: plan, equals: pro}, {metadata: age, at_most: 30},
                 {metadata: team, in: [a, 1]}, {metadata: beta, equals: true}]}
routes:
  coding:
    models: [sim/large, sim/small]
    weights: [95, 5]
    timeout_s: 30
    retries: 1
    budget_usd: 0.05
    evidence: {prompts: 412, quality: 0.9, gain: 0.02, gain_ci95: [-0.01, 0.05], usd_per_1k_prompts: 0.4,
      usd_per_1k_prompts_ci95: [0.3, 0.5]}
  long:
    models: [sim/large]
  other:
    models: [sim/small]
default:
  models: [sim/small]
provenance:
  created: 2026-11-20
  judge: null
  seed: null
  expires: 2027-02-20
""".lstrip()


def test_everything_a_policy_can_say_is_written_as_it_is_read() -> None:
    assert Policy.from_yaml(EVERYTHING).to_yaml().split() == EVERYTHING.split()


def test_the_hash_is_that_of_sorted_json_without_white_space() -> None:
    canonical = json.dumps(json.loads(DESK.to_json()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert DESK.sha256 == hashlib.sha256(canonical.encode()).hexdigest()


def test_layout_and_order_of_names_do_not_change_the_hash() -> None:
    data = json.loads(DESK.to_json())
    turned = json.dumps(dict(reversed(data.items())))
    assert Policy.from_json(turned).sha256 == Policy.from_yaml(DESIGN).sha256 == DESK.sha256
    assert DESK.sha256 == "7d285996f99d4e08b9d372b2872f12b3f6fb3ff6418d173ce70bbc7283d9d0e1"


@pytest.mark.parametrize(
    "change",
    [("30", "31"), ("support", "supper"), ("traceback, refactor", "refactor, traceback"), ("seed: 0", "seed: 1")],
)
def test_any_change_of_meaning_changes_the_hash(change: tuple[str, str]) -> None:
    assert Policy.from_yaml(DESIGN.replace(*change)).sha256 != DESK.sha256


@pytest.mark.parametrize("name", ["routes.yaml", "routes.yml", "routes.json", "ROUTES.JSON", "ré sumé.yaml"])
def test_a_saved_policy_is_loaded_back(tmp_path: Path, name: str) -> None:
    path = DESK.save(tmp_path / name)
    assert path == tmp_path / name
    assert Policy.load(path) == DESK
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [name]


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = DESK.save(tmp_path / "routes.yaml")
    with pytest.raises(PolicyError, match="let it end in"):
        DESK.save(tmp_path / "routes.txt")
    with pytest.raises(PolicyError, match="Cannot write the policy"):
        DESK.save(tmp_path / "no such folder" / "routes.yaml")
    folder = tmp_path / "taken.yaml"
    folder.mkdir()
    with pytest.raises(PolicyError, match="Cannot write the policy"):
        DESK.save(folder)
    assert path.read_text() == WRITTEN
    assert sorted(file.name for file in tmp_path.iterdir() if file.name != "routebook") == ["routes.yaml", "taken.yaml"]


def test_saving_keeps_a_link_and_the_files_permissions(tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    real.write_text("")
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    DESK.save(link)
    assert link.is_symlink()
    assert real.read_text() == WRITTEN
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_minimal_policy_is_enough() -> None:
    policy = Policy.from_yaml("routebook: 1\nname: desk\nclassify: []\nroutes: {}\ndefault: {models: [sim/small]}\n")
    assert policy == Policy("desk", (), {}, Route(("sim/small",)))
    assert "provenance" not in policy.to_yaml()


def test_the_same_in_a_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    path = tmp_path / "routes.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + DESIGN.replace("\n", "\r\n").encode())
    assert Policy.load(path) == DESK


def test_reading_and_deciding_needs_the_standard_library_and_pyyaml_only(tmp_path: Path) -> None:
    path = DESK.save(tmp_path / "routes.yaml")
    script = (
        "import sys; from routebook.routing.policy import Policy; before = set(sys.stdlib_module_names);"
        f"Policy.load({str(path)!r}).decide('hello', tag='coding');"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", script], capture_output=True, text=True, check=False, env=_paths()
    )
    assert loaded.returncode == 0, loaded.stderr
    named = [name for name in ast.literal_eval(loaded.stdout) if not name.startswith(("_", "cython"))]  # PyYAML's own
    assert named == ["routebook", "yaml"]


def test_a_rule_that_looks_for_a_pattern_needs_re2_besides_and_only_when_it_decides() -> None:
    rule = "{routebook: 1, name: p, classify: [{tag: t, when: {feature: has_code, equals: true}}], "
    text = rule + "routes: {t: {models: [sim/a]}}, default: {models: [sim/b]}}"
    script = (
        f"import sys; from routebook.routing.policy import Policy; policy = Policy.from_yaml({text!r});"
        "assert 're2' not in sys.modules; assert policy.decide('def f(x):').tag == 't';"
        "print(sorted({'numpy', 'pandas', 're2', 'jsonschema'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stderr
    assert ast.literal_eval(loaded.stdout) == ["re2"]


def _paths() -> dict[str, str]:
    import routebook

    places = [Path(routebook.__file__).parents[1], Path(yaml.__file__).parents[1]]
    return {"PYTHONPATH": ":".join(map(str, places))}
