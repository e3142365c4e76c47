"""Expressions of a program in Python, translated to LLVM's language."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from gradiente.engines.compiled.arithmetic import Arithmetic, TranslationError, constant, llvm_types

BUILTINS: dict[str, Any] = {"min": min, "max": max, "abs": abs, "float": float, "int": int}


@dataclass(frozen=True)
class Intrinsic:
    """What is written in LLVM's language: a function of LLVM's builder and values that returns a value, or None."""

    emit: Callable[..., Any]

    def __call__(self, *values: Any) -> Any:
        """What a program writes; it is translated, never executed by Python."""
        raise TypeError(self.emit.__name__)


@dataclass(frozen=True, eq=False)
class Written:
    """A function in Python: its syntax tree, the names it uses, and how its floats are computed."""

    node: ast.FunctionDef
    scope: Mapping[str, Any]
    flags: tuple[str, ...]
    inline: bool


@dataclass
class Variable:
    """A variable's place on the stack, and how often it was read."""

    place: Any
    reads: int = 0


class Expressions:
    """The expressions of one function.

    Arguments:
        builder: LLVM's, at the place where instructions are added
        scope: the names that are no variables
        variables: by name; None has no value here
        function: the translated function of a written one, or of one of Python's, for arguments of some types
    """

    def __init__(
        self,
        builder: Any,
        arithmetic: Arithmetic,
        scope: Mapping[str, Any],
        function: Callable[[Written | FunctionType, Sequence[Any]], Any],
    ) -> None:
        self.builder, self.arithmetic, self.scope, self.function = builder, arithmetic, scope, function
        self.variables: dict[str, Variable | None] = {}

    def of(self, node: ast.expr) -> Any:
        """A value of LLVM, or a Python object: a number, a type, a function."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._name(name)
            case ast.Attribute(value=value, attr=name):
                return getattr(self.of(value), name)
            case ast.BinOp(left=left, op=operation, right=right):
                return self.arithmetic.binary(operation, self.of(left), self.of(right))
            case ast.UnaryOp(op=operation, operand=operand):
                return self.arithmetic.unary(operation, self.of(operand))
            case ast.Compare(left=left, ops=operations, comparators=others):
                values = [self.of(each) for each in (left, *others)]
                return self.arithmetic.compared(operations, values)
            case ast.BoolOp(op=operation, values=values):
                return self._bool(isinstance(operation, ast.And), values)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, body, orelse)
            case ast.Subscript():
                return self.builder.load(self.place(node))
            case ast.Call(func=function, args=arguments):
                return self._call(self.of(function), [self.of(each) for each in arguments])
            case _:
                raise TranslationError(type(node).__name__)

    def _name(self, name: str) -> Any:
        if name in self.variables:
            known = self.variables[name]
            if known is None:
                raise TranslationError(f"{name} has no type here")
            known.reads += 1
            return self.builder.load(known.place)
        if name in self.scope:
            value = self.scope[name]
            return constant(value) if isinstance(value, np.generic) else value
        if name not in BUILTINS:
            raise TranslationError(name)
        return BUILTINS[name]

    def place(self, node: ast.Subscript) -> Any:
        pointer = self.of(node.value)
        if isinstance(pointer, np.ndarray):
            pointer = self._array(pointer)
        return self.builder.gep(pointer, [constant(self.of(node.slice))])

    def _array(self, array: np.ndarray) -> Any:
        """A pointer to a constant array."""
        from llvmlite import ir

        number = llvm_types(array.dtype.type)
        kind = ir.ArrayType(number, array.size)
        whole: Any = ir.GlobalVariable(
            self.builder.module, kind, self.builder.module.get_unique_name("array")
        )
        whole.initializer = ir.Constant(kind, array.ravel().tolist())
        whole.linkage, whole.global_constant = "private", True
        return self.builder.bitcast(whole, number.as_pointer())

    def _bool(self, is_and: bool, nodes: Sequence[ast.expr]) -> Any:
        """`and`, `or`; what does not read memory or call anything is evaluated without a branch."""
        value = self.of(nodes[0])
        for node in nodes[1:]:
            if isinstance(value, bool):
                value = self.of(node) if value == is_and else value
                continue
            first = self.arithmetic.truth(value)
            if is_and:
                value = self._chosen(first, node, ast.Constant(False), truth=True)
            else:
                value = self._chosen(first, ast.Constant(True), node, truth=True)
        return value

    def _choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Any:
        chosen = self.of(test)
        if isinstance(chosen, bool | int):
            return self.of(body if chosen else orelse)
        return self._chosen(self.arithmetic.truth(chosen), body, orelse, truth=False)

    def _chosen(self, test: Any, body: ast.expr, orelse: ast.expr, *, truth: bool) -> Any:
        """One of two expressions; both are evaluated, without a branch, where neither does more than compute."""
        if self._is_plain(body) and self._is_plain(orelse):
            yes, no = self.arithmetic.alike(*(self._as_truth(each, truth) for each in (body, orelse)))
            return self.builder.select(test, yes, no)
        blocks = [self.builder.append_basic_block(name) for name in ("yes", "no", "chosen")]
        self.builder.cbranch(test, *blocks[:2])
        ends, values = [], []
        for block, node in zip(blocks, (body, orelse), strict=False):
            self.builder.position_at_end(block)
            values.append(constant(self._as_truth(node, truth)))
            ends.append(self.builder.block)
        kind = self.arithmetic.common(*(each.type for each in values))
        entries = []
        for end, value in zip(ends, values, strict=True):
            self.builder.position_at_end(end)
            entries.append(self.arithmetic.cast(value, kind))
            self.builder.branch(blocks[2])
        self.builder.position_at_end(blocks[2])
        result = self.builder.phi(kind)
        for end, entry in zip(ends, entries, strict=True):
            result.add_incoming(entry, end)
        return result

    def _as_truth(self, node: ast.expr, truth: bool) -> Any:
        value = self.of(node)
        return self.arithmetic.truth(constant(value)) if truth else value

    def _is_plain(self, node: ast.expr) -> bool:
        """Whether an expression reads no memory and calls nothing but types."""
        for part in ast.walk(node):
            if isinstance(part, ast.Subscript):
                return False
            if isinstance(part, ast.Call) and not (
                isinstance(part.func, ast.Name) and isinstance(self.scope.get(part.func.id), type)
            ):
                return False
        return True

    def _call(self, function: Any, arguments: Sequence[Any]) -> Any:
        if isinstance(function, Intrinsic):
            return function.emit(self.builder, *map(constant, arguments))
        if isinstance(function, FunctionType | Written):
            values = list(map(constant, arguments))
            return self.builder.call(self.function(function, [each.type for each in values]), values)
        return self.arithmetic.called(function, arguments)
