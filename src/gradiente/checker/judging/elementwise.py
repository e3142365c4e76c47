"""tanh, tanhGrad, relu, reluGrad: one number in, one number out; a derivative may be written for z or for a."""

from collections.abc import Callable, Iterator

import numpy as np

from gradiente.checker.judging.failures import failure_finding, returned_finding
from gradiente.checker.judging.session import Judgement, Session
from gradiente.checker.reference.formulas import plain
from gradiente.checker.verdict import Finding, WorkedExample
from gradiente.layers import ReLU, Tanh

Array = np.ndarray
Z = np.array([[-1.7, -0.6, 0.3], [0.9, -0.2, 2.1]])
AT_ZERO = np.array([[-0.4, 0.0], [0.0, 0.7]])


def _positive(z: Array) -> Array:
    return (z > 0).astype(float)


# What each may give, the legitimate variant that it is, and the formula.
RIGHT: dict[str, list[tuple[str, Callable[[Array], Array]]]] = {
    "tanh": [("", np.tanh)],
    "tanhGrad": [("of_a", lambda a: 1 - a * a), ("of_z", lambda z: 1 - np.tanh(z) ** 2)],
    "relu": [("", lambda z: np.maximum(z, 0))],
    "reluGrad": [("", _positive)],
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
    outcome = session.call(name, {"z": Z})
    if outcome.failure is not None:
        return Judgement((failure_finding(session, name, outcome.failure),), error=True)
    result = outcome.result
    if not isinstance(result, np.ndarray):
        return Judgement((returned_finding(session, name, result, ["a"]),), error=True)
    findings = []
    if outcome.mutated:
        names = session.bindings[name].names[0]
        findings.append(Finding("argument_mutated", name, values={"names": names}))
    variants = [variant for variant, right in RIGHT[name] if _same(result, right(Z))]
    if not variants:
        findings.insert(0, _wrong(session, name, result))
    else:
        findings += _at_zero(session, name)
    return Judgement(tuple(findings), tuple((v, {}) for v in variants if v))


def _same(result: Array, right: Array) -> bool:
    return result.shape == right.shape and np.allclose(result, right, rtol=1e-4, atol=1e-6)


def _wrong(session: Session, name: str, result: Array) -> Finding:
    _, right = RIGHT[name][0]
    expected = right(Z)
    got = result if result.shape == Z.shape else None
    differ = np.ones(Z.shape, bool) if got is None else ~np.isclose(got, expected, rtol=1e-4)
    place = tuple(int(i) for i in np.argwhere(differ)[0])
    worked = WorkedExample(
        f"{name}({Z[place]:g})",
        (),
        (),
        "",
        float(expected[place]),
        None if got is None else float(got[place]),
    )
    values = {"function": name, "shape": str(result.shape), "wanted": str(Z.shape)}
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
