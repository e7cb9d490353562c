"""The language of code is told from the name at its fence, else from lines that tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routebook.features import PromptFacts
from routebook.features.code_language import CODE_LANGUAGES, code_language
from routebook.features.form import has_code

SNIPPETS = {
    "python": ["def add(a, b):\n    return a + b", "import numpy as np\nx = np.zeros(3)\nimport os", ">>> 1 + 1\n2",
               "Why?\nTraceback (most recent call last):\n  File \"a.py\"", "class Dog(Animal):\n    pass"],
    "javascript": ["const add = (a, b) => a + b;", "function add(a, b) {\n  return a + b;\n}", "console.log(1);"],
    "typescript": ["interface Dog {\n  name: string;\n}\nconst dog: Dog = load();",
                   "function add(a: number, b: number): number {\n  return a + b;\n}"],
    "java": ["public class Main {\n  public static void main(String[] args) {\n    System.out.println(1);\n  }\n}"],
    "csharp": ["using System;\npublic class Dog { void Bark() { Console.WriteLine(\"!\"); } }"],
    "c": ["#include <stdio.h>\nint main(void) { printf(\"hi\"); }"],
    "cpp": ["#include <iostream>\nint main() { std::cout << 1; }"],
    "go": ["package main\n\nfunc main() {\n\tfmt.Println(1)\n}"],
    "rust": ["fn main() {\n    let mut x = 1;\n    println!(\"{}\", x);\n}"],
    "php": ["<?php echo $user->name(); ?>"],
    "sql": ["SELECT name FROM users WHERE id = 1;", "INSERT INTO users VALUES (1);"],
    "html": ["<html>\n<body>hi</body>", "<div class='x'>hi</div>"],
    "bash": ["#!/bin/bash\necho hi"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, some in SNIPPETS.items() for text in some])
def test_lines_tell_the_language(name: str, text: str) -> None:
    assert code_language(PromptFacts(text)) == name


@pytest.mark.parametrize(
    ("fence", "name"),
    [("```python", "python"), ("~~~ js", "javascript"), ("   ```C++", "cpp"), ("```{r}", "r"), ("````yaml", "yaml"),
     ("```rust,ignore", "unknown"), ("```", "unknown"), ("```nosuch", "unknown"), ("```sh title=x", "bash")],
)  # fmt: skip
def test_a_fence_tells_the_language(fence: str, name: str) -> None:
    assert code_language(PromptFacts(f"Look:\n{fence}\nx\n```")) == name


def test_a_fences_name_counts_more_than_its_lines() -> None:
    assert code_language(PromptFacts("```ruby\ndef f(x):\n```")) == "ruby"


def test_a_fence_without_a_name_is_told_by_its_lines() -> None:
    assert code_language(PromptFacts("```\ndef f(x):\n    return x\n```")) == "python"


@pytest.mark.parametrize("text", ["Name a prime.", "", "I like C and Go and rust on old iron.", "Is python a snake?"])
def test_prose_is_no_code(text: str) -> None:
    assert code_language(PromptFacts(text)) == "none"


@given(st.text(st.characters(), max_size=200) | st.text("`~\n py#<>(){};:=x", max_size=60))
def test_it_is_none_just_where_there_is_no_code(text: str) -> None:
    asked = PromptFacts(text)
    assert code_language(asked) in CODE_LANGUAGES
    assert (code_language(asked) == "none") is (not has_code(asked))
