"""An explanation of gradients as findings: grouped, in the order of computation, with one number worked out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.checker.judging.gradient_match import GradientMatch
from gradiente.checker.judging.gradient_search import GRADIENTS
from gradiente.checker.judging.quantities import ORDER, computed_at, line_of
from gradiente.checker.judging.same_numbers import told_apart
from gradiente.checker.judging.session import Session
from gradiente.checker.reference.formulas import formula
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.matching import Scale
from gradiente.checker.reference.reference import LECTURE, Array
from gradiente.checker.verdict import Finding, WorkedExample

NAME = "backProp"
MOST_TERMS = 8
# The gradient that a student returns in which a wrong quantity is seen first.
SEEN_IN = {"Y": "dW2", "dZ2": "dW2", "dA1": "dW1", "dZ1": "dW1"}


def findings_of(session: Session, match: GradientMatch) -> list[Finding]:
    """Every mistake once, the first wrong quantity first."""
    found = [*_rules(session, match), *_scales(session, match)]
    found.sort(key=lambda pair: ORDER.index(pair[0]))
    findings = [finding for _, finding in found]
    if match.swapped:
        order = ", ".join(sorted(match.way, key=lambda quantity: match.way[quantity]))
        findings.insert(0, Finding("names_swapped", NAME, values={"order": order}))
    if match.explanation.unknown:
        findings.append(_unknown(session, match))
    return findings


def variants_of(match: GradientMatch) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Which of the legitimate ways this is."""
    layout, explanation = match.run.layout, match.explanation
    found: list[tuple[str, Mapping[str, Any]]] = [("columns" if layout.columns else "rows", {})]
    if layout.columns != layout.out_in:
        found.append(("weights_out_in" if layout.out_in else "weights_in_out", {}))
    powers = set(match.powers)
    if powers in ({0}, {1}):
        found.append(("sum" if 1 in powers else "mean", {}))
    if match.run.cases[0].labels is not None:
        found.append(("labels" if layout.target == "flat" else "onehot", {}))
    if isinstance(match.run.outcomes[0].result, Mapping):
        found.append(("dictionary", {}))
    elif not match.swapped and match.kind != "order":
        found.append(("other_order", {}))
    if explanation.absent:
        found.append(("biases_zero", {}))
    if match.run.cases[0].activation == "relu":
        found.append(("relu", {}))
    return tuple(found)


def _rules(session: Session, match: GradientMatch) -> Iterator[tuple[str, Finding]]:
    """The wrong rules; one that is made at several places is one mistake."""
    places: dict[str, list[str]] = {}
    for made in match.explanation.made:
        places.setdefault(told_apart(session, match, made), []).append(made.quantity)
    if "integer_truncation" in places:
        places = {"integer_truncation": places["integer_truncation"]}
    for key, at in places.items():
        yield at[0], _finding(session, match, key, at)


def _scales(session: Session, match: GradientMatch) -> Iterator[tuple[str, Finding]]:
    """Signs and factors: those of all gradients come from ∂J/∂Z[2], those of the first layer's both from ∂J/∂Z[1]."""
    scales = match.explanation.scales
    negative = [name for name in GRADIENTS if name in scales and scales[name].sign < 0]
    if negative:
        at = _source(negative, scales)
        yield at[0], _finding(session, match, "output_sign" if at == ["dZ2"] else "sign_hidden", at)
    summed = {
        made.quantity
        for made in match.explanation.made
        if made.key in ("bias_axis", "bias_total", "bias_not_summed")
    }
    sizes = [name for name in GRADIENTS if name in scales and scales[name].size and name not in summed]
    if sizes:
        size = scales[sizes[0]].size
        number = getattr(match.run.cases[0].sizes, size)
        yield sizes[0], _finding(session, match, "mean_wrong_size", sizes, size=size, number=number)
    fixed = [name for name in GRADIENTS if name in match.fixed]
    if fixed:
        key = "mean_fixed" if match.fixed[fixed[0]]["source"] else "mean_literal"
        at = _source(fixed, scales)
        yield at[0], _finding(session, match, key, at, **match.fixed[fixed[0]])
    factors = [
        name for name in GRADIENTS if name in scales and scales[name].factor != 1 and name not in fixed
    ]
    squares = any(made.key == "output_other_loss" for made in match.explanation.made)
    if factors and not squares:  # the 2 of the squared error is that mistake's
        at = _source(factors, scales)
        yield (at[0], _finding(session, match, "factor", at, factor=f"{scales[factors[0]].factor:.6g}"))
    said = {*summed, *fixed}
    yield from _powers(
        session, match, {n: scale for n, scale in scales.items() if not scale.size and n not in said}
    )


def _powers(
    session: Session, match: GradientMatch, scales: Mapping[str, Scale]
) -> Iterator[tuple[str, Finding]]:
    """1/m: once everywhere, or nowhere; else what is missing, and what is there twice."""
    powers = {name: scales[name].power for name in GRADIENTS if name in scales}
    if len(set(powers.values())) <= 1 and not set(powers.values()) - {0, 1}:
        return
    usual = 0 if 0 in powers.values() or not {1} & set(powers.values()) else 1
    missing = [name for name, power in powers.items() if power > usual]
    twice = [name for name, power in powers.items() if power < usual]
    if missing:
        yield missing[0], _finding(session, match, "mean_missing", missing)
    if twice:
        at = _source(twice, scales)
        yield at[0], _finding(session, match, "mean_twice", at)


def _source(names: Sequence[str], scales: Mapping[str, Scale]) -> list[str]:
    """Where something comes from that several gradients have."""
    layers = {name[-1] for name in names}
    if len(names) == len(scales):
        return ["dZ2"]
    below = [name for name in scales if name.endswith("1")]
    return ["dZ1"] if layers == {"1"} and list(names) == below and len(below) > 1 else list(names)


def _unknown(session: Session, match: GradientMatch) -> Finding:
    """The first gradient that nothing gives; where both of a layer are wrong, what they share is."""
    unknown = match.explanation.unknown
    first = unknown[0]
    both = f"db{first[-1]}" in unknown and first.startswith("dW")
    at = f"dZ{first[-1]}" if both else first
    return replace(_finding(session, match, "unknown", [at]), right=tuple(_right_about(match, first)))


def _right_about(match: GradientMatch, name: str) -> Iterator[str]:
    """What is right about a wrong gradient: its shape, the signs, some of its rows."""
    case, found = match.run.cases[0], match.observed[0][name]
    if found is None:
        return
    form = match.run.layout.to_student(name[1:], getattr(case, name))
    if found.shape != form.shape:
        yield "not_shape"
        return
    yield "shape"
    sign = np.sign(np.round(found, 12)) == np.sign(np.round(form, 12))
    if sign.all():
        yield "sign"
    elif not sign.any():
        yield "not_sign"
    if found.ndim == 2 and min(found.shape) > 1:
        near = np.isclose(found, form) | np.isclose(found, form * case.m)
        if near.any(axis=1).any() and near.all(axis=1).any():
            yield "rows"
        elif near.all(axis=0).any():
            yield "columns"


def _finding(session: Session, match: GradientMatch, key: str, at: Sequence[str], **values: Any) -> Finding:
    function = session.function(NAME)
    case = match.run.cases[0]
    where = ", ".join(map(label, at))
    seen = next(
        (name for name in (SEEN_IN.get(at[0], at[0]), *GRADIENTS) if match.observed[0].get(name) is not None),
        None,
    )
    return Finding(
        key,
        NAME,
        label(at[0]),
        line_of(function, at[0], match.way),
        {"where": where, **values},
        formula(case, at[0] if at[0] != "Y" else "dZ2", match.run.layout, mean=key.startswith("mean_")),
        _worked(match, seen) if seen else None,
    )


def _worked(match: GradientMatch, name: str) -> WorkedExample | None:
    """One number of a gradient: the first that is wrong, and among those the easiest to see."""
    case, layout, found = (match.run.cases[0], match.run.layout, match.observed[0][name])
    right = np.array(getattr(case, name))
    sums = match.sums
    expected = right * (case.m if sums else 1)
    form = layout.to_student(name[1:], expected)
    got: Array | None = found if found is not None and found.size == form.size else None
    if got is not None and got.shape != form.shape:
        got = got.reshape(form.shape) if name.startswith("db") else None
    place = _worst(form, got, layout, name, right.shape)
    index = tuple(int(i) for i in place)
    entry = case.trace.entry(LECTURE[name], *index, differences=False, torch=False)
    terms = tuple(
        (
            _placed(term.symbol, layout),
            " · ".join(f"{factor.value:.4g}" for factor in term.factors),
            f"{term.value + 0.0:.6g}",
        )
        for term in entry.terms[:MOST_TERMS]
    )
    left_out = len(entry.terms) - len(terms)
    closing = f"Σ = {entry.value:.6g}" if not left_out else f"… (+{left_out})   Σ = {entry.value:.6g}"
    if sums:
        closing += f"   · m = {case.m}"
    shown = layout.place(name[1:], index)
    worked = WorkedExample(label(name), shown, terms, closing, float(expected[index]), None, whole=form)
    if got is not None:
        return replace(worked, got=float(got[shown]))
    if found is None:
        return worked
    return replace(
        worked, got=found.item() if found.size == 1 else None, shape=found.shape, wanted=form.shape
    )


def _placed(symbol: str, layout: Layout) -> str:
    """dz[0,1]·a[2,1] with the places as the student has them: of rows dz[1,0]·a[1,2]."""

    def turned(found: re.Match[str]) -> str:
        place = layout.place(found[1], (int(found[2]), int(found[3])))
        return f"{found[0][: found.start(2) - found.start()]}{','.join(map(str, place))}]"

    return re.sub(r"(?:\bd)?([a-z])\[(\d+),(\d+)\]", turned, symbol)


def _worst(
    form: Array, got: Array | None, layout: Layout, name: str, shape: tuple[int, ...]
) -> tuple[int, ...]:
    """The place, in the lecture's form, of the first number that is wrong."""
    for index in np.ndindex(*shape):
        shown = layout.place(name[1:], index)
        if got is None or not np.isclose(got[shown], form[shown], rtol=1e-4):
            return index
    return (0,) * len(shape)


def mended_finding(session: Session, match: GradientMatch, key: str, line: int) -> Finding:
    """A mistake that one change of a line mends: the quantity of that line, with the number that was to come."""
    words = session.submission.statement(line)
    name = computed_at(session.submission, line)
    if name is None:
        return Finding(key, NAME, line=line, values={"where": words})
    found = _finding(session, match, key, [name])
    worked = found.worked and replace(found.worked, got=None)
    return replace(found, line=line, values={"where": words}, worked=worked)
