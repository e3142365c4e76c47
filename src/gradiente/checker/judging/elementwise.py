"""tanh, tanhGrad, relu, reluGrad: one number in, one number out; a derivative may be written for z or for a."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gradiente.checker.judging.failures import failure_finding, returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.reference.formulas import plain
from gradiente.checker.verdict import Finding, WorkedExample
from gradiente.layers import ReLU, Tanh

Array = np.ndarray
Z = np.array([[-1.7, -0.6, 0.3], [0.9, -0.2, 2.1]])
AT_ZERO = np.array([[-0.4, 0.0], [0.0, 0.7]])


def _positive(z: Array) -> Array:
    return (z > 0).astype(float)


@dataclass(frozen=True)
class Form:
    """One way to write a function: the legitimate variant that it is, numbers that it can be given, what it gives."""

    variant: str
    given: Array
    right: Callable[[Array], Array]


# A derivative that is written for a = g(z) is given what a can be: ReLU's is never negative.
RIGHT: dict[str, list[Form]] = {
    "tanh": [Form("", Z, np.tanh)],
    "tanhGrad": [
        Form("of_a", np.tanh(Z), lambda a: 1 - a * a),
        Form("of_z", Z, lambda z: 1 - np.tanh(z) ** 2),
    ],
    "relu": [Form("", Z, lambda z: np.maximum(z, 0))],
    "reluGrad": [Form("", Z, _positive), Form("of_a", np.maximum(Z, 0), _positive)],
}
FORMULAS = {
    "tanh": f"{plain(Tanh.equation)}",
    "tanhGrad": "a′(z) = 1 − a², a = tanh(z)",
    "relu": plain(ReLU.equation),
    "reluGrad": "a′(z) = [1: z > 0; 0: z < 0]",
}


def judge(name: str) -> Callable[[Session], Judgement]:
    """The judge of one of them."""
    return lambda session: _judged(session, name)


def _judged(session: Session, name: str) -> Judgement:
    tried = [(form, session.call(name, {"z": form.given})) for form in RIGHT[name]]
    _, outcome = tried[0]
    if outcome.failure is not None:
        return Judgement((failure_finding(session, name, outcome.failure),), error=True)
    if not isinstance(outcome.result, np.ndarray):
        return Judgement((returned_finding(session, name, outcome.result, ["a"]),), error=True)
    findings = []
    if outcome.mutated:
        names = session.bindings[name].names[0]
        findings.append(Finding("argument_mutated", name, values={"names": names}))
    variants = [form.variant for form, found in tried if _same(found.result, form.right(form.given))]
    if not variants:
        findings.insert(0, _wrong(session, name, outcome.result))
    else:
        findings += _at_zero(session, name)
    return Judgement(tuple(findings), tuple((v, {}) for v in variants[:1] if v))


def _same(result: object, right: Array) -> bool:
    return (
        isinstance(result, np.ndarray)
        and result.shape == right.shape
        and np.allclose(result, right, rtol=1e-4, atol=1e-6)
    )


def _wrong(session: Session, name: str, result: Array) -> Finding:
    form = RIGHT[name][0]
    expected = form.right(form.given)
    got = result if result.shape == expected.shape else None
    differ = np.ones(expected.shape, bool) if got is None else ~np.isclose(got, expected, rtol=1e-4)
    place = tuple(int(i) for i in np.argwhere(differ)[0])
    worked = WorkedExample(
        f"{name}({form.given[place]:g})",
        (),
        (),
        "",
        float(expected[place]),
        None if got is None else float(got[place]),
        whole=expected,
    )
    values = {"function": name, "shape": str(result.shape), "wanted": str(expected.shape)}
    return Finding(
        "helper_wrong" if got is not None else "helper_shape",
        name,
        line=session.function(name).line,
        values=values,
        formula=FORMULAS[name],
        worked=worked,
    )


def _at_zero(session: Session, name: str) -> Iterator[Finding]:
    """At z = 0 a derivative of ReLU is 0 or 1, one as good as the other, but it is a number."""
    outcome = session.call(name, {"z": AT_ZERO})
    if (
        outcome.failure is None
        and isinstance(outcome.result, np.ndarray)
        and not np.isfinite(outcome.result).all()
    ):
        yield Finding("helper_wrong", name, values={"function": name}, formula=FORMULAS[name])
