"""Kinds of prompt: every prompt is of exactly one, and a policy finds the same one by its conditions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routebook.outcomes import Outcomes
from routebook.routing.conditions import Asked
from routebook.routing.learning.matrix import Matrix
from routebook.routing.learning.partition import ByTag, ByTree, Partition
from routebook.routing.names import DEFAULT
from routebook.routing.policy import ClassifyRule, Policy
from routebook.routing.route import Route

Prompts = Sequence[tuple[str, tuple[str, ...]]]

TAGS = ("maths", "proof", "poem", "code", "default", "näh", "x" * 100, "rare")
UNNAMEABLE = ("two\nlines", "x" * 101, "e\u0301", "")
WORDS = (
    "alpha", "Beta", "GAMMA", "STRAẞE", "straße", "İzmir", "ſieben", "\u212aelvin", "素数", "naïve", "x_1", "C++",
    "def f():", "12 + 30", "not", "なぜ", "?", "\n\n", "a", "\u1112\u1161\u11ab", "\uf900", "1,000", "don't",
)  # fmt: skip

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join).filter(lambda text: bool(text.strip()))
one_tag = st.sampled_from([(), *((tag,) for tag in TAGS)])


def matrix_of(prompts: Prompts) -> Matrix:
    rows = [
        {"id": str(number), "prompt": text, "tags": list(tags), "sim/a": 0, "sim/b": 1}
        for number, (text, tags) in enumerate(prompts)
    ]
    return Matrix.of(Outcomes.from_frame(rows, id="id", models=["sim/a", "sim/b"], tag="tags"))


def decided(partition: Partition, groups: Sequence[Sequence[int]], prompts: Prompts) -> list[int]:
    """Return for each prompt the first of some groups of kinds that a policy sends it to."""
    said = [[(of, when) for of, when in partition.asked(kinds)] for kinds in groups]
    rules = [(group, when) for group, asked in enumerate(said) for _, when in asked if when is not None]
    policy = Policy(
        "made",
        tuple(ClassifyRule(f"kind-{group}", when) for group, when in rules),
        {f"kind-{group}": Route(("sim/a",)) for group, _ in rules},
        Route(("sim/b",)),
    )
    everything = next((group for group, asked in enumerate(said) for _, when in asked if when is None), -1)
    found = [policy.decide(text, tags).tag for text, tags in prompts]
    return [everything if tag == DEFAULT else int(tag.removeprefix("kind-")) for tag in found]


def check(partition: Partition, prompts: Prompts) -> None:
    place = partition.place(matrix_of(prompts)).tolist()
    kinds = range(len(partition))
    assert set(place) <= set(kinds)
    assert decided(partition, [[kind] for kind in kinds], prompts) == place
    for first in range(1, len(kinds)):  # neighbours said together
        parts = [list(kinds)[:first], list(kinds)[first:]]
        assert decided(partition, parts, prompts) == [int(kind >= first) for kind in place]
    for kind in kinds:  # each said alone holds for no others
        for of, when in partition.asked([kind]):
            assert of == (kind,)
            held = [when is None or when.matches(Asked(text, frozenset(tags))) for text, tags in prompts]
            assert held == [each == kind for each in place]


def drawn(seed: int, prompts: int, tags: Sequence[tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    random = np.random.default_rng(seed)
    made = []
    for number in range(prompts):
        words = random.choice(WORDS, size=random.integers(1, 7)).tolist()
        made.append((" ".join([*words, str(number)]), tags[random.integers(len(tags))]))
    return made


def grown(prompts: Prompts, seed: int, leaves: int, using: Sequence[str] = ("tag", "feature", "keyword")) -> ByTree:
    """Grow a tree on what really depends on tags, words and features, so that it asks for all of them."""
    random, matrix = np.random.default_rng(seed), matrix_of(prompts)
    signs = {tag: random.normal() for tag in (*TAGS, *UNNAMEABLE)} | {word.lower(): random.normal() for word in WORDS}
    worth = [
        sum(signs[tag] for tag in tags) + sum(sign for word, sign in signs.items() if word in text.lower())
        for text, tags in prompts
    ]
    length = [random.normal() * (len(text) > 30) for text, _ in prompts]
    return ByTree(matrix, np.column_stack([worth, np.add(worth, length), np.zeros(len(worth))]), leaves, using)


SINGLE = [(), *((tag,) for tag in (*TAGS[:-1], *UNNAMEABLE[:3]))]
SEVERAL = [tuple(pair) for pair in chain(combinations(TAGS[:-1], 1), combinations(TAGS[:-1], 2))]


class TestOneTag:
    """Prompts with a tag or none, as most tables have them."""

    @pytest.mark.parametrize("seed", range(4))
    def test_a_policy_sends_each_prompt_where_the_tree_placed_it(self, seed: int) -> None:
        prompts = drawn(seed, 500, SINGLE)
        tree = grown(prompts, seed, 9)
        assert len(tree) > 4
        check(tree, prompts)

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 2), st.lists(st.tuples(texts, one_tag), min_size=1, max_size=8))
    def test_and_so_it_sends_prompts_that_the_tree_has_not_seen(self, seed: int, unseen: Prompts) -> None:
        check(TREES[seed], unseen)

    @pytest.mark.parametrize("seed", range(2))
    def test_and_where_the_table_of_tags_placed_it(self, seed: int) -> None:
        prompts = drawn(seed, 300, SINGLE)
        table = ByTag(matrix_of(prompts))
        check(table, prompts)
        check(table, [*drawn(seed + 1, 50, SINGLE), ("of no known tag", ("never seen",)), ("of none", ())])


class TestSeveralTags:
    """Prompts with several tags, of which the rarest counts."""

    @pytest.mark.parametrize("seed", range(3))
    def test_a_policy_sends_each_prompt_where_it_was_placed(self, seed: int) -> None:
        prompts = drawn(seed, 400, SEVERAL)
        check(grown(prompts, seed, 9, ["tag"]), prompts)
        check(ByTag(matrix_of(prompts)), prompts)

    def test_a_tag_that_says_nothing_does_not_hide_one_that_does(self) -> None:
        prompts = [
            (f"Question {number}", ("hard" if number % 2 else "easy", f"u{number % 7}")) for number in range(420)
        ]
        worth = np.array([[0.0, number % 2] for number in range(420)])
        tree = ByTree(matrix_of(prompts), worth, 2, ["tag"])
        assert sorted(when.sentence() for kind in (0, 1) for _, when in tree.asked([kind]) if when is not None) == [
            "its tag is easy",
            "its tag is not easy",
        ]

    def test_an_id_of_each_prompt_hides_nothing(self) -> None:
        prompts = [(f"Question {number}", ("easy", f"id-{number}")) for number in range(60)]
        assert len(ByTag(matrix_of(prompts))) == 2


class TestTree:
    """What a tree may ask, and how much."""

    def test_prompts_of_no_known_tag_are_where_that_is_shortest_to_say(self) -> None:
        prompts = [(f"Question {number}", (f"tag-{number % 12}",)) for number in range(480)]
        worth = np.array([[0.0, 1.0 if number % 12 in (3, 7) else -1.0] for number in range(480)])
        tree = ByTree(matrix_of(prompts), worth, 2, ["tag"])
        said = {when.sentence() for kind in (0, 1) for _, when in tree.asked([kind]) if when is not None}
        assert said == {"its tag is tag-3 or tag-7", "its tag is none of tag-3, tag-7"}
        check(tree, [*prompts, ("of no known tag", ("never seen",)), ("of none", ())])

    def test_no_kind_is_of_fewer_than_twenty_prompts(self) -> None:
        prompts = drawn(0, 300, SINGLE)
        tree = grown(prompts, 0, 30)
        assert np.bincount(tree.place(matrix_of(prompts))).min() >= 20

    def test_a_single_leaf_asks_nothing(self) -> None:
        prompts = drawn(0, 100, SINGLE)
        tree = grown(prompts, 0, 1)
        assert tree.asked([0]) == [((0,), None)]
        assert tree.place(matrix_of(prompts)).tolist() == [0] * 100

    def test_prompts_that_do_not_differ_are_of_one_kind(self) -> None:
        prompts = [("the same", ())] * 50
        assert len(ByTree(matrix_of(prompts), np.zeros((50, 2)), 9, ["tag", "feature", "keyword"])) == 1

    @pytest.mark.parametrize(
        ("using", "asked"), [("tag", "its tag"), ("feature", "it has at"), ("keyword", "word long")]
    )
    def test_it_asks_for_what_it_may(self, using: str, asked: str) -> None:
        prompts = [
            (f"alpha {'long ' * 30}{number}", ("a",)) if number % 2 else (f"{number}", ("b",)) for number in range(200)
        ]
        tree = ByTree(matrix_of(prompts), np.array([[0.0, number % 2] for number in range(200)]), 2, [using])
        said = [when.sentence() for kind in (0, 1) for _, when in tree.asked([kind]) if when is not None]
        assert len(said) == 2
        assert all(asked in sentence for sentence in said), said


TREES = [grown(drawn(seed, 400, SINGLE), seed, 9) for seed in range(3)]
