"""Decides which model answers which prompt. Python 3.9 or newer, its standard library, and nothing else.

    decide("Refactor this.")                                   # what a policy says of one text
    decide({"system": "...", "messages": [{"role": "user", "text": "...", "images": 1}], "tools": 2})
    decide("Hello.", tags=["vip"], metadata={"plan": "pro"})

In a shell, a line of JSON for each prompt gives a line of JSON for each decision:

    echo '{"prompt": "Refactor this.", "tags": [], "metadata": {}}' | python FILE.py

Patterns are searched for with `re`, which takes very long for some patterns on some texts: where strangers write the
prompts, bound their length, or decide with routebook itself, whose patterns take time in proportion to the text.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from itertools import accumulate
from numbers import Real
from typing import Any, NamedTuple

Data = Mapping[str, Any]


class Decision(NamedTuple):
    """Where one prompt goes: the tag it got, the rule that fired (from 1), and the models to ask, in order.

    `timeout_s` is for each try, `retries` for each model, `budget_usd` for one prompt; `None` sets no limit.
    """

    tag: str
    rule: int | None
    models: tuple[str, ...]
    timeout_s: float | None
    retries: int
    budget_usd: float | None


class Reader:
    """Decides by a policy.

    Parameters
    ----------
    policy
        A policy file's data.
    patterns
        The plain form of each of its regular expressions.
    tables
        What features are found by: see `routebook.targets.embedding.tables`.
    """

    def __init__(self, policy: Data, patterns: Mapping[str, str], tables: Data) -> None:
        self.policy = policy
        self.patterns = {pattern: re.compile(plain, re.ASCII) for pattern, plain in patterns.items()}
        self.features = Features(tables)

    def decide(self, prompt: str | Data, tags: Iterable[str] = (), metadata: Data | None = None) -> Decision:
        """Say where a prompt goes: a text, or its system prompt, messages and tools."""
        asked = Asked(prompt, [tags] if isinstance(tags, str) else tags, metadata or {})
        for number, rule in enumerate(self.policy["classify"], 1):
            if self._holds(rule["when"], asked):
                return self._decision(rule["tag"], number, self.policy["routes"][rule["tag"]], asked)
        return self._decision("default", None, self.policy["default"], asked)

    def _decision(self, tag: str, rule: int | None, route: Data, asked: Asked) -> Decision:
        models = _drawn(route, f"{self.policy['name']}\0{tag}\0{asked.searched}")
        return Decision(tag, rule, models, route.get("timeout_s"), route.get("retries", 0), route.get("budget_usd"))

    def _holds(self, when: Data, asked: Asked) -> bool:
        if "any" in when:
            return any(self._holds(one, asked) for one in when["any"])
        if "all" in when:
            return all(self._holds(one, asked) for one in when["all"])
        if "not" in when:
            return not self._holds(when["not"], asked)
        if "tag" in when:
            return when["tag"] in asked.tags
        if "keyword" in when:
            return any(_has_word(asked.lower, word.lower()) for word in when["keyword"])
        if "regex" in when:
            return self.patterns[when["regex"]].search(asked.searched) is not None
        if "metadata" in when:
            return _compares(when, asked.metadata.get(when["metadata"]))
        if "language" in when:
            codes = when["language"]
            return self.features.of(asked, "language") in ([codes] if isinstance(codes, str) else codes)
        return _compares(when, self.features.of(asked, when["feature"]))


class Asked:
    """A prompt, as rules see it: its last message (`text`), all the user wrote (`searched`), what came `earlier`."""

    def __init__(self, prompt: str | Data, tags: Iterable[str], metadata: Data) -> None:
        given: Data = {"messages": [{"role": "user", "text": prompt}]} if isinstance(prompt, str) else prompt
        messages = [{**message, "text": _whole(message["text"])} for message in given["messages"]]
        written = [message["text"] for message in messages if message["role"] == "user"]
        before = [message["text"] for message in messages[:-1]]
        if given.get("system") is not None:
            before.insert(0, _whole(given["system"]))
        self.text: str = messages[-1]["text"]
        self.searched = "\n\n".join(written)
        self.earlier = "\n\n".join(before)
        self.lower = self.searched.lower()
        self.turns = len(written)
        self.images = sum(message.get("images", 0) for message in messages)
        self.tools = given.get("tools", 0)
        self.tags = frozenset(tags)
        self.metadata = metadata
        self.known: dict[str, Any] = {}


def _whole(text: str) -> str:
    """Return a text in which half a character is U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# ---- words, values and draws ----------------------------------------------------------------------------------------


def _has_word(text: str, word: str) -> bool:
    """Tell whether a word stands in the text with no letter, digit or underscore touching it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (_joined(text, start - 1, start) or _joined(text, end - 1, end)):
            return True
        start = text.find(word, start + 1)
    return False


def _joined(text: str, left: int, right: int) -> bool:
    return left >= 0 and right < len(text) and all(text[at].isalnum() or text[at] == "_" for at in (left, right))


def _compares(when: Data, value: object) -> bool:
    """Tell whether a value is the one asked for, one of several, or between two ends; 1, "1" and true are different."""
    if not isinstance(value, (bool, str, Real)):
        return False
    if "equals" in when:
        return _same(value, when["equals"])
    if "in" in when:
        return any(_same(value, one) for one in when["in"])
    if isinstance(value, (bool, str)):
        return False
    number = float(value)
    return bool(when.get("at_least", number) <= number <= when.get("at_most", number))


def _same(one: object, other: object) -> bool:
    return bool(one == other) and all(isinstance(one, kind) is isinstance(other, kind) for kind in (bool, str))


def _drawn(route: Data, name: str) -> tuple[str, ...]:
    """Return the models to ask, in order; with weights the one that the hash of the name falls to comes first."""
    models = tuple(route["models"])
    ends = list(accumulate(route.get("weights", (1,))))
    if len(ends) == 1:
        return models
    point = int(hashlib.sha256(name.encode()).hexdigest()[:12], 16) / 2**48 * ends[-1]
    first = next((place for place, end in enumerate(ends) if point < end), len(ends) - 1)
    return (models[first], *models[:first], *models[first + 1 :])


# ---- features -------------------------------------------------------------------------------------------------------

_SPACE = "\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_WORD = re.compile(f"[^{_SPACE}]+")
_QUOTED = re.compile(r"```[^`]*(?:```|\Z)|`[^`\n]*`")
_PUNCTUATION = dict.fromkeys(map(ord, "!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~"), " ")


class Features:
    """What can be asked of a prompt's text without asking a model."""

    def __init__(self, tables: Data) -> None:
        self._forms = {name: re.compile(plain, re.ASCII) for name, plain in tables["forms"].items()}
        self._code = [(name, re.compile(plain, re.ASCII)) for name, plain in tables["code"]["patterns"]]
        self._fences: Mapping[str, str] = tables["code"]["fences"]
        self._scripts: list[tuple[int, int, str]] = tables["scripts"]
        self._written: Mapping[str, list[str]] = tables["written"]
        self._by_word = _counted({code: words.split(" ") for code, words in tables["words"].items()})
        self._by_letter = _counted({code: list(letters) for code, letters in tables["letters"].items()})

    def of(self, asked: Asked, name: str) -> Any:
        """Return a feature, worked out once."""
        if name not in asked.known:
            if name in self._forms:
                asked.known[name] = self._forms[name].search(asked.text) is not None
            elif name in ("turns", "images", "tools"):
                asked.known[name] = getattr(asked, name)
            else:
                asked.known[name] = getattr(self, f"_{name}")(asked)
        return asked.known[name]

    def _prompt_tokens(self, asked: Asked) -> int:
        return -(-(len(asked.text.encode()) + len(asked.earlier.encode())) // 4)

    def _characters(self, asked: Asked) -> int:
        return len(asked.text)

    def _words(self, asked: Asked) -> int:
        return len(_WORD.findall(asked.text))

    def _lines(self, asked: Asked) -> int:
        return asked.text.count("\n") + 1

    def _digits(self, asked: Asked) -> int:
        return sum("0" <= character <= "9" for character in asked.text)

    def _code_language(self, asked: Asked) -> str:
        if not self.of(asked, "has_code"):
            return "none"
        for line in asked.text.split("\n"):
            opened = line.lstrip(" ")
            if opened[:3] in ("```", "~~~") and len(line) - len(opened) <= 3:
                named = opened.lstrip("`~").strip(" \t\r{}.").split(" ")[0].lower()
                if named in self._fences:
                    return self._fences[named]
        return next((name for name, pattern in self._code if pattern.search(asked.text)), "unknown")

    def _language(self, asked: Asked) -> str:
        text = _QUOTED.sub(" ", asked.text[:240])
        script = self._script(text)
        if script not in self._written:
            return script
        lower = text.lower()
        words = set(re.split("[ \t\n\r\x0b\x0c]+", lower.translate(_PUNCTUATION)))
        counts = dict.fromkeys(self._written[script], 0)
        for found, counted in ((words, self._by_word), (set(lower), self._by_letter)):
            for code, count in (pair for thing in found for pair in counted.get(thing, {}).items()):
                if code in counts:
                    counts[code] += count
        best = max(counts, key=lambda code: counts[code])  # the first of several
        second = max(counts[code] for code in counts if code != best)
        return best if counts[best] >= 12 and 3 * counts[best] >= 4 * second else "unknown"

    def _script(self, text: str) -> str:
        """Return the script of most of the text's different letters, or the one language written in it."""
        counts = {"latin": 0}
        for character in set(text):
            for low, high, script in self._scripts:
                if low <= ord(character) <= high:
                    counts[script] = counts.get(script, 0) + (3 if script == "zh" else 1)
        if "ja" in counts and "zh" in counts:
            counts["ja"] += counts.pop("zh")
        return max(counts, key=lambda script: (counts[script], script))


def _counted(of: Mapping[str, list[str]]) -> dict[str, dict[str, int]]:
    """Map each word or letter to what it counts for each of its k languages: 12 // k."""
    languages: dict[str, list[str]] = {}
    for code, things in of.items():
        for thing in dict.fromkeys(things):
            languages.setdefault(thing, []).append(code)
    return {thing: dict.fromkeys(codes, 12 // len(codes)) for thing, codes in languages.items()}


def answer(reader: Reader) -> None:
    """Read prompts from standard input, a line of JSON each, and write each decision as a line of JSON."""
    for line in sys.stdin.buffer:
        given = json.loads(line)
        decision = reader.decide(given["prompt"], given.get("tags") or (), given.get("metadata"))
        sys.stdout.write(json.dumps(decision._asdict()) + "\n")
