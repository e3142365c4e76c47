"""The formula of a quantity in the student's layout, and one number of it worked out."""

import re
from dataclasses import replace

import numpy as np

from gradiente.checker.exercises.comparison import Compared, as_numbers
from gradiente.checker.reference.layer_formulas import label, layer_formula
from gradiente.checker.reference.layout import Layout
from gradiente.checker.verdict import WorkedExample

MOST_TERMS = 8


def formula(one: Compared, name: str) -> str:
    """What is right, in the student's layout; "" for what has no formula of a layer."""
    if one.role.kind == "update" and not one.whole_step:
        return f"{label(name)} := {label(name)} − α · {label(f'd{name}')}"
    problem, layout = one.problems[0], one.layout
    penalty = bool(problem.numbers["l2"])
    return layer_formula(problem.step, name, columns=layout.columns, out_in=layout.out_in, penalty=penalty)


def worked(one: Compared, name: str) -> WorkedExample | None:
    """The first wrong number of a quantity; None where the trace has no terms for it."""
    traced = re.sub(r"(\d+)$", r"[\1]", name)
    problem = one.problems[0]
    right = np.asarray(one.expected(0, name))
    form, found = one.form(0, name), as_numbers(one.got(0, name))
    got = found.reshape(form.shape) if found is not None and found.size == form.size else None
    index = _first_wrong(right, form, got, one.layout, name)
    shown = one.layout.place(name.removeprefix("d"), index) if right.ndim else ()
    terms: tuple[tuple[str, str, str], ...] = ()
    closing = ""
    if traced in problem.trace.names and one.role.kind != "update":
        entry = problem.trace.entry(traced, *index, differences=False, torch=False)
        terms = tuple(
            (
                _placed(term.symbol, one.layout),
                " · ".join(f"{factor.value:.4g}" for factor in term.factors),
                f"{term.value + 0.0:.6g}",
            )
            for term in entry.terms[:MOST_TERMS]
        )
        more = len(entry.terms) - len(terms)
        closing = f"… (+{more})   " * bool(more) + f"Σ = {entry.value:.6g}" + _beyond(one, name, index)
    expected = float(right[index])
    example = WorkedExample(label(name), shown, terms, closing, expected, None)
    if got is not None and (found is None or found.shape == form.shape or name == "J"):
        return replace(example, got=float(got[shown]))
    if found is None:
        return example
    return replace(
        example, got=found.item() if found.size == 1 else None, shape=found.shape, wanted=form.shape
    )


def _beyond(one: Compared, name: str, index: tuple[int, ...]) -> str:
    """What the exercise adds to the terms of a gradient: its scale, the penalty."""
    l2 = one.problems[0].numbers["l2"] if name.startswith("dW") else 0.0
    words = f"   · {one.exercise.scale}" if one.exercise.scale != "1" and name.startswith("d") else ""
    if l2:
        weight = one.problems[0].values[name.removeprefix("d")][index]
        words += f"   + λ w = {l2:g} · {weight:.4g}"
    return words


def _first_wrong(
    right: np.ndarray, form: np.ndarray, got: np.ndarray | None, layout: Layout, name: str
) -> tuple[int, ...]:
    for index in np.ndindex(*right.shape):
        shown = layout.place(name.removeprefix("d"), index) if right.ndim else ()
        if got is None or not np.isclose(got[shown], form[shown], rtol=1e-4):
            return index
    return (0,) * right.ndim


def _placed(symbol: str, layout: Layout) -> str:
    """dz[0,1]·a[2,1] with the places as the student has them."""

    def turned(found: re.Match[str]) -> str:
        name = found[1].upper() if found[1] in "wb" else found[1]
        place = layout.place("b" if name == "B" else name, (int(found[2]), int(found[3])))
        return f"{found[0][: found.start(2) - found.start()]}{','.join(map(str, place))}]"

    return re.sub(r"(?:\bd)?([a-z])\[(\d+),(\d+)\]", turned, symbol)
