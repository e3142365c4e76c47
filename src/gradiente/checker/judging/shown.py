"""The call in which a wrong number was seen, among all that were made: what `--save-problem` saves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.checker.judging.session import Session
from gradiente.checker.problem import EXPECTED, RESERVED, Problem, indexed
from gradiente.checker.reading.binding import Binding
from gradiente.checker.running.calls import Call
from gradiente.checker.verdict import Finding, WorkedExample

Array = np.ndarray
PROBE = """
def probe(name, problem):
    function = getattr(module, name)
    return {number}
"""


def shown(session: Session, findings: Sequence[Finding]) -> Problem | None:
    """The problem of the first finding whose number a call of the student's function gives; None without one."""
    for finding in findings:
        if finding.worked is None or finding.worked.whole is None:
            continue
        for call, outcome in session.log:
            if call.function == finding.function and outcome.failure is None:
                for path, leaf in _leaves("", outcome.result):
                    found = _problem(session, finding, finding.worked, call, path, leaf)
                    if found is not None:
                        return found
    return None


def _problem(
    session: Session, finding: Finding, worked: WorkedExample, call: Call, path: str, leaf: Array
) -> Problem | None:
    """This call as a problem, where its result has the number at that path."""
    name, whole = finding.function, worked.whole
    arguments, place = _arguments(session, call), _place(worked, leaf)
    if whole is None or arguments is None or place is None:
        return None
    names = ", ".join(
        f"problem[{key!r}]{'' if value.ndim else '.item()'}" for key, value in arguments.items()
    )
    seed = call.seed if "random" in session.submission.source else None
    for way in (path, path.replace("['", ".").replace("']", "")):
        given = f"function({names}){way}"
        number, right = f"np.shape({given})", f"problem[{EXPECTED!r}].shape"
        if worked.shape is None:
            number = given if leaf.shape == whole.shape else f"np.reshape({given}, {whole.shape})"
            number = f"np.asarray({number}){indexed(place)}"
            right = f"problem[{EXPECTED!r}]{indexed(place)}"
        outcome = session.run(Call("", (name, arguments), seed=call.seed, probe=PROBE.format(number=number)))
        if outcome.failure is None and _same(outcome.result, leaf, place, worked):
            return Problem(f"function = file[{name!r}]", arguments, whole, leaf, number, right, seed)
    return None


def _same(result: Any, leaf: Array, place: tuple[int, ...], worked: WorkedExample) -> bool:
    """Whether the expression has given the number, or the shape."""
    if worked.shape is not None:
        return tuple(np.ravel(np.asarray(result))) == leaf.shape
    shape = leaf.shape if worked.whole is None else worked.whole.shape
    wanted = np.reshape(leaf, shape)[place]
    return np.size(result) == 1 and np.array_equal(np.ravel(result)[0], wanted, equal_nan=True)


def _place(worked: WorkedExample, leaf: Array) -> tuple[int, ...] | None:
    """Where the student's number stands beside the right one, in this array; () for a wrong shape; None if nowhere."""
    whole = worked.whole
    if worked.shape is not None:
        return () if leaf.shape == worked.shape else None
    if whole is None or worked.got is None or leaf.size != whole.size:
        return None
    near = np.isclose(leaf.reshape(whole.shape), worked.got, rtol=1e-9, equal_nan=True)
    places = np.argwhere(near & np.isclose(whole, worked.expected, rtol=1e-9))
    return tuple(int(i) for i in places[0]) if len(places) else None


def _arguments(session: Session, call: Call) -> dict[str, Array] | None:
    """What the function was given, by its own names; None where that is more than arrays and numbers."""
    given = call.arguments
    if call.probe is not None:  # of one that calls the function with these
        if len(given) != 2 or given[0] != call.function or not isinstance(given[1], tuple):
            return None
        given = given[1]
    known = session.bindings.get(call.function) or session.submission.functions.get(call.function)
    names = known.names if isinstance(known, Binding) else known.parameters if known else ()
    if len(names) != len(given) or not all(isinstance(value, np.ndarray | int | float) for value in given):
        return None
    return {
        f"{name}_" if name in RESERVED else name: np.asarray(value)
        for name, value in zip(names, given, strict=True)
    }


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Array]]:
    """The arrays and numbers in a result, each with the Python that takes it from there."""
    if isinstance(value, np.ndarray | int | float):
        yield path, np.asarray(value)
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _leaves(f"{path}[{place}]", entry)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _leaves(f"{path}[{key!r}]", entry)
