"""What `--save-problem` saves of a role: what its function was given, and Python that calls it so."""

import ast
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradiente.checker.exercises.comparison import Compared, as_numbers
from gradiente.checker.exercises.exercise import BUILTIN, FILE, OBJECT
from gradiente.checker.exercises.probes import LISTS, set_before
from gradiente.checker.problem import EXPECTED, Problem, indexed
from gradiente.checker.running.calls import Call
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import WorkedExample

BEFORE = "before"  # a parameter as it was, beside the step that is seen in it


def with_problem(sandbox: Sandbox, one: Compared, quantity: str, worked: WorkedExample) -> WorkedExample:
    """The example with the problem whose Python gives its number; as it is where none does."""
    for problem in _problems(sandbox, one, quantity, worked):
        outcome = sandbox.call(Call("", (problem.arrays,), probe=problem.probe))
        if outcome.failure is None and _shows(outcome.result, worked):
            return replace(worked, problem=problem)
    return worked


def _problems(sandbox: Sandbox, one: Compared, quantity: str, worked: WorkedExample) -> Iterator[Problem]:
    """The problem for every place where the quantity may stand after the call."""
    form, got = one.form(0, quantity), as_numbers(one.got(0, quantity))
    if got is None or (worked.shape is None and got.size != form.size):
        return
    python = _Python(one)
    parameter = quantity[1:]
    arguments = dict(python.arrays())
    if one.whole_step:
        before = one.layout.to_student(parameter, one.problems[0].values[parameter])
        arguments[BEFORE] = before
    for place in _places(one, python, parameter if one.whole_step else quantity):
        given = f"(problem[{BEFORE!r}] - {place}) / {one.rate(0)!r}" if one.whole_step else place
        number, right = f"np.shape({given})", f"problem[{EXPECTED!r}].shape"
        if worked.shape is None:
            number = given if got.shape == form.shape else f"np.reshape({given}, {form.shape})"
            number, right = (
                f"np.asarray({number}){indexed(worked.place)}",
                f"problem[{EXPECTED!r}]{indexed(worked.place)}",
            )
        yield Problem(
            python.steps(), arguments, form, got, number, right, 0 if "random" in sandbox.source else None
        )


def _places(one: Compared, python: "_Python", name: str) -> Iterator[str]:
    """Python for a quantity after the call: in what was returned, in the object's attributes, in an argument."""
    if one.role.pattern is not None:
        yield from (f"result{path}" for path in python.paths(one.role.pattern, name))
    for attribute, value in one.exercise.attributes.items():
        for path in python.paths(ast.parse(value, mode="eval").body, name):
            yield f"{OBJECT}.{attribute}{path}"
    yield f"problem[{name!r}]"


def _shows(result: object, worked: WorkedExample) -> bool:
    """Whether the Python has given both numbers, or both shapes."""
    if not isinstance(result, tuple):
        return False
    got, right = result
    if worked.shape is not None:
        return tuple(np.ravel(got)) == worked.shape and tuple(np.ravel(right)) == worked.wanted
    wanted = np.nan if worked.got is None else worked.got
    return np.size(got) == 1 and bool(np.isclose(got, wanted, rtol=1e-9, equal_nan=True))


class _Python(ast.NodeTransformer):
    """The expressions of a role, with the arrays of `problem` and the variables of `file` in the place of names."""

    def __init__(self, one: Compared) -> None:
        self.one, self.problem = one, one.problems[0]
        self.used: set[str] = set()

    def steps(self) -> str:
        exercise, role = self.one.exercise, self.one.role
        called = role.call_tree
        assert isinstance(called, ast.Call)
        steps = [
            f"{self.words(ast.unparse(called.func))}.__globals__[{name!r}] = {self.words(value)}"
            for name, value in exercise.globals.items()
        ]
        if exercise.make:
            steps.append(f"{OBJECT} = {self.words(exercise.make)}")
            steps += [
                f"{OBJECT}.{name} = {self.words(value)}"
                for name, value in exercise.attributes.items()
                if set_before(role, value)
            ]
        return "; ".join([*steps, f"result = {self.words(role.call)}"])

    def words(self, source: str) -> str:
        return ast.unparse(self.visit(ast.parse(source, mode="eval")))

    def arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """The quantities that the steps name, as the code gets them."""
        self.steps()
        for name in sorted(self.used):
            yield name, np.asarray(self.problem.given(name, self.one.layout))

    def paths(self, pattern: ast.expr, name: str, path: str = "") -> Iterator[str]:
        """Where a quantity stands in what has the form of a pattern: `[0]`, `['W1']`."""
        match pattern:
            case ast.Name(id=own):
                listed = self.problem.listed(own)
                if name in listed:
                    yield path if own == name else f"{path}[{listed.index(name)}]"
            case ast.Call(func=ast.Attribute(value=inner)):
                yield from self.paths(inner, name, path)
            case ast.Tuple(elts=entries) | ast.List(elts=entries):
                for place, entry in enumerate(entries):
                    if isinstance(entry, ast.Starred):
                        yield from self.paths(entry.value, name, f"{path}[{place}:]")
                        break
                    yield from self.paths(entry, name, f"{path}[{place}]")
            case ast.Dict(keys=keys, values=entries):
                for key, entry in zip(keys, entries, strict=True):
                    if isinstance(key, ast.Constant):
                        yield from self.paths(entry, name, f"{path}[{key.value!r}]")

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = node.id
        if name in self.problem.values or name == "labels":
            self.used.add(name)
            return _expression(f"problem[{name!r}]")
        if name in self.problem.numbers:
            return _expression(repr(self.problem.numbers[name]))
        if name in LISTS:
            self.used |= set(self.problem.listed(name))
            return _expression(f"[{', '.join(f'problem[{one!r}]' for one in self.problem.listed(name))}]")
        return node if name in (*BUILTIN, OBJECT, FILE) else _expression(f"file[{name!r}]")

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id == FILE:
            return _expression(f"file[{node.attr!r}]")
        return ast.Attribute(self.visit(node.value), node.attr, ast.Load())


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body
