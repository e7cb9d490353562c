"""Decisions by ten mixed rules, beside LiteLLM's complexity router on the same prompts, in turns.

Our rules are tried one after the other; the prompts match none, a late one, or an early one, and the figure with the
bound is that of the prompt which no rule matches, so that every rule is asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Figure

ROOT = Path(__file__).parents[2]
LITELLM = ROOT / ".venv-litellm" / "bin" / "python"
ROUNDS = 5

POLICY = r"""
routebook: 1
name: bench
classify:
  - tag: coding
    when: {any: [{tag: coding}, {keyword: [traceback, refactor, stack trace]}, {feature: has_code, equals: true}]}
  - tag: long
    when: {all: [{feature: prompt_tokens, at_least: 2000}, {regex: "(?i)summari[sz]e|shorten"}]}
  - {tag: proof, when: {regex: '(?i)\b(?:prove|derive|theorem)\b'}}
  - {tag: maths, when: {feature: has_math, equals: true}}
  - {tag: german, when: {language: [de, nl]}}
  - {tag: law, when: {all: [{metadata: plan, equals: pro}, {keyword: [contract, clause, liability]}]}}
  - {tag: exam, when: {all: [{feature: multiple_choice, equals: true}, {feature: has_negation, equals: true}]}}
  - {tag: chat, when: {all: [{feature: turns, at_least: 5}, {not: {keyword: [translate]}}]}}
  - {tag: data, when: {regex: '(?i)\b(?:csv|json|xml|yaml) (?:file|table)s?\b'}}
  - {tag: short, when: {feature: words, at_most: 8}}
routes:
  coding: {models: [sim/large]}
  long: {models: [sim/large]}
  proof: {models: [sim/reasoner]}
  maths: {models: [sim/reasoner]}
  german: {models: [sim/medium]}
  law: {models: [sim/large]}
  exam: {models: [sim/medium]}
  chat: {models: [sim/small]}
  data: {models: [sim/medium]}
  short: {models: [sim/small]}
default: {models: [sim/small]}
"""
PROSE = (
    "Our team meets every other Tuesday to talk about the garden behind the office, and this year we would like to "
    "plant something that survives a dry summer. The beds get sun from noon until evening, the soil is heavy, and "
    "nobody wants to water them more than twice a week. Please suggest plants which look good from May to October, say "
    "how far apart they should stand, and explain in simple words how to prepare the ground before the first frost "
    "arrives. We have a small budget, a wheelbarrow, two spades and plenty of leaves from the old oak. Some colleagues "
    "are allergic to bees, so flowers that attract fewer of them would be welcome near the door. Finish with a short "
    "plan for the first three months that a beginner can follow, including what to buy, what to borrow, and which jobs "
    "can wait until spring. If some advice depends on the region, assume that we live near the coast: the winters are "
    "mild and the wind is strong, and that deliveries by the local nursery take about a week or so in the early spring."
)[:1000]
PROMPTS = {
    "default": PROSE,
    "data": PROSE[:975] + " Write it as a CSV table.",
    "coding": "def plant(beds):\n    return beds\n" + PROSE[:967],
}
OURS = """
import json, sys, time
from routebook.routing.policy import Policy
given = json.load(sys.stdin)
policy = Policy.from_yaml(given["policy"])
for tag, prompt in given["prompts"].items():
    assert len(prompt) == 1000 and policy.decide(prompt).tag == tag, (len(prompt), policy.decide(prompt).why)
decide = policy.decide
"""
THEIRS = """
import json, os, sys, time
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
from unittest.mock import MagicMock
from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter
given = json.load(sys.stdin)
tiers = {name: "small" for name in ("SIMPLE", "MEDIUM", "COMPLEX", "REASONING")}
router = ComplexityRouter("complexity", MagicMock(), {"tiers": tiers})
decide = router.classify
"""
TIMING = """
took = {}
for tag, prompt in given["prompts"].items():
    for _ in range(50):
        decide(prompt)
    best = None
    for _ in range(40):
        start = time.perf_counter()
        for _ in range(given["times"]):
            decide(prompt)
        each = (time.perf_counter() - start) / given["times"]
        best = each if best is None else min(best, each)
    took[tag] = best * 1e6
print(json.dumps(took))
"""


def measured(python: str, script: str, times: int) -> dict[str, float]:
    """Return microseconds for one decision on each prompt, the best of 40 stretches of `times`."""
    given = json.dumps({"policy": POLICY, "prompts": PROMPTS, "times": times})
    done = subprocess.run([python, "-c", script + TIMING], input=given, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"Deciding failed:\n{done.stderr}")
    read: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return read


def figures() -> Iterator[Figure]:
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        ours.append(measured(sys.executable, OURS, 200))
        theirs.append(measured(str(LITELLM), THEIRS, 10))
    for tag in PROMPTS:
        what = f"a decision by ten rules on 1 kB, tag {tag}"
        each, other = median(one[tag] for one in ours), median(one[tag] for one in theirs)
        yield Figure(what, each, "us", "<= 20")
        yield Figure("  LiteLLM's complexity router on the same prompt", other, "us")
        yield Figure("  how many times faster", other / each, "x", ">= 40")
