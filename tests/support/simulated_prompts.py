"""Made-up prompts of every kind the simulated models know, each with the answer computed here and not by them."""

import datetime as dt
import random
from collections.abc import Callable

from routebook.prompts import Prompt

NAMES = ["Ana Silva", "Ben Okafor", "Carla Rossi", "David Kim", "Elif Kaya", "Farid Haddad", "Grace Lee", "Hugo Martin"]
FRUIT = ["apple", "banana", "cherry", "date", "fig", "grape", "kiwi", "lemon", "mango", "papaya", "quince", "plum"]
CAPITALS = {"Spain": "Madrid", "Peru": "Lima", "Kenya": "Nairobi", "Japan": "Tokyo", "Norway": "Oslo", "Egypt": "Cairo"}
FRENCH = {"water": "eau", "bread": "pain", "dog": "chien", "moon": "lune", "street": "rue", "cheese": "fromage"}
GOOD = ["excellent", "wonderful", "brilliant", "superb"]
BAD = ["terrible", "awful", "horrible", "useless"]


def _arithmetic(rng: random.Random) -> tuple[str, str, str]:
    a, b, c = rng.randint(2, 99), rng.randint(2, 99), rng.randint(2, 20)
    asked, value = rng.choice(
        [(f"{a} * {b} + {c}", a * b + c), (f"({a} + {b}) * {c}", (a + b) * c), (f"{a} - {b} * {c}", a - b * c)]
    )
    return rng.choice(["What is {}?", "Calculate {}.", "{} = ?", "Work out {}."]).format(asked), str(value), "numeric"


def _word_problem(rng: random.Random) -> tuple[str, str, str]:
    a, b, c = rng.randint(20, 60), rng.randint(2, 19), rng.randint(2, 19)
    name = rng.choice(NAMES).split()[0]
    text, value = rng.choice(
        [
            (
                f"{name} has {a} stamps. {name} buys {b} more and gives {c} to a friend. How many are there?",
                a + b - c,
            ),
            (f"There are {b} boxes with {c} pens each. How many pens are there altogether?", b * c),
            (f"A car travels at {a} km per hour for {b} hours. How far does it go?", a * b),
            (f"{name} buys {b} books at {c} dollars each. How much does {name} pay?", b * c),
        ]
    )
    return text, str(value), "numeric"


def _extraction(rng: random.Random) -> tuple[str, str, str]:
    first, second = rng.sample(NAMES, 2)
    email = f"{first.lower().replace(' ', '.')}{rng.randint(1, 99)}@example.org"
    date = dt.date(2026, rng.randint(1, 12), rng.randint(1, 28)).isoformat()
    note = f"We met {first} and {second} on {date}; write to {email} for the slides."
    asked, answer = rng.choice(
        [("email address", email), ("date", date), ("names of all people", f"{first}, {second}")]
    )
    return f'Extract the {asked} from this text: "{note}"', answer, "contains"


def _classification(rng: random.Random) -> tuple[str, str, str]:
    label = rng.choice(["positive", "negative"])
    word = rng.choice(GOOD if label == "positive" else BAD)
    thing = rng.choice(["film", "hotel", "chair", "course", "concert"])
    text = f"Number {rng.randint(1, 999)}: the {thing} was {word}."
    order = f"Classify the review as positive, negative or neutral. Answer with only the label.\n\n{text!r}"
    return order, label, "exact"


def _coding(rng: random.Random) -> tuple[str, str, str]:
    a, b = rng.randint(3, 30), rng.randint(2, 9)
    numbers = [rng.randint(0, 50) for _ in range(5)]
    code, value = rng.choice(
        [
            (f"total = 0\nfor n in range({a}):\n    if n % {b} == 0:\n        total += n\nprint(total)",
             sum(n for n in range(a) if n % b == 0)),
            (f"numbers = {numbers}\nprint(max(numbers) - min(numbers))", max(numbers) - min(numbers)),
            (f"x = {a}\nwhile x < 100:\n    x *= {b}\nprint(x)", next(v for k in range(99) if (v := a * b**k) >= 100)),
        ]
    )  # fmt: skip
    return f"What does this Python code print?\n\n```python\n{code}\n```", str(value), "numeric"


def _multiple_choice(rng: random.Random) -> tuple[str, str, str]:
    a, b = rng.randint(3, 99), rng.randint(3, 99)
    options = [a * b, a * b + 10, a * b - 2, a * b + a]
    rng.shuffle(options)
    listed = "\n".join(f"{letter}) {option}" for letter, option in zip("ABCD", options, strict=True))
    return f"What is {a} * {b}?\n{listed}\nAnswer with only the letter.", "ABCD"[options.index(a * b)], "exact"


def _conversion(rng: random.Random) -> tuple[str, str, str]:
    n = rng.randint(2, 400)
    start, step = dt.date(2025, rng.randint(1, 12), rng.randint(1, 28)), rng.randint(2, 300)
    return rng.choice(
        [
            (f"Convert {n} km to metres.", str(n * 1000), "numeric"),
            (f"How many minutes are in {n} hours?", str(n * 60), "numeric"),
            (f"Convert {n} to binary. Reply with only the binary number.", f"{n:b}", "exact"),
            (f"What day of the week was {start}?", f"{start:%A}", "contains"),
            (f"What date is {step} days after {start}?", str(start + dt.timedelta(days=step)), "contains"),
        ]
    )


def _text(rng: random.Random) -> tuple[str, str, str]:
    words = rng.sample(FRUIT, rng.randint(4, 6))
    made = "".join(rng.choices("abcdefgrst", k=rng.randint(5, 9)))
    return rng.choice(
        [
            (f'Reverse the string "{made}". Reply with only the result.', made[::-1], "exact"),
            (f'How many times does the letter "a" appear in "{made}"?', str(made.count("a")), "numeric"),
            (f"Sort these words alphabetically: {', '.join(words)}", ", ".join(sorted(words)), "contains"),
        ]
    )


def _translation(rng: random.Random) -> tuple[str, str, str]:
    word = rng.choice(list(FRENCH))
    asked = rng.choice(
        ['Translate "{}" into French.', 'How do you say "{}" in French?', 'What is the French word for "{}"?']
    )
    return asked.format(word) + " " * rng.randint(0, 40), FRENCH[word], "contains"


def _knowledge(rng: random.Random) -> tuple[str, str, str]:
    country = rng.choice(list(CAPITALS))
    asked = rng.choice(["What is the capital of {}?", "Name the capital of {}.", "What is the capital city of {}?"])
    return asked.format(country) + " " * rng.randint(0, 40), CAPITALS[country], "contains"


MAKERS: dict[str, Callable[[random.Random], tuple[str, str, str]]] = {
    "arithmetic": _arithmetic, "word-problem": _word_problem, "extraction": _extraction,
    "classification": _classification, "coding": _coding, "multiple-choice": _multiple_choice,
    "conversion": _conversion, "text": _text, "translation": _translation, "knowledge": _knowledge,
}  # fmt: skip


def made(kind: str, count: int, seed: int = 0) -> list[Prompt]:
    """Make different prompts of a kind, the same ones for the same seed."""
    rng = random.Random(f"{kind}|{seed}")
    found: dict[str, Prompt] = {}
    while len(found) < count:
        text, expected, check = MAKERS[kind](rng)
        found[text] = Prompt.of(text, tags=[kind], expected=expected, metadata={"check": check})
    return list(found.values())
