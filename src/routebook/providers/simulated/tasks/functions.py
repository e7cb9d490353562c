"""Python functions that are often asked for: each with right code, and the same code with a usual mistake."""

from __future__ import annotations

from typing import NamedTuple


class Function(NamedTuple):
    """A function one can be asked to write.

    `asked` is a pattern for the request, `code` defines `NAME`, replacing `slip[0]` by `slip[1]` in it makes the
    mistake, and `cases` (arguments of one call each) tell right from wrong.
    """

    asked: str
    name: str
    code: str
    slip: tuple[str, str]
    cases: tuple[tuple[object, ...], ...]


FUNCTIONS: tuple[Function, ...] = (
    Function(
        r"palindrome", "is_palindrome",
        "def NAME(text):\n    letters = [c.lower() for c in text if c.isalnum()]\n    return letters == letters[::-1]",
        (" if c.isalnum()", ""), (("Never odd or even",), ("abc",), ("",)),
    ),
    Function(
        r"fizz ?buzz", "fizzbuzz",
        'def NAME(n):\n    if n % 15 == 0:\n        return "FizzBuzz"\n    if n % 3 == 0:\n        return "Fizz"\n'
        '    if n % 5 == 0:\n        return "Buzz"\n    return str(n)',
        ("n % 15 == 0", "n % 30 == 0"), ((3,), (5,), (15,), (7,)),
    ),
    Function(
        r"factorial", "factorial",
        "def NAME(n):\n    product = 1\n    for k in range(2, n + 1):\n        product *= k\n    return product",
        ("n + 1", "n"), ((0,), (5,), (7,)),
    ),
    Function(
        r"fibonacci", "fibonacci",
        "def NAME(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a",
        ("return a", "return b"), ((0,), (1,), (10,)),
    ),
    Function(
        r"prime", "is_prime",
        "def NAME(n):\n    if n < 2:\n        return False\n    divisor = 2\n    while divisor * divisor <= n:\n"
        "        if n % divisor == 0:\n            return False\n        divisor += 1\n    return True",
        ("divisor * divisor <= n", "divisor * divisor < n"), ((1,), (2,), (9,), (13,)),
    ),
    Function(
        r"vowels", "count_vowels",
        'def NAME(text):\n    return sum(1 for c in text.lower() if c in "aeiou")',
        ("text.lower()", "text"), (("Apple Isle",), ("xyz",)),
    ),
    Function(
        r"gcd|greatest common", "gcd",
        "def NAME(a, b):\n    while b:\n        a, b = b, a % b\n    return a",
        ("return a", "return b"), ((12, 18), (7, 5)),
    ),
    Function(
        r"flatten", "flatten",
        "def NAME(lists):\n    return [item for part in lists for item in part]",
        ("for item in part]", "for item in part[:1]]"), (([[1, 2], [3]],), ([],)),
    ),
    Function(
        r"remov\w+ duplicates|deduplicate|unique", "unique",
        "def NAME(items):\n    seen = []\n    for item in items:\n        if item not in seen:\n"
        "            seen.append(item)\n    return seen",
        ("    return seen", "    return sorted(seen)"), (([3, 1, 3, 2],), ([],)),
    ),
    Function(
        r"anagram", "is_anagram",
        'def NAME(a, b):\n    return sorted(a.lower().replace(" ", "")) == sorted(b.lower().replace(" ", ""))',
        ("sorted(a.lower()", "set(a.lower()"), (("Listen", "Silent"), ("aab", "abb")),
    ),
    Function(
        r"sum\w* (?:of )?(?:the |its )?digits|digit sum", "digit_sum",
        "def NAME(n):\n    return sum(int(digit) for digit in str(abs(n)))",
        ("str(abs(n))", "str(abs(n))[1:]"), ((123,), (-45,), (9,)),
    ),
    Function(
        r"binary search", "binary_search",
        "def NAME(items, target):\n    low, high = 0, len(items) - 1\n    while low <= high:\n"
        "        middle = (low + high) // 2\n        if items[middle] == target:\n            return middle\n"
        "        if items[middle] < target:\n            low = middle + 1\n        else:\n"
        "            high = middle - 1\n    return -1",
        ("low <= high", "low < high"), (([1, 3, 5, 7], 7), ([1, 3], 2), ([4], 4)),
    ),
    Function(
        r"fahrenheit", "to_fahrenheit",
        "def NAME(celsius):\n    return celsius * 9 / 5 + 32", ("+ 32", "- 32"), ((0,), (100,)),
    ),
    Function(
        r"count\w* (?:the )?words|word counts?|word frequenc", "count_words",
        "def NAME(text):\n    counts = {}\n    for word in text.lower().split():\n"
        "        counts[word] = counts.get(word, 0) + 1\n    return counts",
        ("text.lower()", "text"), (("a b A",), ("",)),
    ),
    Function(
        r"revers\w+", "reverse", "def NAME(text):\n    return text[::-1]", ("[::-1]", "[:-1]"), (("abc",), ("",)),
    ),
    Function(
        r"(?:largest|maximum|biggest|max)", "largest",
        "def NAME(numbers):\n    best = numbers[0]\n    for number in numbers[1:]:\n        if number > best:\n"
        "            best = number\n    return best",
        ("best = numbers[0]", "best = 0"), (([-3, -1, -2],), ([1, 5, 2],)),
    ),
    Function(
        r"average|mean", "average",
        "def NAME(numbers):\n    return sum(numbers) / len(numbers)", ("/ len", "// len"), (([1, 2],), ([3, 3],)),
    ),
    Function(r"even", "is_even", "def NAME(n):\n    return n % 2 == 0", ("== 0", "== 1"), ((2,), (3,), (0,))),
)  # fmt: skip
