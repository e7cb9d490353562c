"""Arithmetic: expressions in figures or words, percentages, means, primes and divisors, computed exactly."""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction

from routebook.providers.simulated.tasks.task import Task, decimals_asked, figures, numeric_task, question_of, task

MAX_BITS = 2_048

_CUE = re.compile(
    r"^(?:please |can you |could you |quickly )*(?:what(?:'s| is| are)|calculate|compute|evaluate|work out|how much is|"
    r"find|solve|simplify|determine|add up|tell me)\b:?\s*(?:the )?(?:value of|result of|answer to)?\s*",
    re.IGNORECASE,
)
_WORDS = (
    (r"\bto the power of\b|\braised to\b|\^", "**"), (r"\bsquared\b", "**2"), (r"\bcubed\b", "**3"),
    (r"\bplus\b|\bincreased by\b", "+"), (r"\bminus\b|\bdecreased by\b|−|–", "-"),
    (r"\btimes\b|\bmultiplied by\b|×|·|(?<=\d)\s*x\s*(?=\d)", "*"), (r"\bdivided by\b|\bover\b|÷", "/"),
    (r"\bmod(?:ulo)?\b", "%"),
)  # fmt: skip
_NUMBER = r"-?\d+(?:\.\d+)?"
_LIST = rf"((?:{_NUMBER})(?:\s*(?:,|,?\s*and)\s*(?:{_NUMBER}))+)"
_GCD = r"(?:greatest common (?:divisor|factor)|highest common factor|gcd|hcf)"
_LCM = r"(?:least common multiple|lowest common multiple|lcm)"


def solve(text: str) -> Task | None:
    """Solve an arithmetic question, or return `None`."""
    question = figures(question_of(text))
    places = decimals_asked(text)
    asked = _CUE.sub("", question.strip().rstrip("?.!= ").strip())
    asked = re.sub(r",?\s*rounded.*$|\s*=\s*\?*$", "", asked, flags=re.IGNORECASE).replace("$", "")
    if asked.endswith(":"):
        return None
    asked = re.sub(r"(?<=\d),(?=\d{3}\b)", "", asked)
    if primality := _prime(question):
        return primality
    value = _named(asked)
    if value is None and (asked != question.strip().rstrip("?.!= ") or re.fullmatch(r"[-\d\s.+*/()^%×÷·−]+", asked)):
        value = expression(asked)
    return None if value is None else numeric_task("arithmetic", value, "follow the order of operations", places=places)


def expression(text: str) -> Fraction | None:
    """Return the exact value of an arithmetic expression with at least one operator, or `None`.

    >>> expression("12 * (3 + 4) / 8"), expression("2 plus two"), expression("9 ** 9 ** 9")
    (Fraction(21, 2), None, None)
    """
    for pattern, symbol in _WORDS:
        text = re.sub(pattern, symbol, text, flags=re.IGNORECASE)
    text = re.sub(r"(?<![\w.])0+(?=\d)", "", text).strip()
    if len(text) > 300 or not re.fullmatch(r"[\d\s.+\-*/()%]+", text) or not re.search(r"\d\s*\)*\s*[-+*/%]", text):
        return None
    try:
        return _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as value):
            result = Fraction(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            result = -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            result = _value(operand)
        case ast.BinOp(left=left, op=op, right=right):
            result = _binary(op, _value(left), _value(right))
        case _:
            raise ValueError("not arithmetic")
    if max(result.numerator.bit_length(), result.denominator.bit_length()) > MAX_BITS:
        raise ValueError("too large")
    return result


def _binary(op: ast.operator, left: Fraction, right: Fraction) -> Fraction:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.FloorDiv():
            return Fraction(left // right)
        case ast.Mod():
            return left % right
        case ast.Pow() if right.denominator == 1 and abs(right) <= 64:
            return Fraction(left ** int(right))
    raise ValueError("not arithmetic")


def _named(asked: str) -> Fraction | None:
    """Solve what has a name of its own: a percentage, a mean, a root, a remainder, a divisor."""

    def found(pattern: str) -> re.Match[str] | None:
        return re.fullmatch(pattern, asked, re.IGNORECASE)

    if match := found(rf"({_NUMBER})\s*(?:%|percent) of ({_NUMBER})"):
        return Fraction(match[1]) * Fraction(match[2]) / 100
    if match := found(rf"(?:the )?(?:sum|total) of {_LIST}"):
        return sum(_numbers(match[1]), Fraction(0))
    if match := found(rf"(?:the )?product of {_LIST}"):
        return math.prod(_numbers(match[1]), start=Fraction(1))
    if match := found(rf"(?:the )?difference (?:between|of) ({_NUMBER}) and ({_NUMBER})"):
        return abs(Fraction(match[1]) - Fraction(match[2]))
    if match := found(rf"(?:the )?(?:average|mean|arithmetic mean) of {_LIST}"):
        numbers = _numbers(match[1])
        return sum(numbers, Fraction(0)) / len(numbers)
    if match := found(rf"(?:the )?median of {_LIST}"):
        numbers = sorted(_numbers(match[1]))
        half = len(numbers) // 2
        return numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2
    if match := found(r"(?:the )?(?:square root of|√)\s*(\d{1,30})"):
        root = math.isqrt(int(match[1]))
        return Fraction(root) if root * root == int(match[1]) else Fraction(str(math.sqrt(int(match[1]))))
    if match := found(r"(?:the )?remainder (?:when|of|if) (\d{1,30}) (?:is )?divided by (\d{1,30})"):
        return Fraction(int(match[1]) % int(match[2])) if int(match[2]) else None
    if match := found(rf"(?:the )?{_GCD} of (\d{{1,30}}) and (\d{{1,30}})"):
        return Fraction(math.gcd(int(match[1]), int(match[2])))
    if match := found(rf"(?:the )?{_LCM} of (\d{{1,30}}) and (\d{{1,30}})"):
        return Fraction(math.lcm(int(match[1]), int(match[2])))
    if match := found(r"(?:the )?factorial of (\d{1,2})|(\d{1,2})!"):
        return Fraction(math.factorial(int(match[1] or match[2])))
    return None


def _prime(question: str) -> Task | None:
    match = re.match(r"is (\d{1,9}) (?:a )?prime(?: number)?\?", question, re.IGNORECASE)
    if not match:
        return None
    return yes_or_no("arithmetic", is_prime(int(match[1])), "try the small divisors")


def is_prime(value: int) -> bool:
    """Tell whether a number (below 10 ** 9) is prime."""
    return value > 1 and all(value % divisor for divisor in range(2, math.isqrt(value) + 1))


def yes_or_no(kind: str, yes: bool, method: str) -> Task | None:
    """Make a task whose answer is yes or no."""
    return task(kind, "Yes" if yes else "No", "exact", ["No" if yes else "Yes"], method)


def _numbers(text: str) -> list[Fraction]:
    return [Fraction(found) for found in re.findall(_NUMBER, text)]
