"""A function of the file's own, such as sigmoid or sigmoidGrad, that is wrong itself: backProp only uses it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gradiente.checker.judging.repair import Mutant
from gradiente.checker.judging.session import Session
from gradiente.checker.reading.submission import Function
from gradiente.checker.reference.reference import ACTIVATIONS, Array
from gradiente.checker.rules.activations import activated, softmax
from gradiente.checker.rules.dataflow import slope
from gradiente.checker.running.calls import Call
from gradiente.checker.verdict import Finding, WorkedExample

NAME = "backProp"
Z = np.array([[-1.7, -0.6, 0.3], [0.9, -0.2, 2.1]])
G = {
    "sigmoid": ("1 / (1 + numpy.exp(-x))", "a * (1 - a)"),
    "tanh": ("numpy.tanh(x)", "1 - a * a"),
    "relu": ("numpy.maximum(x, 0)", "(a > 0) * 1.0"),
}
FORMULAS = {
    "sigmoid": ("σ(z) = 1 / (1 + e^-z)", "σ′(z) = a · (1 − a), a = σ(z)"),
    "tanh": ("tanh(z) = (e^z - e^-z) / (e^z + e^-z)", "tanh′(z) = 1 − a², a = tanh(z)"),
    "relu": ("ReLU(z) = max(0, z)", "ReLU′(z) = [1: z > 0; 0: z < 0]"),
}


@dataclass(frozen=True)
class Role:
    """What a function may have been meant to be: g, or g′ as a function of a or of z."""

    activation: str
    body: str
    formula: str
    right: Callable[[Array], Array]
    given: Array


@dataclass(frozen=True)
class Suspect:
    """A function that is none of these, and what it would be if it were one; with that in its place as a change."""

    function: Function
    role: Role
    got: Array

    @property
    def mutant(self) -> Mutant:
        name, parameter = self.function.name, self.function.parameters[0]
        rest = ", *_, **__" if self.function.optional else ""
        source = (
            f"def {name}({parameter}{rest}):\n    import numpy\n    x = {parameter}\n    {self.role.body}\n"
        )
        return Mutant("helper_wrong", self.function.line, source, name)

    def finding(self) -> Finding:
        """What it gives, and what it should, for the first number in which they differ."""
        given, expected = self.role.given, self.role.right(self.role.given)
        index = tuple(int(i) for i in np.argwhere(~np.isclose(self.got, expected, rtol=1e-4))[0])
        name = self.function.name
        worked = WorkedExample(
            f"{name}({given[index]:.4g})",
            (),
            (),
            "",
            float(expected[index]),
            float(self.got[index]),
            whole=expected,
        )
        values = {"function": name}
        return Finding(
            "helper_wrong",
            name,
            line=self.function.node.body[-1].lineno,
            values=values,
            formula=self.role.formula,
            worked=worked,
        )


def suspects(session: Session, user: str = NAME) -> Iterator[Suspect]:
    """The functions of one array that a function uses and that are no activation and no derivative of one.

    Those that others call come first: a derivative may be wrong by the activation that it calls.
    """
    used = _used(session, user)
    inner = [f for f in used if any(session.calls(other.name, f.name) for other in used if other is not f)]
    for function in dict.fromkeys((*inner, *used)):
        for role in _roles(session):
            outcome = session.run(Call(function.name, (role.given,)))
            got = outcome.result
            if (
                not isinstance(got, np.ndarray)
                or got.shape != role.given.shape
                or (not session.wrong(function.name) and _is_something(session, function))
            ):
                break
            if got.dtype.kind in "fiub" and not np.allclose(got, role.right(role.given), rtol=1e-4):
                yield Suspect(function, role, got)


def _used(session: Session, user: str) -> list[Function]:
    """What a function calls, and what that calls."""
    own = [
        f
        for name, f in session.submission.functions.items()
        if (name not in session.workshop.functions or session.wrong(name))
        and not f.alias
        and len(f.parameters) == 1
    ]
    direct = [f for f in own if session.calls(user, f.name)]
    return [f for f in own if f in direct or any(session.calls(d.name, f.name) for d in direct)]


def _roles(session: Session) -> Iterator[Role]:
    """g′ of a, g′ of z and g, of the activations that the hidden layer may have."""
    for name in session.activations():
        value, derivative = G[name]
        formula, derivative_formula = FORMULAS[name]
        of_a = activated(name, Z)
        yield Role(
            name, f"a = x; return {derivative}", derivative_formula, lambda a, n=name: slope(n, a), of_a
        )
        yield Role(
            name,
            f"a = {value}; return {derivative}",
            derivative_formula,
            lambda z, n=name: slope(n, activated(n, z)),
            Z,
        )
        yield Role(name, f"return {value}", formula, lambda z, n=name: activated(n, z), Z)


def _is_something(session: Session, function: Function) -> bool:
    """Whether it is an activation, a derivative of one, or gives back what it is given: then it is not at fault."""
    pairs = [(Z, Z), (Z, softmax(Z)), (Z, softmax(Z, 1)), (Z, -Z)]
    for name in ACTIVATIONS:
        a = activated(name, Z)
        pairs += [(Z, a), (a, slope(name, a)), (Z, slope(name, a))]
    results = {id(given): session.run(Call(function.name, (given,))).result for given, _ in pairs}
    return any(
        isinstance(found := results[id(given)], np.ndarray)
        and found.shape == right.shape
        and found.dtype.kind in "fiub"
        and np.allclose(found, right, rtol=1e-4)
        for given, right in pairs
    )
