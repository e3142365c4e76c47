"""Step by step: the next step of a run as a trace, and any of its numbers opened."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError
from gradiente.lab.frame import frame
from gradiente.lab.next_step import NextStep
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.reporting.explanation import PARTS
from gradiente.reporting.html import formula
from gradiente.trace import Entry, Quantity

WRITTEN = 400  # numbers of a quantity that are written as a table; of more, a picture is drawn
MOST_TERMS = 200  # of an opened number that are sent


@dataclass(frozen=True)
class Look(Request):
    """The quantities of the step that comes next.

    Arguments:
        columns: instances as the lecture's columns
    """

    columns: bool

    def answer(self, run: LabRun | None) -> bytes:
        step = _traced(run, self.columns)
        quantities, arrays = [], {}
        for place, quantity in enumerate(step.trace):
            quantities.append(_described(quantity))
            value = np.atleast_2d(quantity.value)
            arrays[f"{place}"] = value if value.size <= WRITTEN else value.astype(np.float32)
        values = {"kind": "trace", "step": step.after, "columns": self.columns, "quantities": quantities}
        return frame(values, arrays)


@dataclass(frozen=True)
class OpenNumber(Request):
    """A number of that step, as the sum that it is.

    Arguments:
        quantity: its name
        index: the place of the number
        columns: as of Look
    """

    quantity: str
    index: list[int]
    columns: bool

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        step = _traced(run, self.columns)
        entry = step.trace.entry(self.quantity, *self.index, torch=step.has_torch)
        return {"kind": "number", "step": step.after, "waiting": not step.has_torch, **_of_entry(entry)}


REQUESTS: dict[str, type[Request]] = {"look": Look, "open-number": OpenNumber}


def _traced(run: LabRun | None, columns: bool) -> NextStep:
    if run is None:
        raise ArgumentError("lab.no_run")
    return run.next_step(columns=columns)


def _described(quantity: Quantity) -> dict[str, Any]:
    part = next(part for part, roles in PARTS.items() if quantity.role in roles)
    return {
        "name": quantity.name,
        "label": quantity.label,
        "math": formula(quantity.latex),
        "formula": formula(quantity.formula) if quantity.formula else "",
        "part": part,
        "role": quantity.role,
        "shape": list(quantity.shape),
        "sources": list(quantity.sources),
        "parameter": quantity.parameter,
    }


def _of_entry(entry: Entry) -> dict[str, Any]:
    values = entry.to_dict()
    terms = values["terms"]
    rest = terms[MOST_TERMS:] if len(terms) > MOST_TERMS + 1 else []
    values["terms"] = terms[: len(terms) - len(rest)]
    values["rest"] = [len(rest), sum(term["value"] for term in rest)] if rest else None
    return {**values, "label": entry.quantity.label, "total": entry.total}
