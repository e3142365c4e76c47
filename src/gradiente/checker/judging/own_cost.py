"""The file's own cost as the law: finite differences of its forward pass and cost against its gradients."""

import re
from collections.abc import Iterator, Mapping

import numpy as np

from gradiente.checker.judging.gradient_match import GradientMatch
from gradiente.checker.judging.session import Session, step_arguments
from gradiente.checker.reading.binding import plain
from gradiente.checker.reading.identify import values_of
from gradiente.checker.reading.submission import Function
from gradiente.checker.reference.matching import ratio
from gradiente.checker.running.calls import Call

INPUTS, PARAMETERS = ("X", "w1", "b1", "w2", "b2"), ("w1", "b1", "w2", "b2")
COST = re.compile(r"cost|loss|perdida|error|mse|ecm|entrop|^j$")
TARGETS = ("y", "ytrue", "yreal", "target", "targets", "etiquetas", "labels", "t", "d")
PROBE = """
def probe(X, y, w1, b1, w2, b2, a2):
    forward, cost = module.__dict__[{forward!r}], module.__dict__[{cost!r}]
    values = dict(X=X, y=y, w1=w1, b1=b1, w2=w2, b2=b2)

    def output():
        result = forward(*[values[name] for name in {inputs!r}])
        result = list(result.values()) if isinstance(result, dict) else result
        return list(result) if isinstance(result, (tuple, list)) else [result]

    same = [np.shape(value) == np.shape(a2) and np.allclose(value, a2) for value in output()]
    place = same.index(True)

    def J():
        return np.asarray(cost(*[output()[place] if name == "a2" else values[name] for name in {arguments!r}])).item()

    found = []
    for name in {moved!r}:
        value, gradient = values[name], np.zeros(np.shape(values[name]))
        for index in np.ndindex(*value.shape):
            kept = value[index]
            value[index] = kept + 1e-5
            above = J()
            value[index] = kept - 1e-5
            gradient[index] = (above - J()) / 2e-5
            value[index] = kept
        found.append(gradient)
    return tuple(found)
"""


def own_cost(session: Session, match: GradientMatch) -> str | None:
    """The file's cost whose gradients these are, up to the mean or the sum over the instances; None without one.

    Where the forward pass has no biases, the cost says nothing of ∂J/∂b: a mistake that is made there then remains one.
    """
    for forward, inputs in _forwards(session):
        moved = [name for name in PARAMETERS if name in inputs]
        sums = any(made.quantity in ("db1", "db2") for made in match.explanation.made)
        if len(moved) < len(PARAMETERS) and (sums or match.explanation.unknown):
            continue
        for cost, arguments in _costs(session):
            source = PROBE.format(
                forward=forward, cost=cost, inputs=inputs, arguments=arguments, moved=tuple(moved)
            )
            if _consistent(session, match, source, moved):
                return cost
    return None


def _forwards(session: Session) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The functions from X and the parameters, and the order in which they take these."""
    known = {plain(name): name for name in INPUTS}
    for function in _others(session):
        inputs = tuple(known.get(plain(name), "") for name in function.parameters)
        if "" not in inputs and {"X", "w1", "w2"} <= set(inputs):
            yield function.name, inputs


def _costs(session: Session) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The functions that are called a cost; what they take beside y and the rest of a step is A[2]."""
    known = {plain(name): name for name in INPUTS} | dict.fromkeys(TARGETS, "y")
    for function in _others(session):
        arguments = tuple(known.get(plain(name), "a2") for name in function.parameters)
        if COST.search(plain(function.name)) and arguments.count("y") == 1 and arguments.count("a2") == 1:
            yield function.name, arguments


def _others(session: Session) -> Iterator[Function]:
    loops = ("backProp", "entrenarRed", "entrenarRedMiniBatch")
    return (f for name, f in session.submission.functions.items() if name not in loops and not f.alias)


def _consistent(session: Session, match: GradientMatch, source: str, moved: list[str]) -> bool:
    """Whether the gradients are those of the cost in every case, all as they are or all times m.

    Means beside a cost that is a sum are right, too; 1/m twice beside a mean is not.
    """
    powers = {0, 1} if -1 in match.powers else {0, 1, -1}
    for case, outcome in zip(match.run.cases, match.run.outcomes, strict=True):
        given = step_arguments(case, match.run.layout)
        values = [given[name] for name in ("X", "y", *PARAMETERS, "a2")]
        result = session.run(Call("", values, probe=source)).result
        if not isinstance(result, tuple) or len(result) != len(moved):
            return False
        found = values_of(outcome.result, match.way)
        powers &= _powers(found, dict(zip(moved, result, strict=True)), case.m)
    return bool(powers)


def _powers(found: Mapping[str, np.ndarray | None], numeric: Mapping[str, np.ndarray], m: int) -> set[int]:
    """The powers of m by which all the gradients are those of finite differences."""
    ratios = []
    for name, wanted in numeric.items():
        gradient = found[f"d{name[0].upper()}{name[1]}" if name[0] == "w" else f"d{name}"]
        same = gradient is not None and (gradient.shape == wanted.shape or name[0] == "b")
        ratios.append(ratio(gradient, wanted) if gradient is not None and same else None)
    return {
        power
        for power in (0, 1, -1)
        if all(c is not None and np.isclose(c, float(m) ** power, rtol=1e-4) for c in ratios)
    }
