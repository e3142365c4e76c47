"""A traced step as views draw it: its quantities with their formulas and numbers, and any number opened."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.html import Markup, formula, join, tag
from gradiente.locale import text
from gradiente.storage import json_text
from gradiente.trace import Quantity, Trace
from gradiente.views.trace_text import PARTS, heading, parts, value_lines
from gradiente.views.view import View, packed

Array = np.ndarray
WRITTEN = 400  # numbers of a quantity that are written as a table; of more, a picture is drawn
MOST_TERMS = 200  # of an opened number


def view_of_trace(trace: Trace) -> View:
    """A step whose numbers are opened; the terms of each are asked for when it is."""

    def answer(asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        name, index = asked["name"], asked["index"]
        yield {**opened(trace, name, index, torch=False), "waiting": True}  # PyTorch takes seconds to import
        yield {**opened(trace, name, index, torch=True), "waiting": False}

    quantities = [{**described(quantity), "values": packed(numbers(quantity))} for quantity in trace]
    return View("trace", {"quantities": quantities}, _as_html(trace), _as_text(trace), answer)


def described(quantity: Quantity) -> dict[str, Any]:
    """What a view knows of a quantity, but for its numbers."""
    part = next(part for part, roles in PARTS.items() if quantity.role in roles)
    return {
        "name": quantity.name,
        "label": quantity.label,
        "math": str(formula(quantity.latex)),
        "formula": str(formula(quantity.formula)) if quantity.formula else "",
        "part": part,
        "role": quantity.role,
        "shape": list(quantity.shape),
        "sources": list(quantity.sources),
        "parameter": quantity.parameter,
    }


def numbers(quantity: Quantity) -> Array:
    """The numbers of a quantity, as a matrix at least; those of a picture need no more than single precision."""
    value = np.atleast_2d(quantity.value)
    return value if value.size <= WRITTEN else value.astype(np.float32)


def opened(trace: Trace, name: str, index: Sequence[int], *, torch: bool) -> dict[str, Any]:
    """An entry as number.js takes it: NaN is null, and of many terms those after the first are added up.

    Arguments:
        torch: with PyTorch's value
    """
    entry = trace.entry(name, *index, torch=torch)
    values = entry.to_dict()
    terms = values["terms"]
    rest = terms[MOST_TERMS:] if len(terms) > MOST_TERMS + 1 else []
    values["terms"] = terms[: len(terms) - len(rest)]
    values["rest"] = [len(rest), sum(term["value"] for term in rest)] if rest else None
    return json.loads(json_text({**values, "label": entry.quantity.label, "total": entry.total}))


def _as_html(trace: Trace) -> Markup:
    """The quantities one after the other, each with its formula and its numbers; of a large one their range.

    Formulas are LaTeX between dollars, which notebooks set; of MathML one that is not trusted keeps the letters alone.
    """
    blocks = []
    for part, quantities in parts(trace).items():
        blocks.append(tag("h3", text(f"explain.part.{part}")))
        for quantity in quantities:
            blocks.append(tag("p", f"${quantity.formula or quantity.latex}$"))
            blocks.append(tag("pre", "\n".join([heading(quantity), *value_lines(quantity.value)])))
    return join(blocks)


def _as_text(trace: Trace) -> str:
    blocks = [
        "\n".join([text(f"explain.part.{part}"), *(_lines(quantity) for quantity in quantities)])
        for part, quantities in parts(trace).items()
    ]
    return "\n\n".join(blocks)


def _lines(quantity: Quantity) -> str:
    return "\n".join([heading(quantity), *(f"  {line}" for line in value_lines(quantity.value))])
