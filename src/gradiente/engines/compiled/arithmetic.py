"""Arithmetic on numbers of LLVM's language, as Python writes it."""

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# Python's operations on numbers that are known: of constants, Python itself computes the result.
PYTHON: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
INTEGER = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.LShift: "shl", ast.RShift: "ashr"}
INTEGER |= {ast.BitAnd: "and_", ast.BitOr: "or_"}
FLOAT = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
OF_LLVM = ("sqrt", "floor", "ceil", "fabs", "fma")  # functions that LLVM has itself
C_NAMES = {"arctan": "atan"}  # what C calls a function of NumPy
C_FUNCTIONS = ("exp", "expm1", "log", "log1p", "tanh", "erf", "sin", "cos", "atan", "sinh", "cosh", "pow")
Number = bool | int | float


class TranslationError(Exception):
    """What cannot be translated, and the line where it stands."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.line: str | None = None

    def __str__(self) -> str:
        return f"{self.args[0]} ({self.line})"


def llvm_type(name: str) -> Any:
    """The type of that name: "int64", "float32", "float64", "int32", with * for a pointer to it."""
    kind = llvm_types(getattr(np, name.rstrip("*")))
    return kind.as_pointer() if name.endswith("*") else kind


def llvm_types(kind: Any) -> Any:
    """LLVM's type for one of NumPy or Python; None: void; tuple[…]: several values."""
    from llvmlite import ir

    if hasattr(kind, "__args__"):
        return ir.LiteralStructType([llvm_types(each) for each in kind.__args__])
    return {
        None: ir.VoidType(),
        bool: ir.IntType(1),
        np.bool_: ir.IntType(1),
        int: ir.IntType(64),
        np.int32: ir.IntType(32),
        np.int64: ir.IntType(64),
        float: ir.DoubleType(),
        np.float32: ir.FloatType(),
        np.float64: ir.DoubleType(),
    }[kind]


def constant(value: Any, kind: Any = None) -> Any:
    """A number as a value of LLVM, of its own type or of the one given; values of LLVM stay what they are."""
    from llvmlite import ir

    if isinstance(value, ir.Value):
        return value
    if kind is not None:
        return ir.Constant(kind, value)
    if not isinstance(value, Number | np.generic):
        raise TranslationError(repr(value))
    plain = value.item() if isinstance(value, np.generic) else value
    return ir.Constant(llvm_types(type(value)), plain)


class Arithmetic:
    """Operations on numbers, added to a function.

    Arguments:
        builder: LLVM's builder of the function
        flags: what floats may be: "contract", "reassoc" …
    """

    def __init__(self, builder: Any, flags: tuple[str, ...]) -> None:
        from llvmlite import ir

        self.builder, self.flags = builder, flags
        self.ranks = [ir.IntType(1), ir.IntType(32), ir.IntType(64), ir.FloatType(), ir.DoubleType()]
        self.floats = self.ranks[3:]

    def binary(self, operation: ast.operator, left: Any, right: Any) -> Any:
        """left operation right."""
        if isinstance(left, Number) and isinstance(right, Number):
            return PYTHON[type(operation)](left, right)
        if isinstance(operation, ast.FloorDiv | ast.Mod):
            return self._divided(operation, constant(left), right)
        if isinstance(operation, ast.Div):
            left, right = (self._as_float(constant(each)) for each in (left, right))
        left, right = self.alike(left, right)
        is_float = left.type in self.floats
        if isinstance(operation, ast.Pow) and is_float:
            return self._c_function("pow", [left, right])
        name = (FLOAT if is_float else INTEGER).get(type(operation))
        if name is None:
            raise TranslationError(type(operation).__name__)
        return getattr(self.builder, name)(left, right, flags=self.flags if is_float else ())

    def unary(self, operation: ast.unaryop, value: Any) -> Any:
        """-value, not value."""
        if isinstance(operation, ast.Not):
            return not value if isinstance(value, Number) else self.builder.not_(self.truth(value))
        if not isinstance(operation, ast.USub):
            return value
        if isinstance(value, Number):
            return -value
        return self.builder.fneg(value) if value.type in self.floats else self.builder.neg(value)

    def compared(self, operations: Sequence[ast.cmpop], values: Sequence[Any]) -> Any:
        """a < b < c: both, each value evaluated once."""
        result: Any = True
        for operation, left, right in zip(operations, values[:-1], values[1:], strict=True):
            one = self._comparison(operation, left, right)
            if isinstance(result, bool) or isinstance(one, bool):
                result = (
                    (one if result else False) if isinstance(result, bool) else (result if one else False)
                )
            else:
                result = self.builder.and_(result, one)
        return result

    def called(self, function: Any, arguments: Sequence[Any]) -> Any:
        """A call of a type, of min, max and abs, or of a function of NumPy or math on floats."""
        if isinstance(function, type):
            return self.cast(constant(arguments[0]), llvm_types(function))
        if function in (min, max):
            left, right = self.alike(*arguments)
            first = self._comparison(ast.Lt() if function is min else ast.Gt(), right, left)
            return self.builder.select(first, right, left)
        values = [constant(each) for each in arguments]
        if function is abs and values[0].type not in self.floats:
            return self.called(max, [values[0], self.builder.neg(values[0])])
        name = "fabs" if function is abs else function.__name__
        return self._c_function(C_NAMES.get(name, name), [self._as_float(each) for each in values])

    def truth(self, value: Any) -> Any:
        """Whether a value is not 0, as one bit."""
        value = constant(value)
        if value.type == self.ranks[0]:
            return value
        return self._comparison(ast.NotEq(), value, constant(0, value.type))

    def alike(self, *values: Any) -> list[Any]:
        """Values as their common type."""
        known = [constant(each) for each in values]
        kind = self.common(*(each.type for each in known))
        return [self.cast(each, kind) for each in known]

    def common(self, *kinds: Any) -> Any:
        """The type that values of several types are converted to."""
        if all(kind == kinds[0] for kind in kinds):
            return kinds[0]
        if any(kind not in self.ranks for kind in kinds):
            raise TranslationError(" | ".join(map(str, kinds)))
        widest = max(kinds, key=self.ranks.index)
        if widest == self.floats[0]:
            raise TranslationError("int | float32")
        return widest

    def kept(self, value: Any, kind: Any) -> Any:
        """A number as it is kept in memory of a type; a float is not rounded to an integer."""
        value = constant(value)
        if value.type in self.floats and kind not in self.floats:
            raise TranslationError(f"{value.type} → {kind}")
        return self.cast(value, kind)

    def cast(self, value: Any, kind: Any) -> Any:
        """A number of another type; the same value where it is of that type."""
        value = constant(value)
        if value.type == kind:
            return value
        if value.type not in self.ranks or kind not in self.ranks:
            raise TranslationError(f"{value.type} → {kind}")
        widens = self.ranks.index(kind) > self.ranks.index(value.type)
        match value.type in self.floats, kind in self.floats:
            case True, True:
                return (self.builder.fpext if widens else self.builder.fptrunc)(value, kind)
            case True, False:
                return self.builder.fptosi(value, kind)
            case False, True:
                return (self.builder.uitofp if value.type == self.ranks[0] else self.builder.sitofp)(
                    value, kind
                )
        if not widens:
            return self.builder.trunc(value, kind)
        return (self.builder.zext if value.type == self.ranks[0] else self.builder.sext)(value, kind)

    def _as_float(self, value: Any) -> Any:
        return value if value.type in self.floats else self.cast(value, self.floats[1])

    def _comparison(self, operation: ast.cmpop, left: Any, right: Any) -> Any:
        if isinstance(left, Number) and isinstance(right, Number):
            return PYTHON[type(operation)](left, right)
        left, right = self.alike(left, right)
        sign = COMPARISONS[type(operation)]
        if left.type not in self.floats:
            return self.builder.icmp_signed(sign, left, right)
        return (self.builder.fcmp_unordered if sign == "!=" else self.builder.fcmp_ordered)(sign, left, right)

    def _divided(self, operation: ast.operator, left: Any, right: Any) -> Any:
        """a // b and a % b by a number b > 0 that is known, rounded down as in Python."""
        if not isinstance(right, int) or right <= 0 or left.type in self.floats:
            raise TranslationError(type(operation).__name__)
        divisor = constant(right, left.type)
        rest = self.builder.srem(left, divisor)
        negative = self.builder.icmp_signed("<", rest, constant(0, left.type))
        if isinstance(operation, ast.Mod):
            return self.builder.select(negative, self.builder.add(rest, divisor), rest)
        below = self.builder.sext(negative, left.type)
        return self.builder.add(self.builder.sdiv(left, divisor), below)

    def _c_function(self, name: str, values: Sequence[Any]) -> Any:
        """One of LLVM's own, or one of the C library on numbers of this type."""
        from llvmlite import ir

        if name not in (*OF_LLVM, *C_FUNCTIONS):
            raise TranslationError(name)
        module = self.builder.module
        values = self.alike(*values)
        short = values[0].type == self.floats[0]
        full = f"llvm.{name}.{'f32' if short else 'f64'}" if name in OF_LLVM else name + "f" * short
        if full not in module.globals:
            kind = ir.FunctionType(values[0].type, [each.type for each in values])
            function = ir.Function(module, kind, full)
            if name in C_FUNCTIONS:
                function.attributes.add("nounwind")
                function.attributes.add("readnone")
        return self.builder.call(module.globals[full], values)
