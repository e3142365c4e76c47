"""The steps of a training loop, read from its recorded calls: weights, activations, gradients."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradiente.checker.judging.session import Session
from gradiente.checker.reading.identify import arrays_of, flat, orders, values_of
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.matching import ratio
from gradiente.checker.reference.reference import Array, Reference
from gradiente.checker.running.calls import CallOutcome, RecordedCall

PARAMETERS = ("w1", "b1", "w2", "b2")
GRADIENTS = ("dW1", "db1", "dW2", "db2")
Weights = Mapping[str, Array]


@dataclass(frozen=True)
class TrainingStep:
    """One call of backProp: what it was given, by the lecture's names, and the gradients by those of the parameters."""

    given: Mapping[str, Any]
    gradients: Weights
    parts: "tuple[TrainingStep, ...]" = ()  # the calls that it is made of, where these are several
    true: Weights | None = (
        None  # the gradients that are right, as means, where the file's backProp gives such
    )

    @property
    def weights(self) -> Weights:
        return {name: self.given[name] for name in PARAMETERS if isinstance(self.given.get(name), np.ndarray)}


def steps_of(session: Session, outcome: CallOutcome) -> list[TrainingStep]:
    """The calls of backProp, in order."""
    binding = session.bindings.get("backProp")
    if binding is None:
        return []
    found = []
    for record in outcome.records:
        if record.name == "backProp":
            way = (
                (session.facts.ways.get("backProp") or _way(session, record))
                if record.result is not None
                else None
            )
            gradients = values_of(record.result, way) if way else {}
            named = {q[1:].lower(): value for q, value in gradients.items() if value is not None}
            found.append(TrainingStep(binding.given(record.arguments, record.keywords), named))
    return found


def steps_taken(
    session: Session, name: str, outcome: CallOutcome, layout: Layout, lr: float, case: Reference
) -> list[TrainingStep]:
    """The steps of a loop, a call of backProp each.

    Of several calls with the same weights the one counts by whose gradient the weights move on; where none does, all
    of them are one step, a batch whose instances come one by one. A call with the weights of the end only looks.
    """
    steps = [with_truth(session, case, layout, step) for step in steps_of(session, outcome)]
    groups: list[list[TrainingStep]] = []
    for step in steps:
        same = bool(groups) and _counts(groups[-1][-1], lr) and _at(step.weights, groups[-1][-1])
        groups.append([*groups.pop(), step] if same else [step])
    if len(groups) < 2:
        return steps
    ends = [weights for weights in final_weights(session, name, outcome) if _at(weights, groups[-1][0])]
    if ends and _counts(groups[-1][0], lr):
        groups.pop()
    taken_ = []
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        merged = [with_truth(session, case, layout, _merged(group, layout.columns))] if len(group) > 1 else []
        options = [*group, *merged]
        fits = [
            step
            for step in options
            if following and _moves_on(step, following[0], layout, lr, case.m, session.facts.sums)
        ]
        last = options[-1] if taken_ and taken_[-1].parts else group[-1]
        taken_.append(fits[0] if fits else last)
    return taken_


def _counts(step: TrainingStep, lr: float) -> bool:
    """Whether its gradient is large enough to move W[1] or W[2]."""
    return any(np.abs(lr * step.gradients[w]).max() > 1e-12 for w in ("w1", "w2") if w in step.gradients)


def _at(weights: Weights, step: TrainingStep) -> bool:
    """Whether a step begins at those weights, as far as they are known."""
    known = [name for name in PARAMETERS if name in weights]
    return {"w1", "w2"} <= set(known) and all(equal(weights[name], step.given.get(name)) for name in known)


def _moves_on(
    step: TrainingStep, following: TrainingStep, layout: Layout, lr: float, whole: int, sums: bool
) -> bool:
    """Whether the next weights come about by this step's gradient, in whatever known way."""
    m = instances(layout, step)
    kinds = [
        moved(step, following.weights, w, lr, m, whole, sums)
        for w in ("w1", "w2")
        if w in step.weights and w in following.weights
    ]
    return "update_wrong" not in kinds and set(kinds) != {"still"}


def instances(layout: Layout, step: TrainingStep) -> int:
    """How many instances a step is of."""
    x = np.atleast_2d(step.given["X"])
    return x.shape[1] if layout.columns else x.shape[0]


def _merged(group: Sequence[TrainingStep], columns: bool) -> TrainingStep:
    first = group[0]
    axis = {"X": int(columns), "y": int(columns and np.ndim(first.given["y"]) == 2)}
    given = dict(first.given)
    for name, along in axis.items():
        given[name] = np.concatenate([np.atleast_1d(step.given[name]) for step in group], axis=along)
    gradients = {name: np.mean([step.gradients[name] for step in group], axis=0) for name in first.gradients}
    return TrainingStep(given, gradients, tuple(group))


def with_truth(session: Session, case: Reference, layout: Layout, step: TrainingStep) -> TrainingStep:
    """The step with the gradients that are right for what backProp was given; where the file's own backProp is."""
    if session.stand_in or session.wrong("backProp"):
        return step
    try:
        w2, y = lecture_form(layout, "w2", step.given["w2"]), target_of(case, layout, step.given["y"])
        x = layout.to_lecture("X", np.asarray(step.given["X"], float))
        pair = next(forwards(case, layout, step.given))
        named = dict(zip(("a1", "a2"), pair, strict=True))
        if not step.parts:
            named |= {name: step.given[name] for name in session.facts.used_activations}
        a1, a2 = (layout.to_lecture("A1", np.asarray(a, float)) for a in named.values())
        at = case.backward(X=x, Y=y, W2=w2, A1=a1, A2=a2)
        found = {name: at.numbers[f"d{name}"] for name in ("W1", "b1", "W2", "b2")}
        true = {name.lower(): layout.to_student(name, value) for name, value in found.items()}
    except (ValueError, KeyError, TypeError, IndexError, StopIteration):
        return step
    return replace(step, true=true)


def lecture_form(layout: Layout, name: str, value: Any) -> Array:
    """A parameter in the lecture's form."""
    return layout.to_lecture(name.upper() if name.startswith("w") else name, np.asarray(value, float))


def target_of(case: Reference, layout: Layout, y: Any) -> Array:
    """The target as the lecture's matrix."""
    y = np.asarray(y)
    if case.labels is None:
        return y.reshape(1, -1).astype(float)
    if y.ndim == 1:
        return np.eye(case.sizes.k)[:, y.astype(int)]
    return layout.to_lecture("Y", y.astype(float))


def _way(session: Session, record: RecordedCall) -> Mapping[str, Any] | None:
    ways = orders(record.result, session.function("backProp").returned(), GRADIENTS)
    return ways[0][1] if ways else None


def moved(step: TrainingStep, after: Weights, name: str, lr: float, m: int, whole: int, sums: bool) -> str:
    """How a parameter was moved by a step: "right", "still", or the key of a mistake.

    What counts is the gradient that is right, where the file's backProp gives such: it may be told to average or not,
    to divide by another m. Else what it gave.

    Arguments:
        m: instances of this step
        whole: instances of the whole set
        sums: the gradients that it gave are sums, so that the 1/m may stand in the loop
    """
    before, m = step.weights[name], max(m, 1)  # an empty batch moves nothing
    if step.true is not None:
        known = {"right": -lr, "right sum": -lr * m, "uphill": lr, "uphill sum": lr * m}
        found = _move(before, after[name], step.true, name, lr, m, whole, known)
        if found not in ("update_wrong", "update_swapped"):
            return found
    known = {"right": -lr, "uphill": lr, "lr_missing": -1.0}
    if step.parts:
        known["right sum"] = -lr * len(step.parts)
    if sums:
        known |= {"right mean": -lr / m, "uphill mean": lr / m, "lr_missing mean": -1 / m}
    return _move(before, after[name], step.gradients, name, lr, m, whole, known)


def _move(
    before: Array,
    after: Array,
    gradients: Weights,
    name: str,
    lr: float,
    m: int,
    whole: int,
    known: Mapping[str, float],
) -> str:
    if after.shape != before.shape:
        return "bias_broadcast" if name.startswith("b") else "update_wrong"
    gradient = gradients.get(name)
    difference = after - before
    if np.abs(difference).max() <= 1e-14:
        return "still"
    if gradient is None:
        return "update_wrong"
    known = {
        **known,
        "lr_missing": -1.0,
        "lr_missing sum": -float(m),
        "uphill lr_missing": 1.0,
        "lr_twice": -lr * lr,
        "mean_twice": -lr / m,
        "full_mean": -lr * m / whole,
        "full_mean sum": -lr / whole,
    }
    scale = _ratio(difference, gradient)
    if scale is not None:
        near = (key for key, value in known.items() if np.isclose(scale, value, rtol=1e-4))
        return next(near, "update_wrong").removesuffix(" sum").removesuffix(" mean")
    for other, value in gradients.items():
        if other != name and (c := _ratio(difference, value)) is not None and np.isclose(c, -lr, rtol=1e-4):
            return "update_swapped"
    c = _ratio(after, gradient)
    return "update_assigned" if c is not None and np.isclose(c, -lr, rtol=1e-4) else "update_wrong"


def _ratio(difference: Array, gradient: Array) -> float | None:
    return (
        ratio(difference, gradient)
        if difference.size == gradient.size and difference.size > 1
        else (
            float(difference.ravel()[0] / gradient.ravel()[0])
            if difference.size == gradient.size == 1 and gradient.ravel()[0]
            else None
        )
    )


def forwards(case: Reference, layout: Layout, given: Mapping[str, Any]) -> Iterator[tuple[Array, Array]]:
    """A[1], A[2] of those weights and that X, in the student's form: with b, and, where b = 0 is agreed, without."""
    try:
        w1, b1, w2, b2 = (lecture_form(layout, n, given[n]) for n in PARAMETERS)
        x = layout.to_lecture("X", np.asarray(given["X"], float))
        x = x.reshape(-1, 1) if x.ndim == 1 else x
        for bias in (1, 0) if case.labels is None else (1,):
            at = case.forward(X=x, W1=w1, b1=bias * b1, W2=w2, b2=bias * b2)
            yield layout.to_student("A1", at.A1), layout.to_student("A2", at.A2)
    except (ValueError, KeyError, TypeError, IndexError):
        return


def equal(found: Any, wanted: Any) -> bool:
    return (
        isinstance(found, np.ndarray)
        and isinstance(wanted, np.ndarray)
        and found.shape == wanted.shape
        and np.allclose(found, wanted, rtol=1e-4 if found.dtype == np.float32 else 1e-7, atol=1e-9)
    )


def other_width(layout: Layout, step: TrainingStep) -> bool:
    """Whether backProp was given activations of more or fewer instances than X has."""
    shapes = [getattr(step.given.get(name), "shape", ()) for name in ("X", "a1")]
    axis = 1 if layout.columns else 0
    return all(len(shape) == 2 for shape in shapes) and shapes[0][axis] != shapes[1][axis]


def final_weights(session: Session, name: str, outcome: CallOutcome) -> Iterator[Weights]:
    """What the weights may be at the end: what was returned, taken in every way; the arguments, changed in place."""
    wanted = ("W1", "b1", "W2", "b2")
    for _, way in orders(outcome.result, session.function(name).returned(), wanted):
        weights = values_of(outcome.result, way)
        yield {q.lower(): value for q, value in weights.items() if value is not None}
    for weights in _by_shape(session, name, outcome):
        yield weights
    binding = session.bindings[name]
    yield {p: outcome.after[binding.place(p)] for p in PARAMETERS}


def _by_shape(session: Session, name: str, outcome: CallOutcome) -> Iterator[Weights]:
    """The two matrices alone, where that is all that comes back."""
    arrays = arrays_of(flat(outcome.result))
    binding = session.bindings[name]
    shapes = {p: outcome.after[binding.place(p)].shape for p in ("w1", "w2")}
    found = {p: next((v for v in arrays if v.shape == shape), None) for p, shape in shapes.items()}
    if all(value is not None for value in found.values()):
        yield {p: value for p, value in found.items() if value is not None}


def places_of(case: Reference, layout: Layout, step: TrainingStep) -> list[int] | None:
    """Which instances a batch has; None where it has something else."""
    x = step.given.get("X")
    if not isinstance(x, np.ndarray):
        return None
    columns = layout.to_lecture("X", np.atleast_2d(x)) if x.ndim == 2 else x.reshape(-1, 1)
    if columns.shape[0] != case.sizes.n:
        return None
    found = []
    for column in columns.T:
        near = [i for i in range(case.m) if np.allclose(case.X[:, i], column, rtol=1e-5)]
        if not near:
            return None
        found.append(near[0])
    return found


def other_y(case: Reference, layout: Layout, step: TrainingStep, places: Sequence[int]) -> bool:
    """Whether the batch's y is not that of its instances."""
    y = step.given.get("y")
    if not isinstance(y, np.ndarray) or case.labels is None:
        return False
    chosen = list(places)
    wanted = case.labels[chosen] if layout.target == "flat" else layout.to_student("Y", case.Y[:, chosen])
    return y.size == wanted.size and not np.allclose(y.ravel(), wanted.ravel())
