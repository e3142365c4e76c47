"""A program written in a small part of Python, translated to LLVM's language.

Each function is translated once for the types of its arguments, one statement after another, and every variable is a
place on the stack: LLVM puts them into registers. The part of Python:

    x = …, x, y = …, p[i] = …, x += …, if, for … in range(…), while, break, continue, return
    + - * / // % ** << >> & |, comparisons, and, or, not, … if … else …
    p[i] of a pointer or of a constant array, calls of intrinsics, functions and types, min, max, abs, math, np

Unlike in Python, an integer and a float32 are not combined: one of them is converted with a type's name.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from gradiente.engines.compiled.arithmetic import (
    Arithmetic,
    TranslationError,
    constant,
    llvm_type,
    llvm_types,
)
from gradiente.engines.compiled.translated_expressions import Expressions, Variable, Written

PROGRAM = "program"  # the name of the function that a source is translated for


def translated(source: str, types: Sequence[str], scope: Mapping[str, Any], *, fastmath: bool) -> str:
    """LLVM's language for the function `program` of a source, and for what it calls.

    Arguments:
        source: functions, and lines that give names to values, which Python executes
        types: of the arguments, "float32*" or "int64"
        scope: names that the source may use: intrinsics, functions in Python, numbers, arrays
        fastmath: whether the source's sums may be reordered and products fused; NaN and infinity stay what they are

    Errors: TranslationError for what is outside of this part of Python
    """
    from llvmlite import ir

    tree = ast.parse(source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    names = dict(scope)
    others: list[ast.stmt] = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    exec(compile(ast.Module(others, type_ignores=[]), "<gradiente>", "exec"), names)
    flags = ("contract", "reassoc", "arcp", "nsz") if fastmath else ()
    written = {name: Written(node, names, flags, inline=False) for name, node in functions.items()}
    names.update(written)
    module = ir.Module()
    _Module(module).function(written[PROGRAM], [llvm_type(each) for each in types])
    return str(module)


@dataclass
class _Module:
    """The functions that are translated so far, by their source and the types of their arguments."""

    module: Any
    known: dict[tuple[Written, tuple[str, ...]], Any] = field(default_factory=dict)
    library: dict[FunctionType, Written] = field(default_factory=dict)

    def function(self, source: Written | FunctionType, types: Sequence[Any]) -> Any:
        """The function for arguments of these types."""
        written = source if isinstance(source, Written) else self._of_library(source)
        key = written, tuple(map(str, types))
        if key not in self.known:
            self.known[key] = self._translated(written, types)
        return self.known[key]

    def _of_library(self, function: FunctionType) -> Written:
        """A function of a module of Python: short, called from loops, so it becomes part of its callers."""
        if function not in self.library:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
            assert isinstance(tree, ast.FunctionDef)
            self.library[function] = Written(tree, function.__globals__, ("contract",), inline=True)
        return self.library[function]

    def _translated(self, written: Written, types: Sequence[Any]) -> Any:
        from llvmlite import ir

        node = written.node
        returned = (
            eval(compile(ast.Expression(node.returns), "", "eval"), dict(written.scope))
            if node.returns
            else None
        )
        kind = ir.FunctionType(llvm_types(returned), types)
        function = ir.Function(self.module, kind, self.module.get_unique_name(node.name))
        if node.name != PROGRAM:
            function.linkage = "internal"
        if written.inline:
            function.attributes.add("alwaysinline")
        _Function(self, written, function).translate()
        return function


class _Function:
    """The translation of one function."""

    def __init__(self, module: _Module, written: Written, function: Any) -> None:
        from llvmlite import ir

        self.written, self.llvm = written, function
        self.places = ir.IRBuilder(function.append_basic_block("places"))
        self.builder: Any = ir.IRBuilder(function.append_basic_block("body"))
        self.arithmetic = Arithmetic(self.builder, written.flags)
        self.expressions = Expressions(self.builder, self.arithmetic, written.scope, module.function)
        self.loops: list[tuple[Any, Any]] = []  # of each loop: the blocks of `continue` and of `break`

    def translate(self) -> None:
        """The whole function."""
        node, first = self.written.node, self.builder.block
        for argument, value in zip(node.args.args, self.llvm.args, strict=True):
            self._assign(argument.arg, value)
        self._block(node.body)
        if not self.builder.block.is_terminated:
            self.builder.ret_void()
        self.places.branch(first)

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            if self.builder.block.is_terminated:
                return
            try:
                self._statement(statement)
            except TranslationError as error:
                if error.line is None:
                    error.line = f"{self.written.node.name}: {ast.unparse(statement).splitlines()[0]}"
                raise

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[target], value=value):
                self._set(target, value)
            case ast.AugAssign(target=target, op=operation, value=value):
                whole = self.arithmetic.binary(
                    operation, self.expressions.of(target), self.expressions.of(value)
                )
                self._store(target, whole)
            case ast.Expr(value=value):
                self.expressions.of(value)
            case ast.If():
                self._if(statement)
            case ast.For():
                self._for(statement)
            case ast.While(test=test, body=body):
                self._loop(lambda: self.expressions.of(test), body, lambda: None)
            case ast.Break():
                self.builder.branch(self.loops[-1][1])
            case ast.Continue():
                self.builder.branch(self.loops[-1][0])
            case ast.Return(value=value):
                self._return(value)
            case _:
                raise TranslationError(type(statement).__name__)

    def _return(self, value: ast.expr | None) -> None:
        kind = self.llvm.ftype.return_type
        if value is None:
            self.builder.ret_void()
        elif isinstance(value, ast.Tuple):
            whole = constant(None, kind)
            for place, each in enumerate(value.elts):
                entry = self.arithmetic.cast(self.expressions.of(each), kind.elements[place])
                whole = self.builder.insert_value(whole, entry, place)
            self.builder.ret(whole)
        else:
            self.builder.ret(self.arithmetic.cast(self.expressions.of(value), kind))

    # assignment

    def _set(self, target: ast.expr, value: ast.expr) -> None:
        if not isinstance(target, ast.Tuple):
            self._store(target, self.expressions.of(value))
            return
        if isinstance(value, ast.Tuple):
            values = [self.expressions.of(each) for each in value.elts]
        else:
            whole = self.expressions.of(value)
            values = [self.builder.extract_value(whole, place) for place in range(len(target.elts))]
        for each, entry in zip(target.elts, values, strict=True):
            self._store(each, entry)

    def _store(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self._assign(target.id, value)
            return
        assert isinstance(target, ast.Subscript)
        place = self.expressions.place(target)
        self.builder.store(self.arithmetic.kept(value, place.type.pointee), place)

    def _assign(self, name: str, value: Any) -> None:
        value = constant(value)
        known = self.expressions.variables.get(name)
        if known is None or known.place.type.pointee != value.type:
            known = self.expressions.variables[name] = Variable(self.places.alloca(value.type, name=name))
        self.builder.store(value, known.place)

    # blocks

    def _if(self, statement: ast.If) -> None:
        test = self.expressions.of(statement.test)
        if isinstance(test, bool | int):
            self._block(statement.body if test else statement.orelse)
            return
        after = self.llvm.append_basic_block("after")
        yes = self.llvm.append_basic_block("if")
        no = self.llvm.append_basic_block("else") if statement.orelse else after
        self.builder.cbranch(self.arithmetic.truth(test), yes, no)
        before, after_each = dict(self.expressions.variables), list[dict[str, Variable | None]]()
        for block, statements in ((yes, statement.body), (no, statement.orelse)):
            self.expressions.variables = {**self.expressions.variables, **before}
            if statements:
                self.builder.position_at_end(block)
                self._block(statements)
                if not self.builder.block.is_terminated:
                    self.builder.branch(after)
            after_each.append(self.expressions.variables)
        for name in self.expressions.variables:
            known = [each[name] for each in after_each if name in each]
            if known[0] is not known[-1]:
                self.expressions.variables[name] = None
        self.builder.position_at_end(after)

    def _for(self, statement: ast.For) -> None:
        """`range` is evaluated once; the variable is set at the begin of each turn."""
        call, target = statement.iter, statement.target
        assert isinstance(call, ast.Call)
        assert isinstance(target, ast.Name)
        bounds = [self.expressions.of(each) for each in call.args]
        start, stop, step = {1: [0, *bounds, 1], 2: [*bounds, 1], 3: bounds}[len(bounds)]
        if not isinstance(step, int):
            raise TranslationError("range")
        stop, begin = constant(stop), constant(start)
        counter = self.places.alloca(begin.type)
        self.builder.store(begin, counter)

        def test() -> Any:
            return self.builder.icmp_signed("<" if step > 0 else ">", self.builder.load(counter), stop)

        def advance() -> None:
            more = self.builder.add(self.builder.load(counter), constant(step), flags=("nsw",))
            self.builder.store(more, counter)

        self._loop(test, statement.body, advance, lambda: self._assign(target.id, self.builder.load(counter)))

    def _loop(
        self,
        test: Callable[[], Any],
        body: Sequence[ast.stmt],
        advance: Callable[[], None],
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        blocks = [self.llvm.append_basic_block(name) for name in ("test", "turn", "next", "after")]
        head, turn, following, after = blocks
        self.builder.branch(head)
        self.builder.position_at_end(head)
        self.builder.cbranch(self.arithmetic.truth(test()), turn, after)
        self.builder.position_at_end(turn)
        before = dict(self.expressions.variables)
        reads = {name: known.reads for name, known in before.items() if known}
        begin()
        self.loops.append((following, after))
        self._block(body)
        self.loops.pop()
        if not self.builder.block.is_terminated:
            self.builder.branch(following)
        for name, known in before.items():
            if self.expressions.variables[name] is known:
                continue
            if known is not None and known.reads > reads[name]:
                raise TranslationError(f"{name} changes its type in a loop")
            self.expressions.variables[name] = None
        self.builder.position_at_end(following)
        advance()
        self.builder.branch(head)
        self.builder.position_at_end(after)
