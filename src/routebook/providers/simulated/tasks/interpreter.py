"""A tiny interpreter for a small, safe part of Python: what a code question computes, without running the prompt.

It walks the syntax tree itself, with bounds on steps, sizes and depth. There is no import, no attribute beyond a few
named methods, no name beyond a few named functions, and nothing of this process is within reach.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from routebook.providers.simulated.tasks.safe import (
    BINARY,
    COMPARE,
    FUNCTIONS,
    MAX_BITS,
    MAX_SIZE,
    METHODS,
    PLAIN,
    UNARY,
    NotUnderstoodError,
    bounded,
    size_of,
)

MAX_SOURCE = 4_000
MAX_STEPS = 20_000
MAX_DEPTH = 40

_NOISY = re.compile(r"\\[^\\'\"nt]|\d(?:and|else|for|if|in|is|or|not)\b|\x00")  # ast.parse would warn of these


class _Return(Exception):  # noqa: N818  a jump, not an error
    def __init__(self, value: object) -> None:
        self.value = value


class _Break(Exception):  # noqa: N818
    pass


class _Continue(Exception):  # noqa: N818
    pass


def evaluate(source: str) -> object:
    """Return the value of one expression.

    >>> evaluate("sorted([3, 1, 2])[-1] ** 2")
    9
    """
    return _guarded(source, lambda machine, tree: machine.value(tree.body[0].value, {}), expression=True)


def printed(source: str) -> str:
    r"""Return what a few statements print.

    >>> printed("total = 0\nfor n in range(4):\n    total += n\nprint(total)")
    '6'
    """

    def run(machine: Machine, tree: ast.Module) -> str:
        machine.block(tree.body, {})
        return "\n".join(machine.out)

    return str(_guarded(source, run))


def call(source: str, name: str, arguments: Iterable[object]) -> object:
    r"""Define the functions of a source, and call one.

    >>> call("def double(x):\n    return 2 * x", "double", [21])
    42
    """

    def run(machine: Machine, tree: ast.Module) -> object:
        names: dict[str, Any] = {}
        machine.block(tree.body, names)
        if not isinstance(names.get(name), ast.FunctionDef):
            raise NotUnderstoodError(f"no function {name}")
        return machine.called(names[name], list(arguments), names)

    return _guarded(source, run)


def _guarded(source: str, run: Callable[[Machine, Any], object], *, expression: bool = False) -> object:
    if len(source) > MAX_SOURCE or _NOISY.search(source):
        raise NotUnderstoodError("too long, or with escapes")
    try:
        tree = ast.parse(source.strip())
        if expression and (len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr)):
            raise NotUnderstoodError("no single expression")
        return run(Machine(), tree)
    except (SyntaxError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, MemoryError,
            RecursionError, _Return, _Break, _Continue) as error:  # fmt: skip
        raise NotUnderstoodError(str(error)) from error


class Machine:
    """One run: its steps, its depth and what it printed."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0
        self.out: list[str] = []

    def block(self, body: list[ast.stmt], names: dict[str, Any]) -> None:
        """Run statements in a scope."""
        for statement in body:
            self._step()
            self._statement(statement, names)

    def value(self, node: ast.expr, names: dict[str, Any]) -> Any:
        """Evaluate an expression in a scope."""
        self._step()
        result = bounded(self._value(node, names))
        self.steps += size_of(result) // 20
        return result

    def called(self, function: ast.FunctionDef, arguments: list[object], names: dict[str, Any]) -> object:
        """Call a function that the source defined: positional parameters only."""
        if self.depth >= MAX_DEPTH or len(function.args.args) != len(arguments) or ast_extras(function.args):
            raise NotUnderstoodError("too deep, or other arguments")
        local = {**names, **{a.arg: v for a, v in zip(function.args.args, arguments, strict=True)}}
        self.depth += 1
        try:
            self.block(function.body, local)
        except _Return as jump:
            return jump.value
        finally:
            self.depth -= 1
        return None

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise NotUnderstoodError("too many steps")

    def _statement(self, node: ast.stmt, names: dict[str, Any]) -> None:
        match node:
            case ast.Expr(value=value):
                self.value(value, names)
            case ast.Assign(targets=targets, value=value):
                result = self.value(value, names)
                for target in targets:
                    self._assign(target, result, names)
            case ast.AugAssign(target=ast.Name() | ast.Subscript() as target, op=op, value=value):
                before = self.value(target, names)
                self._assign(target, self._binary(op, before, self.value(value, names)), names)
            case ast.If(test=test, body=body, orelse=orelse):
                self.block(body if self.value(test, names) else orelse, names)
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                for item in self._items(iterable, names):
                    self._assign(target, item, names)
                    if self._loop_ends(body, names):
                        break
            case ast.While(test=test, body=body, orelse=[]):
                while self.value(test, names) and not self._loop_ends(body, names):
                    pass
            case ast.FunctionDef(decorator_list=[], name=name):
                names[name] = node
            case ast.Return(value=value):
                raise _Return(None if value is None else self.value(value, names))
            case ast.Break():
                raise _Break
            case ast.Continue():
                raise _Continue
            case ast.Pass():
                pass
            case _:
                raise NotUnderstoodError(type(node).__name__)

    def _loop_ends(self, body: list[ast.stmt], names: dict[str, Any]) -> bool:
        try:
            self.block(body, names)
        except _Break:
            return True
        except _Continue:
            pass
        return False

    def _assign(self, target: ast.expr, value: Any, names: dict[str, Any]) -> None:
        match target:
            case ast.Name(id=name):
                names[name] = value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part, item in zip(parts, list(value), strict=True):
                    self._assign(part, item, names)
            case ast.Subscript(value=holder, slice=ast.expr() as key) if not isinstance(key, ast.Slice):
                container = self.value(holder, names)
                container[self.value(key, names)] = value
                bounded(container)
            case _:
                raise NotUnderstoodError("assignment")

    def _value(self, node: ast.expr, names: dict[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value) if isinstance(value, PLAIN):
                return value
            case ast.Name(id=name) if name in names and not isinstance(names[name], ast.AST):
                return names[name]
            case ast.List(elts=items):
                return [self.value(item, names) for item in items]
            case ast.Tuple(elts=items):
                return tuple(self.value(item, names) for item in items)
            case ast.Set(elts=items):
                return {self.value(item, names) for item in items}
            case ast.Dict(keys=keys, values=values):
                pairs = [(key, value) for key, value in zip(keys, values, strict=True) if key is not None]
                return {self.value(key, names): self.value(value, names) for key, value in pairs}
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self.value(left, names), self.value(right, names))
            case ast.UnaryOp(op=unary, operand=operand):
                return UNARY[type(unary)](self.value(operand, names))
            case ast.BoolOp(op=ast.And(), values=values):
                return self._first(values, names, until=False)
            case ast.BoolOp(values=values):
                return self._first(values, names, until=True)
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self._compared(left, ops, rights, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body if self.value(test, names) else orelse, names)
            case ast.Subscript(value=holder, slice=ast.Slice(lower=lower, upper=upper, step=step)):
                bounds = [None if part is None else self.value(part, names) for part in (lower, upper, step)]
                return self.value(holder, names)[slice(*bounds)]
            case ast.Subscript(value=holder, slice=key):
                return self.value(holder, names)[self.value(key, names)]
            case ast.ListComp(elt=element, generators=loops) | ast.GeneratorExp(elt=element, generators=loops):
                return [self.value(element, scope) for scope in self._scopes(loops, names)]
            case ast.SetComp(elt=element, generators=loops):
                return {self.value(element, scope) for scope in self._scopes(loops, names)}
            case ast.DictComp(key=key, value=value, generators=loops):
                return {self.value(key, scope): self.value(value, scope) for scope in self._scopes(loops, names)}
            case ast.JoinedStr(values=parts):
                return "".join(self._formatted(part, names) for part in parts)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                return self._call(function, arguments, keywords, names)
        raise NotUnderstoodError(type(node).__name__)

    def _binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        if isinstance(op, ast.Mult):
            count, other = (left, right) if isinstance(left, int) else (right, left)
            if isinstance(count, int) and hasattr(other, "__len__") and len(other) * count > MAX_SIZE:
                raise NotUnderstoodError("too long")
        whole = isinstance(left, int) and isinstance(right, int)
        if isinstance(op, ast.Pow) and whole and abs(right) * max(left.bit_length(), 1) > MAX_BITS:
            raise NotUnderstoodError("too large")
        if isinstance(op, ast.Mod) and isinstance(left, str):
            raise NotUnderstoodError("formatting")
        return bounded(BINARY[type(op)](left, right))

    def _first(self, values: list[ast.expr], names: dict[str, Any], *, until: bool) -> Any:
        result: Any = None
        for node in values:
            result = self.value(node, names)
            if bool(result) is until:
                break
        return result

    def _compared(self, left: ast.expr, ops: list[ast.cmpop], rights: list[ast.expr], names: dict[str, Any]) -> bool:
        before = self.value(left, names)
        for op, node in zip(ops, rights, strict=True):
            after = self.value(node, names)
            if not COMPARE[type(op)](before, after):
                return False
            before = after
        return True

    def _items(self, node: ast.expr, names: dict[str, Any]) -> Iterator[Any]:
        items = self.value(node, names)
        if not isinstance(items, (str, list, tuple, dict, set, range)):
            raise NotUnderstoodError("loop")
        return iter(list(items))

    def _scopes(self, loops: list[ast.comprehension], names: dict[str, Any]) -> Iterator[dict[str, Any]]:
        first, *rest = loops
        for item in self._items(first.iter, names):
            scope = dict(names)
            self._assign(first.target, item, scope)
            if all(self.value(test, scope) for test in first.ifs):
                if rest:
                    yield from self._scopes(rest, scope)
                else:
                    yield scope

    def _formatted(self, part: ast.expr, names: dict[str, Any]) -> str:
        match part:
            case ast.Constant(value=str() as text):
                return text
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return str(self.value(value, names))
        raise NotUnderstoodError("format")

    def _call(
        self, function: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword], names: dict[str, Any]
    ) -> Any:
        given = [self.value(argument, names) for argument in arguments]
        match function:
            case ast.Name(id="print") if not keywords:
                self.out.append(" ".join(map(str, given)))
                return None
            case ast.Name(id="range") if not keywords:
                numbers = range(*given)
                if len(numbers) > MAX_SIZE:
                    raise NotUnderstoodError("too long")
                return numbers
            case ast.Name(id=name) if isinstance(names.get(name), ast.FunctionDef) and not keywords:
                return self.called(names[name], given, names)
            case ast.Name(id=name) if name in FUNCTIONS:
                if [key.arg for key in keywords] not in ([], ["reverse"]) or (keywords and name != "sorted"):
                    raise NotUnderstoodError("keyword")
                if name == "round" and len(given) > 1 and abs(given[1]) > 20:
                    raise NotUnderstoodError("too many places")
                result = FUNCTIONS[name](*given)
                return result[::-1] if keywords and self.value(keywords[0].value, names) else result
            case ast.Attribute(value=holder, attr=method) if not keywords:
                value = self.value(holder, names)
                if method not in METHODS.get(type(value), frozenset()):
                    raise NotUnderstoodError(method)
                if method == "replace" and len(given[1]) * (len(value) + 1) > MAX_SIZE:
                    raise NotUnderstoodError("too long")
                if method == "join" and len(value) * len(list(given[0])) > MAX_SIZE:
                    raise NotUnderstoodError("too long")
                result = getattr(value, method)(*given)
                bounded(value)
                return list(result) if method in {"keys", "values", "items"} else result
        raise NotUnderstoodError("call")


def ast_extras(arguments: ast.arguments) -> bool:
    """Tell whether a function has parameters other than plain positional ones."""
    return bool(arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs)
